import Foundation
import LauncherTestKit
import Testing

@Suite("A scheduler in memory")
struct FakeSchedulerTests {
  private let scheduler = FakeScheduler()

  private func job(_ name: String, _ change: (inout JobSpec) -> Void = { _ in }) -> JobSpec {
    var spec = JobSpec(command: ["true"])
    spec.name = name
    change(&spec)
    return spec
  }

  @Test func `a job of which nothing is said runs and succeeds`() async throws {
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a")).job
    var states: [JobState] = []
    for try await status in launcher.changes(of: [job]) { states.append(status.state) }
    #expect(states == [.queued, .running, .finished(.succeeded)])
    let status = try await launcher.status(of: job)
    #expect(status.exitStatus == .code(0))
    #expect(status.name == "a")
    #expect(status.startedAt != nil && status.endedAt != nil)
  }

  @Test func `submissions of one name follow the stories of that name, one after another`() async throws {
    scheduler.expect("train", .ends(.nodeFailure), .fails(3), .succeeds)
    let launcher = try await Launcher.detect(scheduler.options())
    var outcomes: [JobOutcome?] = []
    for _ in 0..<4 {
      outcomes.append(try await launcher.wait(for: launcher.submit(job("train")).job).state.outcome)
    }
    #expect(outcomes == [.nodeFailure, .failed, .succeeded, .succeeded])
    #expect(scheduler.submitted.map(\.name) == ["train", "train", "train", "train"])
  }

  @Test func `a refused job is an error, and there is none`() async throws {
    scheduler.expect("big", .refused(LauncherError(.limitExceeded, "above every limit")))
    let launcher = try await Launcher.detect(scheduler.options())
    let error = await #expect(throws: LauncherError.self) { try await launcher.submit(job("big")) }
    #expect(error?.code == .limitExceeded)
    #expect(scheduler.submitted.isEmpty)
  }

  @Test func `a job whose answer is lost is found by its token, and one whose request is lost is not`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    scheduler.expect("lost", .succeeds.received(.answerLost))
    let launcher = try await Launcher.detect(scheduler.options(tracking: .folder(folder)))
    let found = try await launcher.submit(job("lost")).job
    #expect(found.id == "1")
    #expect(scheduler.submitted.count == 1)

