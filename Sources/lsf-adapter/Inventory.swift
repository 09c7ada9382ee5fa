import AdapterKit

/// Queues from `bqueues`, nodes from `bhosts` and `lshosts`. With `-w`, their tables truncate no name, and no column is
/// empty.
struct Inventory<Host: CommandHost> {
  let lsf: LSF<Host>

  func queues() async throws -> [QueueStatus] {
    let answer = try await lsf.run(["bqueues", "-w"])
    guard answer.exitCode != nil, let table = WordTable(answer.output(limit: 1 << 24), first: "QUEUE_NAME") else {
      throw Failures.ofQuery(answer, of: "the queues")
    }
    async let details = lsf.answerIfAny(to: ["bqueues", "-l"])
    async let parameters = lsf.answerIfAny(to: ["bparams", "-l"])
    let limits = QueueDetails(await details?.output(limit: 1 << 24) ?? "")
    let settings = LSFSettings(await parameters?.output(limit: 1 << 18) ?? "")
    // The default may be a list, from which LSF takes the first that suits the job.
    let defaults = settings["DEFAULT_QUEUE"]?.split(separator: " ").map(String.init)
    return table.rows.map { row in
      var queue = QueueStatus(name: row["QUEUE_NAME"] ?? "")
      queue.isDefault = defaults.map { $0.contains(queue.name) } ?? limits.defaults.map { $0.contains(queue.name) }
      if let state = row["STATUS"] {
        queue.nativeState = state
        let parts = state.split(separator: ":")
        queue.accepts = parts.first == "Open"
        queue.starts = parts.count == 2 && parts[1] == "Active"
      }
      queue.walltimeLimit = limits.walltimes[queue.name]
      // Slots, not jobs (bqueues(1), MAX and RUN).
      queue.cpus = row["MAX"]?.natural
      queue.cpusUsed = row["RUN"]?.natural
      return queue
    }
  }

  func nodes() async throws -> [NodeStatus] {
    let answer = try await lsf.run(["bhosts", "-w"])
    guard answer.exitCode != nil, let table = WordTable(answer.output(limit: 1 << 26), first: "HOST_NAME") else {
      throw Failures.ofQuery(answer, of: "the nodes")
    }
    let machines = await lsf.answerIfAny(to: ["lshosts", "-w"])
    let memory = WordTable(machines?.output(limit: 1 << 26) ?? "", first: "HOST_NAME")
    var amounts: [String: ByteCount] = [:]
    for row in memory?.rows ?? [] {
      guard let name = row["HOST_NAME"], var text = row["maxmem"] else { continue }
      amounts[name] = text.withUTF8 { LSFTime.memory(UnsafeRawBufferPointer($0)) }
    }
    return table.rows.map { row in
      let word = row["STATUS"] ?? ""
      let slots = row["MAX"]?.natural
      let used = row["NJOBS"]?.natural
      let name = row["HOST_NAME"] ?? ""
      var node = NodeStatus(name: name, state: Self.state(word, slots: slots, used: used))
      node.nativeState = word
      (node.cpus, node.cpusUsed) = (slots, used)
      node.memory = amounts[name]
      return node
    }
  }

  /// Sources: `ok` and `closed` recorded (queues-and-nodes, pending-for-slots); the others bhosts(1), “Host status”.
  static func state(_ word: String, slots: Int?, used: Int?) -> NodeStatus.State {
    let isUsed = (used ?? 0) > 0
    let isFull = slots.map { isUsed && (used ?? 0) >= $0 } ?? false
    switch word {
    case "ok": return isFull ? .allocated : isUsed ? .mixed : .idle
    case "closed_Full", "closed_Excl", "closed_cu_Excl", "closed_cu_excl": return .allocated
    case "closed_Busy": return isUsed ? .mixed : .drained
    case "closed": return isFull ? .allocated : isUsed ? .draining : .drained
    case "unavail", "unreach", "unlicensed", "closed_LIM": return .down
    default: return word.hasPrefix("closed_") ? (isUsed ? .draining : .drained) : .unknown
    }
  }
}

/// A table of words with a heading; the heading's names are the columns.
struct WordTable {
  let rows: [[String: String]]

  /// Reads a table; `nil` if there is no heading.
  init?(_ output: String, first: String) {
    var columns: [Substring]?
    var rows: [[String: String]] = []
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let names = columns else {
        if words.first.map({ $0 == first }) == true { columns = words }
        continue
      }
      // There may be messages between the rows.
      guard words.count >= names.count - 1, words.count >= 2 else { continue }
      rows.append(
        Dictionary(zip(names.map(String.init), words.map(String.init)), uniquingKeysWith: { first, _ in first })
      )
    }
    guard columns != nil else { return nil }
    self.rows = rows
  }
}

/// What `bqueues -l` reports beyond the table.
struct QueueDetails {
  private(set) var walltimes: [String: Walltime] = [:]
  /// The queues that are named as the default; `nil` if none is.
  private(set) var defaults: [String]?
  /// All queues that are described.
  private(set) var names: Set<String> = []
  /// The queues that start their jobs again (`RERUNNABLE :  yes`).
  private(set) var rerunning: Set<String> = []

  init(_ output: String) {
    var queue = ""
    var isLimit = false
    for line in output.split(separator: "\n") {
      if line.hasPrefix("QUEUE: ") {
        queue = line.dropFirst(7).trimmingBlanks
        names.insert(queue)
      } else if line.hasPrefix("RERUNNABLE") {
        if line.lowercased().contains("yes") { rerunning.insert(queue) }
      } else if line.hasPrefix("  --") {
        if line.contains("This is the default queue") { defaults = (defaults ?? []) + [queue] }
      } else if line.hasPrefix(" RUNLIMIT") {
        isLimit = true
      } else if isLimit {
        isLimit = false
        // ` 10.0 min of hostA`
        let words = line.split(separator: " ")
        if words.count >= 2, words[1].hasPrefix("min"), let minutes = Double(words[0]), minutes > 0, minutes < 1e8 {
          walltimes[queue] = Walltime(.seconds(Int64(minutes * 60)))
        }
      }
    }
  }
}
