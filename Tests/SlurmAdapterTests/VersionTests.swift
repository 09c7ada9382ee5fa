import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("What 24.11 and 26.05 say otherwise than 22.05")
struct VersionTests {
  /// A Slurm that answers with recorded rows.
  private static func host(_ scenario: String, queue: String, accounting: String) throws -> ScriptedHost {
    Made.slurm(queue: try Self.queue("\(scenario)/\(queue)"), accounting: try .recorded("\(scenario)/\(accounting)"))
  }

  /// A recorded listing with the columns that a poll asks for; those that were not recorded are empty.
  private static func queue(_ exchange: String) throws -> ScriptedHost.Answer {
    struct Command: Decodable { let argv: [String] }
    let command = try JSONDecoder().decode(
      Command.self,
      from: Data(contentsOf: URL(filePath: Fixture.path(exchange, "command.json")))
    )
    let format = try #require(command.argv.last { $0.hasPrefix("--Format=") }).dropFirst("--Format=".count)
    let recorded = format.split(separator: ",").map { $0.prefix { $0 != ":" } }
    let rows = try Fixture.text(exchange).split(separator: "\n").map { row in
      let values = row.split(separator: "\u{1F}", omittingEmptySubsequences: false)
      return Squeue.pollColumns.map { column in
        (recorded.firstIndex { $0 == column.rawValue }.map { String(values[$0]) } ?? "") + "\u{1F}"
      }.joined() + "\n"
    }
    return .text(rows.joined())
  }

