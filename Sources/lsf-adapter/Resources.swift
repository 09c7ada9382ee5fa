import AdapterKit

/// Slots, memory, devices and features as `bsub -n`, `-R`, `-gpu` and `-nnodes` take them.
///
/// LSF counts slots: a task takes as many as it has processors.
struct Resources {
  private(set) var options: [String] = []
  private(set) var remarks: [String] = []
  /// How many tasks there are, for the program that starts them.
  let tasks: Int
  private let slots: Int
  /// Slots on each host, if the specification sets them.
  private let slotsPerHost: Int?
  private let site: LSFSite

  init(_ spec: JobSpec, site: LSFSite) throws {
    self.site = site
    let width = spec.cpusPerTask ?? 1
    let nodes = spec.nodes ?? 1
    tasks = spec.tasks ?? (spec.tasksPerNode.map { $0 * nodes } ?? nodes)
    slots = tasks * width
    if spec.nodes != nil {
      guard tasks % nodes == 0 || site.hasJobStepManager else {
        throw LauncherError.invalid("tasks", "LSF spreads them evenly: \(tasks) tasks do not fit \(nodes) nodes")
      }
      if let told = spec.tasksPerNode, told * nodes != tasks {
        throw LauncherError.invalid("tasksPerNode", "\(told) on each of \(nodes) nodes are not \(tasks) tasks")
      }
      slotsPerHost = tasks / nodes * width
    } else if let told = spec.tasksPerNode {
      slotsPerHost = told * width
    } else {
      slotsPerHost = tasks == 1 ? width : nil
    }
    if site.hasJobStepManager { try addNodes(spec) } else { try addSlots(spec) }
    try addGPUs(spec)
    if spec.exclusive == true { options.append("-x") }
  }

  /// Whole nodes: `-nnodes` belongs to IBM's Cluster System Management and excludes `-R` (bsub(1), `-nnodes`).
  private mutating func addNodes(_ spec: JobSpec) throws {
    for (field, isUsed) in [
      ("memory", spec.memory != nil), ("constraints", !spec.constraints.isEmpty), ("licences", !spec.licences.isEmpty),
      ("excludedHosts", !spec.excludedHosts.isEmpty),
    ] where isUsed {
      throw LauncherError.unsupported(field, "nodes are given as a whole here, by -nnodes, which excludes -R")
    }
    guard spec.nodes != nil || spec.tasks == nil && spec.tasksPerNode == nil else {
      throw LauncherError.invalid("nodes", "this site gives whole nodes: say how many")
    }
    options += ["-nnodes", "\(spec.nodes ?? 1)"]
  }

  private mutating func addSlots(_ spec: JobSpec) throws {
    let isTold = spec.nodes != nil || spec.tasks != nil || spec.tasksPerNode != nil || spec.cpusPerTask != nil
    if isTold { options += ["-n", "\(slots)"] }
    var parts: [String] = []
    let selection = try Self.selection(spec)
    if !selection.isEmpty { parts.append("select[\(selection.joined(separator: " && "))]") }
    let usage = try rusage(spec)
    if !usage.isEmpty { parts.append("rusage[\(usage.joined(separator: ","))]") }
    if isTold, let span = try span(spec) { parts.append("span[\(span)]") }
    if !parts.isEmpty { options += ["-R", parts.joined(separator: " ")] }
  }

  private static func selection(_ spec: JobSpec) throws -> [String] {
    for word in spec.constraints {
      let isName = word.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      }
      guard isName, !word.isEmpty else {
        throw LauncherError.invalid("constraints", "‘\(word)’ is not the name of a resource: letters, digits and _")
      }
    }
    for host in spec.excludedHosts { try BsubCommand.checkHost("excludedHosts", host) }
    return spec.constraints + spec.excludedHosts.map { "hname!='\($0)'" }
  }

  private func span(_ spec: JobSpec) throws -> String? {
    if let nodes = spec.nodes { return nodes == 1 ? "hosts=1" : "ptile=\(slotsPerHost ?? 1)" }
    if spec.tasksPerNode != nil { return slots == slotsPerHost ? "hosts=1" : "ptile=\(slotsPerHost ?? 1)" }
    guard let width = spec.cpusPerTask, width > 1 else { return nil }
    if tasks == 1 { return "hosts=1" }
    // A task's processors have to be on one host.
    guard site.isIBM else {
      throw LauncherError.invalid("cpusPerTask", "say how many nodes, so that no task is spread over two of them")
    }
    return "block=\(width)"
  }

  private func rusage(_ spec: JobSpec) throws -> [String] {
    var usage: [String] = []
    if let memory = spec.memory { usage.append(try text(memory)) }
    for (name, count) in spec.licences.sorted(by: { $0.key < $1.key }) {
      let isName = name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
      }
      guard isName, !name.isEmpty else { throw LauncherError.invalid("licences", "‘\(name)’ is not a resource's name") }
      usage.append("\(name)=\(count)")
    }
    return usage
  }

  /// Memory is reserved on each host, in megabytes; IBM LSF 10.1 also takes a unit, and what it is counted by.
  private func text(_ memory: MemoryRequest) throws -> String {
    let unit: Int64 = 1 << 20
    func megabytes(_ amount: ByteCount) -> Int64 { amount.bytes / unit + (amount.bytes % unit == 0 ? 0 : 1) }
    switch memory {
    case .perNode(let amount):
      return site.isIBM ? "mem=\(megabytes(amount))MB/host" : "mem=\(megabytes(amount))"
    case .perCPU(let amount):
      if site.isIBM { return "mem=\(megabytes(amount))MB/task" }
      guard let slotsPerHost else {
        throw LauncherError.invalid("memory", "LSF counts it by host here: say how many nodes, or ask for perNode")
      }
      return "mem=\(megabytes(amount) * Int64(slotsPerHost))"
    case .total(let amount):
      if site.isIBM { return "mem=\(megabytes(amount))MB/job" }
      guard slotsPerHost == slots else {
        throw LauncherError.invalid("memory", "LSF counts it by host here: ask for one node, or for perNode")
      }
      return "mem=\(megabytes(amount))"
    }
  }

  private mutating func addGPUs(_ spec: JobSpec) throws {
    guard let gpus = spec.gpus else { return }
    guard site.isIBM else { throw LauncherError.unsupported("gpus", "this relative of LSF has no option for them") }
    if let type = gpus.type { try BsubCommand.checkHost("gpus.type", type) }
    let count: String
    switch gpus.count {
    case .perNode(let number): count = "num=\(number)"
    case .perTask(let number): count = "num=\(number)/task"
    case .total(let number):
      let hosts = slotsPerHost.map { max(1, slots / max(1, $0)) }
      guard let hosts, number % hosts == 0 else {
        throw LauncherError.invalid("gpus", "LSF counts them by host: ask for perNode or perTask")
      }
      count = "num=\(number / hosts)"
    }
    options += ["-gpu", count + (gpus.type.map { ":gmodel=\($0)" } ?? "")]
  }
}
