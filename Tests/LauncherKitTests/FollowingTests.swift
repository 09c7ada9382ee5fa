import Foundation
import Synchronization
import Testing

@testable import LauncherKit

@Suite("Following")
struct FollowingTests {
  /// A scheduler that shows each job's states one after another, one state per look, repeating the last one.
  private final class ScriptedLooks: Looks {
    private let states: [String: [JobState]]
    private let looks = Mutex<[[String]]>([])
    private let wait: Duration?

    init(_ states: [String: [JobState]], wait: Duration? = nil) {
      self.states = states
      self.wait = wait
    }

    /// The ids that each look asked for.
    var asked: [[String]] { looks.withLock(\.self) }

    func look(at jobs: [JobReference], fresh: Bool) async throws -> Poll {
      let before = looks.withLock { looks in
        defer { looks.append(jobs.map(\.id)) }
        return looks
      }
      let statuses = jobs.map { job in
        let states = states[job.id] ?? [.unknown(.gone)]
        let count = before.count { $0.contains(job.id) }
        return JobStatus(id: job.id, state: states[min(count, states.count - 1)])
      }
      return Poll(jobs: statuses, unreadable: [], isComplete: true, problem: nil)
    }

    func lookAtAll(_ filter: JobFilter, fresh: Bool) async throws -> Poll {
      try await look(at: states.keys.map { JobReference(id: $0) }, fresh: fresh)
    }

    func news(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews {
      LookNews(statuses: try await look(at: jobs, fresh: false).jobs, wait: wait)
    }
  }

  private func following(_ looks: ScriptedLooks, _ ids: String...) -> Following {
    Following(
      looks: looks,
      pace: PollingPace(least: .milliseconds(10)),
      greatestUnchanged: nil,
      jobs: ids.map { JobReference(id: $0) },
      logger: .silent
    )
  }

  /// Adds a job once the iteration over the events waits; returns whether that happened.
  private func addOnceItSleeps(_ id: String, to following: Following) -> Task<Bool, Never> {
    Task {
      let sleeps = await eventually { following.roster.changed.isSleeping }
      following.add([JobReference(id: id)])
      return sleeps
    }
  }

  private static let succeeded = JobState.finished(.succeeded)

  @Test func `a job's changes come in order, its end twice: as a status, and as the end of the following`() async throws
  {
    let following = following(ScriptedLooks(["1": [.queued, .running, .running, Self.succeeded]]), "1")
    following.finish()
    var events: [Following.Event] = []
    for try await event in following { events.append(event) }
    #expect(events.map(\.status.state) == [.queued, .running, Self.succeeded, Self.succeeded])
    #expect(events.last == .over(JobStatus(id: "1", state: Self.succeeded)))
    #expect(events.dropLast().allSatisfy { if case .status = $0 { true } else { false } })
  }

  @Test
  func `it goes on without jobs, and a job that comes meanwhile is followed at once, long before the next look is due`()
    async throws
  {
    let looks = ScriptedLooks(["1": [.running], "2": [.running], "3": [.running]], wait: .seconds(3_600))
    let following = following(looks)
    var events = following.makeAsyncIterator()
    // Nothing is followed yet.
    let first = addOnceItSleeps("1", to: following)
    #expect(try await events.next()?.status.id == "1")
    #expect(await first.value)
    following.add([JobReference(id: "2"), JobReference(id: "1")])
    #expect(try await events.next()?.status.id == "2")
    let third = addOnceItSleeps("3", to: following)
    #expect(try await events.next()?.status.id == "3")
    #expect(await third.value)
    #expect(looks.asked == [["1"], ["1", "2"], ["1", "2", "3"]])
  }

  @Test func `nothing is reported of a job that was let go, and nobody asks for it any more`() async throws {
    let looks = ScriptedLooks(["1": [.queued, .running, Self.succeeded], "2": [.queued, .running]])
    let following = following(looks, "1", "2")
    following.finish()
    var seen: [String] = []
    for try await event in following {
      // Its first status is available, and has not been taken yet.
      if seen.isEmpty { following.remove([JobReference(id: "2")]) }
      seen.append(event.status.id)
    }
    #expect(seen == ["1", "1", "1", "1"])
    #expect(looks.asked == [["1", "2"], ["1"], ["1"]])
  }

  @Test func `an id that nobody ever saw is over after two looks, without a second status`() async throws {
    let looks = ScriptedLooks([:])
    let following = following(looks, "9")
    following.finish()
    var events: [Following.Event] = []
    for try await event in following { events.append(event) }
    let gone = JobStatus(id: "9", state: .unknown(.gone))
    #expect(events == [.status(gone), .over(gone)])
    #expect(looks.asked.count == 2)
  }

  @Test func `a job that is over may come again, as one that was put back into the queue`() async throws {
    let looks = ScriptedLooks(["1": [.running, .finished(.preempted), .running, Self.succeeded]])
    let following = following(looks, "1")
    var states: [JobState] = []
    for try await event in following {
      guard case .over(let status) = event else {
        states.append(event.status.state)
        continue
      }
      if status.state == Self.succeeded { following.finish() } else { following.add([JobReference(id: "1")]) }
    }
    #expect(states == [.running, .finished(.preempted), .running, Self.succeeded])
  }

  @Test func `cancelling the task ends the waiting for jobs that never come`() async throws {
    let following = following(ScriptedLooks([:]))
    let task = Task { for try await _ in following {} }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
