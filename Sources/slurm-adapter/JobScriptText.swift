import AdapterKit

/// The script that Slurm runs.
enum JobScriptText {
  /// Stands for the cluster's name if a job does not get it.
  static let unknownCluster = "slurm"

  /// - Parameter isArray: whether the job is an array, by whichever option; if `nil`, the specification decides.
  static func make(_ spec: JobSpec, token: String, isArray: Bool? = nil) throws -> String {
    var record = ExitRecordScript(
      id: "$LAUNCHER_JOB_ID",
      server: "${SLURM_CLUSTER_NAME:-\(unknownCluster)}",
      name: "$SLURM_JOB_NAME",
      walltime: spec.walltime
    )
    record.restarts = "${SLURM_RESTART_COUNT:-0}"
    record.host = "${SLURMD_NODENAME:-$(uname -n)}"
    var script = JobScript(spec, token: token, record: record)
    script.heading = ["# Made by LauncherKit. The job's options are arguments of sbatch."]
    script.variables = variableLines(spec, token: token, isArray: isArray ?? (spec.array != nil))
    script.starter = try TaskStarter.words(for: spec, advice: "srun") { program in
      switch program {
      case .srun: ["srun"]
      case .mpiexec, .mpirun: [program.rawValue, "-n", "\"${SLURM_NTASKS:-1}\""]
      case .none, .jsrun, .aprun: nil
      }
    }
    return try script.text()
  }

  /// The new job's variables. slurmd sets those of an array only in the tasks of arrays, and removes none that were
  /// inherited from the job that submitted: they are valid only in an array.
  private static func variableLines(_ spec: JobSpec, token: String, isArray: Bool) -> [String] {
    var lines = [
      "LAUNCHER_JOB_ID=\(isArray ? "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" : "$SLURM_JOB_ID")",
      "LAUNCHER_JOB_NAME=$SLURM_JOB_NAME",
      "LAUNCHER_TOKEN=\(token)",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
      isArray
        ? "export LAUNCHER_ARRAY_INDEX=\"$SLURM_ARRAY_TASK_ID\" LAUNCHER_ARRAY_JOB_ID=\"$SLURM_ARRAY_JOB_ID\""
        : "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID \(ofArrays.joined(separator: " "))",
    ]
    if spec.environment.inherit != .all {
      // Otherwise srun inside the job would pass on as little as sbatch did.
      lines.append("export SLURM_EXPORT_ENV=ALL")
    }
    return lines
  }

  private static let ofArrays = ["JOB_ID", "TASK_COUNT", "TASK_ID", "TASK_MAX", "TASK_MIN", "TASK_STEP"]
    .map { "SLURM_ARRAY_\($0)" }
}
