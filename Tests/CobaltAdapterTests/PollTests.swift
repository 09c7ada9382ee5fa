import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

@Suite("A poll")
struct PollTests {
  @Test func `it is one qstat with its own columns, and none of the user's`() async throws {
    let host = try ScriptedHost(recordings: "cobalt-1.0.33/done")
    let polled = try await Polled(["501001"], on: host)
    let commands = await host.commands
    #expect(commands.count == 1)
    let environment = try #require(commands.first?.environment)
    for name in ["QSTAT_HEADER", "QSTAT_HEADER_FULL", "CQSTAT_HEADER", "CQSTAT_HEADER_FULL"] {
      #expect(environment.keys.contains(name) && environment[name] == .some(nil))
    }
    let job = try #require(polled.jobs["501001"])
    #expect(job.state == .running)
    #expect(job.user == "hpcuser" && job.queue == "default" && job.name == nil)
    #expect(job.nodes == ["node02", "node03"])
    #expect(job.startedAt == RFC3339.date(from: "2026-11-21T00:53:16Z"))
    #expect(job.standardOutput == "/home/hpcuser/run/cobalt/501001.output")
    #expect(job.usage?.walltime == .seconds(6))
    #expect(job.source == "qstat" && job.native.state == "running")
    #expect(polled.answer.complete)
  }

  @Test func `QSTAT_HEADER would change the columns of a listing that does not name its own`() throws {
    #expect(try Fixture.text("done/16-running-QSTAT_HEADER").hasPrefix("JobID   State    Queue    \n"))
  }

  @Test(arguments: [
    ("dependency", "501013", JobState.held, JobReason.Code?.some(.dependency), "dep_hold"),
    ("held", "501009", .held, .heldByUser, "user_hold"),
    ("held-running", "501011", .running, nil, "running"),
    ("killed-while-running", "501005", .finishing, nil, "killing"),
    ("many-nodes", "501024", .running, nil, "running"),
    ("pending-for-nodes", "501019", .queued, nil, "queued"),
    ("pending-for-nodes", "501021", .held, .limit, "maxrun_hold"),
  ])
  func `recorded states are what they mean`(
    recording: String,
    id: String,
    state: JobState,
    reason: JobReason.Code?,
    word: String
  ) async throws {
    let polled = try await Polled([id], on: try ScriptedHost(recordings: "cobalt-1.0.33/\(recording)"))
    let job = try #require(polled.jobs[id])
    #expect(job.state == state)
    #expect(job.reason?.code == reason)
    #expect(job.native.state == word)
    #expect(polled.unreadable.isEmpty && polled.answer.complete)
  }

  @Test func `an administrator's hold is reported, also below the user's own`() async throws {
    let host = Made.cobalt(queue: try .recorded("held/29-admin-hold-qstat-l-header"))
    #expect(try await Polled(["501010"], on: host).jobs["501010"]?.reason?.code == .heldByAdministrator)
    let both = Made.cobalt(queue: try .recorded("held/22-both-holds-qstat-l-header"))
    let reason = try #require(try await Polled(["501010"], on: both).jobs["501010"]?.reason)
    #expect(reason.code == .heldByUser && reason.text.contains("administrator"))
  }

  @Test func `every word of the queue manager has its state, and no word is guessed`() async throws {
    for state in CobaltState.allCases {
      let host = Made.cobalt(queue: .text(Made.record("7", state.rawValue, dependencies: "5:6")))
      let job = try #require(try await Polled(["7"], on: host).jobs["7"])
      #expect(job.state == state.state, "\(state)")
      #expect(job.native.state == state.rawValue)
      #expect(job.reason?.canEverRun == (state == .dependencyFailed ? false : nil))
    }
    let host = Made.cobalt(queue: .text(Made.record("7", "levitating")))
    let job = try #require(try await Polled(["7"], on: host).jobs["7"])
    #expect(job.state == .unknown(.unrecognised) && job.native.state == "levitating")
  }

  @Test func `a failed dependency never lets a job run, and says on whom it waits`() async throws {
    let host = Made.cobalt(queue: .text(Made.record("7", "dep_fail", dependencies: "5")))
    let reason = try #require(try await Polled(["7"], on: host).jobs["7"]?.reason)
    #expect(reason.code == .dependencyNeverSatisfied && reason.canEverRun == false && reason.text.contains("job 5"))
  }

  @Test func `two jobs past their time are still ending`() async throws {
    let polled = try await Polled(["501054", "501055"], on: try ScriptedHost(recordings: "cobalt-1.0.33/walltime"))
    #expect(polled.jobs["501054"]?.state == .finishing && polled.jobs["501054"]?.native.state == "exiting")
    #expect(polled.jobs["501055"]?.state == .finishing && polled.jobs["501055"]?.native.state == "killing")
  }

