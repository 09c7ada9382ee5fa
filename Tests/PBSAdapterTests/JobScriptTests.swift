import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("The script that PBS runs")
struct JobScriptTests {
  @Test func `variables and arguments with commas, quotes, line breaks and backslashes arrive intact in the job`()
    throws
  {
    let value = "a,b='c' \"d\" \\e\n#PBS -q other\n$(id) ü"
    var spec = JobSpec(command: ["sh", "-c", "printf '%s|' \"$ODD\" \"$1\" \"$2\"", "sh", value, "end\\"])
    spec.environment.set = ["ODD": value]
    let submission = try QsubCommand(spec, token: "0123456789abcdef0123456789abcdef", family: .pro)
    #expect(!submission.arguments.contains { $0.contains("ODD") })
    let ran = try Self.run(submission.script, jobID: "41.pbs01")
    #expect(ran.output == "\(value)|\(value)|end\\|")
    #expect(ran.code == 0)
  }

  @Test func `no line of a user's text becomes a directive of qsub's`() throws {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS -q other\ntrue\n")
    spec.prologue = "#PBS -A stolen"
    let script = try QsubCommand(spec, token: "t", family: .pro).script
    // qsub(1B) looks for them up to the first line that is a command.
    let head = script.split(separator: "\n").prefix { $0.hasPrefix("#") }
    #expect(!head.contains { $0.hasPrefix("#PBS") })
  }

  @Test func `the job's script writes an exit record that the adapter reads, and ends as its command did`() throws {
    var spec = JobSpec(command: ["sh", "-c", "exit 3"])
    spec.walltime = Walltime(.seconds(60))
    let failed = try Self.run(try QsubCommand(spec, token: "tok", family: .pro).script, jobID: "41.pbs01")
    #expect(failed.code == 3)
    #expect(failed.records["pbs01/41"]?.contains("code=3\n") == true)
    #expect(failed.records["pbs01/41"]?.contains("token=tok\n") == true)
    let killed = try Self.run(
      try QsubCommand(JobSpec(command: ["sh", "-c", "kill -9 $$"]), token: "t", family: .torque).script,
      jobID: "42[7].torque01"
    )
    #expect(killed.signal == 9)
    #expect(killed.records["torque01/42_7"]?.contains("code=137\n") == true)
  }

  @Test func `a folder that is not there ends the job before its command, with a record`() throws {
    var spec = JobSpec(command: ["echo", "ran"])
    spec.directory = "/nonexistent/folder"
    let ran = try Self.run(try QsubCommand(spec, token: "t", family: .pro).script, jobID: "41.pbs01")
    #expect(ran.code == 126)
    #expect(!ran.output.contains("ran"))
    #expect(ran.records["pbs01/41"]?.contains("launched=no\n") == true)
  }