    scheduler.expect("never", .succeeds.received(.requestLost))
    await #expect(throws: LauncherError.self) { try await launcher.submit(job("never")) }
    #expect(scheduler.submitted.count == 1)
  }

  @Test func `a job that comes late is waited for, and one that vanishes is gone`() async throws {
    scheduler.expect("late", .succeeds.late(by: 2))
    scheduler.expect("lost", .vanishes)
    let launcher = try await Launcher.detect(scheduler.options())
    let late = try await launcher.submit(job("late")).job
    #expect(try await launcher.wait(for: late).state == .finished(.succeeded))
    let lost = try await launcher.submit(job("lost")).job
    #expect(try await launcher.wait(for: lost).state == .unknown(.gone))
  }

  @Test func `an array fails with the one task that fails`() async throws {
    scheduler.expect("sweep", .succeeds.task(2, .fails(7)))
    let launcher = try await Launcher.detect(scheduler.options())
    let array = try ArrayIndices(parsing: "1-3")
    let job = try await launcher.submit(job("sweep") { $0.array = array }).job
    let status = try await launcher.wait(for: job)
    #expect(status.state == .finished(.failed))
    #expect(status.tasks?.map(\.exitStatus) == [.code(0), .code(7), .code(0)])
  }

  @Test func `a job waits for the one it depends on, and does not run when that failed`() async throws {
    scheduler.expect("broken", .fails())
    let launcher = try await Launcher.detect(scheduler.options())
    let first = try await launcher.submit(job("first")).job
    let second = try await launcher.submit(job("second") { $0.dependencies = [JobDependency(.afterok, first.id)] }).job
    var states: [JobState] = []
    for try await status in launcher.changes(of: [second]) where states.last != status.state {
      states.append(status.state)
    }
    #expect(states == [.queued, .running, .finished(.succeeded)])
    #expect(try await launcher.status(of: first).state == .finished(.succeeded))

    let broken = try await launcher.submit(job("broken")).job
    let third = try await launcher.submit(job("third") { $0.dependencies = [.afterok(broken)] }).job
    #expect(try await launcher.wait(for: third).state == .finished(.dependencyFailed))

    scheduler.keepsUnmetDependencies = true
    let fourth = try await launcher.submit(job("fourth") { $0.dependencies = [.afterok(broken)] }).job
    let status = try await launcher.status(of: fourth)
    #expect(status.state == .queued)
    #expect(status.reason?.code == .dependencyNeverSatisfied)
    #expect(status.reason?.canEverRun == false)
  }

  @Test func `followed together, each of two jobs shows each step`() async throws {
    let launcher = try await Launcher.detect(scheduler.options())
    let first = try await launcher.submit(job("first")).job
    let second = try await launcher.submit(job("second") { $0.dependencies = [.afterok(first)] }).job
    var states: [String: [String]] = [:]
    for try await status in launcher.changes(of: [first, second]) where states[status.id]?.last != status.state.word {
      states[status.id, default: []].append(status.state.word)
    }
    #expect(states[first.id] == ["queued", "running", "finished"])
    #expect(states[second.id] == ["queued", "running", "finished"])
  }

  @Test func `a job that is cancelled before it starts has no start, no node and no output`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    scheduler.otherwise = .waits().printing("never")
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a") { $0.standardOutput = path }).job
    try await launcher.cancel(job)
    let status = try await launcher.wait(for: job)
    #expect(status.startedAt == nil && status.nodes.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `jobs are cancelled, held, released and suspended`() async throws {
    scheduler.otherwise = .runsOn
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a") { $0.hold = true }).job
    #expect(try await launcher.status(of: job).state == .held)
    #expect(try await launcher.release([job]).first?.error == nil)
    #expect(try await launcher.status(of: job).state == .queued)
    #expect(try await launcher.status(of: job).state == .running)
    #expect(try await launcher.suspend([job]).first?.error == nil)
    #expect(try await launcher.status(of: job).state == .suspended)
    try await launcher.cancel(job)
    #expect(try await launcher.wait(for: job).state == .finished(.cancelled(by: .user)))
    #expect(scheduler.cancelled.map(\.id) == [job.id])
    #expect(try await launcher.cancel([job]).first?.error?.code == .alreadyFinished)
  }

  @Test func `a test ends a job when it likes`() async throws {
    scheduler.otherwise = .runsOn
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a")).job
    async let status = launcher.wait(for: job)
    scheduler.end(job, .memoryExceeded, because: JobReason(nil, "out of memory"))
    #expect(try await status.state == .finished(.memoryExceeded))
    #expect(try await status.reason?.text == "out of memory")
  }

  @Test func `an outage ends nothing, and passes`() async throws {
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a")).job
    scheduler.outage = LauncherError(.schedulerUnreachable, "the controller does not answer")
    let error = await #expect(throws: LauncherError.self) { try await launcher.status(of: job) }
    #expect(error?.code == .schedulerUnreachable)
    scheduler.outage = nil
    #expect(try await launcher.wait(for: job).state == .finished(.succeeded))
  }

  @Test func `what a job prints is its output`() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    scheduler.otherwise = .succeeds.printing("epoch 1\n")
    let launcher = try await Launcher.detect(scheduler.options())
    let job = try await launcher.submit(job("a") { $0.standardOutput = path }).job
    _ = try await launcher.wait(for: job)
    var text: [UInt8] = []
    for try await piece in try await launcher.output(of: job) { text += piece.bytes }
    #expect(String(decoding: text, as: UTF8.self) == "epoch 1\n")
  }
}
