import LauncherKit
import Synchronization

/// Collects exactly what a poll reported: a job that was not reported is missing.
final class Reports: Sendable {
  private struct State {
    var statuses: [String: JobStatus] = [:]
    var order: [String] = []
    var repeated: [String] = []
    var unreadable: [UnreadableRecord] = []
    var earlyEnds: [EarlyEnd] = []
  }

  private let state = Mutex(State())

  func take(_ report: Result<PollReport, LauncherError>) {
    guard case .success(let report) = report else { return }
    state.withLock { state in
      for status in report.jobs {
        if state.statuses.updateValue(status.timeless, forKey: status.id) == nil {
          state.order.append(status.id)
        } else {
          state.repeated.append(status.id)
        }
      }
      state.unreadable += report.unreadable ?? []
      state.earlyEnds += report.earlyEnds
    }
  }

  func fill(_ answer: inout Answer) {
    let state = state.withLock { $0 }
    answer.statuses = state.statuses
    answer.order = state.order
    answer.repeated = state.repeated
    answer.unreadable = state.unreadable
    answer.earlyEnds = state.earlyEnds
  }
}

extension JobStatus {
  /// The status without what depends on the moment of asking.
  fileprivate var timeless: JobStatus {
    var status = self
    status.observedAt = nil
    status.adapter = nil
    status.tasks = status.tasks?.map(\.timeless)
    return status
  }

  /// The status and those of its tasks.
  var withTasks: [JobStatus] { [self] + (tasks ?? []).flatMap(\.withTasks) }
}
