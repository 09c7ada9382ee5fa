import GRDB
import Processes

/// What the queue allocates to jobs, and how much of it is free.
struct FreeResources {
  var cores: Int
  var memory: Int64
  var isIdle: Bool
  let total: Int

  /// Whether a job can start now. One that asks for more than there is now (the limit was lowered after it was
  /// submitted) gets the whole machine rather than waiting forever.
  func hold(_ demand: JobDemand) -> Bool {
    if demand.isExclusive || demand.cores > total { return isIdle }
    return demand.cores <= cores && (demand.memory <= memory || isIdle)
  }

  mutating func take(_ demand: JobDemand) {
    cores = demand.isExclusive ? 0 : max(0, cores - demand.cores)
    memory -= demand.memory
    isIdle = false
  }
}

extension QueueTransaction {
  /// Repairs what dead processes left, processes times that are due, and starts what fits.
  func pass() throws {
    try repair()
    try fireTimers()
    try settleDependents()
    try startWhatFits()
    if try QueueReading.lacksTimekeeper(database) { effects.timersChanged = true }
  }

  /// Starts jobs by priority and age until the first that does not fit: strict order, so that small jobs never overtake
  /// a big one forever. Only an array at its own limit is passed over.
  private func startWhatFits() throws {
    var free = try QueueReading.freeResources(database, settings)
    var place = QueuePlace.front
    while free.cores > 0, let next = try QueueReading.firstQueued(database, after: place) {
      if let limit = next.arrayLimit, try activeTasks(of: next.key.submission) >= limit {
        place = QueuePlace(rank: next.rank, key: TaskKey(next.key.submission, Int.max))
        continue
      }
      guard free.hold(next.demand) else { return }
      free.take(next.demand)
      try claim(next.key)
    }
  }

  private func activeTasks(of submission: Int64) throws -> Int {
    try number("SELECT count(*) FROM task WHERE submission = ? AND \(QueueSchema.active)", [submission])
  }

  private func claim(_ key: TaskKey) throws {
    let claim = newClaim()
    try execute(
      """
      UPDATE task SET state = 'starting', owner = ?, claimedAt = ?, leader = NULL, reason = NULL, reasonCode = NULL
      WHERE submission = ? AND position = ?
      """,
      [claim, now, key.submission, key.position]
    )
    effects.launches.append(QueueEffects.Launch(key: key, claim: claim))
  }

  /// The claimer of a job, and the time: a supervisor started for an older claim finds another claim and leaves the job
  /// alone.
  func newClaim() -> String {
    "\(ProcessIdentity.current.text)#\(Int64(now * 1_000_000))"
  }

  /// Undoes a claim for which no supervisor could be started.
  func giveBack(_ key: TaskKey, claim: String) throws {
    try execute(
      """
      UPDATE task SET state = CASE WHEN leader IS NULL THEN 'queued' ELSE state END, owner = NULL
      WHERE submission = ? AND position = ? AND owner = ?
      """,
      [key.submission, key.position, claim]
    )
  }
}
