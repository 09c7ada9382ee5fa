import AdapterKit

/// Queues and nodes from `sinfo`.
enum Inventory {
  /// `%R` and `%P`: 22.05 marks the default only with a star after `%P`. `%F`, `%C`: allocated/idle/other/total.
  static let queueArguments = ["sinfo", "--noheader", "--format=%R\u{1F}%P\u{1F}%a\u{1F}%l\u{1F}%F\u{1F}%C"]
  /// Free text last: an administrator's reason may hold anything.
  static let nodeArguments = [
    "sinfo", "--noheader", "--Node", "--format=%N\u{1F}%R\u{1F}%T\u{1F}%C\u{1F}%m\u{1F}%G\u{1F}%E",
  ]

  static func queues(path: String) throws -> [QueueStatus] {
    var order: [String] = []
    var queues: [String: QueueStatus] = [:]
    var splitter = ColumnSplitter(columns: 6, delimiter: 0x1F, isTerminated: false)
    let records = try RecordReader(path: path)
    while let record = try records.next() {
      guard splitter.split(record) else { continue }
      let name = splitter.column(0, of: record).text
      var queue = queues[name] ?? QueueStatus(name: name)
      if queues[name] == nil { order.append(name) }
      queue.isDefault = splitter.column(1, of: record).last == 0x2A
      let state = splitter.column(2, of: record)
      queue.nativeState = state.text
      // sinfo(1): up accepts and starts jobs, down accepts them, drain starts what it has, inact does neither.
      queue.accepts = state.equals("up") || state.equals("down")
      queue.starts = state.equals("up") || state.hasPrefix("drain")
      if let limit = SlurmTime.span(splitter.column(3, of: record)), limit > .zero, limit <= .seconds(3650 * 86_400) {
        queue.walltimeLimit = Walltime(limit)
      }
      let nodes = counts(splitter.column(4, of: record))
      let cpus = counts(splitter.column(5, of: record))
      if nodes.count == 4 { queue.nodes = (queue.nodes ?? 0) + nodes[3] }
      if cpus.count == 4 {
        queue.cpus = (queue.cpus ?? 0) + cpus[3]
        queue.cpusUsed = (queue.cpusUsed ?? 0) + cpus[0]
      }
      queues[name] = queue
    }
    return order.compactMap { queues[$0] }
  }

  static func nodes(path: String) throws -> [NodeStatus] {
    var order: [String] = []
    var nodes: [String: NodeStatus] = [:]
    var splitter = ColumnSplitter(columns: 7, delimiter: 0x1F, isTerminated: false)
    let records = try RecordReader(path: path)
    while let record = try records.next() {
      guard splitter.split(record) else { continue }
      let name = splitter.column(0, of: record).text
      if nodes[name] == nil {
        order.append(name)
        let word = splitter.column(2, of: record).text
        var node = NodeStatus(name: name, state: state(word))
        node.nativeState = word
        let cpus = counts(splitter.column(3, of: record))
        if cpus.count == 4 { (node.cpusUsed, node.cpus) = (cpus[0], cpus[3]) }
        if let memory = splitter.column(4, of: record).natural, memory > 0 { node.memory = .mebibytes(Int64(memory)) }
        node.gpus = gpus(splitter.column(5, of: record).text)
        let reason = splitter.column(6, of: record)
        if !reason.isEmpty, !reason.equals("none"), !reason.equals("None") { node.reason = reason.text }
        node.queues = []
        nodes[name] = node
      }
      let queue = splitter.column(1, of: record).text
      if !queue.isEmpty, queue != "(null)" { nodes[name]?.queues?.append(queue) }
    }
    return order.compactMap { nodes[$0] }
  }

  /// A node's state: the word, followed by `*` (does not respond), `~ # % $ @ ^ ! + -` (power, reservation, backfill).
  static func state(_ word: String) -> NodeStatus.State {
    let base = word.prefix { $0.isLetter || $0 == "_" }
    let known: NodeStatus.State =
      switch base {
      case "idle", "planned", "reserved", "power_down", "powering_down", "powered_down", "powering_up": .idle
      case "mixed": .mixed
      case "allocated", "completing": .allocated
      case "draining": .draining
      case "drained": .drained
      case "maint", "fail", "failing", "inval", "future", "reboot", "reboot_issued", "reboot_requested", "blocked":
        .drained
      case "down", "error", "no_respond", "noresp": .down
      default: .unknown
      }
    return word.contains("*") && known != .unknown ? .down : known
  }

  /// `gpu:a100:2(S:0-1),fpga:1` is two.
  static func gpus(_ text: String) -> Int? {
    var sum: Int?
    var depth = 0
    var piece = ""
    for letter in text + "," {
      if letter == "(" { depth += 1 }
      if depth == 0, letter == "," {
        let words = piece.split(separator: ":")
        if words.first == "gpu" { sum = (sum ?? 0) + (words.last?.natural ?? 1) }
        piece = ""
      } else if depth == 0 {
        piece.append(letter)
      }
      if letter == ")" { depth -= 1 }
    }
    return sum
  }

  private static func counts(_ text: UnsafeRawBufferPointer) -> [Int] {
    text.split(separator: 0x2F).compactMap { UnsafeRawBufferPointer(rebasing: $0).natural }
  }
}
