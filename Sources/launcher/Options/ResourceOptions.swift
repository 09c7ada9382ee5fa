import ArgumentParser
import LauncherKit

struct ResourceOptions: ParsableArguments {
  @Option(name: [.long, .customShort("N")], help: "How many nodes.", transform: readCount)
  var nodes: Int?

  @Option(name: [.long, .customShort("n")], help: "How many tasks in all.", transform: readCount)
  var tasks: Int?

  @Option(name: .long, help: "How many tasks on each node.", transform: readCount)
  var tasksPerNode: Int?

  @Option(name: [.long, .customShort("c")], help: "How many processor cores for each task.", transform: readCount)
  var cpusPerTask: Int?

  @Option(name: .long, help: "How many graphics processors for the whole job.", transform: readCount)
  var gpus: Int?

  @Option(name: .long, help: "How many graphics processors for each node.", transform: readCount)
  var gpusPerNode: Int?

  @Option(name: .long, help: "How many graphics processors for each task.", transform: readCount)
  var gpusPerTask: Int?

  @Option(name: .long, help: "The site's word for the model of graphics processor.")
  var gpuType: String?

  @Option(name: .long, help: "Memory for each node: 4G, 500M.", transform: reading { try ByteCount(parsing: $0) })
  var memory: ByteCount?

  @Option(name: .long, help: "Memory for each core.", transform: reading { try ByteCount(parsing: $0) })
  var memoryPerCpu: ByteCount?

  @Option(name: .long, help: "Memory for the whole job.", transform: reading { try ByteCount(parsing: $0) })
  var memoryTotal: ByteCount?

  @Flag(name: .long, help: "Nodes for this job alone.")
  var exclusive = false

  @Option(
    name: [.long, .customShort("t")],
    help: "How long it may run: 30 (minutes), 90s, 2h30m, 1:30:00, 2-12:00:00.",
    transform: reading { try Walltime(parsing: $0) }
  )
  var walltime: Walltime?

  func validate() throws {
    if [gpus, gpusPerNode, gpusPerTask].compactMap({ $0 }).count > 1 {
      throw ValidationError("give one of --gpus, --gpus-per-node and --gpus-per-task")
    }
    if gpuType != nil, gpus == nil, gpusPerNode == nil, gpusPerTask == nil {
      throw ValidationError("--gpu-type needs one of --gpus, --gpus-per-node and --gpus-per-task")
    }
    if [memory, memoryPerCpu, memoryTotal].compactMap({ $0 }).count > 1 {
      throw ValidationError("give one of --memory, --memory-per-cpu and --memory-total")
    }
  }

  func apply(to spec: inout JobSpec) {
    spec.nodes = nodes ?? spec.nodes
    spec.tasks = tasks ?? spec.tasks
    spec.tasksPerNode = tasksPerNode ?? spec.tasksPerNode
    spec.cpusPerTask = cpusPerTask ?? spec.cpusPerTask
    if let gpus { spec.gpus = GPURequest(.total(gpus), type: gpuType) }
    if let gpusPerNode { spec.gpus = GPURequest(.perNode(gpusPerNode), type: gpuType) }
    if let gpusPerTask { spec.gpus = GPURequest(.perTask(gpusPerTask), type: gpuType) }
    if let memory { spec.memory = .perNode(memory) }
    if let memoryPerCpu { spec.memory = .perCPU(memoryPerCpu) }
    if let memoryTotal { spec.memory = .total(memoryTotal) }
    if exclusive { spec.exclusive = true }
    spec.walltime = walltime ?? spec.walltime
  }
}
