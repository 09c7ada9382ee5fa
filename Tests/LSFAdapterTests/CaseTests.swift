import AdapterKit
import AdapterTestSupport
import Foundation
import LauncherKit
import Testing

@testable import lsf_adapter

/// Situations from live servers, public reports and peers' tests: Tests/Fixtures/cases.
enum Case {
  static func folder(_ name: String) -> String { "\(Fixture.folder)/cases/\(name)" }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: folder(path))), as: UTF8.self)
  }

  static func recorded(_ name: String) throws -> ReplayingHost {
    ReplayingHost([try Recording(folder: folder(name))])
  }
}

/// A machine whose LSF is stand-in programs.
struct StandIns: CommandHost {
  let bin: String
  var environment: [String: String] = [:]
  /// Without the limits of a command: a slow machine must not count as an answer.
  private let host = LocalHost(outputs: CommandOutputs(), limits: LocalHost.Limits(time: .seconds(3600)))

  init(_ name: String, environment: [String: String] = [:]) {
    bin = Case.folder(name) + "/bin"
    self.environment = environment
  }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    var command = command
    let program = "\(bin)/\(command.argv[0])"
    if FileManager.default.isExecutableFile(atPath: program) {
      command.argv[0] = program
    } else if !["sh", "date"].contains(command.argv[0]) {
      return CommandResult(ending: .notFound, stdoutPath: "/dev/null", stderrPath: "/dev/null", duration: .zero)
    }
    command.timeLimit = nil
    for (name, value) in environment { command.environment[name] = value }
    return try await host.run(command)
  }
}

@Suite("Situations that were met")
struct CaseTests {
  private let down = "livebatch/03-lsf-down-running-told-gone"
  private let other = "livebatch/13-lsf-exit-record-of-another-scheduler-believed"

  // MARK: Daemons that are not available

  @Test func `a job that runs is not gone while mbatchd is away, though bhist answers`() async throws {
    let polled = try await Polled(["691"], on: try Case.recorded(down))
    #expect(polled.jobs["691"] == nil)
    #expect(!polled.answer.complete)
    #expect(polled.answer.problem?.code == .schedulerUnreachable)
    #expect(polled.answer.problem?.category == .transient)
  }

  @Test(
    arguments: [
      "Request from non-LSF host rejected", "Slave LIM configuration is not ready yet",
      "Failed in an LSF library call: A system call failed: Connection timed out", "Bad master host",
      "Internal library error", "Cannot locate master LIM now, try later",
      "Contacting batch daemon: Communication timeout",
      "Timeout on connect call to server", "External authentication failed", "Batch daemon cannot fork",
      "an unheard-of complaint", "Bad host name, host group name or cluster name", "Unknown user",
    ]
  )
  func `words of a query that a daemon is not ready, or that nobody knows, say nothing of a job and pass`(said: String)
    async throws
  {
    for list in ["", IBM.listing([])] {
      let host = ScriptedHost { command in
        switch command.argv.first {
        case "lsid": .text(IBM.lsid)
        case "bjobs": .text(command.argv.contains("-json") ? list : "", stderr: said + "\n", exit: 255)
        case "bhist": .text("No matching job found\n", exit: 255)
        default: .text("")
        }
      }
      var problem: LauncherError?
      do {
        let polled = try await Polled(["80"], on: host)
        #expect(polled.jobs["80"] == nil)
        problem = polled.answer.problem
      } catch let error as LauncherError {
        problem = error
      }
      #expect(problem?.category == .transient, "\(said)")
    }
  }

