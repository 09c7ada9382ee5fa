import AdapterKit
import FoundationEssentials

/// Jobs that `bjobs` does not show, or not with all their elements: what `bhist` and their own exit records tell of them.
struct PastJobs {
  private var stories: [LSFID: JobStory] = [:]
  private var records: [LSFID: ExitRecord] = [:]
  /// `bhist` could not be asked, and might have known more.
  private(set) var fault: AdapterError?
  private let observedAt: Date

  /// Asks for jobs, and looks further back for those of which nothing else is known.
  init(
    _ ids: Set<LSFID>,
    unknown: Set<LSFID>,
    in listings: Listings<some CommandHost>,
    observedAt: Date
  ) async {
    self.observedAt = observedAt
    guard !ids.isEmpty else { return }
    do {
      stories = try await listings.history(of: Self.texts(of: ids))
    } catch {
      fault = error as? AdapterError ?? AdapterError(.internalFailure, "\(error)")
      fault?.code = .accountingUnavailable
    }
    records = await listings.exitRecords(of: Set(ids.map(\.number)))
    let known = Set(stories.keys.map(\.number) + records.keys.map(\.number))
    let lost = unknown.filter { !known.contains($0.number) }
    guard fault == nil, !lost.isEmpty else { return }
    // What cannot be had from there says nothing more than what is known already.
    let older = try? await listings.history(of: Self.texts(of: lost), inAllFiles: true)
    stories.merge(older ?? [:]) { first, _ in first }
  }

  private static func texts(of ids: Set<LSFID>) -> [String] {
    ids.sorted { ($0.number, $0.index ?? 0) < ($1.number, $1.index ?? 0) }.map(\.text)
  }

  /// A job's status from all that is known; `nil` when something that could not be read might have said otherwise.
  ///
  /// - Parameters:
  ///   - job: what was asked for, with the rows that `bjobs` has of it.
  ///   - isWhole: whether all of what `bjobs` said was read.
  func status(of job: AskedJob, isWhole: Bool) -> JobStatus? {
    guard let id = job.id else { return nil }
    if var status = job.row?.status {
      status.id = job.reference.id
      return status
    }
    if id.index == nil, let status = arrayStatus(of: job, id) {
      // What is not known may still go on.
      let mayGoOn = fault != nil || !isWhole
      return status.state.isFinished && mayGoOn ? nil : status
    }
    if var status = past(id, job) {
      status.id = job.reference.id
      return status
    }
    guard fault == nil else { return nil }
    if let status = open(id, job) { return status }
    return job.missing("neither bjobs nor bhist tells how it ended, and it left no exit record")
  }

  private func arrayStatus(of job: AskedJob, _ id: LSFID) -> JobStatus? {
    var all = job.elements.mapValues(\.status)
    let others = Set(stories.keys).union(records.keys).filter { $0.number == id.number && $0.index != nil }
    for other in others {
      if let index = other.index, all[index] == nil { all[index] = past(other, job) ?? open(other, job) }
    }
    return all.isEmpty ? nil : Elements.status(id: job.reference.id, all)
  }

  /// A job that ended.
  private func past(_ id: LSFID, _ job: AskedJob) -> JobStatus? {
    let record = records[id].flatMap { job.fits($0) ? $0 : nil }
    if let story = stories[id], job.fits(story.submittedAt),
      var status = JobStatus(ended: story, observedAt: observedAt)
    {
      if let record { status.take(from: record) }
      return status
    }
    guard let record else { return nil }
    var status = record.status(id: id.text)
    status.index = id.index
    status.submittedAt = stories[id]?.submittedAt
    return status
  }

  /// A job that `bhist` knows, though not its end.
  private func open(_ id: LSFID, _ job: AskedJob) -> JobStatus? {
    guard let story = stories[id], job.fits(story.submittedAt) else { return nil }
    var status = job.missing("bjobs does not show it, and bhist does not know its end")
    if id.index != nil { status.id = id.text }
    status.index = id.index
    status.name = story.name
    status.submittedAt = story.submittedAt
    return status
  }
}
