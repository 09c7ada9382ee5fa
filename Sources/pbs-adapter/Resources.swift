import AdapterKit

/// What a job requests of nodes: chunks (`select`, `place`) for PBS Pro, `nodes=…:ppn=…` for Torque.
struct Resources {
  /// The resources by their names in `-l`, in the order in which they are written.
  private(set) var entries: [(name: String, value: String)] = []
  private(set) var remarks: [String] = []

  var names: Set<String> { Set(entries.map(\.name)) }

  /// Turns what a specification asks for into resources.
  ///
  /// - Parameters:
  ///   - spec: the specification.
  ///   - family: the family whose words they are.
  ///   - written: the requests of the user's own `-l`; what is merged with the specification is removed from it.
  init(_ spec: JobSpec, family: PBSFamily, written: ChunkRequest? = nil) throws {
    switch family {
    case .pro: try addChunks(spec, written)
    case .torque: try addNodes(spec, written)
    }
    if let walltime = spec.walltime {
      let seconds = walltime.seconds
      let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      entries.append(("walltime", parts.joined(separator: ":")))
    }
  }

  private static func asksForPlaces(_ spec: JobSpec) -> Bool {
    spec.nodes != nil || spec.tasks != nil || spec.tasksPerNode != nil || spec.cpusPerTask != nil || spec.gpus != nil
      || spec.memory != nil || !spec.constraints.isEmpty || !spec.hosts.isEmpty
  }

  /// How many tasks there are on each of some equal chunks: one group, or two if they cannot be distributed evenly.
  private static func groups(_ spec: JobSpec) throws -> [(chunks: Int, tasks: Int)] {
    let nodes = spec.nodes ?? (spec.hosts.isEmpty ? nil : spec.hosts.count)
    switch (nodes, spec.tasks, spec.tasksPerNode) {
    case (let nodes?, nil, let each): return [(nodes, each ?? 1)]
    case (let nodes?, let tasks?, let each):
      if let each, each * nodes != tasks {
        throw LauncherError.invalid(
          "tasks",
          "\(nodes) nodes with \(each) tasks each have \(each * nodes), not \(tasks)"
        )
      }
      guard tasks >= nodes else {
        throw LauncherError.invalid("tasks", "\(tasks) tasks cannot be shared out over \(nodes) nodes")
      }
      let (least, more) = tasks.quotientAndRemainder(dividingBy: nodes)
      return [(more, least + 1), (nodes - more, least)].filter { $0.0 > 0 }
    case (nil, let tasks?, let each?):
      let (full, rest) = tasks.quotientAndRemainder(dividingBy: each)
      return [(full, each), (rest > 0 ? 1 : 0, rest)].filter { $0.0 > 0 }
    case (nil, let tasks?, nil): return [(tasks, 1)]
    case (nil, nil, let each): return [(1, each ?? 1)]
    }
  }

  // MARK: PBS Pro

  private mutating func addChunks(_ spec: JobSpec, _ written: ChunkRequest?) throws {
    for (name, count) in spec.licences.sorted(by: { $0.key < $1.key }) {
      try QsubCommand.check("licences", name, hasNone: "=,:+ ")
      entries.append((name, "\(count)"))
    }
    if let written, Self.asksForPlaces(spec) {
      entries.append(("select", try merged(spec, with: written, .pro)))
    } else if Self.asksForPlaces(spec) {
      let groups = try Self.groups(spec)
      let count = groups.reduce(0) { $0 + $1.chunks }
      var chunks: [String] = []
      for (number, tasks) in groups {
        let chunk = try chunk(spec, tasks: tasks, of: count)
        if spec.hosts.isEmpty {
          chunks.append("\(number)\(chunk)")
        } else {
          for _ in 0..<number {
            guard chunks.count < spec.hosts.count else {
              throw LauncherError.invalid("hosts", "\(count) nodes are asked for, and \(spec.hosts.count) named")
            }
            let host = spec.hosts[chunks.count]
            try QsubCommand.check("hosts", host, hasNone: "=,:+ ")
            chunks.append("1\(chunk):host=\(host)")
          }
        }
      }
      if !spec.hosts.isEmpty, chunks.count != spec.hosts.count {
        throw LauncherError.invalid("hosts", "\(count) nodes are asked for, and \(spec.hosts.count) named")
      }
      entries.append(("select", chunks.joined(separator: "+")))
    }
    // Every chunk on a node of its own if nodes were counted; otherwise wherever there is room.
    let counted = spec.nodes != nil || spec.tasks != nil && spec.tasksPerNode != nil
    let isAsked = Self.asksForPlaces(spec)
    let arrangement = isAsked && counted ? (spec.nodes == 1 ? "pack" : "scatter") : nil
    let place = [arrangement, spec.exclusive == true ? "excl" : nil].compactMap { $0 }
    if !place.isEmpty { entries.append(("place", place.joined(separator: ":"))) }
  }

