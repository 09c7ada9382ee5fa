import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

/// The script that Slurm would run, run here: by /bin/sh, or by bash if a prologue requires it.
struct ScriptRun {
  let home: String
  let exitedBySignal: Int32?
  let exitCode: Int32
  let stdout: String
  let stderr: String
  let record: ExitRecord?

  init(_ spec: JobSpec, id: String = "7", home: String? = nil) throws {
    let home = try home ?? Self.makeHome()
    self.home = home
    let script = home + "/script"
    let text = try JobScriptText.make(spec, token: "tok")
    try Data(text.utf8).write(to: URL(filePath: script))
    let process = Process()
    process.executableURL = URL(filePath: text.hasPrefix("#!/bin/bash") ? "/bin/bash" : "/bin/sh")
    process.arguments = [script]
    process.currentDirectoryURL = URL(filePath: home)
    process.environment = [
      "HOME": home, "PATH": "/usr/bin:/bin", "TMPDIR": home + "/tmp", "SLURM_JOB_ID": id, "SLURM_CLUSTER_NAME": "lk",
      "SLURM_JOB_NAME": "job",
    ]
    let (out, err) = (home + "/out", home + "/err")
    for path in [out, err] { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: out))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: err))
    process.standardInput = FileHandle.nullDevice
    // A test's thread blocks signals, and its children would.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    try process.run()
    process.waitUntilExit()
    exitedBySignal = process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil
    exitCode = process.terminationStatus
    stdout = try String(contentsOfFile: out, encoding: .utf8)
    stderr = try String(contentsOfFile: err, encoding: .utf8)
    let path = Self.folder(home) + "/" + id
    record = ExitRecord.parse("record=lk/\(id)\n" + ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")).first
  }

  static func makeHome() throws -> String {
    let home = Scratch.path("slurm-script")
    try FileManager.default.createDirectory(atPath: home + "/tmp", withIntermediateDirectories: true)
    return home
  }

  static func folder(_ home: String) -> String { home + "/.local/state/launcher/exit/lk" }

  /// What is left in the folder for temporary files.
  var leftovers: [String] { (try? FileManager.default.contentsOfDirectory(atPath: home + "/tmp")) ?? [] }
}

/// The shell that runs the script: `/bin/sh`, or bash for a prologue that sets `-e`, `-u` and `-C`.
enum ScriptShell: CaseIterable, CustomTestStringConvertible {
  case sh, bash
  var testDescription: String { self == .sh ? "sh" : "bash" }

  func spec(_ words: String...) -> JobSpec {
    var spec = JobSpec(command: words)
    if self == .bash { spec.prologue = "set -euC" }
    return spec
  }
}

@Suite("The job's script")
struct JobScriptTests {
  @Test(arguments: ScriptShell.allCases, [129, 137, 139, 143, 145, 147, 191])
  func `a command that exits with a code above 128 was ended by no signal`(shell: ScriptShell, code: Int32) throws {
    let run = try ScriptRun(shell.spec("sh", "-c", "exit \(code)"))
    #expect(run.exitedBySignal == nil)
    #expect(run.exitCode == code)
    #expect(run.record?.exitStatus == .code(code))
    #expect(run.record?.status(id: "7").state == .finished(.failed))
  }

  @Test(arguments: ScriptShell.allCases, [9, 11, 15, 2, 10] as [Int32])
  func `a command that a signal ended ends its script by the same one`(shell: ScriptShell, number: Int32) throws {
    let signal = try #require(UnixSignal(number: number))
    let run = try ScriptRun(shell.spec("sh", "-c", "ulimit -c 0; kill -\(signal.number) $$"))
    #expect(run.exitedBySignal == signal.number)
    #expect(run.record?.exitStatus == .signal(signal))
    #expect(!run.stderr.contains("launcher_"))
  }

  @Test func `a job that has another HOME of its own leaves its record where the adapter looks`() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo $HOME; exit 3"])
    spec.environment.set = ["HOME": "/nonexistent"]
    let byVariable = try ScriptRun(spec)
    #expect(byVariable.stdout == "/nonexistent\n")
    #expect(byVariable.record?.code == 3)

