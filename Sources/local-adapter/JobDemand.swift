import AdapterKit

/// What a job needs of the machine.
struct JobDemand: Sendable {
  var cores: Int
  /// In bytes; 0 when it does not say.
  var memory: Int64
  var isExclusive: Bool

  init(cores: Int, memory: Int64, isExclusive: Bool) {
    self.cores = cores
    self.memory = memory
    self.isExclusive = isExclusive
  }

  /// Compares a specification with the machine.
  ///
  /// - Throws: `LauncherError` with the machine's numbers when it asks for more than there is.
  init(of spec: JobSpec, on settings: Settings) throws {
    if let nodes = spec.nodes, nodes != 1 {
      throw LauncherError(
        .limitExceeded,
        "the job asks for \(nodes) nodes; \(settings.host) is one machine; nothing was submitted",
        advice: "Leave nodes out, or choose another adapter with --adapter."
      )
    }
    let tasks = spec.tasks ?? spec.tasksPerNode ?? 1
    if let perNode = spec.tasksPerNode, tasks > perNode {
      throw LauncherError(
        .invalidValue,
        "\(tasks) tasks do not fit on one node with \(perNode) tasks each; nothing was submitted",
        advice: "Raise tasksPerNode or leave it out."
      )
    }
    let (wanted, overflow) = tasks.multipliedReportingOverflow(by: spec.cpusPerTask ?? 1)
    guard !overflow, wanted <= settings.cores else {
      throw LauncherError(
        .limitExceeded,
        "the job asks for \(tasks) tasks with \(spec.cpusPerTask ?? 1) cores each; \(settings.host) gives jobs "
          + "\(settings.cores) cores in all; nothing was submitted",
        advice: "Ask for fewer, or set LAUNCHER_LOCAL_CORES if the machine has more."
      )
    }
    cores = wanted
    isExclusive = spec.exclusive ?? false
    switch spec.memory {
    case nil: memory = 0
    case .perNode(let size), .total(let size): memory = size.bytes
    case .perCPU(let size):
      let (product, overflow) = size.bytes.multipliedReportingOverflow(by: Int64(wanted))
      memory = overflow ? .max : product
    }
    guard memory <= settings.memory.bytes else {
      throw LauncherError(
        .limitExceeded,
        "the job asks for \(ByteCount(memory)) of memory; \(settings.host) has "
          + "\(ByteCount.mebibytes(settings.memory.bytes >> 20)); nothing was submitted",
        advice: "Ask for less."
      )
    }
  }
}
