import AdapterTestSupport
import Foundation
import Testing

@testable import AdapterKit
@testable import pbs_adapter

@Suite("Ends of PBS's jobs that need more than one source")
struct EndTests {
  private static let array = "livebatch/04-pbs-history-off-array-tasks-told-cancelled"

  /// The token of the array in that recording.
  private static let arrayToken = "9dfe47855c68992e803338424f1a50d4"

  /// A server that does not know a job, and the job's record.
  private static func forgotten(_ id: String, _ told: String) -> ScriptedHost {
    ScriptedHost { command in
      command.argv.first == "sh"
        ? .text(told)
        : .text("{\n    \"pbs_server\":\"pbs01\"\n}\n", stderr: "qstat: Unknown Job Id \(id)\n", exit: 153)
    }
  }

  /// The command that looks for exit records.
  private static func records(of ids: String...) -> [String] { ExitRecord.command(ids: ids, server: nil).argv }

  private static func record(
    _ id: String,
    server: String = "pbshost",
    token: String = "8434a1fefd59672686d328a90421b4b5",
    _ lines: String = "code=0"
  ) -> String {
    "record=\(server)/\(id)\ntoken=\(token)\n\(lines)\nstarted=1795895055\nended=1795895060\nname=harr\nwhole=yes\n"
  }

  // MARK: Arrays without history

