import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("The script that PBS runs")
struct JobScriptTests {
  @Test("Variables and arguments with commas, quotes, line breaks and backslashes arrive intact in the job")
  func intact() throws {
    let value = "a,b='c' \"d\" \\e\n#PBS -q other\n$(id) ü"
    var spec = JobSpec(command: ["sh", "-c", "printf '%s|' \"$ODD\" \"$1\" \"$2\"", "sh", value, "end\\"])
    spec.environment.set = ["ODD": value]
    let submission = try Submission(spec, token: "0123456789abcdef0123456789abcdef", family: .pro)
    #expect(!submission.arguments.contains { $0.contains("ODD") })
    let ran = try Self.run(submission.script, jobID: "41.pbs01")
    #expect(ran.output == "\(value)|\(value)|end\\|")
    #expect(ran.code == 0)
  }

  @Test("No line of a user's text becomes a directive of qsub's")
  func noDirectives() throws {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS -q other\ntrue\n")
    spec.prologue = "#PBS -A stolen"
    let script = try Submission(spec, token: "t", family: .pro).script
    // qsub(1B) looks for them up to the first line that is a command.
    let head = script.split(separator: "\n").prefix { $0.hasPrefix("#") }
    #expect(!head.contains { $0.hasPrefix("#PBS") })
  }

  @Test("The job's script writes an exit record that the adapter reads, and ends as its command did")
  func exitRecord() throws {
    var spec = JobSpec(command: ["sh", "-c", "exit 3"])
    spec.walltime = Walltime(.seconds(60))
    let failed = try Self.run(try Submission(spec, token: "tok", family: .pro).script, jobID: "41.pbs01")
    #expect(failed.code == 3)
    #expect(failed.records["pbs01/41"]?.contains("code=3\n") == true)
    #expect(failed.records["pbs01/41"]?.contains("token=tok\n") == true)
    let killed = try Self.run(
      try Submission(JobSpec(command: ["sh", "-c", "kill -9 $$"]), token: "t", family: .torque).script,
      jobID: "42[7].torque01"
    )
    #expect(killed.signal == 9)
    #expect(killed.records["torque01/42_7"]?.contains("code=137\n") == true)
  }

  @Test("A folder that is not there ends the job before its command, with a record")
  func missingFolder() throws {
    var spec = JobSpec(command: ["echo", "ran"])
    spec.directory = "/nonexistent/folder"
    let ran = try Self.run(try Submission(spec, token: "t", family: .pro).script, jobID: "41.pbs01")
    #expect(ran.code == 1)
    #expect(!ran.output.contains("ran"))
    #expect(ran.records["pbs01/41"] != nil)
  }

  @Test("An array's job knows its index by its id, whatever it inherited")
  func arrayIndex() throws {
    var spec = JobSpec(command: ["sh", "-c", "echo $LAUNCHER_ARRAY_INDEX $LAUNCHER_ARRAY_JOB_ID"])
    spec.array = ArrayIndices(1...3)
    let script = try Submission(spec, token: "t", family: .pro).script
    #expect(try Self.run(script, jobID: "41[3].pbs01").output == "3 41[].pbs01\n")
    #expect(try Self.run(script, jobID: "41.pbs01").output == "\n")
  }

  /// Runs a job's script as PBS does: on a shell's standard input, with the job's id in its environment.
  private static func run(
    _ script: String,
    jobID: String
  ) throws -> (output: String, code: Int32?, signal: Int32?, records: [String: String]) {
    let home = URL(filePath: Scratch.path("pbs-job"))
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let file = home.appending(path: "script")
    try Data(script.utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.environment = [
      "PATH": "/usr/bin:/bin", "HOME": home.path, "PBS_JOBID": jobID, "PBS_JOBNAME": "x", "PBS_ARRAY_INDEX": "99",
    ]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
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
    return (output, isSignal ? nil : status, isSignal ? status : nil, records)
  }
}
