import Dispatch

/// What `StoreExecutor` is for tasks, for an actor whose steps wait for the store: one thread, one step at a time.
final class StoreActorExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "job store, one at a time")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
