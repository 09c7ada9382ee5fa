import Dispatch

/// Runs what may wait for the job store's file, which another program may hold, on threads of its own: the cooperative
/// threads are as many as the processors, and one that waits keeps a whole program waiting.
final class StoreExecutor: TaskExecutor {
  /// For tasks whose steps wait for the store.
  static let shared = StoreExecutor()

  private let queue = DispatchQueue(label: "job store", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// The same for an actor.
final class StoreActorExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "job store, one at a time")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
