import LauncherProtocol
import Testing

@Suite("What is wrong with a specification whoever runs it")
struct SpecProblemTests {
  @Test func `a full specification has no problem`() throws {
    #expect(try JobSpec.full().problems == [])
  }

  @Test(
    arguments: ["x\n#SBATCH --uid=0", "x\r\n", "x\u{0}y", "\n", "x\u{1B}[2J", "x\u{7F}", "x\u{301}\n"]
  )
  func `a line break or control character in a line of text is a problem`(text: String) throws {
    for (field, change) in Self.lineFields {
      var spec = JobSpec(command: ["true"])
      change(&spec, text)
      #expect(spec.problems.map(\.field) == [field], "\(field)")
    }
  }

  @Test func `a text that is there and empty is a problem`() {
    for (field, change) in Self.lineFields {
      var spec = JobSpec(command: ["true"])
      change(&spec, "")
      #expect(spec.problems.map(\.field) == [field], "\(field)")
    }
  }

  @Test(
    arguments: ["it's", "\"", "$(rm x)", "`x`", "#SBATCH --uid=0", "é", "a b", "a;b", "'\u{301}"]
  )
  func `quotes, dollars and directives on one line are accepted: adapters quote them`(text: String) {
    for (_, change) in Self.lineFields {
      var spec = JobSpec(command: ["true"])
      change(&spec, text)
      #expect(spec.problems == [])
    }
  }

  @Test func `arguments may hold anything but a NUL byte`() {
    #expect(JobSpec(command: ["a", "", "\n", "'", "\"", "$(rm x)", "#SBATCH", "-x", "'\u{301}"]).problems == [])
    #expect(JobSpec(command: ["a", "x\u{0}"]).problems.map(\.field) == ["command"])
    #expect(JobSpec(command: ["a\u{0}"]).problems.map(\.field) == ["command"])
    #expect(JobSpec(command: []).problems.map(\.field) == ["command"])
    #expect(JobSpec(command: ["", "x"]).problems.map(\.field) == ["command"])
  }

  @Test func `a script is text with Unix line ends and something in it`() {
    #expect(JobSpec(script: "#!/bin/sh\necho \"it's\" $(date)\n").problems == [])
    for script in ["", " \n\t", "a\u{0}b", "a\r\nb\r\n", "a\rb"] {
      #expect(JobSpec(script: script).problems.map(\.field) == ["script"], "\(script.debugDescription)")
    }
  }

  @Test func `the values of variables may hold anything but a NUL byte`() {
    var spec = JobSpec(command: ["true"])
    spec.environment.set = ["A": "two\nlines", "B": "it's $(x) \"quoted\"", "C": ""]
    #expect(spec.problems == [])
    spec.environment.set = ["A": "x\u{0}y"]
    #expect(spec.problems.map(\.field) == ["environment.set.A"])
  }

  @Test(
    arguments: ["", "A=B", "A\nB", "A\u{0}", "A=\u{338}B", "=\u{301}", "A\u{7F}"]
  )
  func `a variable's name that no program could read is a problem`(name: String) {
    var spec = JobSpec(command: ["true"])
    spec.environment.set = [name: "x"]
    #expect(spec.problems.map(\.field) == ["environment.set"])
    spec.environment = EnvironmentSpec(inherit: .some([name]))
    #expect(spec.problems.map(\.field) == ["environment.inherit"])
  }

  @Test func `more tasks than fit on the nodes are a problem`() {
    var spec = JobSpec(command: ["true"])
    spec.nodes = 2
    spec.tasksPerNode = 4
    spec.tasks = 8
    #expect(spec.problems == [])
    spec.tasks = 9
    #expect(spec.problems.map(\.field) == ["tasks"])
  }

  @Test(arguments: [0, -1, .min, .max])
  func `counts that no specification file could hold are problems, and do not trap`(count: Int) {
    var spec = JobSpec(command: ["true"])
    spec.nodes = count
    spec.tasksPerNode = count
    spec.tasks = count
    spec.cpusPerTask = count
    spec.gpus = GPURequest(.perNode(count))
    let fields = Set(spec.problems.map(\.field))
    #expect(fields.isSuperset(of: ["nodes", "tasks", "tasksPerNode", "cpusPerTask", "gpus"]))
  }

  @Test func `a walltime or an amount of memory of nothing is a problem`() {
    var spec = JobSpec(command: ["true"])
    spec.walltime = Walltime(.zero)
    spec.memory = .total(ByteCount(0))
    #expect(Set(spec.problems.map(\.field)) == ["walltime", "memory"])
  }

  @Test func `no licence is counted by less than one, and no deadline lies before the beginning`() throws {
    var spec = JobSpec(command: ["true"])
    spec.licences = ["ansys": 0]
    #expect(spec.problems.map(\.field) == ["licences.ansys"])
    spec = JobSpec(command: ["true"])
    spec.begin = try Moment(parsing: "2026-11-22T08:00:00Z")
    spec.deadline = spec.begin
    #expect(spec.problems.map(\.field) == ["deadline"])
  }

  @Test func `a malformed id among the dependencies is a problem, even when it was set in Swift`() {
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, "1 --x")]
    #expect(spec.problems.map(\.field) == ["dependencies"])
  }

  private static let lineFields: [(String, @Sendable (inout JobSpec, String) -> Void)] = [
    ("name", { $0.name = $1 }), ("directory", { $0.directory = $1 }), ("stdin", { $0.standardInput = $1 }),
    ("stdout", { $0.standardOutput = $1 }), ("stderr", { $0.standardError = $1 }), ("queue", { $0.queue = $1 }),
    ("account", { $0.account = $1 }), ("qos", { $0.qos = $1 }), ("reservation", { $0.reservation = $1 }),
    ("gpus.type", { $0.gpus = GPURequest(.total(1), type: $1) }),
    ("container.image", { $0.container = ContainerRequest(image: $1) }),
    ("container.runtime", { $0.container = ContainerRequest(image: "x", runtime: $1) }),
    ("container.binds", { $0.container = ContainerRequest(image: "x", binds: [$1]) }),
    ("constraints", { $0.constraints = [$1] }), ("hosts", { $0.hosts = [$1] }),
    ("excludedHosts", { $0.excludedHosts = [$1] }), ("licences", { $0.licences = [$1: 1] }),
    ("mail.to", { $0.mail = MailRequest(to: [$1], on: [.end]) }), ("native.slurm", { $0.native = ["slurm": [$1]] }),
  ]
}
