import FoundationEssentials
import LauncherProtocol
import Logging

/// Looks at a scheduler on behalf of all programs of this user: one asks, for the jobs of all, and the others read from
/// the store what it saw.
actor SharedLooks: Looks {
  let store: JobStore
  let scope: StoreScope
  let session: AdapterSession
  private let least: Duration
  /// Whether asking costs a scheduler something. An adapter that is itself the scheduler is simply asked.
  let isShared: Bool
  private let logger: Logger
  private var saidThatNothingIsKept = false
  private nonisolated let executor = StoreActorExecutor()

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(tracking: Tracking, session: AdapterSession, least: Duration?, isShared: Bool) {
    store = tracking.store
    scope = tracking.scope
    logger = tracking.logger
    self.session = session
    self.least = least ?? .seconds(2)
    self.isShared = isShared
  }

  /// A job that ended this long ago is no longer asked for: until then it may be put back into the queue.
  private static let settling: Double = 300

  // MARK: Jobs by their ids

  func look(at jobs: [JobReference], fresh: Bool) async throws -> Poll {
    let wellFormed = jobs.filter { JobIDText.isWellFormed($0.id) }
    let now = Date()
    let isAsked: @Sendable (JobName) -> Bool = { job in
      fresh || job.settledAt.map { now.timeIntervalSince($0) < Self.settling } ?? true
    }
    let (names, state) = try entries(of: wellFormed, fresh: fresh, where: isAsked)
    let asked = names.filter(isAsked)
    let keys = Set(names.map(\.key))
    var outcome = LookOutcome(isComplete: true)
    if !asked.isEmpty {
      outcome = try await look(at: Set(asked.map(\.key)), state, fresh: fresh, telling: Array(keys))
    }
    let told = try outcome.told ?? store.told(of: Array(keys), seen: outcome.unkept, look: outcome.look)
    let byID = Dictionary(told.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return Poll(
      jobs: zip(jobs, complaints(about: jobs)).map { byID[$0.id] ?? $1 },
      unreadable: [],
      isComplete: outcome.isComplete,
      problem: outcome.problem
    )
  }

  /// The store's entries of some jobs, which are created if there are none, and what is known before a look at them.
  ///
  /// - Parameter isAsked: whether a look would ask for a job.
  private func entries(
    of jobs: [JobReference],
    fresh: Bool,
    where isAsked: @Sendable (JobName) -> Bool = { _ in true }
  ) throws -> (names: [JobName], state: LookState) {
    let (known, state) = try store.state(of: jobs, scope: scope, where: isAsked)
    let names = known.compactMap(\.self)
    let isWanting = isShared && !fresh
    guard names.count < jobs.count || isWanting && !state.areWanted else { return (names, state) }
    do {
      let names = try store.track(jobs, wanting: isWanting, scope: scope)
      let isNew = known.contains(nil)
      return (names, isNew ? LookState(look: state.look, areAsked: false, areWanted: isWanting) : state)
    } catch {
      guard names.count == jobs.count else { throw error }
      noteUnkept(error)
      return (names, state)
    }
  }

  /// The status of each of some jobs that was not asked for.
  private func complaints(about jobs: [JobReference]) -> [JobStatus] {
    PollCollector(adapter: scope.adapter, asked: jobs).finish(PollAnswer()).jobs.map { status in
      var status = status
      status.host = scope.host
      return status
    }
  }

  // MARK: Following

  func news(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews {
    do {
      return try await successfulNews(of: jobs, since: mark)
    } catch let error as LauncherError where !error.isForGood {
      let look = try? store.look(scope: scope)
      return LookNews(statuses: [], problem: error, isFailure: true, mark: mark, wait: wait(after: look))
    }
  }

  private func successfulNews(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews {
    let wellFormed = jobs.filter { JobIDText.isWellFormed($0.id) }
    let malformed = complaints(about: jobs.filter { !JobIDText.isWellFormed($0.id) })
    guard !wellFormed.isEmpty else { return LookNews(statuses: malformed, mark: mark) }
    var keys = mark?.keys ?? [:]
    let newcomers = wellFormed.filter { keys[$0.id] == nil }
    let known = Set(wellFormed.compactMap { keys[$0.id] })
    let entries = newcomers.isEmpty ? [] : try entries(of: newcomers, fresh: false).names
    keys = Dictionary(
      zip(newcomers, entries).map { ($0.id, $1.key) }
        + wellFormed.compactMap { job in keys[job.id].map { (job.id, $0) } },
      uniquingKeysWith: { $1 }
    )
    let all = Set(keys.values)
    let state = try store.state(of: all, scope: scope)
    if isShared, !state.areWanted { writing { try store.want(all) } }
    let outcome = try await look(at: all, state, after: newcomers.isEmpty ? mark?.look : nil, fresh: false, telling: [])
    var changed = all
    if let mark {
      changed = Set(try store.news(among: known, after: mark.look) + entries.map(\.key)).union(outcome.unkept.keys)
    }
    let told = try store.told(of: Array(changed.intersection(all)), seen: outcome.unkept, look: outcome.look)
    return LookNews(
      statuses: told + malformed,
      problem: outcome.problem,
      mark: outcome.look.map { LookMark(look: $0.number, keys: keys) },
      wait: outcome.isKept ? wait(after: outcome.look) : nil
    )
  }

  /// How long until the next look of all, a little later for each so that not all come at once; `nil` if none is agreed
  /// on.
  private func wait(after look: Look?) -> Duration? {
    guard isShared, let rest = look?.nextAt.timeIntervalSinceNow, rest > 0 else { return nil }
    return .seconds(min(rest, Self.greatestWait) * Double.random(in: 1...1.1))
  }

  private static let greatestWait: Double = 3600

  // MARK: Looking

  /// Ensures that the last look asked for these jobs and is recent enough.
  ///
  /// - Parameters:
  ///   - state: what is known before it.
  ///   - last: the look that a follower saw last.
  ///   - told: the jobs whose statuses are wanted.
  private func look(
    at keys: Set<Int64>,
    _ state: LookState,
    after last: Int64? = nil,
    fresh: Bool,
    telling told: [Int64]
  ) async throws -> LookOutcome {
    if isShared, !fresh, try serves(state, after: last) { return LookOutcome(state.look) }
    let lock = try await lock()
    defer { _ = lock }
    let (listed, now) = try store.namesToAsk(for: keys, andWanted: isShared, scope: scope)
    var names = listed
    if isShared, !fresh {
      if try serves(now, after: last) { return LookOutcome(now.look) }
      if let look = now.look, try await pause(after: look) {
        names = try store.namesToAsk(for: keys, andWanted: true, scope: scope).names
      }
    }
    return record(try await poll(names), telling: told)
  }

  /// Whether the last look serves a caller that wants to know about jobs.
  ///
  /// - Throws: the look's problem if it failed a moment ago: what was in the way then may be gone, but the scheduler is
  ///   not asked again at once.
  private func serves(_ state: LookState, after last: Int64?) throws -> Bool {
    guard let look = state.look else { return false }
    // A clock that was set back puts every look into the future.
    let rest = look.nextAt.timeIntervalSinceNow
    let isDue = rest <= 0 || rest > Self.greatestWait
    let isNew = last.map { look.number > $0 && !isDue } ?? false
    guard isNew || isRecent(look.endedAt) else { return false }
    if look.isFailure, let problem = look.problem { throw problem }
    return state.areAsked
  }

  func isRecent(_ moment: Date) -> Bool {
    let age = Date().timeIntervalSince(moment)
    return age >= 0 && age < least.inSeconds
  }

  /// Keeps the minimum interval between two looks.
  ///
  /// - Returns: whether it had to wait.
  @discardableResult
  func pause(after look: Look) async throws -> Bool {
    let rest = least.inSeconds - Date().timeIntervalSince(look.endedAt)
    guard rest > 0, rest <= least.inSeconds else { return false }
    try await ContinuousClock().sleep(for: .seconds(rest))
    return true
  }

  /// Asks the scheduler for the jobs of some entries.
  func poll(_ jobs: [JobName]) async throws -> FinishedLook {
    // Of two jobs with the same id, the later one is meant; the scheduler has forgotten the other.
    let byID = Dictionary(jobs.map { ($0.reference.id, $0) }, uniquingKeysWith: { $1 })
    var (answer, look) = try await ask(for: byID.values.sorted { $0.key < $1.key }.map(\.reference))
    look.asked = Set(jobs.map(\.key))
    for status in answer.jobs { if let job = byID[status.id] { look.statuses[job.key] = status } }
    return look
  }

  /// Asks the scheduler for some jobs, or for all. A failure to ask is recorded too, so that others do not try at once.
  ///
  /// - Returns: the answer, and the look that it makes, without its jobs so far.
  func ask(for jobs: [JobReference]?) async throws -> (answer: Poll, look: FinishedLook) {
    let begun = ContinuousClock.now
    var look = FinishedLook()
    do {
      let answer = try await session.poll(jobs)
      look.isComplete = answer.isComplete
      look.problem = answer.problem
      look.took = .now - begun
      return (answer, look)
    } catch let error as LauncherError where !error.isForGood {
      look.isComplete = false
      look.isFailure = true
      look.problem = error
      look.took = .now - begun
      _ = record(look)
      throw error
    }
  }

  // MARK: Recording

  /// Records a look. If that fails, this program still reports what it saw; other programs do not learn it.
  func record(_ look: FinishedLook, telling told: [Int64] = []) -> LookOutcome {
    let least = least
    let recorded = writing {
      try store.record(look, scope: scope, telling: told) { last, changed in
        var pace = last.map { PollingPace(least: least, after: $0) } ?? PollingPace(least: least)
        let wait = pace.next(changed: changed, took: look.took, problem: look.problem)
        return (wait, pace.current)
      }
    }
    if let recorded { return LookOutcome(recorded.look, told: told.isEmpty ? nil : recorded.told) }
    return LookOutcome(unkept: look, after: try? store.look(scope: scope))
  }

  /// Looking continues even if nothing can be recorded.
  @discardableResult
  private func writing<Value>(_ change: () throws -> Value) -> Value? {
    do { return try change() } catch {
      noteUnkept(error)
      return nil
    }
  }

  private func noteUnkept(_ error: any Error) {
    if !saidThatNothingIsKept { logger.error("what was seen of the jobs could not be kept: \(error.sentence)") }
    saidThatNothingIsKept = true
  }

  func lock() async throws -> FileLock? {
    guard isShared else { return nil }
    return try await FileLock.acquire(store.lookLockPath(scope: scope))
  }
}
