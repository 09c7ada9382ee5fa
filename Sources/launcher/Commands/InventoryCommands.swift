import ArgumentParser
import LauncherKit

struct QueuesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "queues", abstract: "List the scheduler's queues.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let queues = try await connection.connect(tracksJobs: false).queues()
    if format.json {
      try JSONOutput.write(queues)
      return
    }
    var table = TextTable([
      "QUEUE", "DEFAULT", "ACCEPTS", "STARTS", "WALLTIME", "NODES", "CPUS", "USED", "QUEUED", "RUNNING",
    ])
    for queue in queues {
      table.add([
        queue.name, queue.isDefault == true ? "yes" : nil, yesOrNo(queue.accepts), yesOrNo(queue.starts),
        queue.walltimeLimit?.description, queue.nodes.map(String.init), queue.cpus.map(String.init),
        queue.cpusUsed.map(String.init), queue.queuedJobs.map(String.init), queue.runningJobs.map(String.init),
      ])
    }
    table.write()
  }

  private func yesOrNo(_ flag: Bool?) -> String? { flag.map { $0 ? "yes" : "no" } }
}

struct NodesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "nodes", abstract: "List the scheduler's nodes.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let nodes = try await connection.connect(tracksJobs: false).nodes()
    if format.json {
      try JSONOutput.write(nodes)
      return
    }
    var table = TextTable(["NODE", "STATE", "CPUS", "USED", "MEMORY", "GPUS", "QUEUES", "REASON"])
    for node in nodes {
      table.add([
        node.name, node.state.rawValue, node.cpus.map(String.init), node.cpusUsed.map(String.init),
        node.memory?.description, node.gpus.map(String.init), node.queues?.joined(separator: ","), node.reason,
      ])
    }
    table.write()
  }
}