  @Test(
    arguments: [("24.11.5", "22-squeue", "23-sacct"), ("26.05.5", "36-squeue", "37-sacct")],
    [true, false]
  )
  func `every way to end is reported, from the queue and from accounting alone`(
    recording: (version: String, queue: String, accounting: String),
    isInQueue: Bool
  ) async throws {
    let scenario = "\(recording.version)/how-jobs-end"
    let recorded = try Self.host(scenario, queue: recording.queue, accounting: recording.accounting)
    let forgotten = Made.slurm(accounting: try .recorded("\(scenario)/\(recording.accounting)"))
    var reader = SacctReader()
    try reader.read(path: Fixture.path("\(scenario)/\(recording.accounting)"))
    let ids = Set(reader.rows.keys.map { "\($0.number)" }).sorted()
    let polled = try await Polled(ids, on: isInQueue ? recorded : forgotten)
    #expect(polled.answer.complete)
    #expect(polled.unreadable.isEmpty)
    let jobs = Dictionary(polled.jobs.values.map { ($0.name ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    let expected: [String: (JobOutcome, JobExitStatus?)] = [
      "zero": (.succeeded, .code(0)),
      "exit3": (.failed, .code(3)),
      "kill": (.failed, UnixSignal(number: 9).map { .signal($0) }),
      "segv": (.failed, UnixSignal(number: 11).map { .signal($0) }),
      "cancelled-waiting": (.cancelled(by: .user), nil),
      "cancelled-by-root": (.cancelled(by: .administrator), nil),
      "no-folder": (.launchFailed, nil),
      // Accounting reports neither by whom nor why.
      "never": (isInQueue ? .dependencyFailed : .cancelled(by: .unknown), nil),
      "greedy": (.failed, UnixSignal(number: 9).map { .signal($0) }),
      "heterogeneous": (.failed, .code(4)),
      "node-lost": (.nodeFailure, nil),
      "preempted": (.preempted, nil),
    ]
    for (name, (outcome, status)) in expected {
      let job = try #require(jobs[name], "\(name)")
      #expect(job.state == .finished(outcome), "\(name): \(job)")
      #expect(job.exitStatus == status, "\(name): \(job)")
    }
    #expect(jobs["limited"]?.state == .finished(.walltimeExceeded))
    #expect(jobs["cancelled-running"]?.state == .finished(.cancelled(by: .user)))
    #expect(jobs["array"]?.state == .finished(.failed))
    #expect(jobs["array"]?.tasks?.map(\.exitStatus) == [.code(1), .code(2), .code(3)])
  }

  @Test(arguments: ["24.11.5", "26.05.5"])
  func `a job that its partition does not take waits for the queue`(version: String) async throws {
    let host = Made.slurm(queue: try Self.queue("\(version)/partition-closed/02-waiting-squeue"))
    let id = try Fixture.text("\(version)/partition-closed/01-submit-closed").trimmingCharacters(in: .newlines)
    let job = try #require(try await Polled([id], on: host).jobs[id])
    #expect(job.state == .queued)
    #expect(job.reason?.code == .queueUnavailable)
    #expect(job.reason?.text.contains("not in group permitted") == true)
  }

  @Test func `where one row stands for tasks that wait for different things, each of them is asked for`() async throws {
    let whole = try Self.queue("26.05.5/array-of-many-reasons/05-squeue")
    let each = try Self.queue("26.05.5/array-of-many-reasons/06-squeue-array")
    let host = ScriptedHost { $0.argv.contains("--array") ? each : whole }
    let polled = try await Polled(["1042", "1042_5"], on: host)
    #expect(polled.jobs["1042"]?.state == .held)
    let codes = polled.jobs["1042"]?.tasks?.map(\.reason?.code)
    #expect(codes == [.heldByUser, .heldByUser, .heldByUser, .heldByUser, .beginTime, .heldByUser])
    #expect(polled.jobs["1042_5"]?.reason?.code == .beginTime)
    #expect(await host.commands.count { $0.argv.first == "squeue" } == 2)
    let listed = try await Polled(nil, on: host)
    #expect(listed.jobs["1042"]?.tasks?.map(\.reason?.code) == codes)
  }

  @Test func `a reason that has commas of its own is one reason`() async throws {
    let reason = "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions"
    for text in [reason, "ReqNodeNotAvail, UnavailableNodes:node[1,4]"] {
      let host = Made.slurm(queue: .text(Made.queueRow("7_[1-3]", "PENDING", reason: text)))
      let job = try #require(try await Polled(["7"], on: host).jobs["7"])
      #expect(job.reason?.code == .nodesUnavailable)
      #expect(await host.commands.count { $0.argv.first == "squeue" } == 1)
    }
  }

  @Test func `an array that was cancelled while it waited is cancelled, its last task too, which keeps its brackets`()
    async throws
  {
    let scenario = "26.05.5/array-of-many-reasons"
    let host = try Self.host(scenario, queue: "08-cancelled-squeue", accounting: "09-cancelled-sacct")
    let polled = try await Polled(["1042", "1042_6"], on: host)
    #expect(polled.jobs["1042"]?.state == .finished(.cancelled(by: .user)))
    #expect(polled.jobs["1042"]?.tasks?.count == 6)
    #expect(polled.jobs["1042_6"]?.state == .finished(.cancelled(by: .user)))
  }

  @Test func `a default output file has its whole path, also where Slurm reports it relative to the job's folder`()
    async throws
  {
    let scenario = "26.05.5/suspended"
    let host = Made.slurm(queue: try Self.queue("\(scenario)/03-suspended-squeue"))
    let id = try Fixture.text("\(scenario)/01-submit-suspended").trimmingCharacters(in: .newlines)
    let job = try #require(try await Polled([id], on: host).jobs[id])
    #expect(job.state == .suspended)
    #expect(job.standardOutput == "/var/tmp/launcher-slurm/home/lktest/slurm-\(id).out")
  }

  @Test(arguments: ["24.11.5", "26.05.5"])
  func `a requeued job waits for its second attempt`(version: String) async throws {
    let scenario = "\(version)/requeued"
    let host = try Self.host(scenario, queue: "04-waiting-squeue", accounting: "05-waiting-sacct")
    let id = try Fixture.text("\(scenario)/01-submit-requeued").trimmingCharacters(in: .newlines)
    let job = try #require(try await Polled([id], on: host).jobs[id])
    #expect(job.state == .held)
    #expect(job.reason?.code == .beginTime)
    #expect(job.attempt == 2)
  }

  @Test(arguments: ["22.05.8", "24.11.5"])
  func `missing accounting is reported as such, whatever Slurm calls it`(version: String) throws {
    let settings = SlurmSettings(try Fixture.text("\(version)/no-accounting/01-show-config"))
    #expect(!settings.hasAccounting)
    #expect(settings.accountingStorage != nil)
  }

  @Test func `a cluster that is not there is a wrong value, and nothing was submitted`() async throws {
    let error = await refusal(saying: try Fixture.text("24.11.5/refused/20-M-other", "stderr"))
    #expect(error?.code == .invalidValue)
  }
}
