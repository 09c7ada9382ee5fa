import AdapterJSON
import AdapterKit

/// Queues and nodes.
enum Inventory {
  static func queueArguments(_ family: PBSFamily) -> [String] {
    family == .pro ? ["qstat", "-Q", "-f", "-F", "json"] : ["qstat", "-Q", "-f"]
  }

  static func nodeArguments(_ family: PBSFamily) -> [String] {
    family == .pro ? ["pbsnodes", "-a", "-F", "json"] : ["pbsnodes", "-a"]
  }

  /// The command for the server's settings, which name the default queue.
  static func serverArguments(_ family: PBSFamily) -> [[String]] {
    family == .pro ? [["qstat", "-Bf"], ["qstat", "-B", "-f"]] : [["qstat", "-B", "-f"]]
  }

  // MARK: Queues

  /// The queues in an answer.
  ///
  /// - Parameters:
  ///   - family: the family whose answer it is.
  ///   - path: the file with the answer.
  ///   - command: what an error names.
  static func queues(
    _ family: PBSFamily,
    path: String,
    of command: LauncherError.FailedCommand? = nil
  ) throws -> [QueueStatus] {
    switch family {
    case .pro:
      var queues: [QueueStatus] = []
      try read(path, command, member: "Queue") { name, facts in queues.append(queue(name, facts)) }
      return queues
    case .torque:
      return ServerSettings.blocks(SmallFile.head(of: path, limit: 1 << 24)).compactMap { block in
        block.name.map { queue($0) { block[$0] } }
      }
    }
  }

  /// A queue from its attributes: `resources_max.walltime` and the like.
  private static func queue(_ name: String, _ facts: (String) -> String?) -> QueueStatus {
    var queue = QueueStatus(name: name)
    queue.accepts = facts("enabled").map { $0 == "True" }
    queue.starts = facts("started").map { $0 == "True" }
    if let limit = PBSTime.span(facts("resources_max.walltime")) { queue.walltimeLimit = Walltime(limit) }
    if let counts = facts("state_count") {
      var numbers: [Substring: Int] = [:]
      for piece in counts.split(separator: " ") {
        let halves = piece.split(separator: ":")
        if halves.count == 2 { numbers[halves[0]] = halves[1].natural }
      }
      queue.queuedJobs = ["Queued", "Held", "Waiting", "Transit"].compactMap { numbers[$0] }.reduce(0, +)
      queue.runningJobs = ["Running", "Exiting", "Begun"].compactMap { numbers[$0] }.reduce(0, +)
    }
    let words = [
      facts("queue_type"), queue.accepts == false ? "disabled" : nil, queue.starts == false ? "stopped" : nil,
    ]
    queue.nativeState = words.compactMap { $0 }.joined(separator: ",")
    return queue
  }

  // MARK: Nodes

  /// The nodes in an answer; its parameters are those of ``queues(_:path:of:)``.
  static func nodes(
    _ family: PBSFamily,
    path: String,
    of command: LauncherError.FailedCommand? = nil
  ) throws -> [NodeStatus] {
    switch family {
    case .pro:
      var nodes: [NodeStatus] = []
      try read(path, command, member: "nodes") { name, facts in nodes.append(node(name, facts)) }
      return nodes
    case .torque:
      return ServerSettings.blocks(SmallFile.head(of: path, limit: 1 << 26)).compactMap { block in
        block.name.map { torqueNode($0, block) }
      }
    }
  }

  private static func node(_ name: String, _ facts: (String) -> String?) -> NodeStatus {
    let word = facts("state") ?? ""
    let cpus = facts("resources_available.ncpus")?.natural
    let used = facts("resources_assigned.ncpus")?.natural ?? 0
    var node = NodeStatus(name: name, state: state(word, cpus: cpus, used: used))
    node.nativeState = word
    node.cpus = cpus
    node.cpusUsed = cpus == nil ? nil : used
    node.memory = PBSTime.bytes(facts("resources_available.mem")).map { ByteCount($0) }
    node.gpus = facts("resources_available.ngpus")?.natural
    node.queues = facts("queue").map { [$0] }
    node.reason = facts("comment")
    return node
  }