  @Test(arguments: [Int32(0), 255])
  func `bhist that does not answer in its own words leaves a missing job open`(exit: Int32) async throws {
    let missing = "    {\n      \"JOBID\":\"8\",\n      \"ERROR\":\"Job <8> is not found\"\n    }"
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text(IBM.listing([IBM.record(7, "RUN"), missing]))
      case "bhist": .text("", stderr: "LSF is down. Please wait ...\n", exit: exit)
      default: .text("")
      }
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["8"] == nil && !polled.answer.complete)
    #expect(polled.answer.problem?.code == .accountingUnavailable)
  }

  @Test func `a job of which bjobs says nothing at all is not gone`() async throws {
    let polled = try await Polled(["7", "8"], on: IBM.lsf([IBM.record(7, "RUN")]))
    #expect(polled.jobs["8"] == nil)
    #expect(polled.answer.problem?.category == .transient)
  }

  @Test func `a job that bhist knows without its end is not gone: its file may be late`() async throws {
    let history = """

      Job <8>, Job Name <job>, User <ada>, Project <default>, Command <true>
      Wed Sep 30 20:32:14: Submitted from host <lk1>, to Queue <normal>, CWD <$HOME>;
      Wed Sep 30 20:32:15: Starting (Pid 7);

      """
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text("", stderr: "Job <8> is not found\n", exit: 255)
      case "bhist": .text(history)
      default: .text("")
      }
    }
    let job = try #require(try await Polled(["8"], on: host).jobs["8"])
    #expect(job.state == .unknown(.unreachable))
    #expect(job.reason?.text.contains("does not know its end yet") == true)
  }

  @Test func `a list of ids that is refused says nothing about its members`() async throws {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": return .text(IBM.lsid)
      case "bjobs" where command.argv.last == "9" || command.argv.count > 5:
        return .text("", stderr: "9: Illegal job ID.\n", exit: 255)
      case "bjobs":
        let number = Int(command.argv.last ?? "") ?? 0
        return .text(IBM.listing([IBM.record(number, "RUN")]))
      default: return .text("")
      }
    }
    let polled = try await Polled(["7", "8", "9"], on: host)
    #expect(polled.jobs["7"]?.state == .running && polled.jobs["8"]?.state == .running)
    #expect(polled.jobs["9"] == nil && !polled.answer.complete)
  }

  // MARK: Exit records

  @Test func `the exit record of another scheduler's job of the same number is not believed`() async throws {
    let polled = try await Polled(["1344"], on: try Case.recorded(other))
    #expect(polled.jobs["1344"] == nil)
    #expect(polled.answer.problem?.code == .schedulerUnreachable)
  }

  private func record(_ server: String, token: String = "t1", name: String = "job") -> String {
    "record=\(server)/7\ntoken=\(token)\ncode=0\nsignal=0\nlaunched=yes\nstarted=1790800394\nended=1790800400\n"
      + "host=n1\nname=\(name)\ndirectory=/home/ada\nwhole=yes\n"
  }

  private func forgotten(_ records: String, name: String? = nil) -> ScriptedHost {
    let history =
      name.map {
        "\nJob <7>, Job Name <\($0)>, User <ada>, Project <default>, Command <true>\n"
          + "Wed Sep 30 20:32:14: Submitted from host <lk1>, to Queue <normal>, CWD <$HOME>;\n\n"
      } ?? ""
    return ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text("", stderr: "Job <7> is not found\n", exit: 255)
      case "bhist": .text(history)
      case "sh": .text(records)
      default: .text("")
      }
    }
  }

  @Test(
    arguments: [
      ("lk", "t1", "t1", nil, true), ("lk", "t2", "t1", nil, false), ("lk", "t2", nil, nil, true),
      ("lk2", "t1", "t1", nil, false), ("lk2", "t1", nil, nil, false), ("pbshost", "t1", nil, nil, false),
      ("lsf", "t1", "t1", nil, true), ("lsf", "t2", "t1", nil, false), ("lsf", "t2", nil, "job", true),
      ("lsf", "t2", nil, "another", false), ("lsf", "t2", nil, nil, true),
    ] as [(String, String, String?, String?, Bool)]
  )
  func `a record counts in its own cluster's folder and under the known token, in the common folder by token or name`(
    server: String,
    written: String,
    known: String?,
    name: String?,
    counts: Bool
  ) async throws {
    let job = JobReference(id: "7", token: known)
    let polled = try await Polled(references: [job], on: forgotten(record(server, token: written), name: name))
    #expect((polled.jobs["7"]?.state == .finished(.succeeded)) == counts)
    if counts { #expect(polled.jobs["7"]?.server == "lk") }
  }

  @Test func `a job of another cluster is not asked for here, and nothing is done to the job of its number`()
    async throws
  {
    let host = IBM.lsf([IBM.record(7, "RUN")])
    let job = JobReference(id: "7", server: "elsewhere")
    let status = try #require(try await Polled(references: [job], on: host).jobs["7"])
    #expect(status.state == .unknown(.unreachable))
    #expect(status.reason?.text.contains("elsewhere") == true)
    let answer = try await LSFAdapter().cancel(ActionRequest(jobs: [job], signal: nil), on: host)
    #expect(answer.results.first?.error?.code == .unknownJob)
    #expect(await host.commands.allSatisfy { $0.argv.first != "bkill" && $0.argv.first != "bjobs" })
  }

  @Test func `exit records that cannot be read keep a job from being called gone`() async throws {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text("", stderr: "Job <7> is not found\n", exit: 255)
      case "sh": .init(ending: .timedOut)
      default: .text("")
      }
    }
    let polled = try await Polled(["7"], on: host)
    #expect(polled.jobs["7"] == nil && !polled.answer.complete)
  }

  // MARK: Starts that failed

  @Test func `a folder that is not there is a failed start, in a job of an earlier release too`() async throws {
    let host = try Case.recorded("livebatch/14-lsf-missing-directory-silent-failed-1")
    let job = try #require(try await Polled(["1345"], on: host).jobs["1345"])
    #expect(job.state == .finished(.launchFailed))
    #expect(job.exitStatus == nil)
  }

  @Test(arguments: ["the folder cannot be entered", "no such input"])
  func `the record says why a job could not start`(why: String) async throws {
    let record =
      "record=lk/7\ntoken=t\ncode=126\nsignal=0\nlaunched=no\nwhy=\(why)\nstarted=1790800394\nended=1790800400\n"
      + "host=n1\ndirectory=/home/ada\nwhole=yes\n"
    let fields = ["EXIT_CODE": "126", "START_TIME": "Sep 30 20:33:14 2026", "FINISH_TIME": "Sep 30 20:33:20 2026"]
    let host = IBM.lsf([IBM.record(7, "EXIT", fields)], exitRecords: record)
    let job = try #require(try await Polled(["7"], on: host).jobs["7"])
    #expect(job.state == .finished(.launchFailed))
    #expect(job.reason?.text == why)
  }
}
