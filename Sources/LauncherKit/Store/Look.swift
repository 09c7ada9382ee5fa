import FoundationEssentials
import GRDB
import LauncherProtocol

/// The last look at a scheduler, by any program.
struct Look: Sendable {
  let number: Int64
  let endedAt: Date
  /// When all of the user's jobs were listed.
  let listedAt: Date
  /// When followers of jobs look again.
  let nextAt: Date
  let interval: Duration
  let took: Duration
  let isComplete: Bool
  /// Whether the scheduler could not be asked at all.
  let isFailure: Bool
  let problem: LauncherError?

  /// When all of the user's jobs were listed; `nil` if the last look was an incomplete listing: what the next look
  /// shows of its own jobs does not complete it.
  var wholeListingAt: Date? { listedAt == endedAt && (!isComplete || problem != nil) ? nil : listedAt }

  init(row: Row) {
    number = row["number"]
    endedAt = Date(timeIntervalSince1970: row["endedAt"])
    listedAt = Date(timeIntervalSince1970: row["listedAt"])
    nextAt = Date(timeIntervalSince1970: row["nextAt"])
    interval = Duration(safeSeconds: row["interval"]) ?? .zero
    took = Duration(safeSeconds: row["took"]) ?? .zero
    isComplete = row["complete"]
    isFailure = row["failed"]
    problem = (row["problem"] as String?).flatMap { try? JSON.value(from: $0) }
  }
}

/// What the store knows of some jobs before a look at them.
struct LookState: Sendable {
  /// The last look at the scheduler; `nil` before the first.
  let look: Look?
  /// Whether that look asked for all of the jobs.
  let areAsked: Bool
  /// Whether an interest in all of them is recorded and still lasts for some time.
  let areWanted: Bool
}

/// A look that has just ended.
struct FinishedLook: Sendable {
  /// The jobs that were asked for.
  var asked: Set<Int64> = []
  /// What was reported, by the store's numbers.
  var statuses: [Int64: JobStatus] = [:]
  /// Jobs that a listing showed and the store did not know.
  var newcomers: [JobStatus] = []
  /// Whether all of the user's jobs were listed.
  var isListing = false
  var isComplete = true
  /// Whether the scheduler could not be asked at all.
  var isFailure = false
  var problem: LauncherError?
  var took: Duration = .zero
}
