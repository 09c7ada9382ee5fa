import AdapterKit
import GRDB

/// The only queue and the only node.
enum Inventory {
  private struct Counts {
    var used = 0
    var queued = 0
    var running = 0
  }

  static func queue(_ queue: Queue?, _ settings: Settings) throws -> QueueStatus {
    let counts = try counts(queue, settings)
    var status = QueueStatus(name: LocalAdapter.queueName)
    status.isDefault = true
    status.accepts = true
    status.starts = true
    status.nodes = 1
    status.cpus = settings.cores
    status.cpusUsed = counts.used
    status.queuedJobs = counts.queued
    status.runningJobs = counts.running
    return status
  }

  static func node(_ queue: Queue?, _ settings: Settings) throws -> NodeStatus {
    let used = try counts(queue, settings).used
    var status = NodeStatus(
      name: settings.host,
      state: used == 0 ? .idle : used < settings.cores ? .mixed : .allocated
    )
    status.cpus = settings.cores
    status.cpusUsed = used
    status.memory = settings.memory
    status.queues = [LocalAdapter.queueName]
    return status
  }

  private static func counts(_ queue: Queue?, _ settings: Settings) throws -> Counts {
    guard let queue else { return Counts() }
    return try queue.read { db in
      func count(_ states: String) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM task WHERE \(states)") ?? 0
      }
      let free = try QueueReading.freeResources(db, settings)
      return Counts(
        used: settings.cores - free.cores,
        queued: try count(QueueSchema.unstarted),
        running: try count(QueueSchema.active)
      )
    }
  }
}
