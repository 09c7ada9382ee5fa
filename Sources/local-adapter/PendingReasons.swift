import AdapterKit
import GRDB

/// Why the jobs in the queue do not run yet, as of one moment.
struct PendingReasons {
  private let free: FreeResources
  private var limits: [Int64: Bool] = [:]
  private var head: TaskKey?

  init(_ db: Database, _ settings: Settings) throws {
    free = try QueueReading.freeResources(db, settings)
    var place = QueuePlace.front
    while let next = try QueueReading.firstQueued(db, after: place) {
      guard let limit = next.arrayLimit, try QueueReading.activeTasks(db, next.key.submission) >= limit else {
        head = next.key
        break
      }
      limits[next.key.submission] = true
      place = QueuePlace(rank: next.rank, key: TaskKey(next.key.submission, Int.max))
    }
  }

  /// The reason of a queued job.
  mutating func reason(_ key: TaskKey, cores: Int, arrayLimit: Int?, in db: Database) throws -> JobReason {
    if let arrayLimit {
      let isReached: Bool
      if let known = limits[key.submission] {
        isReached = known
      } else {
        isReached = try QueueReading.activeTasks(db, key.submission) >= arrayLimit
        limits[key.submission] = isReached
      }
      if isReached {
        return JobReason(
          .arrayTaskLimit,
          "its array runs \(arrayLimit) task\(arrayLimit == 1 ? "" : "s") at a time",
          canEverRun: true
        )
      }
    }
    guard key == head else { return JobReason(.priority, "other jobs come first", canEverRun: true) }
    return JobReason(
      .resources,
      "it waits for \(cores) core\(cores == 1 ? "" : "s"); \(free.cores) of \(free.total) are free",
      canEverRun: true
    )
  }
}
