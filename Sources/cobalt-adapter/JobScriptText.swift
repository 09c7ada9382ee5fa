import AdapterKit

/// The script that Cobalt runs. Cobalt does not inform a job how often it was started before.
enum JobScriptText {
  /// The name under which exit records are kept. Cobalt has no name of its own for a server.
  static let server = "cobalt"

  /// The script of a job.
  ///
  /// - Parameter mayStartAgain: whether Cobalt may start it again once it was asked to end.
  static func make(
    _ spec: JobSpec,
    token: String,
    tasks: TaskLayout,
    walltime: Walltime?,
    mayStartAgain: Bool
  ) throws -> String {
    var record = ExitRecordScript(
      id: "$LAUNCHER_JOB_ID",
      server: server,
      name: "$LAUNCHER_JOB_NAME",
      walltime: walltime
    )
    // Cobalt starts a job without the user's variables: the folder that was noted when the script was stored is certain.
    record.folder = "${launcher_folder%/cobalt}/exit"
    var script = JobScript(spec, token: token, record: record)
    script.heading = [
      "# Made by LauncherKit. The job's options are arguments of qsub.",
      // Replaced by the folder of this script when it is stored.
      "launcher_folder=\(ScriptStore.folder)",
    ]
    script.variables = variableLines(spec, token: token)
    script.starter = try TaskStarter.words(for: spec, advice: "aprun, mpiexec or mpirun") {
      starter($0, spec, tasks)
    }
    let removal = "rm -f \"$launcher_folder/\(token).sh\" \"$launcher_folder/\(token).env\""
    script.cleaning = [mayStartAgain ? "[ \"$launcher_asked\" = yes ] || \(removal)" : removal]
    // Cobalt sends a signal to all of the job's processes (recorded: killed-while-running), and does not report it.
    script.endsBySignal = false
    return try script.text()
  }

  private static func variableLines(_ spec: JobSpec, token: String) -> [String] {
    [
      "[ ! -f \"$launcher_folder/\(token).env\" ] || . \"$launcher_folder/\(token).env\"",
      "LAUNCHER_JOB_ID=$COBALT_JOBID",
      "LAUNCHER_JOB_NAME=\(ShellText.quoted(QsubCommand.name(of: spec)))",
      "LAUNCHER_TOKEN=\(token)",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
    ]
  }

  private static func starter(_ program: ParallelLauncher, _ spec: JobSpec, _ tasks: TaskLayout) -> [String]? {
    let total = tasks.total.map { "\($0)" } ?? "\"${COBALT_JOBSIZE:-1}\""
    switch program {
    case .mpiexec, .mpirun:
      return [program.rawValue, "-n", total, "${COBALT_NODEFILE:+-hostfile \"$COBALT_NODEFILE\"}"]
    case .aprun:
      var words = ["aprun", "-n", total]
      if let count = tasks.perNode { words += ["-N", "\(count)"] }
      if let count = spec.cpusPerTask { words += ["-d", "\(count)"] }
      return words
    case .none, .srun, .jsrun: return nil
    }
  }
}
