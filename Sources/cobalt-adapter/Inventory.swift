import AdapterKit

/// Queues from `qstat -Q`, nodes from `nodelist`.
enum Inventory {
  static let queueArguments = ["qstat", "-Q", "-l"]
  static let queueTableArguments = ["qstat", "-Q"]
  /// The labels of a queue's record (recorded: queues-and-nodes).
  private static let queueLabels = [
    "Name", "Users", "Groups", "MinTime", "MaxTime", "MaxRunning", "MaxQueued", "MaxUserNodes", "MaxNodeHours",
    "TotalNodes", "State",
  ]
  static let nodeArguments = ["nodelist"]

  /// How many queues the table of queues has; `nil` if it is not one.
  static func queueCount(_ output: String) -> Int? {
    guard let table = CobaltTable(output), output.contains("MaxRunning") else { return nil }
    return table.rows.count
  }

  static func queues(path: String) throws -> [QueueStatus] {
    var reader = try QstatReader(path: path, labels: queueLabels)
    var queues: [QueueStatus] = []
    while let item = try reader.next() {
      if case .record(let record) = item, let queue = queue(record) { queues.append(queue) }
    }
    return queues
  }

  static func queues(table: String) -> [QueueStatus] {
    CobaltTable(table)?.rows.compactMap { queue(QstatRecord($0)) } ?? []
  }

  private static func queue(_ record: QstatRecord) -> QueueStatus? {
    guard let name = record["Name"] else { return nil }
    var queue = QueueStatus(name: name)
    // qsub's own choice if no queue is named.
    queue.isDefault = name == "default"
    queue.nativeState = record["State"]
    switch record["State"] {
    case "running": (queue.accepts, queue.starts) = (true, true)
    case "stopped": (queue.accepts, queue.starts) = (true, false)  // recorded: queues-and-nodes, held
    case "draining": (queue.accepts, queue.starts) = (false, true)  // recorded: submission-errors
    case "dead": (queue.accepts, queue.starts) = (false, false)  // recorded: submission-errors
    default: break
    }
    if let limit = record["MaxTime"].flatMap({ CobaltTime.span($0) }), limit > .zero {
      queue.walltimeLimit = Walltime(limit)
    }
    queue.nodes = record["TotalNodes"]?.natural
    return queue
  }

  /// Nodes of a cluster (`Host Queue State Backfill`, recorded), and of a Cray XC (`Node_id Name Queues Status …`, ALCF's
  /// user guide of Theta).
  static func nodes(_ output: String) -> [NodeStatus]? {
    guard let table = CobaltTable(output) else { return nil }
    return table.rows.compactMap { row in
      guard let name = row["Host"] ?? (row["Node_id"]?.natural).map(Locations.host) else { return nil }
      let word = row["State"] ?? row["Status"] ?? ""
      var node = NodeStatus(name: name, state: state(word))
      node.nativeState = word
      node.queues = (row["Queue"] ?? row["Queues"] ?? "").split(separator: ":").map(String.init)
      return node
    }
  }

  private static func state(_ word: String) -> NodeStatus.State {
    switch word {
    case "idle": .idle  // recorded
    case "allocated": .allocated  // recorded
    case "busy": .allocated  // ALCF's user guide of Theta
    case "cleanup", "cleanup-pending": .allocated  // ALCF's user guide: made ready for the next job
    case "draining": .draining
    case "down": .down
    default: .unknown
    }
  }
}
