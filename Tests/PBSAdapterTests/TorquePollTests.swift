import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Polls of Torque 6.1.3")
struct TorquePollTests {
  private static func listing(_ jobs: String) -> ScriptedHost.Answer {
    .text("<?xml version=\"1.0\"?>\n<Data>\(jobs)</Data>\n")
  }

  private static func job(_ id: String, _ state: String = "R", _ more: String = "") -> String {
    "<Job><Job_Id>\(id)</Job_Id><job_state>\(state)</job_state>\(more)</Job>"
  }

  @Test func `one job is one command`() async throws {
    let host = try Torque.host("complete-0")
    let polled = try await Polled(["3.torque01"], on: host)
    #expect(polled.jobs["3.torque01"]?.state == .finished(.succeeded))
    #expect(polled.answer.complete)
    #expect(await host.qstats == ["qstat -x 3.torque01"])
  }

  @Test func `a job that the server has forgotten is gone, never ended`() async throws {
    let host = try Torque.host("complete-0")
    let polled = try await Polled(["4.torque01"], on: host)
    #expect(polled.jobs["4.torque01"]?.state == .unknown(.gone))
    #expect(polled.jobs["4.torque01"]?.reason?.text.contains("no exit record") == true)
    #expect(polled.answer.complete)
    #expect(await host.qstats == ["qstat -x 4.torque01"])
  }

  @Test func `the exit record reports a job that the server has forgotten`() async throws {
    let record = "record=torque01/4\ntoken=t\ncode=3\nstarted=1795222300\nended=1795222301\nasked=no\nwhole=yes\n"
    let host = Torque.host { argv in
      if argv[0] == "sh" { return .text(record) }
      guard argv == ["qstat", "-x", "4.torque01"] else { return nil }
      return .text("", stderr: "qstat: Unknown Job Id Error 4.torque01", exit: 153)
    }
    let polled = try await Polled(["4.torque01"], on: host)
    #expect(polled.jobs["4.torque01"]?.state == .finished(.failed))
    #expect(polled.jobs["4.torque01"]?.exitStatus == .code(3))
    #expect(polled.jobs["4.torque01"]?.source == "exit record")
    let known = JobReference(id: "4.torque01", submittedAt: Date(timeIntervalSince1970: 1_795_300_000))
    let later = try await Polled(references: [known], on: host)
    #expect(later.jobs["4.torque01"]?.state == .unknown(.gone))
  }

  @Test func `several jobs are one listing, and one command more for those that it lacks`() async throws {
    let host = try Torque.host("unknown-ids", 0...62)
    let polled = try await Polled(["92.torque01", "93", "999999"], on: host)
    #expect(polled.jobs["92.torque01"]?.state == .held)
    #expect(polled.jobs["93"]?.state == .finished(.succeeded))
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    #expect(polled.jobs.count == 3)
    #expect(await host.qstats == ["qstat -x", "qstat -x 999999"])
  }

  @Test func `an array is asked for by -t, and waits for its last job`() async throws {
    let host = try Torque.host("array", 0...30)
    let polled = try await Polled(["32[].torque01"], on: host)
    let array = try #require(polled.jobs["32[].torque01"])
    #expect(array.state == .running && array.name == "arr")
    #expect(array.taskCounts == ["running": 3, "queued": 1, "finished": 6])
    #expect(array.tasks?.first { $0.index == 9 }?.state == .finished(.cancelled(by: .unknown)))
    #expect(await host.qstats == ["qstat -t -x 32[].torque01"])
  }

  @Test func `an array has ended once every one of its indices has`() async throws {
    let host = try Torque.host("array", 0...50)
    let polled = try await Polled(["32[].torque01"], on: host)
    let array = try #require(polled.jobs["32[].torque01"])
    #expect(array.state == .finished(.failed))
    #expect(array.tasks?.count == 10 && array.tasks?.map(\.index) == Array(1...10))
    #expect(await host.qstats == ["qstat -t -x 32[].torque01", "qstat -x"])
  }

