import FoundationEssentials
import LauncherProtocol
import Synchronization

/// What one look at some jobs brought.
public struct Poll: Sendable {
  /// The jobs: each that was asked for, in that order; or all that were found.
  public var jobs: [JobStatus]
  /// Records that could not be read; they cost no other job anything.
  public var unreadable: [UnreadableRecord]
  /// Whether every source was read to its end.
  public var isComplete: Bool
  /// What came in the way, when not.
  public var problem: AdapterError?

  package init(jobs: [JobStatus], unreadable: [UnreadableRecord], isComplete: Bool, problem: AdapterError?) {
    self.jobs = jobs
    self.unreadable = unreadable
    self.isComplete = isComplete
    self.problem = problem
  }
}

extension Poll {
  /// The looks at several schedulers as one: complete when all of them are.
  package init(joining polls: [Poll]) {
    self.init(
      jobs: polls.flatMap(\.jobs),
      unreadable: polls.flatMap(\.unreadable),
      isComplete: polls.allSatisfy(\.isComplete),
      problem: polls.compactMap(\.problem).first
    )
  }

  /// What a poll concluded, in the form in which it is stored and compared.
  package struct Conclusion: Encodable {
    let complete: Bool
    let jobs: [JobStatus]
    let unreadable: Int?
    let problem: AdapterError?
  }

  package var conclusion: Conclusion {
    Conclusion(
      complete: isComplete,
      jobs: jobs,
      unreadable: unreadable.isEmpty ? nil : unreadable.count,
      problem: problem
    )
  }
}

/// Gathers the reports of one poll, and answers for each job that was asked for.
package final class PollCollector: Sendable {
  private struct State {
    var statuses: [String: JobStatus] = [:]
    var order: [String] = []
    var unreadable: [UnreadableRecord] = []
    var fault: AdapterError?
  }

  private let adapter: String
  private let asked: [JobReference]?
  private let state = Mutex(State())

  package init(adapter: String, asked: [JobReference]?) {
    self.adapter = adapter
    self.asked = asked
  }

  /// The jobs whose ids may go near a native command, each once; `nil` for all of the user's.
  var wellFormed: [JobReference]? {
    var seen = Set<String>()
    return asked?.filter { JobIDText.isWellFormed($0.id) && seen.insert($0.id).inserted }
  }

  package func take(_ report: Result<PollReport, AdapterError>) {
    state.withLock { state in
      switch report {
      case .failure(let error): state.fault = error
      case .success(let report):
        for status in report.jobs {
          if state.statuses.updateValue(status, forKey: status.id) == nil { state.order.append(status.id) }
        }
        state.unreadable += report.unreadable ?? []
      }
    }
  }

  /// Whether any job was reported so far.
  var hasReports: Bool { state.withLock { !$0.statuses.isEmpty } }

  package func finish(_ answer: PollAnswer) -> Poll {
    let state = state.withLock { $0 }
    let ids = asked?.map(\.id) ?? state.order
    let now = Date()
    let jobs = ids.map { id in
      var status = state.statuses[id] ?? unreported(id, answer: answer)
      status.adapter = adapter
      if status.observedAt == nil { status.observedAt = now }
      return status
    }
    return Poll(
      jobs: jobs,
      unreadable: state.unreadable,
      isComplete: answer.complete && state.fault == nil,
      problem: state.fault ?? answer.problem
    )
  }

  /// A job that was asked for and not reported: unknown, never ended.
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