  private static func torqueNode(_ name: String, _ block: ServerSettings) -> NodeStatus {
    let word = block["state"] ?? ""
    let cpus = block["np"]?.natural
    // `jobs = 0/3.torque01, 2-3/4.torque01`: processors, then the job.
    var used = 0
    for piece in (block["jobs"] ?? "").split(separator: ",") {
      let places = piece.prefix { $0 != "/" }.filter { $0 != " " }.split(separator: "-").compactMap(\.natural)
      if places.count == 2 { used += max(0, places[1] - places[0] + 1) } else { used += places.count }
    }
    var node = NodeStatus(name: name, state: state(word, cpus: cpus, used: used))
    node.nativeState = word
    node.cpus = cpus
    node.cpusUsed = cpus == nil ? nil : used
    node.gpus = block["gpus"]?.natural
    node.reason = block["note"]
    if let status = block["status"], let memory = status.firstRange(of: "physmem=") {
      let text = status[memory.upperBound...].prefix { $0 != "," }
      node.memory = PBSTime.bytes(String(text)).map { ByteCount($0) }
    }
    return node
  }

  /// A node's state from its words: `free`, `job-busy`, `offline,down`. Recorded: queues-and-nodes of both families; the
  /// others from pbs_node_attributes(7B) of OpenPBS 23.06 and pbsnodes(8B) of Torque 6.1.
  static func state(_ words: String, cpus: Int?, used: Int) -> NodeStatus.State {
    let words = Set(words.split { $0 == "," || $0 == " " })
    if !words.isDisjoint(with: ["down", "state-unknown", "stale", "unresolvable", "initializing"]) { return .down }
    if words.contains("offline") { return used > 0 ? .draining : .drained }
    if !words.isDisjoint(with: ["maintenance", "provisioning", "wait-provisioning", "sleep"]) { return .drained }
    if !words.isDisjoint(with: ["job-busy", "job-exclusive", "resv-exclusive", "busy"]) { return .allocated }
    guard words.contains("free") || words.contains("job-sharing") || words.contains("reserve") else { return .unknown }
    if used == 0 { return .idle }
    return cpus.map { used >= $0 } == true ? .allocated : .mixed
  }

  // MARK: JSON

  /// Reads the records of a document: a name, and its attributes by their dotted names.
  private static func read(
    _ path: String,
    _ command: LauncherError.FailedCommand?,
    member: String,
    _ take: (String, (String) -> String?) -> Void
  ) throws {
    let reader = try JSONRecordReader(path: path, member: member)
    let names = ["state_count", "enabled", "started", "queue_type", "state", "queue", "comment"]
    let groupNames = ["resources_max", "resources_available", "resources_assigned"]
    let inner = ["walltime", "ncpus", "mem", "ngpus"]
    var members = JSONMembers(names + groupNames)
    var groups = groupNames.map { _ in JSONMembers(inner) }
    while let record = try reader.next() {
      guard let key = record.key, record.border != .tooLong else { continue }
      members.read(record.bytes)
      var facts: [String: String] = [:]
      for (place, name) in names.enumerated() {
        if let value = members.bytes(place, of: record.bytes) { facts[name] = PBSText.ofJSON(value) }
      }
      for (offset, group) in groupNames.enumerated() {
        guard let object = members.bytes(names.count + offset, of: record.bytes) else { continue }
        groups[offset].read(object)
        for (place, name) in inner.enumerated() {
          if let value = groups[offset].bytes(place, of: object) { facts["\(group).\(name)"] = PBSText.ofJSON(value) }
        }
      }
      take(key) { facts[$0] }
    }
    if reader.ending == .cut || reader.ending == .missing {
      let what = member == "nodes" ? "nodes" : "queues"
      throw LauncherError(.truncatedOutput, "the list of \(what) is cut", command: command)
    }
  }
}
