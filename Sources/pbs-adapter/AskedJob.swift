import AdapterKit
import FoundationEssentials

/// A job that a poll asks for, and what was told of it so far.
struct AskedJob {
  let reference: JobReference
  /// Its id; `nil` for what is none of PBS's.
  let id: PBSID?
  /// It is reported; nothing more has to be found out.
  var isSettled = false
  /// The server said that it does not know it.
  var isUnknown = false
  /// What is known of a job that ended in a way that nobody tells; its exit record may.
  var pending: JobStatus?
  /// An array's own record.
  var parent: JobStatus?
  /// The indices an array was submitted with.
  var request: String?
  /// Whether the jobs of an array that are told of are all of it.
  var hasAllMembers = true
  /// The token that the server reports of it.
  var token: String?
  /// The jobs of an array.
  private(set) var members: [JobStatus] = []
  private var places: [Int: Int] = [:]

  /// How far two times of one submission may be apart, in seconds: both are the server's.
  private static let clockTolerance: Double = 2

  init(_ reference: JobReference) {
    self.reference = reference
    id = PBSID(reference.id).flatMap { $0.isPossible ? $0 : nil }
  }

  /// Adds what is known of one of the array's jobs; what was told first stays.
  mutating func add(_ member: JobStatus) {
    guard let index = member.index, places[index] == nil else { return }
    places[index] = members.count
    members.append(member)
  }

  /// Adds a job of the array that no source has reported so far; its exit record may.
  mutating func addUnknownTask(_ index: Int) {
    var member = JobStatus(id: reference.id.replacing("[]", with: "[\(index)]"), state: .unknown(.gone))
    member.index = index
    member.reason = JobReason(nil, "the server does not know it any more, and it left no exit record")
    add(member)
  }

  /// Replaces what is known of one of the array's jobs.
  mutating func replace(_ member: JobStatus) {
    if let place = member.index.flatMap({ places[$0] }) { members[place] = member }
  }

  /// Whether it is an array as a whole.
  var isArray: Bool { id?.part == .array }

  /// Whether something has been told of it.
  var isSeen: Bool { isSettled || pending != nil || parent != nil || !members.isEmpty }

  /// Whether a status is of this job and not of an earlier one with the same id: ids come back.
  func fits(_ status: JobStatus) -> Bool {
    reference.isSubmitted(at: status.submittedAt, within: Self.clockTolerance)
  }

  /// Whether an exit record is of this job: of its own server and token, as far as they are known, and of its own time.
  /// Where neither is known, no record is: two schedulers of one home give the same numbers.
  ///
  /// - Parameter server: what the server calls itself, for an id that does not name it.
  func fits(_ record: ExitRecord, server known: String?) -> Bool {
    let token = reference.token ?? token
    if let token, token != record.token { return false }
    let server = id?.server ?? reference.server ?? known
    let isNameless = record.server == JobScriptText.namelessServer && id?.server == nil
    if let server, !isNameless, !PBSID.isSameServer(server, record.server) { return false }
    guard token != nil || server != nil else { return false }
    return record.isNotBefore(reference.submittedAt, within: Self.clockTolerance)
  }
}
