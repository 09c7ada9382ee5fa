import AdapterKit

/// The script that LSF runs: variables, files, the user's prologue, the command, the exit record, the user's epilogue.
enum JobScriptText {
  static func make(
    _ spec: JobSpec,
    token: String,
    files: OutputFiles,
    resources: Resources,
    site: LSFSite
  ) throws -> String {
    let command = try commandLines(spec, token: token, resources: resources, site: site)
    // `module` and its like are functions of bash.
    let shell = spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
    var lines = ["#!\(shell)", JobFiles.line("token", token)]
    if let output = files.output {
      lines.append(JobFiles.line("stdout", output))
      lines.append(JobFiles.line("stderr", files.errors ?? output))
    }
    if let directory = spec.directory { lines.append(JobFiles.line("directory", directory)) }
    lines += try variableLines(spec, token: token)
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$launcher_record_id",
        server: JobRecords.folder(of: site.cluster),
        restarts: "",
        name: "$LAUNCHER_JOB_NAME",
        walltime: spec.walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    lines += fileLines(spec, files)
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append(JobScriptParts.record)
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += JobScriptParts.ending
    let script = lines.joined(separator: "\n") + "\n"
    // The user's own script stands behind a mark: this line is of the prologue, the epilogue, the command or a variable.
    if script.split(separator: "\n").contains(where: { $0.hasPrefix("#BSUB") }) {
      throw AdapterError.invalid(
        "prologue",
        "a line of the job's texts begins with #BSUB, which bsub would take for options"
      )
    }
    return script
  }

  private static func variableLines(_ spec: JobSpec, token: String) throws -> [String] {
    var lines: [String] = []
    if spec.environment.inherit != .all { lines += try forgetting(spec.environment.inherit) }
    lines += [
      "LAUNCHER_TOKEN=\(token)",
      "LAUNCHER_JOB_ID=$LSB_JOBID LAUNCHER_JOB_NAME=${LSB_JOBNAME%%\\[*} launcher_record_id=$LSB_JOBID",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "if [ \"${LSB_JOBINDEX:-0}\" -gt 0 ]; then",
      "  LAUNCHER_JOB_ID=\"$LSB_JOBID[$LSB_JOBINDEX]\" launcher_record_id=${LSB_JOBID}_$LSB_JOBINDEX",
      "  export LAUNCHER_ARRAY_INDEX=\"$LSB_JOBINDEX\" LAUNCHER_ARRAY_JOB_ID=\"$LSB_JOBID\"",
      "fi",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
    ]
    return lines + (try JobScriptParts.exports(of: spec.environment))
  }

  /// bsub hands on every variable of where it runs, and its relatives have no option against it: the script forgets them,
  /// but LSF's own and those that a login sets.
  private static func forgetting(_ inheritance: EnvironmentSpec.Inheritance) throws -> [String] {
    var kept = ["LSB_*", "LSF*", "LS_*", "HOME", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER"]
    if case .some(let names) = inheritance {
      for name in names where !JobScriptParts.isVariable(name) {
        throw AdapterError.invalid("environment.inherit", "a shell has no variable called ‘\(name)’")
      }
      kept += names
    }
    return [
      "for launcher_name in $(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do",
      "  case $launcher_name in \(kept.joined(separator: "|"))) ;; *) unset \"$launcher_name\" 2>/dev/null || : ;; esac",
      "done",
    ]
  }

  /// Goes to the folder and opens the files. Where that is not possible the job ends before its command starts, and says
  /// so in its record.
  private static func fileLines(_ spec: JobSpec, _ files: OutputFiles) -> [String] {
    var lines = ["launcher_name=$(printf %s \"$LAUNCHER_JOB_NAME\" | tr / _)"]
    if let directory = spec.directory {
      let word = ShellText.quoted(directory)
      lines.append("cd -- \(word) || launcher_fail \"the folder cannot be entered\"")
    }
    if let output = files.output {
      lines.append("launcher_output=\(OutputFiles.word(output))")
      lines.append("( : >\"$launcher_output\" ) || launcher_fail \"the file for standard output cannot be written\"")
      lines.append("exec >\"$launcher_output\" 2>&1")
    }
    if let errors = files.errors, errors != files.output {
      lines.append("launcher_errors=\(OutputFiles.word(errors))")
      lines.append("( : >\"$launcher_errors\" ) || launcher_fail \"the file for standard error cannot be written\"")
      lines.append("exec 2>\"$launcher_errors\"")
    }
    let input = ShellText.quoted(files.input ?? "/dev/null")
    lines.append("( : <\(input) ) || launcher_fail \"the file for standard input cannot be read\"")
    lines.append("exec <\(input)")
    return lines
  }

  private static func commandLines(
    _ spec: JobSpec,
    token: String,
    resources: Resources,
    site: LSFSite
  ) throws -> [String] {
    let starter = try starter(spec, resources: resources, site: site)
    switch spec.work {
    case .command(let words):
      let program = starter.first ?? ShellText.quoted(words.first ?? "")
      let line = (starter + [ShellText.quoted(words)]).joined(separator: " ")
      return WatchedCommand.lines(program: program, line: line)
    case .script(let text):
      if !starter.isEmpty {
        throw AdapterError.invalid(
          spec.container == nil ? "launcher" : "container",
          "it starts commands; let the script call it itself"
        )
      }
      // bsub looks for `#BSUB` in all of it.
      return JobScriptParts.lines(running: text, token: token, hidesLines: true)
    }
  }

  /// What stands in front of the command: the program that starts its tasks, and the container.
  private static func starter(_ spec: JobSpec, resources: Resources, site: LSFSite) throws -> [String] {
    var words: [String] = []
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .mpiexec?, .mpirun?: words = [spec.launcher?.rawValue ?? "mpiexec", "-n", "\(resources.tasks)"]
    case .jsrun?:
      guard site.hasJobStepManager else {
        throw AdapterError.invalid("launcher", "there is no jsrun here; use mpiexec")
      }
      words = ["jsrun", "-n", "\(resources.tasks)", "-a", "1", "-c", "\(spec.cpusPerTask ?? 1)"]
      if case .perTask(let count)? = spec.gpus?.count { words += ["-g", "\(count)"] }
    case .srun?, .aprun?:
      throw AdapterError.invalid(
        "launcher",
        "‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; use mpiexec"
      )
    }
    return words + (try JobScriptParts.words(runningIn: spec.container))
  }
}
