import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

/// A job as Cobalt would run it, run here: stored by the storing command, then started with the few variables that
/// Cobalt gives (recorded: done, the log).
struct ScriptRun {
  let home: String
  let exitCode: Int32
  let stdout: String
  let stderr: String
  let record: ExitRecord?

  static let token = SubmissionTests.token

  init(_ spec: JobSpec, submittedWith variables: [String: String] = [:]) throws {
    home = Scratch.path("cobalt-script")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    let submission = try QsubCommand(spec, token: Self.token)
    let variables = ["PATH": "/usr/bin:/bin"].merging(variables) { _, last in last }
    let stored = try Self.store(submission.script, spec.environment, submission.options, home: home, variables)
    let path = try #require(stored.stdout.split(separator: "\n").last.map(String.init), "\(stored.stderr)")
    let job = ["HOME": home, "USER": "ada", "LOGNAME": "ada", "SHELL": "/bin/bash", "COBALT_JOBID": "501001"]
    let ran = try Self.run([path], stdin: nil, job)
    (exitCode, stdout, stderr) = (ran.exitCode, ran.stdout, ran.stderr)
    let exit = home + "/.local/state/launcher/exit/cobalt/501001"
    let text = (try? String(contentsOfFile: exit, encoding: .utf8)) ?? ""
    record = ExitRecord.parse("record=cobalt/501001\n" + text).first
  }

  /// Stores a script as a submission does, with a `qsub` that prints its arguments.
  static func store(
    _ script: String,
    _ environment: EnvironmentSpec,
    _ options: [String] = [],
    home: String,
    _ variables: [String: String] = ["PATH": "/usr/bin:/bin"]
  ) throws -> (exitCode: Int32, stdout: String, stderr: String) {
    let programs = Scratch.path("cobalt-programs")
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    let qsub = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"
    try Data(qsub.utf8).write(to: URL(filePath: programs + "/qsub"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: programs + "/qsub")
    let command = ScriptStore.submission(token: token, script: script, environment: environment, options: options)
    var variables = variables.merging(["HOME": home]) { _, last in last }
    variables["PATH"] = "\(programs):\(variables["PATH"] ?? "")"
    return try run(command.argv, stdin: command.stdin, variables)
  }

  /// What is left of the job in the folder of scripts.
  var leftovers: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: home + "/.local/state/launcher/cobalt")) ?? []
  }

  static func run(_ argv: [String], stdin: String?, _ variables: [String: String]) throws -> (
    exitCode: Int32, stdout: String, stderr: String
  ) {
    let process = Process()
    let isPath = argv[0].hasPrefix("/")
    process.executableURL = URL(filePath: isPath ? argv[0] : "/bin/\(argv[0])")
    process.arguments = Array(argv.dropFirst())
    process.environment = variables
    process.currentDirectoryURL = URL(filePath: variables["HOME"] ?? "/")
    let (out, err) = (try temporaryFile([]), try temporaryFile([]))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: out))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: err))
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: try temporaryFile(Array((stdin ?? "").utf8))))
    // A test's thread blocks signals, and its children would.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, try String(contentsOfFile: out, encoding: .utf8),
      try String(contentsOfFile: err, encoding: .utf8)
    )
  }
}

@Suite("The script that Cobalt is given")
struct JobScriptTests {
  @Test func `it runs the command, ends as it did, leaves a record and nothing else`() throws {
    let run = try ScriptRun(JobSpec(command: ["sh", "-c", "echo out; echo err >&2; exit 3"]))
    #expect(run.exitCode == 3)
    #expect(run.stdout == "out\n" && run.stderr == "err\n")
    #expect(run.record?.code == 3 && run.record?.token == ScriptRun.token && run.record?.wasSignalled == false)
    #expect(run.leftovers.isEmpty)
  }

  @Test func `a signal is distinguished from a code above 128, and a missing program from one that fails`() throws {
    #expect(try ScriptRun(JobSpec(command: ["sh", "-c", "kill -SEGV $$"])).record?.wasSignalled == true)
    #expect(try ScriptRun(JobSpec(command: ["sh", "-c", "exit 139"])).record?.wasSignalled == false)
    #expect(try ScriptRun(JobSpec(command: ["/no/such/program"])).record?.wasLaunched == false)
  }

