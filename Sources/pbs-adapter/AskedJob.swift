import AdapterKit
import FoundationEssentials

/// A job that a poll asks for, and what has been reported about it so far.
struct AskedJob {
  let reference: JobReference
  /// Its id; `nil` for a text that is not one of PBS's.
  let id: PBSID?
  /// It has been reported; nothing more has to be found out.
  var isSettled = false
  /// The server reported that it does not know it.
  var isUnknown = false
  /// What is known of a job whose end no source explains; its exit record may.
  var pending: JobStatus?
  /// An array's own record.
  var parent: JobStatus?
  /// The indices an array was submitted with.
  var request: String?
  /// Whether the jobs reported for an array are all of its jobs.
  var hasAllMembers = true
  /// The token that the server reports for it.
  var token: String?
  /// The jobs of an array.
  private(set) var members: [JobStatus] = []
  private var places: [Int: Int] = [:]

  /// How far apart two times of one submission may be, in seconds: both are the server's.
  private static let clockTolerance: Double = 2

  init(_ reference: JobReference) {
    self.reference = reference
    id = PBSID(reference.id).flatMap { $0.isPossible ? $0 : nil }
  }

  /// Adds what is known of one of the array's jobs; what was reported first stays.
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

  /// Whether anything has been reported about it.
  var isSeen: Bool { isSettled || pending != nil || parent != nil || !members.isEmpty }

  /// Whether a status belongs to this job and not to an earlier one with the same id: ids are reused.
  func fits(_ status: JobStatus) -> Bool {
    reference.isSubmitted(at: status.submittedAt, within: Self.clockTolerance)
  }

  /// Whether an exit record belongs to this job: it has the job's server and token, as far as they are known, and fits
  /// its times. If neither is known, no record does: two schedulers that share a home assign the same numbers.
  ///
  /// - Parameter server: the server's own name, for an id that does not name it.
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
