import AdapterJSON
import AdapterKit
import FoundationEssentials

/// A job as `sacct` reports it in JSON.
///
/// The text stays the source: 22.05 reports every exit code except 0 as 0 here. What the text lacks: exit codes from
/// 128 on in full (since 23.11), and restarts, the failed node and the expanded paths of the output (26.05).
struct AccountingRecord: Sendable {
  let number: Int
  let array: (job: Int, index: Int?)?
  let heterogeneous: (job: Int, offset: Int)?
  let words: [String]
  let exit: SlurmExit?
  let submittedAt: Date?
  /// `nil` if the version does not report it.
  let restarts: Int?
  let failedNode: String?
  let standardOutput: String?
  let standardError: String?

  private static let names = [
    "job_id", "array", "het", "state", "exit_code", "time", "restart_cnt", "failed_node", "stdout_expanded",
    "stderr_expanded",
  ]

  static func arguments(id: String) -> [String] { ["sacct", "--json", "--jobs=\(id)"] }

  /// Reads the jobs of an answer; those that cannot be read are left out.
  static func read(path: String, to take: (AccountingRecord) -> Void) throws {
    let reader = try JSONRecordReader(path: path, member: "jobs")
    var members = JSONMembers(names)
    while let record = try reader.next() {
      members.read(record.bytes)
      guard record.border == .closed, !members.hasRepeats else { continue }
      if let job = AccountingRecord({ members.value($0, of: record.bytes) }) { take(job) }
    }
  }

  private init?(_ value: (Int) -> JSONValue?) {
    guard let number = value(0)?.slurmNumber else { return nil }
    self.number = number
    let array = value(1)?["job_id"]?.slurmNumber ?? 0
    // `task` is the mask of the tasks that wait together.
    self.array = array == 0 ? nil : (array, value(1)?["task_id"]?.slurmNumber)
    let heterogeneous = value(2)?["job_id"]?.slurmNumber ?? 0
    self.heterogeneous = heterogeneous == 0 ? nil : (heterogeneous, value(2)?["job_offset"]?.slurmNumber ?? 0)
    words = value(3)?["current"]?.slurmWords ?? []
    exit = value(4).flatMap { SlurmExit($0) }
    submittedAt = value(5)?["submission"]?.slurmNumber.map { Date(timeIntervalSince1970: Double($0)) }
    restarts = value(6)?.slurmNumber
    failedNode = value(7)?.slurmText
    standardOutput = value(8)?.slurmText
    // It is empty if the two are merged.
    standardError = value(9).flatMap { $0 == .text("") || $0 == .null ? value(8)?.slurmText : $0.slurmText }
  }

  /// Whether it is the job with an id.
  func isJob(_ id: SlurmID) -> Bool {
    switch id {
    case .job(let wanted): wanted == number
    case .task(let job, let index): array?.job == job && array?.index == index
    case .component(let job, let offset): heterogeneous?.job == job && heterogeneous?.offset == offset
    case .tasks: false
    }
  }
}
