import Foundation
import GRDB
import LauncherProtocol
import Testing

@Suite struct QueueTests {
  /// The most jobs that ran at one moment, by their recorded times.
  private func mostAtOnce(_ statuses: [JobStatus]) throws -> Int {
    var events: [(time: Date, step: Int)] = []
    for status in statuses {
      events.append((try #require(status.startedAt), 1))
      events.append((try #require(status.endedAt), -1))
    }
    var (now, most) = (0, 0)
    for event in events.sorted(by: { ($0.time, $0.step) < ($1.time, $1.step) }) {
      now += event.step
      most = max(most, now)
    }
    return most
  }

  @Test func `never more jobs run than there are cores`() throws {
    let bench = try Workbench(cores: 2)
    let ids = try (0..<20).map { _ in try bench.submit(bench.spec("sleep", "0.1")) }
    #expect(try mostAtOnce(ids.map { try bench.finished($0) }) == 2)
  }

  @Test func `two adapters that submit at once keep the limit and give every job its own id`() throws {
    let bench = try Workbench(cores: 2)
    let other = try bench.anotherAdapter()
    var ids: [String] = []
    for _ in 0..<10 {
      ids.append(try bench.submit(bench.spec("sleep", "0.05")))
      ids.append(try other.submit(bench.spec("sleep", "0.05")))
    }
    other.close()
    #expect(Set(ids).count == 20)
    #expect(try mostAtOnce(ids.map { try bench.finished($0) }) <= 2)
  }

  @Test func `a waiting job says what it waits for`() throws {
    let bench = try Workbench(cores: 2)
    let first = try bench.submit(bench.spec("sleep", "100"))
    var big = bench.spec("true")
    big.tasks = 2
    let second = try bench.submit(big)
    let third = try bench.submit(bench.spec("true"))
    #expect(try bench.status(second).state == .queued)
    #expect(try bench.status(second).reason?.code == .resources)
    #expect(try bench.status(third).reason?.code == .priority)
    let queue = try #require(try bench.adapter.call("queues", JSONRPC.Empty(), as: QueuesAnswer.self).queues.first)
    #expect(queue.cpus == 2 && queue.cpusUsed == 1 && queue.queuedJobs == 2 && queue.runningJobs == 1)
    try bench.adapter.act("cancel", [first])
    #expect(try bench.finished(third).state == .finished(.succeeded))
    #expect(try #require(bench.status(second).startedAt) <= #require(bench.status(third).startedAt))
  }

  @Test func `a higher priority goes first`() throws {
    let bench = try Workbench(cores: 1)
    let blocker = try bench.submit(bench.spec("sleep", "100"))
    let low = try bench.submit(bench.spec("true"))
    let high = try bench.submit(shell: "true") { $0.priority = 5 }
    try bench.adapter.act("cancel", [blocker])
    #expect(try #require(bench.finished(low).startedAt) >= #require(bench.finished(high).endedAt))
  }

  @Test func `an exclusive job has the machine to itself`() throws {
    let bench = try Workbench(cores: 3)
    var ids = [try bench.submit(bench.spec("sleep", "0.3"))]
    ids.append(try bench.submit(shell: "sleep 0.2") { $0.exclusive = true })
    ids.append(try bench.submit(bench.spec("sleep", "0.1")))
    #expect(try mostAtOnce(ids.map { try bench.finished($0) }) == 1)
  }

  @Test func `the tasks of an array keep its limit, know their index and end with their own codes`() throws {
    let bench = try Workbench(cores: 4)
    let id = try bench.submit(shell: "sleep 0.1; exit $LAUNCHER_ARRAY_INDEX") {
      $0.array = ArrayIndices(1...7, step: 2, concurrencyLimit: 2)
    }
    let status = try bench.finished(id)
    let tasks = try #require(status.tasks)
    #expect(tasks.map(\.id) == ["\(id)_1", "\(id)_3", "\(id)_5", "\(id)_7"])
    #expect(tasks.map(\.exitStatus) == [.code(1), .code(3), .code(5), .code(7)])
    #expect(try mostAtOnce(tasks) == 2)
    #expect(try bench.status("\(id)_3").index == 3)
  }

  @Test func `an array of ten thousand is submitted whole, and can be cancelled`() throws {
    let bench = try Workbench(cores: 1)
    let blocker = try bench.submit(bench.spec("sleep", "100"))
    let id = try bench.submit(shell: "true") { $0.array = ArrayIndices(0...9_999) }
    #expect(try bench.status(id).taskCounts == ["queued": 10_000])
    #expect(try bench.adapter.act("cancel", [id]) == [nil])
    #expect(try bench.status(id).state == .finished(.cancelled(by: .user)))
    try bench.adapter.act("cancel", [blocker])
  }

  @Test func `many large arrays are polled at once, and no report outgrows a line`() throws {
    let bench = try Workbench()
    let long = bench.work + String(repeating: "/" + String(repeating: "x", count: 120), count: 8)
    try FileManager.default.createDirectory(atPath: long, withIntermediateDirectories: true)
    let ids = try [bench.work, long, bench.work, bench.work, bench.work, bench.work].map { directory in
      try bench.submit(shell: "true") {
        $0.directory = directory
        $0.hold = true
        $0.array = ArrayIndices(1...9_000)
      }
    }
    var statuses: [String: JobStatus] = [:]
    let query = JobQuery(jobs: ids.map { JobReference(id: $0) })
    let answer = try bench.adapter.call("poll", query, as: PollAnswer.self) { report in
      for job in report.jobs { statuses[job.id] = job }
    }
    #expect(answer.complete)
    // What is too long to list, alone or with the others, is counted.
    #expect(ids.map { statuses[$0]?.tasks?.count } == [9_000, nil, 9_000, 9_000, 9_000, nil])
    #expect(ids.map { statuses[$0]?.taskCounts?["held"] } == [9_000, 9_000, 9_000, 9_000, 9_000, 9_000])
  }

  @Test func `the same token twice is the same job, and find knows it`() throws {
    let bench = try Workbench()
    let token = UUID().uuidString
    let first = try bench.adapter.submit(bench.spec("true"), token: token)
    #expect(try bench.adapter.submit(bench.spec("true"), token: token) == first)
    let found = try bench.adapter.call("find", FindRequest(token: token), as: FindAnswer.self)
    #expect(found.jobs.map(\.id) == [first])
    let none = try bench.adapter.call("find", FindRequest(token: "another"), as: FindAnswer.self)
    #expect(none.jobs.isEmpty)
    #expect(try bench.adapter.poll().count == 1)
  }

  @Test func `a dry run says what would be done and makes nothing`() throws {
    let bench = try Workbench()
    let request = SubmitRequest(spec: bench.spec("echo", "a b"), token: "t", dryRun: true)
    let answer = try bench.adapter.call("submit", request, as: SubmitAnswer.self)
    #expect(answer.job == nil)
    #expect(answer.plan?.contains { $0.argv == ["echo", "a b"] } == true)
    #expect(try bench.adapter.poll().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/state"))
  }

  @Test func `ids that are not there cost the others nothing`() throws {
    let bench = try Workbench()
    let id = try bench.submit(bench.spec("true"))
    try bench.finished(id)
    let statuses = try bench.adapter.poll(["77", id, "-x", "\(id)_3"])
    #expect(statuses.map(\.state) == [.unknown(.gone), .finished(.succeeded), .unknown(.gone), .unknown(.gone)])
    #expect(statuses[0].reason != nil)
    #expect(try bench.adapter.act("cancel", ["77", id, "-x"]) == [.unknownJob, .alreadyFinished, .malformedID])
  }

  @Test func `old jobs are forgotten with their folders`() throws {
    let bench = try Workbench()
    let id = try bench.submit(bench.spec("true"))
    try bench.finished(id)
    let folder = try bench.jobFolder(id)
    #expect(FileManager.default.fileExists(atPath: folder))
    try bench.database().write { try $0.execute(sql: "UPDATE submission SET endedAt = endedAt - 31 * 86400") }
    for _ in 0..<50 { _ = try bench.submit(shell: "true") { $0.hold = true } }
    #expect(try bench.status(id).state == .unknown(.gone))
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