  private mutating func chunk(_ spec: JobSpec, tasks: Int, of count: Int) throws -> String {
    let cpus = tasks * (spec.cpusPerTask ?? 1)
    var words = ["ncpus=\(cpus)"]
    if spec.tasks != nil || spec.tasksPerNode != nil { words.append("mpiprocs=\(tasks)") }
    if spec.cpusPerTask != nil { words.append("ompthreads=\(spec.cpusPerTask ?? 1)") }
    if let gpus = spec.gpus {
      if gpus.type != nil {
        throw LauncherError.invalid("gpus.type", "PBS has no word for a model that all sites share; use constraints")
      }
      switch gpus.count {
      case .perTask(let each): words.append("ngpus=\(each * tasks)")
      case .perNode(let each):
        try Self.checkNodes(spec, count, "gpus")
        words.append("ngpus=\(each)")
      case .total(let all):
        guard all % count == 0 else {
          throw LauncherError.invalid("gpus", "\(all) cannot be shared out over \(count) chunks of nodes")
        }
        words.append("ngpus=\(all / count)")
      }
    }
    if let memory = spec.memory {
      switch memory {
      case .perCPU(let each): words.append("mem=\(kibibytes(each, times: Int64(cpus)))kb")
      case .perNode(let each):
        try Self.checkNodes(spec, count, "memory")
        words.append("mem=\(kibibytes(each))kb")
      case .total(let all):
        guard count == 1 else {
          throw LauncherError.invalid("memory", "PBS counts memory by chunk of a node; write perNode or perCPU")
        }
        words.append("mem=\(kibibytes(all))kb")
      }
    }
    for word in spec.constraints {
      try QsubCommand.check("constraints", word, hasNone: ",:+ ")
      words.append(word.contains("=") ? word : "\(word)=True")
    }
    return ":" + words.joined(separator: ":")
  }

  private static func checkNodes(_ spec: JobSpec, _ count: Int, _ field: String) throws {
    guard spec.nodes != nil || spec.tasksPerNode != nil || count == 1 || !spec.hosts.isEmpty else {
      throw LauncherError.invalid(field, "it is counted by node, and no number of nodes is given")
    }
  }

  /// Adds a remark about the request.
  mutating func remark(_ text: String) { remarks.append(text) }

  /// An amount of memory in PBS's kilobytes, rounded up with a remark.
  mutating func kibibytes(_ amount: ByteCount, times factor: Int64 = 1) -> Int64 {
    let (bytes, overflow) = amount.bytes.multipliedReportingOverflow(by: factor)
    let all = overflow ? Int64.max : bytes
    if all % 1024 != 0 { remarks.append("PBS counts memory in kilobytes: \(amount) was rounded up") }
    return all / 1024 + (all % 1024 == 0 ? 0 : 1)
  }

  /// Keeps the user's own `place` instead of the arrangement that a number of nodes implies.
  ///
  /// - Parameters:
  ///   - written: the value that the script or the native arguments give.
  ///   - exclusive: whether the specification asks for whole nodes.
  /// - Returns: whether these resources now contain the user's value.
  /// - Throws: `LauncherError` if the value shares the nodes that the specification requests exclusively.
  mutating func keep(place written: String, exclusive: Bool) throws -> Bool {
    guard let entry = entries.firstIndex(where: { $0.name == "place" }) else { return false }
    var words = written.split(separator: ":").map(String.init)
    if exclusive, words.contains("shared") {
      throw LauncherError.invalid("exclusive", "it contradicts your own ‘place=\(written)’; remove one of them")
    }
    if !exclusive || words.contains("excl") || words.contains("exclhost") {
      entries.remove(at: entry)
      return false
    }
    words.insert("excl", at: words.firstIndex { $0.hasPrefix("group=") } ?? words.count)
    entries[entry].value = words.joined(separator: ":")
    return true
  }

