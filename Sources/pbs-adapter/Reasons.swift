import AdapterKit
import FoundationEssentials

/// Why a job waits: the kinds of its holds, its begin time, and the scheduler's comment.
enum Reasons {
  private struct Row {
    let words: StaticString
    let code: JobReason.Code
  }

  /// Words in comments of waiting jobs. Recorded in lack-of-resources of OpenPBS 23.06.06 and states of Torque 6.1.3;
  /// those marked “source” are from pbs_sched of OpenPBS 23.06. The first row that matches counts.
  private static let table = [
    Row(words: "Queue not started", code: .queueUnavailable),
    Row(words: "job limit", code: .limit),
    Row(words: "limit", code: .limit),  // source: “would exceed queue's limit on resource”
    Row(words: "licenses", code: .licences),  // source
    Row(words: "eservation", code: .reservation),  // source
    Row(words: "nsufficient amount of", code: .resources),
    Row(words: "ot enough", code: .resources),
    Row(words: "o available resources on nodes", code: .resources),  // source
    Row(words: "would conflict with", code: .priority),  // source: reservations and top jobs
    Row(words: "trict ordering", code: .priority),  // source
    Row(words: "top job", code: .priority),  // source
    Row(words: "offline", code: .nodesUnavailable),  // source
    Row(words: "Draining system", code: .priority),  // source
  ]

  /// Whether a comment only says where and when a job or an array began: it stays as long as the job runs, and jobs of
  /// an array have the array's comment while they wait (recorded: complete-0/08 and array/19 of OpenPBS 23.06.06).
  static func isOfStart(_ comment: String) -> Bool {
    (comment.hasPrefix("Job run at ") || comment.hasPrefix("Job Array Began at ")) && !comment.has(" and ")
  }

  static func ofWaiting(_ record: PBSRecord) -> JobReason? {
    let comment = record[.comment].flatMap { $0.isEmpty ? nil : $0 }
    switch record[.jobState] {
    case "W":
      let begin = PBSTime.instant(record[.executionTime]).map { RFC3339.string(from: $0) }
      return JobReason(.beginTime, comment ?? begin.map { "it waits until \($0)" } ?? "it waits for its begin time")
    case "H": return ofHold(record, comment)
    default: break
    }
    guard let comment, !isOfStart(comment) else { return nil }
    if comment.hasPrefix("Can Never Run") { return JobReason(.impossibleRequest, comment, canEverRun: false) }
    guard comment.hasPrefix("Not Running") || comment.hasPrefix("job held") else { return JobReason(nil, comment) }
    return JobReason(table.first { comment.has($0.words) }?.code, comment)
  }

  /// Recorded: held/05 (u), held/48 (so), depend/06 (s); array/58 of Torque (l).
  private static func ofHold(_ record: PBSRecord, _ comment: String?) -> JobReason {
    let kinds = record[.holdTypes] ?? ""
    if let comment, comment.has("too many failed attempts") { return JobReason(.heldByScheduler, comment) }
    if kinds.contains("u") { return JobReason(.heldByUser, comment ?? "held by its owner") }
    if kinds.contains("s"), let list = record[.dependencies] {
      return JobReason(.dependency, comment ?? "it waits for other jobs: \(list)")
    }
    if kinds.contains("l") { return JobReason(.arrayTaskLimit, comment ?? "as many jobs of its array run as may") }
    if kinds.contains("p") { return JobReason(.heldByScheduler, comment ?? "held for a bad password") }
    if kinds.contains("o") || kinds.contains("s") {
      return JobReason(.heldByAdministrator, comment ?? "held by the system")
    }
    return JobReason(nil, comment ?? "held")
  }
}
