import AdapterKit
import AdapterTestSupport
import Foundation
import Glibc
import Testing

@testable import cobalt_adapter

@Suite("Situations that were met, on Cobalt")
struct CaseTests {
  private let token = SubmissionTests.token

  // MARK: Whose log, whose record

  private func here(_ prepare: (String) throws -> Void) throws -> [CobaltLog] {
    let folder = Scratch.path("cobalt-here")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try prepare(folder)
    let command = CobaltLog.commandHere(ids: ["501002", "501003"])
    let ran = try ScriptRun.run(command.argv, stdin: nil, ["HOME": folder, "PATH": "/usr/bin:/bin"])
    #expect(ran.exitCode == 0 && CobaltLog.isWhole(ran.stdout), "\(ran.stderr)")
    return CobaltLog.parse(ran.stdout)
  }

  private var name: String { String(cString: getpwuid(geteuid()).pointee.pw_name) }

  private func log(of user: String) throws -> Data {
    Data(try Fixture.text("failed-exit-3/02-gone-cobaltlog").replacing("USER=hpcuser", with: "USER=\(user)").utf8)
  }

  @Test func `a log in a shared folder counts only where it is of the user who asks`() throws {
    let own = try log(of: name)
    let logs = try here { try own.write(to: URL(filePath: $0 + "/501002.cobaltlog")) }
    #expect(logs.map(\.end) == [.exited(3)])
    let others = try log(of: "somebody-else")
    #expect(try here { try others.write(to: URL(filePath: $0 + "/501002.cobaltlog")) }.isEmpty)
    let elsewhere = try temporaryFile(Array(own))
    #expect(try here { _ = symlink(elsewhere, $0 + "/501002.cobaltlog") }.isEmpty)
    #expect(
      try here {
        try FileManager.default.createDirectory(atPath: $0 + "/501002.cobaltlog", withIntermediateDirectories: true)
      }.isEmpty
    )
  }

  @Test(.enabled(if: geteuid() == 0)) func `a log that another user wrote proves nothing, whatever stands in it`()
    throws
  {
    let own = try log(of: name)
    let logs = try here { folder in
      try own.write(to: URL(filePath: folder + "/501002.cobaltlog"))
      #expect(chown(folder + "/501002.cobaltlog", 65_534, 65_534) == 0)
    }
    #expect(logs.isEmpty)
  }

  @Test func `records and logs under another token are another job's`() async throws {
    let records = Made.exitRecord("7", code: 0)
    let log = try Fixture.text("failed-exit-3/02-gone-cobaltlog").replacing("501002", with: "7")
    func state(_ token: String?, records: String = "", logs: String = "") async throws -> JobState? {
      let job = JobReference(id: "7", token: token)
      return try await Polled(references: [job], on: Made.cobalt(records: records, logs: logs)).jobs["7"]?.state
    }
    #expect(try await state("t", records: records) == .finished(.succeeded))
    #expect(try await state(nil, records: records) == .finished(.succeeded))
    #expect(try await state(token, records: records) == .unknown(.gone))
    #expect(try await state(nil, logs: log) == .finished(.failed))
    #expect(try await state(token, logs: log) == .unknown(.gone))
    let ours = log.replacing("./exit3.sh", with: "/home/ada/\(token).sh").replacing(
      "qsub ",
      with: "qsub /x/\(token).sh "
    )
    #expect(try await state(token, logs: ours) == .finished(.failed))
  }

  @Test func `two jobs that carry one token are an error`() async throws {
    func record(_ id: String, _ script: String) -> String {
      "JobID: \(id)\n    User       : ada\n    SubmitTime : Sat Nov 21 00:53:16 2026 +0000 (UTC)\n"
        + "    Command    : \(script)\n\n"
    }
    func find(_ listing: String) async throws -> [JobReference] {
      let host = Made.cobalt(queue: .text(listing))
      return try await CobaltAdapter().find(FindRequest(token: token), on: host).jobs
    }
    #expect(try await find(record("6", "/s/\(token).sh") + record("7", "/s/x\(token).sh")).map(\.id) == ["6"])
    let twice = record("6", "/s/\(token).sh") + record("7", "/s/\(token).sh")
    let error = await #expect(throws: LauncherError.self) { _ = try await find(twice) }
    #expect(error?.code == .uncertainSubmission && error?.message.contains("6, 7") == true)
  }

  @Test func `a search that broke off is not proof that there is no job`() async throws {
    for part in [".cobaltlog", "token=$1"] {
      let host = ScriptedHost { command in
        switch command.argv.first {
        case "sh" where command.argv[2].contains(part): .init(ending: .timedOut)
        case "sh": .text(CobaltLog.readMark + "\n")
        case "id": .text("ada\n")
        default: .noneKnown
        }
      }
      await #expect(throws: LauncherError.self) {
        _ = try await CobaltAdapter().find(FindRequest(token: token), on: host)
      }
    }
  }

  // MARK: Ids

  @Test(arguments: ["0", "00", "007", "-5", "2147483648", "4294967303", "99999999999999999999", "7[1]", "7_1", ""])
  func `an id that Cobalt cannot have is refused before anything is asked`(id: String) async throws {
    let host = ScriptedHost { _ in .text("") }
    let jobs = [JobReference(id: id)]
    let adapter = CobaltAdapter()
    let polled = try await Polled(references: jobs, on: host)
    #expect(polled.jobs[id]?.state == .unknown(.gone))
    #expect(
      try await adapter.cancel(ActionRequest(jobs: jobs), on: host).results.map { $0.error?.code } == [.malformedID]
    )
    #expect(
      try await adapter.hold(ActionRequest(jobs: jobs), on: host).results.map { $0.error?.code } == [.malformedID]
    )
    #expect(await host.commands.isEmpty)
  }

  // MARK: Queries and detection

  @Test(arguments: ["an unheard-of complaint", "does not exist", "qsub.py: error: x"])
  func `words of a query that nobody knows pass, and say nothing of a job`(words: String) async throws {
    let host = Made.cobalt(queue: .text("", stderr: words + "\n", exit: 1))
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["7"], on: host) }
    #expect(error?.category == .transient)
  }

  @Test func `a qstat that does not answer is installed, never absent`() async throws {
    for silence in [ScriptedHost.Answer(ending: .timedOut), .text("", exit: 1), .init(ending: .signalled(.kill))] {
      let detection = try await CobaltAdapter().detect(on: ScriptedHost { _ in silence })
      #expect(detection.presence == .installed)
      #expect(detection.evidence.first?.fact.contains("did not answer") == true)
    }
  }

  // MARK: Submissions

  private func submit(_ answer: ScriptedHost.Answer) async throws -> LauncherError {
    let host = ScriptedHost { $0.effect == .creates ? answer : .text("") }
    return try #require(
      await #expect(throws: LauncherError.self) {
        _ = try await CobaltAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: token), on: host)
      }
    )
  }

  @Test func `what a site's filter says on standard output is shown`() async throws {
    let error = try await submit(.text("launcher_time=1\nNo jobs on Mondays\n", exit: 1))
    #expect(error.code == .uncertainSubmission && error.message.contains("No jobs on Mondays"))
    let zero = try await submit(.text("launcher_time=1\nNo jobs on Mondays\n"))
    #expect(zero.message.contains("No jobs on Mondays"))
    let known = try await submit(.text("Filter /site/check failed\n", exit: 1))
    #expect(known.code == .invalidValue && known.message.hasSuffix("nothing was submitted"))
  }

  @Test func `an id beside a failure leaves doubt`() async throws {
    let error = try await submit(.text("501009\n", stderr: "<Fault 1001: \"x\">\n", exit: 1))
    #expect(error.code == .uncertainSubmission && error.message.contains("501009"))
  }

  private func store(_ options: [String], _ variables: [String: String] = [:]) throws -> (
    exitCode: Int32, stdout: String, stderr: String
  ) {
    let home = Scratch.path("cobalt-home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    let variables = variables.merging(["PATH": "/usr/bin:/bin"]) { _, last in last }
    return try ScriptRun.store("#!/bin/sh\n\n\n", EnvironmentSpec(), options, home: home, variables)
  }

  @Test func `a folder or an input that is not there is refused before the job`() throws {
    let folder = try store(["-n", "1", "--cwd=/no/such"])
    #expect(folder.exitCode == ScriptStore.unusable && folder.stderr.contains("directory: /no/such"))
    let input = try store(["-i", "/no/such/input"])
    #expect(input.exitCode == ScriptStore.unusable && input.stderr.contains("stdin: /no/such/input"))
    #expect(try store(["--cwd=/tmp", "-i", "/etc/passwd"]).exitCode == 0)
  }

  @Test func `such a refusal is reported by its kind`() async throws {
    let folder = try await submit(.text("", stderr: "directory: /no is not a folder\n", exit: ScriptStore.unusable))
    #expect(folder.code == .directoryUnusable)
    #expect(folder.message == "directory: /no is not a folder; nothing was submitted")
    let input = try await submit(.text("", stderr: "stdin: /no cannot be read\n", exit: ScriptStore.unusable))
    #expect(input.code == .scriptUnreadable)
  }

  @Test func `variables of the job that submits, and those that steer qsub, do not reach it; the latter are named`()
    throws
  {
    let variables = [
      "COBALT_JOBID": "4", "COBALT_PARTSIZE": "2", "COBALT_ODD": "x", "QSUB_OPTIONS": "-n 7", "COBALT_PROJ": "p",
      "COBALT_CONFIG_FILES": "/etc/cobalt.conf",
    ]
    let stored = try store(["-n", "1"], variables)
    let answer = QsubAnswer(stdout: stored.stdout, stderr: "")
    #expect(
      answer.remarks.last == "qsub was run without COBALT_ODD, QSUB_OPTIONS, which would change what it does or prints"
    )
    let spec = JobSpec(command: ["sh", "-c", "env | grep -E '^(COBALT|QSUB)_' | sort"])
    let run = try ScriptRun(spec, submittedWith: variables)
    #expect(run.stdout == "COBALT_CONFIG_FILES=/etc/cobalt.conf\nCOBALT_JOBID=501001\nCOBALT_PROJ=p\n")
  }
}