  @Test func `Cobalt hands on no variables, so those of the submission are stored`() throws {
    let value = "two\nlines, 'quotes' and $dollars"
    var spec = JobSpec(command: ["sh", "-c", "printf '%s|%s|%s' \"$FROM_ME\" \"$SET\" \"$COBALT_JOBID\""])
    spec.environment.set = ["SET": "it's"]
    let variables = ["FROM_ME": value, "COBALT_JOBID": "4"]
    #expect(try ScriptRun(spec, submittedWith: variables).stdout == "\(value)|it's|501001")
    spec.environment.inherit = .some(["PATH", "FROM_ME", "NOT_THERE"])
    #expect(try ScriptRun(spec, submittedWith: variables).stdout == "\(value)|it's|501001")
    spec.environment.inherit = .some(["PATH"])
    #expect(try ScriptRun(spec, submittedWith: variables).stdout == "|it's|501001")
    spec.environment.inherit = .none
    #expect(try ScriptRun(spec, submittedWith: variables).stdout == "|it's|501001")
  }

  @Test func `the job knows its id, name and token`() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo $LAUNCHER_JOB_ID $LAUNCHER_JOB_NAME $LAUNCHER_TOKEN"])
    spec.name = "it's mine"
    #expect(try ScriptRun(spec).stdout == "501001 it's mine \(ScriptRun.token)\n")
  }

  @Test func `a user's script is data, run by its own interpreter, with everything around it`() throws {
    let text = "#!/bin/bash\n#COBALT -n 1\nlist=(a b)\necho ${list[1]} '@' \"$LATER\"\nexit 4\n"
    var spec = JobSpec(script: text)
    spec.prologue = "export LATER=before"
    spec.epilogue = "echo after"
    let run = try ScriptRun(spec)
    #expect(run.stdout == "b @ before\nafter\n")
    #expect(run.exitCode == 4 && run.record?.code == 4)
  }

  @Test func `a home folder with a blank is refused, since Cobalt removes blanks from a script's path`() throws {
    #expect(try Fixture.exchange("awkward-names/16-qsub-path-with-space").exit == 1)
    let home = NSTemporaryDirectory() + "cobalt home \(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    let stored = try ScriptRun.store("#!/bin/sh\n\n\n", EnvironmentSpec(), home: home)
    #expect(stored.exitCode == ScriptStore.unstored && stored.stdout.isEmpty)
    #expect(stored.stderr.contains("qsub cannot be given a script in"))
  }

  @Test func `stored scripts are their owner's alone, and a refused one is removed`() throws {
    let home = NSTemporaryDirectory() + "cobalt-home-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    let variables = ["HOME": home, "PATH": "/usr/bin:/bin"]
    let script = "#!/bin/sh\n#\nfolder\ntrue\n"
    let stored = try ScriptRun.store(script, EnvironmentSpec(), ["-n", "two words"], home: home)
    let folder = home + "/.local/state/launcher/cobalt"
    let path = "\(folder)/\(ScriptRun.token)"
    #expect(stored.exitCode == 0)
    #expect(
      stored.stdout.split(separator: "\n").dropFirst()
        == ["-n", "two words", "--debuglog=\(folder)/$jobid.cobaltlog", "\(path).sh"]
    )
    #expect(
      try String(contentsOfFile: path + ".sh", encoding: .utf8) == "#!/bin/sh\n#\nlauncher_folder=\(folder)\ntrue\n"
    )
    for (ending, mode) in [(".sh", 0o700), (".env", 0o600)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path + ending)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode)
    }
    _ = try ScriptRun.run(ScriptStore.removing(token: ScriptRun.token).argv, stdin: nil, variables)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test func `the commands that read logs find those of this folder, by id and by token`() throws {
    let home = NSTemporaryDirectory() + "cobalt-logs-\(UUID().uuidString)"
    let folder = home + "/.local/state/launcher/cobalt"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let variables = ["HOME": home, "PATH": "/usr/bin:/bin"]
    for id in ["501001", "501002"] {
      let name = id == "501001" ? "done/28-gone-cobaltlog" : "failed-exit-3/02-gone-cobaltlog"
      let text = try Fixture.text(name).replacing("./fail.sh", with: "/s/\(ScriptRun.token).sh")
      try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(id).cobaltlog"))
    }
    let both = try ScriptRun.run(CobaltLog.command(ids: ["501001", "7", "501002"]).argv, stdin: nil, variables)
    #expect(CobaltLog.parse(both.stdout).map(\.id) == ["501001", "501002"])
    _ = try ScriptRun.run(CobaltLog.noting(deleted: ["501002", "7"]).argv, stdin: nil, variables)
    let noted = try ScriptRun.run(CobaltLog.command(ids: ["501001", "501002"]).argv, stdin: nil, variables)
    #expect(CobaltLog.parse(noted.stdout).map { $0.deletedHereAt != nil } == [false, true])
    #expect(CobaltLog.isWhole(noted.stdout))
    let one = try ScriptRun.run(CobaltLog.command(token: ScriptRun.token).argv, stdin: nil, variables)
    #expect(CobaltLog.parse(one.stdout).map(\.id) == ["501002"])
  }
}
