import AdapterKit

/// Slurm's word for why a job waits: what it means, whether the job is held by it, and whether it can ever run.
struct SlurmReason: Sendable {
  let code: JobReason.Code?
  var holds = false
  var canEverRun: Bool?

  /// Sources: “recorded” under job-pending-reasons, job-held, job-dependency, job-requeue, submit-errors of 22.05.8,
  /// 23.11.11 and 26.05.3; otherwise `job_reason_string` of Slurm's source and its page “Job Reason Codes”.
  static let table: [String: SlurmReason] = [
    "Resources": SlurmReason(code: .resources),  // recorded
    "Priority": SlurmReason(code: .priority),  // recorded
    "JobHeldUser": SlurmReason(code: .heldByUser, holds: true),  // recorded
    "JobHeldAdmin": SlurmReason(code: .heldByAdministrator, holds: true),  // recorded
    "job requeued in held state": SlurmReason(code: .heldByScheduler, holds: true),  // recorded: squeue
    "launch failed requeued held": SlurmReason(code: .heldByScheduler, holds: true),  // recorded: squeue
    "JobHoldMaxRequeue": SlurmReason(code: .heldByScheduler, holds: true),
    "ResvDelHold": SlurmReason(code: .heldByScheduler, holds: true),
    "Dependency": SlurmReason(code: .dependency, holds: true),  // recorded
    "DependencyNeverSatisfied": SlurmReason(code: .dependencyNeverSatisfied, holds: true, canEverRun: false),
    "BeginTime": SlurmReason(code: .beginTime, holds: true),  // recorded
    "Prolog": SlurmReason(code: .resources),
    "Cleaning": SlurmReason(code: .resources),
    "Licenses": SlurmReason(code: .licences),  // recorded
    "Reservation": SlurmReason(code: .reservation),
    "ReservationDeleted": SlurmReason(code: .reservation),
    "JobArrayTaskLimit": SlurmReason(code: .arrayTaskLimit),  // recorded
    "PartitionDown": SlurmReason(code: .queueUnavailable),  // recorded
    "PartitionInactive": SlurmReason(code: .queueUnavailable),
    "PartitionConfig": SlurmReason(code: .impossibleRequest),  // recorded: more than the partition can ever give
    "PartitionNodeLimit": SlurmReason(code: .impossibleRequest),  // recorded
    "PartitionTimeLimit": SlurmReason(code: .impossibleRequest),  // recorded
    "BadConstraints": SlurmReason(code: .impossibleRequest, canEverRun: false),
    "DeadLine": SlurmReason(code: .impossibleRequest),
    "NodeDown": SlurmReason(code: .nodesUnavailable),  // recorded
    "FrontEndDown": SlurmReason(code: .nodesUnavailable),
    "InvalidAccount": SlurmReason(code: .limit),
    "InvalidQOS": SlurmReason(code: .limit),
    "AccountNotAllowed": SlurmReason(code: .limit),
    "QOSNotAllowed": SlurmReason(code: .limit),
    "BadAccount": SlurmReason(code: .launch, canEverRun: false),
    "JobLaunchFailure": SlurmReason(code: .launch),  // recorded
    "NonZeroExitCode": SlurmReason(code: nil),  // recorded
    "TimeLimit": SlurmReason(code: nil),  // recorded
    "OutOfMemory": SlurmReason(code: nil),  // recorded
    "None": SlurmReason(code: nil),  // recorded
  ]

  /// Whether a text is one of Slurm's reasons, as far as they are known.
  static func isKnown(_ text: String) -> Bool { table[text] != nil || meaning(of: text).code != nil }

  /// The meaning of a reason in any of its spellings: `launch failed requeued held`, with underscores (`scontrol`).
  static func meaning(of text: String) -> SlurmReason {
    if let known = table[text] { return known }
    let blanks = text.replacing("_", with: " ")
    if let known = table[blanks] { return known }
    if blanks.hasPrefix("Nodes required for job are DOWN") || text.hasPrefix("ReqNodeNotAvail") {
      return SlurmReason(code: .nodesUnavailable)  // recorded
    }
    // QOSMaxJobsPerUserLimit, AssocGrpCPULimit, MaxMemPerLimit, … all end that way, or name the association or QOS.
    if text.hasSuffix("Limit") || text.hasPrefix("QOS") || text.hasPrefix("Assoc") {
      return SlurmReason(code: .limit)  // recorded: QOSMaxJobsPerUserLimit
    }
    // 24.11 and later let a job wait at a partition that does not accept it; 22.05 refuses it. Recorded:
    // partition-closed.
    if text.contains("not in group permitted to use this partition") { return SlurmReason(code: .queueUnavailable) }
    if text.contains("not permitted to use this partition") { return SlurmReason(code: .limit) }  // source: job_mgr.c
    if blanks.contains("held") { return SlurmReason(code: .heldByScheduler, holds: true) }
    return SlurmReason(code: nil)
  }
}