  /// Requests a chunk if there is only a place, which applies to chunks (pbs_resources(7B)).
  ///
  /// - Parameter others: the names of resources that are requested in other words, such as a script's own.
  mutating func completePlace(besides others: Set<String>) {
    let chunkwise: Set<String> = [
      "select", "nodes", "ncpus", "mem", "vmem", "mpiprocs", "ngpus", "host", "vnode", "arch",
    ]
    guard names.contains("place"), chunkwise.isDisjoint(with: names.union(others)) else { return }
    entries.insert(("select", "1:ncpus=1"), at: 0)
  }

  // MARK: Torque

  private mutating func addNodes(_ spec: JobSpec, _ written: ChunkRequest?) throws {
    if !spec.licences.isEmpty { throw LauncherError.invalid("licences", "Torque itself counts none") }
    if spec.exclusive == true {
      throw LauncherError.invalid(
        "exclusive",
        "Torque leaves that to its scheduler; for Maui and Moab write native.pbs: [-l, naccesspolicy=singlejob]"
      )
    }
    guard Self.asksForPlaces(spec) else { return }
    var nodes = 1
    if let written {
      nodes = written.count
      let asksForMemoryAlone = ChunkRequest.fields(of: spec) == ["memory"]
      if !asksForMemoryAlone { entries.append(("nodes", try merged(spec, with: written, .torque))) }
    } else {
      nodes = try addOwnNodes(spec)
    }
    try addMemory(spec, nodes: nodes)
  }

  /// - Returns: how many nodes were requested.
  private mutating func addOwnNodes(_ spec: JobSpec) throws -> Int {
    var groups = try Self.groups(spec)
    if spec.nodes == nil, spec.hosts.isEmpty, spec.tasksPerNode == nil, let tasks = spec.tasks {
      groups = [(1, tasks)]
      if tasks > 1 { remarks.append("Torque counts nodes: all \(tasks) tasks were asked for on one") }
    }
    let count = groups.reduce(0) { $0 + $1.chunks }
    var pieces: [String] = []
    for (number, tasks) in groups {
      var words = ["ppn=\(tasks * (spec.cpusPerTask ?? 1))"]
      if let gpus = spec.gpus {
        if gpus.type != nil { throw LauncherError.invalid("gpus.type", "Torque has no word for it; use constraints") }
        switch gpus.count {
        case .perTask(let each): words.append("gpus=\(each * tasks)")
        case .perNode(let each): words.append("gpus=\(each)")
        case .total(let all):
          guard all % count == 0 else {
            throw LauncherError.invalid("gpus", "\(all) cannot be shared out over \(count) nodes")
          }
          words.append("gpus=\(all / count)")
        }
      }
      for word in spec.constraints {
        try QsubCommand.check("constraints", word, hasNone: ",:+= ")
        words.append(word)
      }
      if spec.hosts.isEmpty {
        pieces.append("\(number):" + words.joined(separator: ":"))
      } else {
        for _ in 0..<number where pieces.count < spec.hosts.count {
          let host = spec.hosts[pieces.count]
          try QsubCommand.check("hosts", host, hasNone: ",:+= ")
          pieces.append("\(host):" + words.joined(separator: ":"))
        }
      }
    }
    if !spec.hosts.isEmpty, count != spec.hosts.count {
      throw LauncherError.invalid("hosts", "\(count) nodes are asked for, and \(spec.hosts.count) named")
    }
    entries.append(("nodes", pieces.joined(separator: "+")))
    return count
  }

  private mutating func addMemory(_ spec: JobSpec, nodes count: Int) throws {
    switch spec.memory {
    case nil: break
    case .total(let all)?: entries.append(("mem", "\(kibibytes(all))kb"))
    case .perNode(let each)?:
      guard count == 1 else {
        throw LauncherError.invalid("memory", "Torque counts memory for a job or for a process; write total or perCPU")
      }
      entries.append(("mem", "\(kibibytes(each))kb"))
    case .perCPU(let each)?: entries.append(("pmem", "\(kibibytes(each))kb"))
    }
  }
}
