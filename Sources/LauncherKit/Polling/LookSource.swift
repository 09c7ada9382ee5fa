import FoundationEssentials
import LauncherProtocol

/// Who looks for somebody who follows jobs.
enum LookSource: Sendable {
  /// This program alone.
  case alone(AdapterSession)
  /// All programs of this user together; what was seen up to a look is known already.
  case together(SharedLooks, seen: Seen? = nil)

  /// How far a follower has come.
  struct Seen: Sendable {
    /// The store's numbers of the jobs that it follows, by their ids.
    var keys: [String: Int64]
    var look: Int64
  }

  /// A look: all of the jobs, or those of which there is news.
  mutating func look(at jobs: [JobReference]) async throws -> Poll {
    switch self {
    case .alone(let session): return try await session.poll(jobs)
    case .together(let looks, let before):
      let wellFormed = jobs.filter { JobIDText.isWellFormed($0.id) }
      let known = before?.keys ?? [:]
      let isSame = wellFormed.allSatisfy { known[$0.id] != nil }
      let keys = isSame ? known : try await looks.keys(of: wellFormed)
      let wanted = Set(wellFormed.compactMap { keys[$0.id] })
      let (statuses, look) = try await looks.changes(of: wanted, after: isSame ? before?.look : nil)
      if let look { self = .together(looks, seen: Seen(keys: keys, look: look.number)) }
      let malformed = jobs.filter { !JobIDText.isWellFormed($0.id) }
      let complaints = PollCollector(adapter: looks.scope.adapter, asked: malformed).finish(PollAnswer()).jobs
      return Poll(
        jobs: statuses + complaints,
        unreadable: [],
        isComplete: look?.isComplete ?? true,
        problem: look?.problem
      )
    }
  }

  /// How long until the next look of all, a little later for each so that not all come at once; `nil` where a follower
  /// sets its own pace.
  var wait: Duration? {
    get async {
      guard case .together(let looks, _) = self, let next = await looks.nextLook else { return nil }
      let rest = min(max(next.timeIntervalSinceNow, 0.01), 3600)
      return .seconds(rest * Double.random(in: 1...1.1))
    }
  }
}