    spec.environment.set = [:]
    spec.prologue = "export HOME=/nonexistent"
    let byPrologue = try ScriptRun(spec)
    #expect(byPrologue.stdout == "/nonexistent\n")
    #expect(byPrologue.record?.code == 3)
  }

  @Test(arguments: ScriptShell.allCases)
  func `the word of the shell about a signal reaches the job's standard error`(shell: ScriptShell) throws {
    let run = try ScriptRun(shell.spec("sh", "-c", "echo mine >&2; kill -9 $$"))
    #expect(run.stderr.hasPrefix("mine\n"))
    #expect(run.stderr.hasSuffix("Killed\n"))
    #expect(run.leftovers.isEmpty)
  }

  @Test(arguments: ScriptShell.allCases, ["no-such-program", "./no-such-program", "./no-executable", "/"])
  func `a program that cannot be started is a failed launch, and standard error says why`(
    shell: ScriptShell,
    program: String
  ) throws {
    let home = try ScriptRun.makeHome()
    try Data().write(to: URL(filePath: home + "/no-executable"))
    let run = try ScriptRun(shell.spec(program), home: home)
    #expect([126, 127].contains(run.exitCode))
    let status = try #require(run.record?.status(id: "7"))
    #expect(status.state == .finished(.launchFailed))
    #expect(status.exitStatus == nil)
    #expect(status.reason?.code == .launch)
    #expect(run.stderr.contains(program.split(separator: "/").last ?? "/"))
  }

  @Test(arguments: ScriptShell.allCases, [Int32(126), 127])
  func `a program that exits with 126 or 127 was started`(shell: ScriptShell, code: Int32) throws {
    let run = try ScriptRun(shell.spec("sh", "-c", "exit \(code)"))
    #expect(run.record?.status(id: "7").state == .finished(.failed))
    #expect(run.record?.exitStatus == .code(code))
  }

  @Test func `a script whose interpreter is missing is a failed launch`() throws {
    let run = try ScriptRun(JobSpec(script: "#!/no/such/interpreter -x\ntrue\n"))
    #expect(run.record?.status(id: "7").state == .finished(.launchFailed))
    #expect(run.leftovers.isEmpty)
  }

  @Test func `a function of the prologue can be the command`() throws {
    var spec = JobSpec(command: ["greet", "two words"])
    spec.prologue = "greet() { echo \"hello $1\"; return 5; }"
    let run = try ScriptRun(spec)
    #expect(run.stdout == "hello two words\n")
    #expect(run.record?.exitStatus == .code(5))
  }

  @Test func `the record is written and the epilogue runs though the prologue set -e`() throws {
    var spec = JobSpec(command: ["false"])
    (spec.prologue, spec.epilogue) = ("set -e", "echo after")
    let run = try ScriptRun(spec)
    #expect(run.stdout == "after\n")
    #expect(run.exitCode == 1)
    #expect(run.record?.code == 1)
  }

  @Test func `a lock that the prologue holds is held while the command runs`() throws {
    var spec = JobSpec(command: ["sh", "-c", "flock -n lock true || echo held"])
    spec.prologue = "exec 8>lock; flock 8"
    #expect(try ScriptRun(spec).stdout == "held\n")
  }

  @Test func `a TMPDIR that is not on the node costs nothing`() throws {
    var command = JobSpec(command: ["sh", "-c", "echo $TMPDIR; exit 137"])
    var script = JobSpec(script: "#!/bin/sh\necho $TMPDIR\nexit 137\n")
    command.environment.set = ["TMPDIR": "/nonexistent"]
    script.environment.set = command.environment.set
    for spec in [command, script] {
      let run = try ScriptRun(spec)
      #expect(run.stdout == "/nonexistent\n")
      #expect(run.record?.exitStatus == .code(137))
      #expect(run.stderr.isEmpty)
    }
  }

  @Test func `records of more than 90 days are removed once a day, younger ones stay`() throws {
    let home = try ScriptRun.makeHome()
    let folder = ScriptRun.folder(home)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func place(_ name: String, days: Double) throws {
      let date = Date(timeIntervalSinceNow: -days * 86_400)
      try Data().write(to: URL(filePath: folder + "/" + name))
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder + "/" + name)
    }
    func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: folder)) }
    try place("1", days: 92)
    try place("2", days: 88)
    let spec = JobSpec(command: ["true"])
    #expect(try ScriptRun(spec, home: home).exitCode == 0)
    #expect(try names() == ["2", "7", ".swept"])
    try place("3", days: 92)
    #expect(try ScriptRun(spec, home: home).exitCode == 0)
    #expect(try names() == ["2", "3", "7", ".swept"])
    try place(".swept", days: 2)
    #expect(try ScriptRun(spec, home: home).exitCode == 0)
    #expect(try names() == ["2", "7", ".swept"])
  }

  @Test func `a job does not fail because its record cannot be written`() throws {
    let home = try ScriptRun.makeHome()
    try Data().write(to: URL(filePath: home + "/.local"))
    let run = try ScriptRun(JobSpec(command: ["true"]), home: home)
    #expect(run.exitCode == 0)
    #expect(run.stderr.isEmpty)
    #expect(run.record == nil)
  }
}
