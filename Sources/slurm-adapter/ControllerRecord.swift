import AdapterJSON
import AdapterKit

/// A job as the controller reports it in JSON: `scontrol show job`, and `squeue`, which is never asked this way.
///
/// `squeue --json` of 22.05 ignores every filter and lists the whole cluster. `scontrol --json` is an error there;
/// since 23.11 it gives the one job, and for an array the whole array, whichever task is asked for.
struct ControllerRecord: Sendable {
  let number: Int
  /// The array it is a task of, with its index once it is separate.
  let array: (job: Int, index: Int?)?
  /// The heterogeneous job it is a component of.
  let heterogeneous: (job: Int, offset: Int)?
  /// Its state and flags, as they are written.
  let words: [String]
  let exit: SlurmExit?
  /// Why it waits or ended, in as many words as are given.
  let reason: String?

  private static let names = [
    "job_id", "array_job_id", "array_task_id", "het_job_id", "het_job_offset", "job_state", "exit_code",
    "state_reason", "state_description",
  ]

  static func arguments(id: String) -> [String] { ["scontrol", "show", "job", id, "--json"] }

  /// Reads the jobs of an answer; those that cannot be read are left out.
  static func read(path: String, to take: (ControllerRecord) -> Void) throws {
    let reader = try JSONRecordReader(path: path, member: "jobs")
    var members = JSONMembers(names)
    while let record = try reader.next() {
      members.read(record.bytes)
      guard record.border == .closed, !members.hasRepeats else { continue }
      if let job = ControllerRecord({ members.value($0, of: record.bytes) }) { take(job) }
    }
  }

  private init?(_ value: (Int) -> JSONValue?) {
    guard let number = value(0)?.slurmNumber else { return nil }
    self.number = number
    let array = value(1)?.slurmNumber ?? 0
    self.array = array == 0 ? nil : (array, value(2)?.slurmNumber)
    let heterogeneous = value(3)?.slurmNumber ?? 0
    self.heterogeneous = heterogeneous == 0 ? nil : (heterogeneous, value(4)?.slurmNumber ?? 0)
    words = value(5)?.slurmWords ?? []
    exit = value(6).flatMap { SlurmExit($0) }
    reason = value(8)?.slurmText ?? value(7)?.slurmText
  }

  /// Whether it is the job with an id. A waiting array has its own id and no index, and is not one of its tasks.
  func isJob(_ id: SlurmID) -> Bool {
    switch id {
    case .job(let wanted): wanted == number
    case .task(let job, let index): array?.job == job && array?.index == index
    case .component(let job, let offset): heterogeneous?.job == job && heterogeneous?.offset == offset
    case .tasks: false
    }
  }
}
