import FoundationEssentials
import LauncherProtocol
import Synchronization

/// Gathers the reports of one poll, and answers for each job that was asked for.
package final class PollCollector: Sendable {
  private struct State {
    var statuses: [String: JobStatus] = [:]
    var order: [String] = []
    var unreadable: [UnreadableRecord] = []
    var fault: LauncherError?
    /// How many statuses and unreadable records arrived, including those that are not kept.
    var count = 0
    /// How many statuses arrived of jobs that were not asked for.
    var unasked = 0
  }

  private let adapter: String
  private let asked: [JobReference]?
  private let wanted: Set<String>?
  private let state = Mutex(State())

  package init(adapter: String, asked: [JobReference]?) {
    self.adapter = adapter
    self.asked = asked
    wanted = asked.map { Set($0.map(\.id)) }
  }

  /// How much one poll may report: a multiple of what there can be to report.
  private var greatestCount: Int { asked.map { 10_000 + 20 * $0.count } ?? 2_000_000 }

  /// What is wrong when the adapter reports endlessly; `nil` while it does not.
  var flood: LauncherError? {
    let count = state.withLock { $0.count }
    guard count > greatestCount else { return nil }
    return LauncherError(
      .adapterNoise,
      "the \(adapter) adapter reported \(count) records\(asked.map { " when it was asked for \($0.count) jobs" } ?? "")",
      advice: "That is a fault of the adapter. It was ended."
    )
  }

  /// A sentence about jobs that were reported without being asked for; `nil` when there were none.
  var unaskedRemark: String? {
    let count = state.withLock { $0.unasked }
    return count == 0 ? nil : "the \(adapter) adapter reported jobs that nobody asked for; they are left out (\(count))"
  }

  /// The jobs whose ids may be used in a native command, each once; `nil` for all of the user's.
  var wellFormed: [JobReference]? {
    var seen = Set<String>()
    return asked?.filter { JobIDText.isWellFormed($0.id) && seen.insert($0.id).inserted }.map(\.forAdapter)
  }

  package func take(_ report: Result<PollReport, LauncherError>) {
    state.withLock { state in
      switch report {
      case .failure(let error): state.fault = error
      case .success(let report):
        state.count += report.jobs.count + (report.unreadable?.count ?? 0)
        guard state.count <= greatestCount else { return }
        for status in report.jobs {
          if let wanted, !wanted.contains(status.id) {
            state.unasked += 1
            continue
          }
          guard JobIDText.isWellFormed(status.id) else {
            let message = JobIDText.complaint(about: status.id)
            state.unreadable.append(UnreadableRecord(source: "report", message: message))
            continue
          }
          if state.statuses.updateValue(status, forKey: status.id) == nil { state.order.append(status.id) }
        }
        state.unreadable += report.unreadable ?? []
      }
    }
  }

  /// Whether any job has been reported so far.
  var hasReports: Bool { state.withLock { !$0.statuses.isEmpty } }

  /// - Parameter recordedAt: when the answer was recorded, if it comes from a recording: an adapter uses the present
  ///   time.
  package func finish(_ answer: PollAnswer, recordedAt: Date? = nil) -> Poll {
    let now = Date()
    let state = state.withLock { $0 }
    let ids = asked?.map(\.id) ?? state.order
    let jobs = ids.map { id in
      var status = state.statuses[id] ?? unreported(id, answer: answer)
      status.adapter = adapter
      status = status.withoutClientFacts
      status.observedAt = recordedAt ?? status.observedAt ?? now
      return status
    }
    return Poll(
      jobs: jobs,
      unreadable: state.unreadable,
      isComplete: answer.complete && state.fault == nil,
      problem: state.fault ?? answer.problem
    )
  }

  /// A job that was asked for and not reported: it is unknown, never finished.
  private func unreported(_ id: String, answer: PollAnswer) -> JobStatus {
    if !JobIDText.isWellFormed(id) {
      var status = JobStatus(id: id, state: .unknown(.gone))
      status.reason = JobReason(nil, JobIDText.complaint(about: id))
      return status
    }
    var status = JobStatus(id: id, state: .unknown(answer.complete ? .unreadable : .unreachable))
    status.reason = JobReason(nil, answer.problem?.message ?? "the \(adapter) adapter did not report it")
    return status
  }
}

extension JobStatus {
  /// This status without the facts that only the client and its job store know.
  fileprivate var withoutClientFacts: JobStatus {
    var status = self
    (status.host, status.token, status.labels, status.requested) = (nil, nil, [:], RequestedResources())
    status.tasks = tasks?.map(\.withoutClientFacts)
    return status
  }
}