  @Test func `an unknown id and a server that is down have one exit status, and only one is an answer`() async throws {
    #expect(try Fixture.exchange("unknown-id/02-qstat-unknown").exit == 1)
    #expect(try Fixture.exchange("components-down/02-cqm-down-qstat").exit == 1)
    let polled = try await Polled(["999999"], on: try ScriptedHost(recordings: "cobalt-1.0.33/unknown-id"))
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
    for exchange in ["components-down/02-cqm-down-qstat", "components-down/06-all-down-qstat"] {
      let host = Made.cobalt(queue: try .recorded(exchange), records: Made.exitRecord("501278", code: 0))
      let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["501278"], on: host) }
      #expect(error?.code == .schedulerUnreachable && error?.category == .transient)
    }
  }

  @Test func `a list with an unknown id exits with 0 and drops it, and it is looked for elsewhere`() async throws {
    let host = try ScriptedHost(recordings: "cobalt-1.0.33/unknown-id")
    let polled = try await Polled(["501052", "999999"], on: host)
    #expect(polled.jobs["501052"]?.state == .queued)
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    let cats = await host.commands.filter { $0.argv.first == "cat" }
    #expect(cats.map(\.argv) == [["cat", "999999.cobaltlog"]])
  }

  @Test func `what is not a number is not asked for, since it would cost all others their answer`() async throws {
    #expect(try Fixture.exchange("unknown-id/09-qstat-malformed-list").exit == 1)
    let host = Made.cobalt(queue: .text(Made.record("7", "running")))
    let polled = try await Polled(["7", "abc", "7[1]", "7.server"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    for id in ["abc", "7[1]", "7.server"] { #expect(polled.jobs[id]?.state == .unknown(.gone), "\(id)") }
    #expect(polled.jobs["7[1]"]?.reason?.text.contains("no arrays") == true)
    #expect(await host.commands.first { $0.argv.first == "qstat" }?.argv.suffix(1) == ["7"])
  }

  @Test func `one name that is not ASCII costs the names, and nothing else`() async throws {
    let traceback =
      "Traceback (most recent call last):\n  File \"qstat.py\", line 5\n"
      + "UnicodeEncodeError: 'ascii' codec can't encode character u'\\xe4' in position 1\n"
    let whole = Made.record("7", "running") + Made.record("8", "queued")
    let nameless = whole.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.contains("JobName") }.joined(separator: "\n")
    let host = ScriptedHost { command in
      command.argv.contains { $0.contains("JobName") } ? .text("", stderr: traceback, exit: 1) : .text(nameless)
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .running && polled.jobs["8"]?.state == .queued)
    #expect(polled.answer.complete && polled.unreadable.isEmpty)
  }

  @Test func `all of a user's jobs are asked for by name`() async throws {
    let host = Made.cobalt(queue: .text(Made.record("7", "running") + Made.record("8", "queued")))
    let polled = try await Polled(nil, on: host)
    #expect(polled.jobs.keys.sorted() == ["7", "8"])
    let command = await host.commands.last
    #expect(command?.argv.suffix(2) == ["-u", "ada"])
    let none = try await Polled(nil, on: Made.cobalt(queue: .text("")))
    #expect(none.jobs.isEmpty && none.answer.complete)
  }

  @Test func `ids beyond 100 KB are not passed; the user's listing is read`() async throws {
    let ids = (100_000...116_000).map { "\($0)" }
    let host = Made.cobalt(queue: .text(ids.map { Made.record($0, "queued") }.joined()))
    let polled = try await Polled(ids, on: host)
    #expect(polled.jobs.count == ids.count)
    #expect(await host.commands.filter { $0.argv.first == "qstat" }.map { $0.argv.suffix(2) } == [["-u", "ada"]])
  }

  @Test func `an id that came back belongs to another job`() async throws {
    let host = Made.cobalt(queue: .text(Made.record("7", "running")))
    let submitted = try #require(RFC3339.date(from: "2026-11-20T00:00:00Z"))
    let polled = try await Polled(references: [JobReference(id: "7", submittedAt: submitted)], on: host)
    #expect(polled.jobs["7"]?.state == .unknown(.gone))
    let mine = JobReference(id: "7", submittedAt: RFC3339.date(from: "2026-11-21T00:53:10Z"))
    #expect(try await Polled(references: [mine], on: host).jobs["7"]?.state == .running)
  }

  @Test func `every command of a poll ends some time`() async throws {
    let host = Made.cobalt()
    _ = try await Polled(["7"], on: host)
    #expect(Set(await host.commands.compactMap(\.argv.first)) == ["qstat", "sh", "cat"])
    for command in await host.commands {
      #expect(command.timeLimit.map { $0 <= .seconds(60) } == true)
      #expect(command.effect == .reads)
    }
  }
}
