import Dispatch
import Synchronization

/// Runs what may wait for the job store's file, which another program may hold, on threads of its own: the cooperative
/// threads are as many as the processors, and one that waits keeps a whole program waiting.
final class StoreExecutor: TaskExecutor {
  /// For tasks whose steps wait for the store.
  static let shared = StoreExecutor()

  // Serial queues have a thread each while they are at work; those of a concurrent queue come from the pool that the
  // cooperative threads come from.
  private let queues = (0..<16).map { DispatchQueue(label: "job store \($0)") }
  /// How many steps wait or run on each queue.
  private let loads = Mutex([Int](repeating: 0, count: 16))

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let place = loads.withLock { loads in
      let place = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[place] += 1
      return place
    }
    queues[place].async {
      job.runSynchronously(on: self.asUnownedTaskExecutor())
      self.loads.withLock { $0[place] -= 1 }
    }
  }
}
