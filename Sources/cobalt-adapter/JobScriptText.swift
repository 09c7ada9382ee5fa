import AdapterKit

/// The script that Cobalt runs: variables, the user's prologue, the command, the exit record, the user's epilogue.
enum JobScriptText {
  /// The name under which exit records lie. Cobalt has no name of its own for a server.
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
    let command = try commandLines(spec, token: token, tasks: tasks)
    // `module` and its like are functions of bash.
    let shell = spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
    var lines = [
      "#!\(shell)", "# Made by LauncherKit. The job's options are arguments of qsub.",
      // Becomes the folder of this script when it is stored.
      "launcher_folder=\(ScriptStore.folder)",
    ]
    lines += try variableLines(spec, token: token)
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$LAUNCHER_JOB_ID",
        server: server,
        // Cobalt does not tell a job how often it was started before.
        restarts: "",
        name: "$LAUNCHER_JOB_NAME",
        walltime: walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    // Cobalt sends it to all of the job's processes (recorded: killed-while-running).
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append(JobScriptParts.record)
    let removal = "rm -f \"$launcher_folder/\(token).sh\" \"$launcher_folder/\(token).env\""
    lines.append(mayStartAgain ? "[ \"$launcher_asked\" = yes ] || \(removal)" : removal)
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines.append("exit \"$launcher_status\"")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func variableLines(_ spec: JobSpec, token: String) throws -> [String] {
    let lines = [
      "[ ! -f \"$launcher_folder/\(token).env\" ] || . \"$launcher_folder/\(token).env\"",
      "LAUNCHER_JOB_ID=$COBALT_JOBID",
      "LAUNCHER_JOB_NAME=\(ShellText.quoted(Submission.name(of: spec)))",
      "LAUNCHER_TOKEN=\(token)",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
    ]
    return lines + (try JobScriptParts.exports(of: spec.environment))
  }

  private static func commandLines(_ spec: JobSpec, token: String, tasks: TaskLayout) throws -> [String] {
    let starter = try starter(spec, tasks)
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
  private static func starter(_ spec: JobSpec, _ tasks: TaskLayout) throws -> [String] {
    var words: [String] = []
    let total = tasks.total.map { "\($0)" } ?? "\"${COBALT_JOBSIZE:-1}\""
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .mpiexec?, .mpirun?:
      words = [spec.launcher?.rawValue ?? "mpiexec", "-n", total, "${COBALT_NODEFILE:+-hostfile \"$COBALT_NODEFILE\"}"]
    case .aprun?:
      words = ["aprun", "-n", total]
      if let count = tasks.perNode { words += ["-N", "\(count)"] }
      if let count = spec.cpusPerTask { words += ["-d", "\(count)"] }
    case .srun?, .jsrun?:
      let name = spec.launcher?.rawValue ?? ""
      throw AdapterError.invalid("launcher", "‘\(name)’ belongs to another scheduler; use aprun, mpiexec or mpirun")
    }
    return words + (try JobScriptParts.words(runningIn: spec.container))
  }
}
