import AdapterKit

/// The script that PBS runs: variables, the user's prologue, the command, the exit record, the user's epilogue.
enum JobScriptText {
  /// The shell it runs in: without one named, PBS takes the user's login shell, whichever that is.
  static func shell(for spec: JobSpec) -> String {
    // `module` and its like are functions of bash.
    spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
  }

  static func make(_ spec: JobSpec, token: String) throws -> String {
    let command = try commandLines(spec, token: token)
    var lines = ["#!\(shell(for: spec))", "# Made by LauncherKit. The job's options are arguments of qsub."]
    lines += try variableLines(spec, token: token)
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$launcher_record_id",
        server: "${PBS_JOBID#*.}",
        restarts: "",
        name: "$PBS_JOBNAME",
        walltime: spec.walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    if let directory = spec.directory {
      let quoted = ShellText.quoted(directory)
      lines.append("cd \(quoted) || launcher_fail \"the folder cannot be entered\"")
    }
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append(JobScriptParts.record)
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += JobScriptParts.ending
    return lines.joined(separator: "\n") + "\n"
  }

  /// The index comes from the id: with `-V` a job that another one submits inherits that one's variables.
  private static func variableLines(_ spec: JobSpec, token: String) throws -> [String] {
    let lines = [
      "LAUNCHER_JOB_ID=$PBS_JOBID",
      "LAUNCHER_JOB_NAME=$PBS_JOBNAME",
      "LAUNCHER_TOKEN=\(token)",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "launcher_record_id=${PBS_JOBID%%.*}",
      "case $launcher_record_id in *'['*']')",
      "  LAUNCHER_ARRAY_INDEX=${launcher_record_id#*'['}",
      "  LAUNCHER_ARRAY_INDEX=${LAUNCHER_ARRAY_INDEX%']'}",
      "  LAUNCHER_ARRAY_JOB_ID=\"${launcher_record_id%%'['*}[].${PBS_JOBID#*.}\"",
      "  launcher_record_id=${launcher_record_id%%'['*}_$LAUNCHER_ARRAY_INDEX",
      "  export LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "esac",
    ]
    return lines + (try JobScriptParts.exports(of: spec.environment))
  }

  private static func commandLines(_ spec: JobSpec, token: String) throws -> [String] {
    let starter = try starter(spec)
    // The script itself may stand on the shell's standard input: no command may read on there.
    let input = "<" + ShellText.quoted(spec.standardInput ?? "/dev/null")
    switch spec.work {
    case .command(let words):
      return WatchedCommand.lines(
        program: starter.first ?? ShellText.quoted(words.first ?? ""),
        line: (starter + [ShellText.quoted(words), input]).joined(separator: " ")
      )
    case .script(let text):
      if !starter.isEmpty {
        throw Submission.invalid(
          spec.container == nil ? "launcher" : "container",
          "it starts commands; let the script call it itself"
        )
      }
      return JobScriptParts.lines(running: text, token: token, input: input)
    }
  }

  /// What stands in front of the command: the program that starts its tasks, and the container.
  private static func starter(_ spec: JobSpec) throws -> [String] {
    var words: [String] = []
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .mpiexec?, .mpirun?, .aprun?:
      // The node file has a line for each task.
      words = [spec.launcher?.rawValue ?? "mpiexec", "-n", "\"$(grep -c . \"$PBS_NODEFILE\")\""]
    case .srun?, .jsrun?:
      throw Submission.invalid(
        "launcher",
        "‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; use mpiexec"
      )
    }
    return words + (try JobScriptParts.words(runningIn: spec.container))
  }
}