  @Test func `jobs of an array that the server has forgotten are not taken for ended well`() async throws {
    let left = (3...4).map { Self.job("7[\($0)].s", "C", "<exec_host>n/0</exec_host><exit_status>0</exit_status>") }
    func host(records: String, parent: String) -> ScriptedHost {
      Torque.host { argv in
        switch argv {
        case ["qstat", "-t", "-x", "7[].s"]: Self.listing(left.joined())
        case ["qstat", "-x"]: Self.listing(parent)
        default: .text(records)
        }
      }
    }
    let parent = Self.job("7[].s", "C", "<job_array_request>1-4%2</job_array_request>")
    let first = "record=s/7_1\ntoken=t\ncode=0\nasked=no\nwhole=yes\n"
    let unknown = try await Polled(["7[].s"], on: host(records: first, parent: parent))
    #expect(unknown.jobs["7[].s"]?.state == .unknown(.gone))
    #expect(unknown.jobs["7[].s"]?.tasks?.map(\.state.word) == ["finished", "unknown", "finished", "finished"])
    let second = "record=s/7_2\ntoken=t\ncode=1\nasked=no\nwhole=yes\n"
    let told = try await Polled(["7[].s"], on: host(records: first + second, parent: parent))
    #expect(told.jobs["7[].s"]?.state == .finished(.failed))
    let lost = try await Polled(["7[].s"], on: host(records: "", parent: ""))
    #expect(lost.jobs["7[].s"]?.state == .finished(.unknown))
  }

  @Test func `one job of an array is asked for itself, several by a listing with the jobs of arrays`() async throws {
    let one = try Torque.host("array", 0...50)
    #expect(try await Polled(["32[5].torque01"], on: one).jobs["32[5].torque01"]?.exitStatus == .code(137))
    #expect(await one.qstats == ["qstat -x 32[5].torque01"])
    let two = try Torque.host("array", 0...50)
    let polled = try await Polled(["32[3].torque01", "32[77].torque01"], on: two)
    #expect(polled.jobs["32[3].torque01"]?.exitStatus == .code(3))
    #expect(polled.jobs["32[77].torque01"]?.state == .unknown(.gone))
    #expect(await two.qstats == ["qstat -t -x", "qstat -x 32[77].torque01"])
  }

  @Test func `all jobs are one listing, and one more for the jobs of arrays, which that shows without them`()
    async throws
  {
    let host = try Torque.host("array", 0...30)
    let polled = try await Polled(nil, on: host)
    #expect(polled.jobs.count == 26 && polled.answer.complete)
    let array = try #require(polled.jobs["32[].torque01"])
    #expect(array.state == .running)
    #expect(array.taskCounts == ["finished": 1, "running": 3, "queued": 6])
    #expect(array.tasks?.count == 10)
    #expect(polled.jobs["31.torque01"]?.exitStatus == .code(4))
    #expect(await host.qstats == ["qstat -x", "qstat -t -x"])
  }

  @Test func `without an array a listing of all is one command`() async throws {
    let host = try Torque.host("unknown-ids", 0...62)
    #expect(try await Polled(nil, on: host).jobs.count == 2)
    #expect(await host.qstats == ["qstat -x"])
  }

  @Test func `a job that stands twice in a listing of all is reported once`() async throws {
    let listing = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/array/12-early-all-x")
    let twice = ScriptedHost.Answer(stdout: listing.stdout + listing.stdout)
    let host = Torque.host { argv in
      argv == ["qstat", "-x"] ? twice : argv[0] == "qstat" ? .text("<Data></Data>") : .text("")
    }
    #expect(try await Polled(nil, on: host).jobs.count == 26)
  }

  @Test func `an array in a listing of all has ended as its jobs did, not as its letter says`() async throws {
    func polled(_ jobs: String, records: String = "") async throws -> JobStatus? {
      let parent = Self.job("7[].s", "C", "<job_array_request>1-2</job_array_request>")
      let host = Torque.host { argv in
        switch argv {
        case ["qstat", "-x"]: Self.listing(parent)
        case ["qstat", "-t", "-x"]: Self.listing(jobs)
        default: argv[0] == "sh" ? .text(records) : argv[0] == "id" ? .text("") : nil
        }
      }
      let polled = try await Polled(nil, on: host)
      #expect(polled.answer.complete && polled.jobs.count == 1)
      return polled.jobs["7[].s"]
    }
    let first = Self.job("7[1].s", "C", "<exit_status>0</exit_status>")
    let second = Self.job("7[2].s", "C", "<exit_status>3</exit_status>")
    let whole = try await polled(first + second)
    #expect(whole?.state == .finished(.failed))
    // One is forgotten, or both are: then no source reports how the array ended.
    let half = try await polled(first)
    #expect(half?.taskCounts == ["finished": 1, "unknown": 1])
    #expect(half?.state != .finished(.succeeded))
    let none = try await polled("")
    #expect(none?.state == .finished(.unknown))
    let records = [1, 2].map { "record=s/7_\($0)\ntoken=t\ncode=0\nsignal=0\nended=1795222408\nwhole=yes\n" }
    #expect(try await polled("", records: records.joined())?.state == .finished(.succeeded))
  }

