import AdapterKit
import CLinux
import Glibc

/// Reports how a job ended: first beside the job, then to the queue.
struct EndReport {
  let settings: Settings
  let order: JobOrder
  /// The supervisor's signals, since the report may take a while.
  let signals: Int32
  /// Whether the supervisor was asked to end, as when the machine shuts down.
  let isShutdown: Bool

  /// Writes the exit record, then informs the queue, then lets the next jobs start. On a full disk or a locked queue it
  /// keeps trying for a day, since no other process knows how the job ended.
  func tell(_ record: AttemptRecord) throws {
    var isWritten = false
    for _ in 0..<17_280 {
      do {
        if !isWritten { try record.write(in: order.folder) }
        isWritten = true
      } catch {
        AdapterLog.write("job \(order.key.text): \(error)")
      }
      do {
        return try tellQueue(record)
      } catch {
        AdapterLog.write("job \(order.key.text): its end could not be recorded: \(error)")
      }
      if isTold() { return }
    }
  }

  /// Waits five seconds; returns whether this process was asked to end meanwhile.
  private func isTold() -> Bool {
    let end = steadyClock() + 5
    while steadyClock() < end {
      var descriptor = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, Int32(max(1, (end - steadyClock()) * 1000)))
      if clinux_next_signal(signals) == SIGTERM { return true }
    }
    return false
  }

  private func tellQueue(_ record: AttemptRecord) throws {
    try Queue(settings: settings).change { transaction in
      if isShutdown, order.spec.requeue == true {
        unlink(AttemptRecord.path(in: order.folder))
        return try transaction.requeue(order.key, reason: "it was ended from outside and waits for another attempt")
      }
      try transaction.finish(order.key, record, source: "queue")
      // Nothing new is started while the machine may be shutting down.
      if !isShutdown { try transaction.pass() }
    }
  }
}
