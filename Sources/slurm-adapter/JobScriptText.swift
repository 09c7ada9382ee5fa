import AdapterKit

/// The script that Slurm runs: variables, the user's prologue, the command, the exit record, the user's epilogue.
enum JobScriptText {
  /// Stands for the cluster's name where a job is not told it.
  static let unknownCluster = "slurm"

  /// - Parameter isArray: whether the job is an array, by whichever option; the specification says so without it.
  static func make(_ spec: JobSpec, token: String, isArray: Bool? = nil) throws -> String {
    let command = try commandLines(spec, token: token)
    // `module` and its like are functions of bash.
    let shell = spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
    var lines = ["#!\(shell)", "# Made by LauncherKit. The job's options are arguments of sbatch."]
    lines += try variableLines(spec, token: token, isArray: isArray ?? (spec.array != nil))
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$LAUNCHER_JOB_ID",
        server: "${SLURM_CLUSTER_NAME:-\(unknownCluster)}",
        restarts: "${SLURM_RESTART_COUNT:-0}",
        name: "$SLURM_JOB_NAME",
        host: "${SLURMD_NODENAME:-$(uname -n)}",
        walltime: spec.walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append(JobScriptParts.record)
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += JobScriptParts.ending
    return lines.joined(separator: "\n") + "\n"
  }

  /// The new job's variables. slurmd sets those of an array in the tasks of arrays only, and takes away none that came
  /// along from the job of whoever submitted: they count in an array alone.
  private static func variableLines(_ spec: JobSpec, token: String, isArray: Bool) throws -> [String] {
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
      // Otherwise srun inside the job would hand on as little as sbatch did.
      lines.append("export SLURM_EXPORT_ENV=ALL")
    }
    return lines + (try JobScriptParts.exports(of: spec.environment))
  }

  private static let ofArrays = ["JOB_ID", "TASK_COUNT", "TASK_ID", "TASK_MAX", "TASK_MIN", "TASK_STEP"]
    .map { "SLURM_ARRAY_\($0)" }

  private static func commandLines(_ spec: JobSpec, token: String) throws -> [String] {
    let starter = try starter(spec)
    switch spec.work {
    case .command(let words):
      let program = starter.first ?? ShellText.quoted(words.first ?? "")
      return WatchedCommand.lines(
        program: program,
        line: (starter + [ShellText.quoted(words)]).joined(separator: " ")
      )
    case .script(let text):
      if !starter.isEmpty {
        throw AdapterError.invalid(
          spec.container == nil ? "launcher" : "container",
          "it starts commands; let the script call it itself"
        )
      }
      return JobScriptParts.lines(running: text, token: token)
    }
  }

  /// What stands in front of the command: the program that starts its tasks, and the container.
  private static func starter(_ spec: JobSpec) throws -> [String] {
    var words: [String] = []
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .srun?: words = ["srun"]
    case .mpiexec?, .mpirun?: words = [spec.launcher?.rawValue ?? "mpiexec", "-n", "\"${SLURM_NTASKS:-1}\""]
    case .jsrun?, .aprun?:
      throw AdapterError.invalid(
        "launcher",
        "‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; use srun"
      )
    }
    return words + (try JobScriptParts.words(runningIn: spec.container))
  }
}
