import Foundation
import LauncherProtocol
import Testing

@Suite struct SpecificationTests {
  private let odd = [
    "a b", "line\nbreak", "it's \"quoted\"", "#SBATCH --wrap=x", "$(touch hacked)", "`id`", "\\", "", "ü→😀",
  ]

  @Test(arguments: [false, true])
  func `odd text reaches the command as it is`(_ isWrapped: Bool) throws {
    let bench = try Workbench()
    var spec = JobSpec(command: ["printf", "%s\\0"] + odd)
    spec.directory = bench.work
    if isWrapped { (spec.prologue, spec.epilogue) = ("true", "true") }
    let id = try bench.submit(spec)
    #expect(try bench.finished(id).state == .finished(.succeeded))
    #expect(try bench.output(id) == odd.map { $0 + "\0" }.joined())
    #expect(!FileManager.default.fileExists(atPath: bench.work + "/hacked"))
  }

  @Test func `the environment is what was asked for, and the job knows itself`() throws {
    let bench = try Workbench(environment: ["OF_SUBMITTER": "yes", "OTHER": "no"])
    let id = try bench.submit(shell: "env -0") {
      $0.name = "odd name"
      $0.environment = EnvironmentSpec(inherit: .some(["OF_SUBMITTER"]), set: ["ODD": "a\n'b' \"c\" $d"])
    }
    try bench.finished(id)
    let entries = try bench.output(id).split(separator: "\0")
    #expect(entries.contains("ODD=a\n'b' \"c\" $d"))
    #expect(entries.contains("OF_SUBMITTER=yes"))
    #expect(entries.contains("LAUNCHER_JOB_ID=\(id)"))
    #expect(entries.contains("LAUNCHER_JOB_NAME=odd name"))
    #expect(entries.contains { $0.hasPrefix("HOME=") })
    #expect(!entries.contains { $0.hasPrefix("OTHER=") })
  }

  @Test func `a script runs by its first line, or by the shell without one`() throws {
    let bench = try Workbench()
    for (script, output) in [("echo shell $((1+1))", "shell 2\n"), ("#!/bin/cat\ntext", "#!/bin/cat\ntext")] {
      var spec = JobSpec(script: script)
      spec.directory = bench.work
      let id = try bench.submit(spec)
      #expect(try bench.finished(id).state == .finished(.succeeded))
      #expect(try bench.output(id) == output)
    }
  }

  @Test func `the prologue shares its shell with the command, and the epilogue does not change how it ended`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "echo $GREETING; exit 6") {
      $0.prologue = "export GREETING=hello"
      $0.epilogue = "echo bye"
    }
    #expect(try bench.finished(id).exitStatus == .code(6))
    #expect(try bench.output(id) == "hello\nbye\n")
  }

  @Test func `placeholders name output files and lead nowhere else`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "echo $LAUNCHER_ARRAY_INDEX; echo error >&2") {
      $0.name = "../../evil"
      $0.array = ArrayIndices(1...2)
      $0.standardOutput = "{name}-{id}_{index}.txt"
      $0.standardError = "{name}-{id}_{index}.txt"
    }
    try bench.finished(id)
    for index in 1...2 {
      let text = try String(contentsOfFile: "\(bench.work)/.._.._evil-\(id)_\(index).txt", encoding: .utf8)
      #expect(text == "\(index)\nerror\n")
    }
  }

  @Test func `input comes from the file, or is empty`() throws {
    let bench = try Workbench()
    try "some lines\n".write(toFile: bench.work + "/in", atomically: true, encoding: .utf8)
    let id = try bench.submit(shell: "cat") { $0.standardInput = "in" }
    let empty = try bench.submit(shell: "cat")
    try bench.finished(id)
    try bench.finished(empty)
    #expect(try bench.output(id) == "some lines\n")
    #expect(try bench.output(empty) == "")
  }

  @Test func `what cannot work is refused before anything is queued`() throws {
    let bench = try Workbench(cores: 2)
    func code(_ change: (inout JobSpec) -> Void) -> LauncherError.Code? {
      refusal { _ = try bench.submit(shell: "true", change) }?.code
    }
    #expect(code { $0.directory = bench.work + "/none" } == .directoryUnusable)
    #expect(code { $0.directory = "/etc/passwd" } == .directoryUnusable)
    #expect(code { $0.tasks = 3 } == .limitExceeded)
    #expect(code { $0.nodes = 2 } == .limitExceeded)
    #expect(code { $0.memory = .total(.gibibytes(1 << 20)) } == .limitExceeded)
    #expect(code { $0.queue = "defualt" } == .unknownQueue)
    #expect(code { $0.native = ["local": ["-x"]] } == .invalidValue)
    #expect(code { $0.launcher = .srun } == .invalidValue)
    #expect(code { $0.standardInput = "none" } == .invalidValue)
    #expect(code { $0.standardOutput = "none/out" } == .invalidValue)
    #expect(code { ($0.array, $0.standardOutput) = (ArrayIndices(0...1), "out-{id}") } == .invalidValue)
    #expect(code { $0.account = "a" } == .unsupportedField)
    #expect(try bench.adapter.poll().isEmpty)
  }

  @Test func `nobody else can read the state folder`() throws {
    let bench = try Workbench()
    try bench.finished(try bench.submit(bench.spec("true")))
    let folder = "\(bench.folder)/state/local/\(try bench.host)"
    func mode(_ path: String) throws -> Int {
      try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    #expect(try mode(folder) == 0o700)
    #expect(try mode(folder + "/queue.sqlite") == 0o600)
  }

  @Test func `files are made as the submitter makes them`() throws {
    let bench = try Workbench()
    let other = try AdapterClient(
      environment: ["LAUNCHER_STATE": bench.folder + "/state"],
      wrapper: ["/bin/sh", "-c", "umask 027; exec \"$0\""]
    )
    let id = try other.submit(bench.spec("sh", "-c", "umask"))
    other.close()
    try bench.finished(id)
    #expect(try bench.output(id) == "0027\n")
  }
}
