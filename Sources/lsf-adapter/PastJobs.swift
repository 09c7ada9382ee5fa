import AdapterKit
import FoundationEssentials

/// Jobs that `bjobs` does not show, or not with all their elements: what `bhist` and their own exit records report
/// about them.
struct PastJobs {
  private var stories: [LSFID: JobStory] = [:]
  private var records: JobRecords
  /// A source could not be asked, and might have known more.
  private(set) var fault: LauncherError?
  private let observedAt: Date
  private let saysReasons: Bool

  /// Asks for jobs, and looks further back for those about which nothing else is known.
  ///
  /// - Parameter jobs: the jobs, with what `bjobs` shows about them.
  init(_ jobs: [AskedJob], in listings: Listings<some CommandHost>, observedAt: Date) async {
    self.observedAt = observedAt
    let server = await listings.memory.server(on: listings.lsf.host)
    saysReasons = server.flavour == .ibm
    records = JobRecords(cluster: server.cluster)
    let ids = Set(jobs.compactMap(\.id))
    guard !ids.isEmpty else { return }
    do {
      stories = try await listings.history(of: Self.texts(of: ids))
    } catch {
      note(error)
    }
    do {
      records = try await listings.exitRecords(of: Set(ids.map(\.number)))
    } catch {
      note(error)
    }
    let lost = jobs.filter { isLost($0) }.compactMap(\.id)
    guard fault == nil, !lost.isEmpty else { return }
    // If older files are not available, nothing is added to what is already known.
    let older = try? await listings.history(of: Self.texts(of: Set(lost)), inAllFiles: true)
    stories.merge(older ?? [:]) { first, _ in first }
  }

  private mutating func note(_ error: any Error) {
    guard fault == nil else { return }
    fault = error as? LauncherError ?? LauncherError(.internalFailure, "\(error)")
    fault?.code = .accountingUnavailable
    fault?.category = .transient
  }

  private static func texts(of ids: Set<LSFID>) -> [String] {
    ids.sorted { ($0.number, $0.index ?? 0) < ($1.number, $1.index ?? 0) }.map(\.text)
  }

  /// Whether older event files may know more: about a job that no source knows, and about missing elements.
  private func isLost(_ job: AskedJob) -> Bool {
    guard let id = job.id else { return false }
    if !job.elements.isEmpty { return !hasAllElements(job, id) }
    return job.row == nil && !stories.keys.contains { $0.number == id.number }
      && !records.ids.contains { $0.number == id.number }
  }

  /// Whether no element of an array can be missing: those that it was submitted with are all known; or, if these are
  /// not known, `bhist` goes back to the elements that `bjobs` shows, so that it would also show others.
  private func hasAllElements(_ job: AskedJob, _ id: LSFID) -> Bool {
    func isTold(_ index: Int) -> Bool { stories[LSFID(number: id.number, index: index)] != nil }
    if let submitted = job.reference.array {
      return submitted.indices.allSatisfy { index in
        job.elements[index] != nil || isTold(index) || record(of: LSFID(number: id.number, index: index), job) != nil
      }
    }
    return job.elements.keys.allSatisfy(isTold)
  }

  /// A job's status from all that is known; `nil` when something that could not be read might have said otherwise.
  ///
  /// - Parameters:
  ///   - job: what was asked for, with the rows that `bjobs` has of it.
  ///   - isWhole: whether the whole answer of `bjobs` was read.
  func status(of job: AskedJob, isWhole: Bool) -> JobStatus? {
    guard let id = job.id else { return nil }
    // An unknown job may still be running.
    let mayGoOn = fault != nil || !isWhole
    if let status = job.row?.status { return settled(status, job) }
    if id.index == nil, let status = arrayStatus(of: job, id, mayGoOn: mayGoOn) {
      return mayGoOn && (status.state.isFinished || status.state.unknownCause != nil) ? nil : status
    }
    if let status = past(id, job) { return settled(status, job) }
    if mayGoOn { return nil }
    if let status = open(id, job) { return status }
    return job.reference.gone("neither bjobs nor bhist tells how it ended, and it left no exit record")
  }

  private func settled(_ status: JobStatus, _ job: AskedJob) -> JobStatus {
    var status = status
    status.id = job.reference.id
    guard job.id?.index != nil, !saysReasons else { return status }
    var alone = [status]
    Elements.doubt(&alone)
    return alone[0]
  }

  private func arrayStatus(of job: AskedJob, _ id: LSFID, mayGoOn: Bool) -> JobStatus? {
    // Records of elements of an older array do not turn a job into an array.
    guard stories[id] == nil || !job.elements.isEmpty else { return nil }
    var all = job.elements.mapValues(\.status)
    for other in Set(stories.keys).union(records.ids) where other.number == id.number {
      if let index = other.index, all[index] == nil { all[index] = past(other, job) ?? open(other, job) }
    }
    guard !all.isEmpty else { return nil }
    var status = Elements.status(
      id: job.reference.id,
      all,
      submitted: mayGoOn ? nil : job.reference.array,
      saysReasons: saysReasons
    )
    // An array with an element that failed has failed, however the others end: those still running are shown by bjobs.
    let isPartial = job.reference.array == nil && !job.elements.isEmpty && !hasAllElements(job, id)
    if status.state.isFinished, status.state != .finished(.failed), !mayGoOn, isPartial {
      status.state = .unknown(.gone)
      status.endedAt = nil
      status.reason = JobReason(
        nil,
        "the elements that bjobs still shows have ended; others may have left it, and bhist does not report them"
      )
    }
    return status
  }

  private func record(of id: LSFID, _ job: AskedJob) -> ExitRecord? {
    let story = stories[id].flatMap { job.fits($0.submittedAt) ? $0 : nil }
    let owner = JobRecords.Owner(
      reference: job.reference,
      token: story?.command.flatMap(JobFiles.token),
      name: story?.name ?? job.elements.first?.value.status.name,
      submittedAt: story?.submittedAt
    )
    guard let record = records.record(of: id, owner) else { return nil }
    // The record of an earlier attempt: the job has been started again since.
    if let started = story?.startedAt, story?.succeeded == nil, let ended = record.endedAt, ended < started - 60 {
      return nil
    }
    return record
  }

  /// A job that ended.
  private func past(_ id: LSFID, _ job: AskedJob) -> JobStatus? {
    let record = record(of: id, job)
    if let story = stories[id], job.fits(story.submittedAt),
      var status = JobStatus(ended: story, observedAt: observedAt)
    {
      if let record { status.take(from: record) }
      return status
    }
    guard let record else { return nil }
    var status = record.status(id: id.text)
    status.server = job.reference.server
    status.index = id.index
    status.submittedAt = stories[id]?.submittedAt
    return status
  }

  /// A job that `bhist` knows, though not its end: its file may be late.
  private func open(_ id: LSFID, _ job: AskedJob) -> JobStatus? {
    guard let story = stories[id], job.fits(story.submittedAt) else { return nil }
    var status = JobStatus(id: id.index == nil ? job.reference.id : id.text, state: .unknown(.unreachable))
    status.server = job.reference.server
    status.reason = JobReason(nil, "bjobs does not show it, and bhist does not know its end yet")
    status.index = id.index
    status.name = story.name
    status.submittedAt = story.submittedAt
    return status
  }
}
