import AdapterKit
import CLinux
import GRDB
import Glibc
import Processes

/// The process that wakes the queue at begin times and deadlines when no other process would do it. There is at most
/// one, and only while there is a time to wait for.
enum Timekeeper {
  static let argument = "keep-time"

  /// Makes the timekeeper check again, or starts one.
  static func ensure(on queue: Queue) throws {
    let (next, keeper) = try queue.read { db in
      (
        try Double.fetchOne(db, sql: "SELECT min(at) FROM timer"),
        try String.fetchOne(db, sql: "SELECT value FROM fact WHERE name = 'timekeeper'")
      )
    }
    if let keeper = keeper.flatMap({ ProcessIdentity($0) }), keeper.send(SIGUSR1) { return }
    // Should two be started at once, the second finds the first and exits.
    if next != nil { _ = Spawn.startSelf([argument], settings: queue.settings) }
  }

  static func main() -> Int32 {
    let signals = clinux_signal_descriptor()
    guard signals >= 0 else { return 1 }
    let settings = Settings.current()
    var isEstablished = false
    var complaint: String?
    while true {
      let next: Double
      do {
        guard let due = try look(settings, isEstablished: isEstablished) else { return 0 }
        next = due
        isEstablished = true
        complaint = nil
      } catch {
        // A full disk or a locked queue is temporary, and the jobs still wait for their time.
        if complaint != "\(error)" { AdapterLog.write("the timekeeper could not look: \(error)") }
        complaint = "\(error)"
        next = wallClock() + 5
      }
      guard clinux_alarm_at(next) == 0 else { return 1 }
      var descriptor = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, -1)
      var signal = clinux_next_signal(signals)
      while signal != 0 {
        if signal == SIGTERM || signal == SIGINT { return 0 }
        signal = clinux_next_signal(signals)
      }
    }
  }

  /// Runs a pass; returns when the next one is due, or `nil` when this process is not needed (any more).
  private static func look(_ settings: Settings, isEstablished: Bool) throws -> Double? {
    guard let queue = try Queue.ifPresent(settings: settings) else { return nil }
    return try queue.change { (transaction) -> Double? in
      let mine = ProcessIdentity.current
      let known = try transaction.row("SELECT value FROM fact WHERE name = 'timekeeper'")?["value"] as String?
      if let other = known.flatMap({ ProcessIdentity($0) }), other != mine {
        // One in another PID namespace cannot be woken from here: a later one takes over from it.
        if other.isAlive || isEstablished && other.world.isElsewhere { return nil }
      }
      try transaction.pass()
      try transaction.settleDependents()
      transaction.effects.timersChanged = false
      let next = try transaction.nextTimer()
      if next == nil {
        try transaction.execute("DELETE FROM fact WHERE name = 'timekeeper'")
      } else {
        try transaction.execute("INSERT OR REPLACE INTO fact VALUES ('timekeeper', ?)", [mine.text])
      }
      return next
    }
  }
}
