import AdapterKit
import AdapterTestSupport
import Testing

@testable import pbs_adapter

@Suite("Nodes that a script asks for beside the specification")
struct ChunkRequestTests {
  private func resources(
    _ directive: String,
    _ family: PBSFamily = .pro,
    _ change: (inout JobSpec) -> Void
  ) throws -> [String] {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS \(directive)\ntrue\n")
    spec.environment.inherit = .none
    change(&spec)
    let arguments = try QsubCommand(spec, token: "t", family: family).arguments
    return zip(arguments, arguments.dropFirst()).filter { $0.0 == "-l" }.map(\.1)
  }

  @Test func `one number of the specification changes that number of each chunk, and the rest of select stays`() throws
  {
    let select = "-l select=2:ncpus=4:mem=2gb"
    #expect(try resources(select) { $0.memory = .perNode(.gibibytes(4)) } == ["select=2:ncpus=4:mem=4194304kb"])
    #expect(try resources(select) { $0.gpus = GPURequest(.perNode(1)) } == ["select=2:ncpus=4:mem=2gb:ngpus=1"])
    #expect(try resources(select) { $0.constraints = ["fast"] } == ["select=2:ncpus=4:mem=2gb:fast=True"])
    #expect(
      try resources("-l select=1:ncpus=2+2:ncpus=4 -l walltime=60") { $0.memory = .perCPU(.gibibytes(1)) }
        == ["walltime=60", "select=1:ncpus=2:mem=2097152kb+2:ncpus=4:mem=4194304kb"]
    )
    #expect(
      try resources("-l select=2:ncpus=4:mpiprocs=2") { $0.cpusPerTask = 3 }
        == ["select=2:ncpus=6:mpiprocs=2:ompthreads=3"]
    )
  }

  @Test func `the stand-in is asked for two chunks of four cores`() async throws {
    let name = "bugreports/17-pbs-memory-option-drops-select"
    var spec = JobSpec(script: try String(contentsOfFile: "\(Fixture.folder)/cases/\(name)/s.sh", encoding: .utf8))
    spec.memory = .perNode(.gibibytes(4))
    let remarks = try await Submitting.submit(spec, on: StandInHost(case: name)).remarks
    #expect(remarks == ["asked for: select=2:ncpus=4:mem=4194304kb"])
  }

  @Test func `the words from before select are one chunk`() throws {
    #expect(
      try resources("-l ncpus=4,mem=1gb,walltime=60") { $0.memory = .perNode(.gibibytes(2)) }
        == ["walltime=60", "select=1:ncpus=4:mem=2097152kb"]
    )
  }

  @Test func `native arguments are put together with the specification too`() throws {
    var spec = JobSpec(command: ["true"])
    spec.environment.inherit = .none
    spec.native = ["pbs": ["-l", "select=3:ncpus=8"]]
    spec.memory = .perNode(.gibibytes(1))
    let arguments = try QsubCommand(spec, token: "t", family: .pro).arguments
    #expect(arguments.filter { $0.hasPrefix("select=") } == ["select=3:ncpus=8:mem=1048576kb"])
  }

  @Test func `a script's own place stays, and whole nodes are put into it`() throws {
    #expect(
      try resources("-l place=pack") { $0.nodes = 2 }.filter { $0.hasPrefix("place=") } == ["place=pack"]
    )
    #expect(
      try resources("-l place=free:group=rack") { ($0.nodes, $0.exclusive) = (2, true) }
        .filter { $0.hasPrefix("place=") } == ["place=free:excl:group=rack"]
    )
    let error = #expect(throws: LauncherError.self) {
      _ = try resources("-l place=free:shared") { $0.exclusive = true }
    }
    #expect(error?.message.hasPrefix("exclusive: ") == true)
  }

  @Test func `the place of native arguments stays too`() throws {
    var spec = JobSpec(command: ["true"])
    spec.environment.inherit = .none
    spec.native = ["pbs": ["-l", "place=pack"]]
    (spec.nodes, spec.exclusive) = (2, true)
    let arguments = try QsubCommand(spec, token: "t", family: .pro).arguments
    #expect(arguments.filter { $0.hasPrefix("place=") } == ["place=pack:excl"])
  }

  private static let refused: [(field: String, directive: String, change: @Sendable (inout JobSpec) -> Void)] = [
    ("cpusPerTask", "-l select=2:ncpus=4", { $0.cpusPerTask = 2 }),
    ("tasks", "-l select=2:ncpus=4", { $0.tasks = 8 }),
    ("memory", "-l select=2:ncpus=4", { $0.memory = .total(.gibibytes(4)) }),
    ("nodes", "-l select=2:ncpus=4+1:ncpus=1", { $0.nodes = 3 }),
    ("memory", "-l nodes=2:ppn=4", { $0.memory = .perNode(.gibibytes(4)) }),
  ]

  @Test(arguments: refused.indices)
  func `what cannot be put together is refused, and both are named`(index: Int) throws {
    let (field, directive, change) = Self.refused[index]
    let error = #expect(throws: LauncherError.self) { _ = try resources(directive, .pro, change) }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.hasPrefix("\(field): ") == true)
    #expect(error?.message.contains(directive.dropFirst(3)) == true)
  }

  @Test func `Torque's nodes stay where memory alone is asked for, and get what belongs to nodes`() throws {
    #expect(
      try resources("-l nodes=2:ppn=4", .torque) { $0.memory = .total(.gibibytes(4)) }
        == ["nodes=2:ppn=4", "mem=4194304kb"]
    )
    #expect(
      try resources("-l nodes=2:ppn=4", .torque) { $0.gpus = GPURequest(.perNode(1)) } == ["nodes=2:ppn=4:gpus=1"]
    )
    #expect(
      try resources("-l nodes=n1:ppn=4+n2:ppn=4", .torque) { $0.constraints = ["fast"] }
        == ["nodes=n1:ppn=4:fast+n2:ppn=4:fast"]
    )
  }
}