  @Test func `without history the tasks of an array that is asked for with others ended as their records say`()
    async throws
  {
    let told =
      Self.record("1009") + Self.record("1010_1", token: Self.arrayToken)
      + Self.record("1010_2", token: Self.arrayToken, "code=3")
    var listing = try ScriptedHost.Answer.recorded("cases/\(Self.array)/01-qstat")
    // As its command.json has it; three seconds after the start of the tasks that run.
    listing.begunAt = Date(timeIntervalSince1970: 1_795_895_063)
    let host = try ScriptedHost(
      case: Self.array,
      made: [Self.records(of: "1009", "1010"): .text(told), ["qstat", "-t", "-f", "-F", "json"]: listing]
    )
    let polled = try await Polled(["1009.pbshost", "1010[].pbshost"], on: host)
    #expect(polled.jobs["1009.pbshost"]?.state == .finished(.succeeded))
    let tasks = try #require(polled.jobs["1010[].pbshost"]?.tasks)
    #expect(
      tasks.map(\.state) == [
        .finished(.succeeded), .finished(.failed), .running, .running, .queued, .queued,
      ]
    )
    #expect(polled.jobs["1010[].pbshost"]?.state == .running)
    #expect(polled.answer.complete)
  }

  @Test func `without records, and without a word on history, their ends are not known`() async throws {
    let host = try ScriptedHost(case: Self.array, made: [Self.records(of: "1009", "1010"): .text("")])
    let tasks = try await Polled(["1009.pbshost", "1010[].pbshost"], on: host).jobs["1010[].pbshost"]?.tasks
    #expect(tasks?.prefix(2).map(\.state) == [.finished(.unknown), .finished(.unknown)])
  }

  @Test func `a server that keeps history has cancelled them, whether it said so before or is asked`() async throws {
    let host = try ScriptedHost(
      case: Self.array,
      made: [
        Self.records(of: "1010"): .text(""),
        ["qstat", "-Bf"]: .text("Server: pbshost\n    job_history_enable = True\n"),
      ]
    )
    // Together with another job that is in the listing: no query uses -x.
    let tasks = try await Polled(["691.pbshost", "1010[].pbshost"], on: host).jobs["1010[].pbshost"]?.tasks
    let cancelled = JobState.finished(.cancelled(by: .unknown))
    #expect(tasks?.prefix(2).map(\.state) == [cancelled, cancelled])
  }

  // MARK: Arrays with missing tasks

  @Test(arguments: [true, false])
  func `an array has not succeeded as long as a task that was submitted is not known`(hasRecord: Bool) async throws {
    let listing = (1...2).map { index in
      "<Job><Job_Id>5[\(index)].torque01</Job_Id><job_state>C</job_state><exit_status>0</exit_status></Job>"
    }
    let told = hasRecord ? Self.record("5_3", server: "torque01", token: "t") : ""
    let host = Torque.host { argv in argv.first == "sh" ? .text(told) : .text("<Data>\(listing.joined())</Data>") }
    var reference = JobReference(id: "5[].torque01", server: "torque01", token: "t")
    reference.array = ArrayIndices(1...3)
    let status = try await Polled(references: [reference], on: host).jobs["5[].torque01"]
    #expect(status?.tasks?.count == 3)
    #expect(status?.state == (hasRecord ? .finished(.succeeded) : .unknown(.gone)))
  }

  @Test func `an array that only its records report has succeeded where all that were submitted are there`()
    async throws
  {
    let told = Self.record("7_1", server: "pbs01", token: "t") + Self.record("7_2", server: "pbs01", token: "t")
    let host = Self.forgotten("7[].pbs01", told)
    for (indices, state) in [
      (ArrayIndices(1...2), JobState.finished(.succeeded)), (ArrayIndices(1...3), .unknown(.gone)),
    ] {
      var reference = JobReference(id: "7[].pbs01", server: "pbs01", token: "t")
      reference.array = indices
      #expect(try await Polled(references: [reference], on: host).jobs["7[].pbs01"]?.state == state)
    }
    let unknown = try await Polled(["7[].pbs01"], on: host).jobs["7[].pbs01"]
    #expect(unknown?.state == .finished(.unknown))
    #expect(unknown?.tasks?.map(\.state) == [.finished(.succeeded), .finished(.succeeded)])
  }

  // MARK: Which job a record belongs to

  private static let foreign: [(record: String, isOwn: Bool)] = [
    (record("41", server: "pbs01", token: "t"), true), (record("41", server: "lsf", token: "t"), false),
    (record("41", server: "pbs01", token: "other"), false),
    (record("41", server: "pbs01.example.org", token: "t"), true),
  ]

  @Test(arguments: foreign.indices)
  func `a record counts only with the job's own server and token`(index: Int) async throws {
    let (told, isOwn) = Self.foreign[index]
    let host = Self.forgotten("41.pbs01", told)
    for id in ["41", "41.pbs01"] {
      let reference = JobReference(id: id, server: "pbs01", token: "t")
      let state = try await Polled(references: [reference], on: host).jobs[id]?.state
      #expect(state == (isOwn ? .finished(.succeeded) : .unknown(.gone)), "\(id)")
    }
  }

  @Test func `an id without a server has the server that complains about it`() async throws {
    let told = Self.record("41", server: "lsf", token: "x")
    let host = Self.forgotten("41.pbs01", told)
    #expect(try await Polled(["41"], on: host).jobs["41"]?.state == .unknown(.gone))
  }

  @Test func `nothing is gone because the records could not be read`() async throws {
    let host = ScriptedHost { command in
      command.argv.first == "sh"
        ? ScriptedHost.Answer(ending: .timedOut)
        : .text("{\n    \"pbs_server\":\"pbs01\"\n}\n", stderr: "qstat: Unknown Job Id 41.pbs01\n", exit: 153)
    }
    let polled = try await Polled(["41.pbs01"], on: host)
    #expect(polled.jobs.isEmpty)
    #expect(polled.answer.problem?.code == .schedulerTimedOut)
  }

  // MARK: Starts that failed

  private static let program = "livebatch/10-pbs-no-such-program-failed-127"

  private static let starts: [(lines: String?, state: JobOutcome, exitStatus: JobExitStatus?)] = [
    ("code=127\nsignal=0\nlaunched=no", .launchFailed, nil), ("code=127\nsignal=0\nlaunched=yes", .failed, .code(127)),
    (nil, .failed, .code(127)),
  ]

  @Test(arguments: starts.indices)
  func `no such program is a start that failed, where the record says so`(index: Int) async throws {
    let (lines, outcome, exitStatus) = Self.starts[index]
    let token = "765ace5834cdfc31fe9c1cd4b7aec849"
    let made = lines.map { [Self.records(of: "1046"): ScriptedHost.Answer.text(Self.record("1046", token: token, $0))] }
    let host = try ScriptedHost(case: Self.program, made: made ?? [:])
    let status = try await Polled(["1046.pbshost"], on: host).jobs["1046.pbshost"]
    #expect(status?.state == .finished(outcome))
    #expect(status?.exitStatus == exitStatus)
    #expect((status?.reason?.code == .launch) == (outcome == .launchFailed))
  }

  @Test func `the listing of all says the same of a start that failed`() async throws {
    let job = """
      <Data><Job><Job_Id>7.torque01</Job_Id><Job_Owner>ada@login</Job_Owner><job_state>C</job_state>\
      <Variable_List>LAUNCHER_SUBMISSION=launcher:t</Variable_List><exit_status>126</exit_status></Job></Data>
      """
    let told = Self.record("7", server: "torque01", token: "t", "code=126\nsignal=0\nlaunched=no")
    let host = Torque.host { argv in
      argv.first == "sh" ? .text(told) : argv.first == "id" ? .text("Welcome.\nada\n") : .text(job)
    }
    #expect(try await Polled(nil, on: host).jobs["7.torque01"]?.state == .finished(.launchFailed))
  }

  // MARK: What a status says about an end

  @Test
  func `the number that a job ended with is shown beside the server's comment, and -31 and -32 mean what they do`()
    async throws
  {
    let host = try StandInHost(case: "peertests/07-pbs-negative-exit-status-is-lost")
    let job = try await Polled(["4108.sol"], on: host).jobs["4108.sol"]
    #expect(job?.state == .finished(.memoryExceeded))
    #expect(job?.reason?.text.hasPrefix("Job run at Thu Nov 19 at 10:00 on (n07:ncpus=1) and failed; ") == true)
    #expect(job?.reason?.text.contains("exit status -31") == true)
    for (number, outcome) in [
      (-32, JobOutcome.nodeFailure), (-1, .launchFailed), (-99, .unknown), (-29, .walltimeExceeded),
    ] {
      var record = PBSRecord(id: "1.pbs01")
      record[.jobState] = "F"
      record[.exitStatus] = "\(number)"
      record[.comment] = "Job run at Thu Nov 19 at 10:00 on (n07:ncpus=1) and failed"
      let status = record.status(.pro, source: "qstat -x")
      #expect(status.state == .finished(outcome))
      #expect(status.reason?.text.contains("exit status \(number)") == true)
    }
    let torque = try Torque.made("<job_state>C</job_state><exit_status>-9</exit_status>")
    #expect(torque?.reason?.text.contains("exit status -9") == true)
  }

  @Test func `output that could not be delivered is reported, with its path`() async throws {
    let host = try ScriptedHost(case: "livebatch/09-pbs-output-undeliverable-silent")
    let job = try await Polled(["1045.pbshost"], on: host).jobs["1045.pbshost"]
    #expect(job?.state == .finished(.succeeded))
    #expect(job?.reason?.text.contains("its output could not be delivered") == true)
    #expect(job?.standardOutput == "/no/such/dir/x")
  }

  @Test func `without history the record says where the output is`() async throws {
    let lines = "code=3\nsignal=0\nlaunched=yes\nstdout=/home/ada/x.o41\nstderr=/home/ada/x.e41"
    let host = Self.forgotten("41.pbs01", Self.record("41", server: "pbs01", token: "t", lines))
    let job = try await Polled(["41.pbs01"], on: host).jobs["41.pbs01"]
    #expect(job?.standardOutput == "/home/ada/x.o41")
    #expect(job?.standardError == "/home/ada/x.e41")
  }

  @Test func `a task of Torque's that only its record reports has the name of its array`() async throws {
    let told = Self.record("41_2", server: "torque01", token: "t").replacing("name=harr", with: "name=sh-2")
    let host = Torque.host { argv in
      argv.first == "sh"
        ? .text(told) : .text("<Data></Data>", stderr: "qstat: Unknown Job Id Error 41[2].torque01\n", exit: 153)
    }
    #expect(try await Polled(["41[2].torque01"], on: host).jobs["41[2].torque01"]?.name == "sh")
  }
}
