import FoundationEssentials
import LauncherProtocol
import Logging

/// Looks at a scheduler on behalf of all programs of this user: one asks, for everybody's jobs, and the others read in
/// the store what it saw.
actor SharedLooks {
  let store: JobStore
  let scope: StoreScope
  private let session: AdapterSession
  private let least: Duration
  /// Whether asking costs a scheduler something. An adapter that is the scheduler itself is just asked.
  private let isShared: Bool
  private let logger: Logger
  private var saidThatNothingIsKept = false

  init(
    store: JobStore,
    scope: StoreScope,
    session: AdapterSession,
    least: Duration?,
    isShared: Bool,
    logger: Logger
  ) {
    self.store = store
    self.scope = scope
    self.session = session
    self.least = least ?? .seconds(2)
    self.isShared = isShared
    self.logger = logger
  }

  /// A job that ended this long ago is not asked for again: until then it may be put back into the queue.
  private static let settling: Double = 300
  /// What was seen in a look of this program, which is newer than what the store has to hold.
  private typealias Seen = [Int64: JobStatus]

  // MARK: Jobs by their ids

  /// How some jobs are now: at the most as old as the least interval, or new when it has to be `fresh`.
  func statuses(of jobs: [JobReference], fresh: Bool) async throws -> Poll {
    let wellFormed = jobs.filter { JobIDText.isWellFormed($0.id) }
    let tracked = try store.track(wellFormed, scope: scope)
    let now = Date()
    let asked = tracked.filter { job in
      fresh || job.settledAt.map { now.timeIntervalSince($0) < Self.settling } ?? true
    }
    let seen =
      asked.isEmpty ? [:] : try await look(at: Set(asked.map(\.key)), after: nil, fresh: fresh)
    let look = asked.isEmpty ? nil : try store.look(scope: scope)
    let told = try told(of: Set(tracked.map(\.key)), seen: seen, look: look)
    let byID = Dictionary(told.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let malformed = PollCollector(adapter: scope.adapter, asked: jobs).finish(PollAnswer())
    return Poll(
      jobs: zip(jobs, malformed.jobs).map { byID[$0.id] ?? $1 },
      unreadable: [],
      isComplete: look?.isComplete ?? true,
      problem: look?.problem
    )
  }

  /// What followers of some jobs have not seen yet.
  ///
  /// - Parameter last: the number of the last look that they saw; `nil` in the beginning.
  /// - Returns: the statuses that changed, the look's number, and when to come again.
  func changes(
    of keys: Set<Int64>,
    after last: Int64?
  ) async throws -> (statuses: [JobStatus], look: Look?) {
    let seen = try await unkept(of: keys, after: last)
    let look = try store.look(scope: scope)
    if let last {
      let news = try store.jobs(keys, changedAfter: last)
      return (news.map { Self.told($0, seen: seen, look: look) }, look)
    }
    return (try told(of: keys, seen: seen, look: look), look)
  }

  /// Looks, and returns what was seen only where the store cannot tell it: for ten thousand jobs it is megabytes.
  private func unkept(of keys: Set<Int64>, after last: Int64?) async throws -> Seen {
    let seen = try await look(at: keys, after: last, fresh: false)
    return saidThatNothingIsKept ? seen : [:]
  }

  /// When those who follow jobs look again; `nil` where each sets its own pace.
  var nextLook: Date? { isShared ? (try? store.look(scope: scope))?.nextAt : nil }

  /// The store's numbers of some jobs, by their ids.
  func keys(of jobs: [JobReference]) throws -> [String: Int64] {
    let tracked = try store.track(jobs, scope: scope)
    return Dictionary(zip(jobs, tracked).map { ($0.id, $1.key) }, uniquingKeysWith: { $1 })
  }

  private func told(of keys: Set<Int64>, seen: Seen, look: Look?) throws -> [JobStatus] {
    // In pieces, since an entry is much larger than what is told of it.
    let keys = keys.sorted()
    var told: [JobStatus] = []
    told.reserveCapacity(keys.count)
    for start in stride(from: 0, to: keys.count, by: 500) {
      let piece = keys[start..<min(start + 500, keys.count)]
      told += try store.jobs(piece).map { Self.told($0, seen: seen, look: look) }
    }
    return told
  }

  private static func told(_ job: TrackedJob, seen: Seen, look: Look?) -> JobStatus {
    if let fresh = seen[job.key], job.doubt == nil { return job.status(seen: fresh) }
    var told = job.told
    if let look, job.askedIn == look.number, job.settledAt == nil { told.observedAt = look.endedAt }
    return told
  }

  // MARK: All jobs

  /// All of the user's jobs, those that the scheduler does not show any more included.
  ///
  /// - Returns: whether the answer was complete, and what came in the way; the jobs are in the store.
  func list(fresh: Bool) async throws -> (isComplete: Bool, unreadable: [UnreadableRecord], problem: AdapterError?) {
    let lock = try await lock()
    defer { _ = lock }
    if let look = try store.look(scope: scope) {
      let now = Date()
      if isShared, !fresh, isRecent(look.listedAt, at: now), look.problem == nil { return (look.isComplete, [], nil) }
      if isShared, !fresh { try await pause(after: look) }
    }
    let listing = try await listing()
    var look = listing.look
    let open = try store.open(scope: scope)
    // A listing may show some tasks of an array alone: what became of the others is asked for by its id.
    for job in open where look.statuses[job.key].map({ $0.isPart(of: job.reference.array) }) ?? false {
      look.statuses[job.key] = nil
    }
    let missing = open.filter { look.statuses[$0.key] == nil }
    if !missing.isEmpty, look.isComplete {
      let rest = try await poll(missing)
      look.statuses.merge(rest.statuses) { $1 }
      look.asked.formUnion(rest.asked)
      look.isComplete = rest.isComplete
      look.problem = rest.problem
      look.took += rest.took
    }
    keep(look)
    return (look.isComplete, listing.unreadable, look.problem)
  }

  private func listing() async throws -> (look: FinishedLook, unreadable: [UnreadableRecord]) {
    let clock = ContinuousClock()
    let begun = clock.now
    let poll = try await asking { try await self.session.poll(nil) }
    var look = FinishedLook()
    let entries = try store.known(poll.jobs, scope: scope)
    for (status, entry) in zip(poll.jobs, entries) {
      guard let entry else {
        look.newcomers.append(status)
        continue
      }
      look.statuses[entry] = status
      look.asked.insert(entry)
    }
    look.isListing = poll.isComplete
    look.isComplete = poll.isComplete
    look.problem = poll.problem
    look.took = clock.now - begun
    return (look, poll.unreadable)
  }

  // MARK: Looking

  /// Sees to it that the last look asked for these jobs and is recent enough.
  private func look(at keys: Set<Int64>, after last: Int64?, fresh: Bool) async throws -> Seen {
    guard isShared else {
      return try await lookAndKeep(at: try store.names(of: keys, andWanted: false, scope: scope))
    }
    if !fresh {
      // Whoever looks next, asks for these too.
      do {
        try store.want(keys, until: Date().addingTimeInterval(150))
      } catch {
        noteUnkept(error)
      }
      if try isSeen(keys, after: last) { return [:] }
    }
    let lock = try await lock()
    defer { _ = lock }
    if !fresh {
      if try isSeen(keys, after: last) { return [:] }
      if let look = try store.look(scope: scope) { try await pause(after: look) }
    }
    return try await lookAndKeep(at: try store.names(of: keys, andWanted: true, scope: scope))
  }

  private func isSeen(_ keys: Set<Int64>, after last: Int64?) throws -> Bool {
    guard let look = try store.look(scope: scope) else { return false }
    let now = Date()
    // A clock that was set back makes every look one of the future.
    let isDue = look.nextAt <= now || look.nextAt.timeIntervalSince(now) > Self.greatestWait
    let isNew = last.map { look.number > $0 && !isDue } ?? false
    guard isNew || isRecent(look.endedAt, at: now) else { return false }
    // What was in the way then may be gone; but nobody asks again at once.
    if look.isFailure, let problem = look.problem { throw problem }
    return try store.count(keys, askedIn: look.number) == keys.count
  }

  private static let greatestWait: Double = 3600

  private func isRecent(_ moment: Date, at now: Date) -> Bool {
    let age = now.timeIntervalSince(moment)
    return age >= 0 && age < least.inSeconds
  }

  /// Keeps the least interval between two looks.
  private func pause(after look: Look) async throws {
    let rest = least.inSeconds - Date().timeIntervalSince(look.endedAt)
    if rest > 0, rest <= least.inSeconds { try await ContinuousClock().sleep(for: .seconds(rest)) }
  }

  private func lookAndKeep(at jobs: [JobName]) async throws -> Seen {
    let look = try await poll(jobs)
    keep(look)
    return look.statuses
  }

  private func poll(_ jobs: [JobName]) async throws -> FinishedLook {
    // Of two jobs with one id the later is meant; the scheduler has forgotten the other.
    let byID = Dictionary(jobs.map { ($0.reference.id, $0) }, uniquingKeysWith: { $1 })
    let clock = ContinuousClock()
    let begun = clock.now
    let references = byID.values.sorted { $0.key < $1.key }.map(\.reference)
    let poll = try await asking { try await self.session.poll(references) }
    var look = FinishedLook()
    look.asked = Set(jobs.map(\.key))
    for status in poll.jobs { if let job = byID[status.id] { look.statuses[job.key] = status } }
    look.isComplete = poll.isComplete
    look.problem = poll.problem
    look.took = clock.now - begun
    return look
  }

  /// Asks the scheduler; that it could not be asked is written down too, so that others do not try at once.
  private func asking(_ ask: () async throws -> Poll) async throws -> Poll {
    let clock = ContinuousClock()
    let begun = clock.now
    do {
      return try await ask()
    } catch let error as AdapterError where !error.isForGood {
      var look = FinishedLook()
      look.isComplete = false
      look.isFailure = true
      look.problem = error
      look.took = clock.now - begun
      keep(look)
      throw error
    }
  }

  /// A command that tried in vain for twenty seconds was no load of twenty seconds: as long again will do, so that the
  /// end of an outage is not noticed minutes late.
  private static let vainShare = 20

  private func keep(_ look: FinishedLook) {
    let took = look.problem == nil ? look.took : look.took / Self.vainShare
    do {
      let last = try store.look(scope: scope)
      let pace = last.map { PollingPace(least: least, after: $0) } ?? PollingPace(least: least)
      try store.record(look, scope: scope) { changed in
        var pace = pace
        let wait = pace.next(changed: changed, took: took, retryAfter: look.problem?.retryAfter)
        return (wait, pace.current)
      }
    } catch {
      // What was seen is told all the same; only the others, and later ones, do not hear of it.
      noteUnkept(error)
    }
  }

  /// Looking goes on where nothing can be written down.
  private func noteUnkept(_ error: any Error) {
    if !saidThatNothingIsKept { logger.error("what was seen of the jobs could not be kept: \(error.sentence)") }
    saidThatNothingIsKept = true
  }

  private func lock() async throws -> FileLock? {
    guard isShared else { return nil }
    return try await FileLock.acquire(store.lookLockPath(scope: scope))
  }
}
