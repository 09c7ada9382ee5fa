import LauncherProtocol
import Synchronization

/// The jobs of a `Following`, which others add and remove while it looks at them.
final class Roster: Sendable {
  /// The jobs at one moment.
  struct Snapshot {
    /// The jobs to look at, in the order in which they came.
    var jobs: [JobReference]
    /// Those of them that no look has asked for yet since they were added.
    var newcomers: Set<String>
    /// Whether no further job will be added.
    var isFinished: Bool
  }

  private struct State {
    var jobs: [String: (place: Int, job: JobReference)] = [:]
    var lastPlace = 0
    var newcomers: Set<String> = []
    /// Jobs that were removed since the last look, which may have events left.
    var removed: Set<String> = []
    var isFinished = false
  }

  private let state = Mutex(State())
  /// Woken when a job is added, or when no more will be.
  let changed = WakeableSleep()

  func add(_ jobs: some Sequence<JobReference>) {
    state.withLock { state in
      for job in jobs {
        state.removed.remove(job.id)
        guard state.jobs[job.id] == nil else { continue }
        state.lastPlace += 1
        state.jobs[job.id] = (state.lastPlace, job)
        state.newcomers.insert(job.id)
      }
    }
    changed.wake()
  }

  func remove(_ ids: [String]) {
    state.withLock { state in
      for id in ids {
        state.jobs[id] = nil
        state.newcomers.remove(id)
        state.removed.insert(id)
      }
    }
    changed.wake()
  }

  /// Removes jobs that are over, whose events are still to be taken.
  func remove(over ids: [String]) { state.withLock { state in for id in ids { state.jobs[id] = nil } } }

  func finish() {
    state.withLock { $0.isFinished = true }
    changed.wake()
  }

  func isRemoved(_ id: String) -> Bool { state.withLock { $0.removed.contains(id) } }

  /// The jobs as they are now. All events of jobs that were removed earlier have been taken by then.
  func snapshot() -> Snapshot {
    state.withLock { state in
      state.removed = []
      let jobs = state.jobs.values.sorted { $0.place < $1.place }.map(\.job)
      return Snapshot(jobs: jobs, newcomers: state.newcomers, isFinished: state.isFinished)
    }
  }

  /// Notes that a look asked for jobs.
  func noteLook(at jobs: [JobReference]) { state.withLock { $0.newcomers.subtract(jobs.map(\.id)) } }
}