  @Test func `an array's job knows its index by its id, whatever it inherited`() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo $LAUNCHER_ARRAY_INDEX $LAUNCHER_ARRAY_JOB_ID"])
    spec.array = ArrayIndices(1...3)
    let script = try QsubCommand(spec, token: "t", family: .pro).script
    #expect(try Self.run(script, jobID: "41[3].pbs01").output == "3 41[].pbs01\n")
    #expect(try Self.run(script, jobID: "41.pbs01").output == "\n")
  }

  @Test func `a file for standard input that is not there ends the job before its command, with the shell's words`()
    throws
  {
    for family in [PBSFamily.pro, .torque] {
      for work in [JobSpec.Work.command(["echo", "ran"]), .script("#!/bin/bash\necho ran\n")] {
        var spec = JobSpec(command: ["true"])
        spec.work = work
        spec.standardInput = "/no/such/in"
        let ran = try Self.run(try QsubCommand(spec, token: "t", family: family).script, jobID: "41.pbs01")
        #expect(ran.code == 126)
        #expect(ran.errors.contains("/no/such/in"))
        #expect(!ran.output.contains("ran"))
        #expect(ran.records["pbs01/41"]?.contains("launched=no\n") == true)
      }
    }
  }

  @Test func `a file for standard input is read, and a pipe is opened once`() throws {
    var spec = JobSpec(command: ["cat"])
    spec.standardInput = try temporaryFile(Array("from a file".utf8))
    let script = try QsubCommand(spec, token: "t", family: .pro).script
    #expect(try Self.run(script, jobID: "41.pbs01").output == "from a file")
  }

  @Test func `a program that is not there is written down as not launched`() throws {
    let spec = JobSpec(command: ["/no/such/prog"])
    let ran = try Self.run(try QsubCommand(spec, token: "t", family: .pro).script, jobID: "41.pbs01")
    #expect(ran.code == 127)
    #expect(ran.errors.contains("/no/such/prog"))
    #expect(ran.records["pbs01/41"]?.contains("launched=no\n") == true)
  }

  @Test func `what a shell says of a signal is left to the shell that PBS starts above the script`() throws {
    let spec = JobSpec(command: ["sh", "-c", "kill -SEGV $$"])
    let ran = try Self.run(try QsubCommand(spec, token: "t", family: .pro).script, jobID: "41.pbs01")
    #expect(ran.signal == 11)
    #expect(!ran.errors.contains("egmentation"))
  }

  @Test func `Carriage returns reach a job of Torque, whose qsub takes them out of scripts`() throws {
    var spec = JobSpec(command: ["sh", "-c", "printf '%s|%s' \"$ODD\" \"$1\"", "sh", "x\r\ny\r"])
    spec.environment.set = ["ODD": "\ra\r\nb"]
    let script = try QsubCommand(spec, token: "t", family: .torque).script
    #expect(!script.utf8.contains(0x0D))
    #expect(try Self.run(script, jobID: "41.torque01").output == "\ra\r\nb|x\r\ny\r")
    let own = JobSpec(script: "#!/bin/sh\nprintf 'a\rb'\n")
    let carried = try QsubCommand(own, token: "t", family: .torque).script
    #expect(!carried.utf8.contains(0x0D))
    #expect(try Self.run(carried, jobID: "41.torque01").output == "a\rb")
  }

  @Test func `the record says where the output went, where that is known`() throws {
    func record(
      _ family: PBSFamily,
      _ jobID: String,
      _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> ExitRecord? {
      var spec = JobSpec(command: ["true"])
      change(&spec)
      let script = try QsubCommand(spec, token: "t", family: family).script
      let ran = try Self.run(script, jobID: jobID)
      return ran.records.flatMap { ExitRecord.parse("record=\($0.key)\n\($0.value)") }.first
    }
    #expect(try record(.pro, "41.pbs01")?.standardOutput == "/home/ada/x.o41")
    #expect(try record(.pro, "41.pbs01")?.standardError == "/home/ada/x.o41")
    let array = try record(.pro, "41[3].pbs01") { $0.array = ArrayIndices(1...3) }
    #expect(array?.standardOutput == "/home/ada/x.o41.3")
    let named = try record(.pro, "41[3].pbs01") { spec in
      spec.array = ArrayIndices(1...3)
      spec.standardOutput = "/tmp/a b-{index}.txt"
      spec.standardError = "/tmp/e{index}"
    }
    #expect(named?.standardOutput == "/tmp/a b-3.txt")
    #expect(named?.standardError == "/tmp/e3")
    #expect(try record(.torque, "41.torque01") { $0.standardOutput = "/tmp/o" }?.standardOutput == "/tmp/o")
    let moved = try record(.pro, "41.pbs01") { $0.native = ["pbs": ["-k", "oe"]] }
    #expect(moved != nil && moved?.standardOutput == nil)
  }

  @Test func `a job whose id names no server has a record all the same`() throws {
    let script = try QsubCommand(JobSpec(command: ["true"]), token: "t", family: .torque).script
    #expect(try Self.run(script, jobID: "4109").records["_/4109"]?.contains("code=0\n") == true)
  }

  /// Runs a job's script as PBS does: on a shell's standard input, with the job's id in its environment.
  private static func run(
    _ script: String,
    jobID: String
  ) throws -> (output: String, errors: String, code: Int32?, signal: Int32?, records: [String: String]) {
    let home = URL(filePath: Scratch.path("pbs-job"))
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let file = home.appending(path: "script")
    try Data(script.utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.environment = [
      "PATH": "/usr/bin:/bin", "HOME": home.path, "PBS_JOBID": jobID, "PBS_JOBNAME": "x", "PBS_ARRAY_INDEX": "99",
      "PBS_O_WORKDIR": "/home/ada",
    ]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardOutput = pipe
    let errors = try temporaryFile([])
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    var records: [String: String] = [:]
    let folder = home.appending(path: ".local/state/launcher/exit").path
    for name in FileManager.default.subpaths(atPath: folder) ?? [] {
      records[name] = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }
    let isSignal = process.terminationReason == .uncaughtSignal
    let status = process.terminationStatus
    let said = try String(contentsOfFile: errors, encoding: .utf8)
    return (output, said, isSignal ? nil : status, isSignal ? status : nil, records)
  }
}