  @Test func `an answer without jobs is not a fault`() async throws {
    let host = try Torque.host("unknown-ids")
    let polled = try await Polled(nil, on: host)
    #expect(polled.jobs.isEmpty && polled.answer.complete)
    // Torque 4.2.10 prints nothing then.
    let silent = try await Polled(nil, on: Torque.host { _ in ScriptedHost.Answer() })
    #expect(silent.jobs.isEmpty && silent.answer.complete)
  }

  @Test func `a control character in one job costs no job anything`() async throws {
    let host = try Torque.host("odd-text", 123...125)
    let polled = try await Polled(["68.torque01", "69.torque01"], on: host)
    #expect(polled.jobs.values.map(\.state) == [.held, .held])
    #expect(polled.unreadable.isEmpty && polled.answer.complete)
    #expect(await host.qstats == ["qstat -x"])
  }

  @Test(
    arguments: ["03-down-qstat-x", "18-no-trqauthd-qstat-x"]
  )
  func `a server that cannot be reached ends nothing`(_ exchange: String) async throws {
    let stderr = try String(contentsOfFile: Torque.folder + "server-down/\(exchange)/stderr", encoding: .utf8)
    let exit = try Torque.command("server-down/\(exchange)").exit
    let host = Torque.host { _ in .text("", stderr: stderr, exit: exit) }
    let error = await #expect(throws: LauncherError.self) { try await Polled(["94.torque01"], on: host) }
    #expect(error?.code == .schedulerUnreachable && error?.advice != nil)
  }

  @Test func `a frozen server is an error, not an answer`() async throws {
    let host = Torque.host { _ in ScriptedHost.Answer(ending: .timedOut) }
    let error = await #expect(throws: LauncherError.self) { try await Polled(["94.torque01"], on: host) }
    #expect(error?.code == .schedulerTimedOut)
  }

  @Test func `of a cut answer, the jobs in it are reported, and the others are not given up`() async throws {
    let whole = try Torque.bytes("unknown-ids/26-known-completed-unknown-qstat-x")
    let place = try #require(String(decoding: whole, as: UTF8.self).range(of: "93.torque01</Job_Id>"))
    let count = String(decoding: whole, as: UTF8.self)[..<place.upperBound].utf8.count
    let host = Torque.host { argv in
      argv == ["qstat", "-x"] ? ScriptedHost.Answer(stdout: Array(whole[..<count])) : nil
    }
    let polled = try await Polled(["92.torque01", "93.torque01"], on: host)
    #expect(polled.jobs["92.torque01"]?.state == .held)
    #expect(polled.jobs["93.torque01"]?.state == .unknown(.unreadable))
    #expect(polled.answer.complete == false && polled.answer.problem?.code == .truncatedOutput)
    #expect(polled.unreadable.map(\.id) == ["93.torque01"])
    let one = Torque.host { _ in ScriptedHost.Answer(stdout: Array("<Data>".utf8)) }
    let open = try await Polled(["92.torque01"], on: one)
    #expect(open.jobs.isEmpty && !open.answer.complete)
  }

  @Test func `a job that cannot be read is unreadable, and its neighbours are reported`() async throws {
    let odd = "<Job><Job_Id>2.s</Job_Id><job_state>R</jub_state></Job>"
    let host = Torque.host { _ in Self.listing(Self.job("1.s") + odd + Self.job("3.s")) }
    let polled = try await Polled(["1.s", "2.s", "3.s"], on: host)
    #expect(polled.jobs["1.s"]?.state == .running && polled.jobs["3.s"]?.state == .running)
    #expect(polled.jobs["2.s"]?.state == .unknown(.unreadable))
    #expect(polled.unreadable.map(\.id) == ["2.s"])
  }

  @Test func `an id that came back is another job`() async throws {
    let first = JobReference(id: "3.torque01", submittedAt: Date(timeIntervalSince1970: 1_700_000_000))
    let polled = try await Polled(references: [first], on: try Torque.host("complete-0"))
    #expect(polled.jobs["3.torque01"]?.state == .unknown(.gone))
  }

  @Test func `what is not an id of Torque's never gets into a command, where it would mean a queue or all jobs`()
    async throws
  {
    let host = try Torque.host("complete-0")
    let polled = try await Polled(["abc", ""], on: host)
    #expect(polled.jobs["abc"]?.state == .unknown(.gone) && polled.jobs[""]?.state == .unknown(.gone))
    #expect(await host.qstats.isEmpty)
  }
}
