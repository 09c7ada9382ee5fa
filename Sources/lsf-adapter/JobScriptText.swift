import AdapterKit

/// The script that LSF runs.
enum JobScriptText {
  static func make(
    _ spec: JobSpec,
    token: String,
    files: OutputFiles,
    resources: Resources,
    site: LSFSite
  ) throws -> String {
    let record = ExitRecordScript(
      id: "$launcher_record_id",
      server: JobRecords.folder(of: site.cluster),
      name: "$LAUNCHER_JOB_NAME",
      walltime: spec.walltime
    )
    var script = JobScript(spec, token: token, record: record)
    script.heading = [JobFiles.line("token", token)]
    if let output = files.output {
      script.heading.append(JobFiles.line("stdout", output))
      script.heading.append(JobFiles.line("stderr", files.errors ?? output))
    }
    if let directory = spec.directory { script.heading.append(JobFiles.line("directory", directory)) }
    script.variables = try variableLines(spec, token: token)
    script.preparation = fileLines(spec, files)
    script.starter = try TaskStarter.words(for: spec, advice: "mpiexec") {
      try starter($0, spec, resources: resources, site: site)
    }
    // bsub looks for `#BSUB` in the whole script.
    script.hidesLines = true
    let text = try script.text()
    // The lines of the user's own script have a mark before them: this line belongs to the prologue, the epilogue, the
    // command or a variable.
    if text.split(separator: "\n").contains(where: { $0.hasPrefix("#BSUB") }) {
      throw LauncherError.invalid(
        "prologue",
        "a line of the job's texts begins with #BSUB, which bsub would take for options"
      )
    }
    return text
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
    return lines
  }

  /// bsub passes on every variable of its environment, and its relatives have no option to prevent that: the script
  /// unsets them, except LSF's own and those that a login sets.
  private static func forgetting(_ inheritance: EnvironmentSpec.Inheritance) throws -> [String] {
    var kept = ["LSB_*", "LSF*", "LS_*", "HOME", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER"]
    if case .some(let names) = inheritance {
      try ShellVariables.check(inherited: names, by: "bsub")
      kept += names
    }
    return [
      "for launcher_name in $(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do",
      "  case $launcher_name in \(kept.joined(separator: "|"))) ;; *) unset \"$launcher_name\" 2>/dev/null || : ;; esac",
      "done",
    ]
  }

  /// Enters the folder and opens the files. If that is not possible, the job ends before its command starts, and says
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

  private static func starter(
    _ program: ParallelLauncher,
    _ spec: JobSpec,
    resources: Resources,
    site: LSFSite
  ) throws -> [String]? {
    switch program {
    case .mpiexec, .mpirun: return [program.rawValue, "-n", "\(resources.tasks)"]
    case .jsrun:
      guard site.hasJobStepManager else {
        throw LauncherError.invalid("launcher", "there is no jsrun here; use mpiexec")
      }
      let words = ["jsrun", "-n", "\(resources.tasks)", "-a", "1", "-c", "\(spec.cpusPerTask ?? 1)"]
      if case .perTask(let count)? = spec.gpus?.count { return words + ["-g", "\(count)"] }
      return words
    case .none, .srun, .aprun: return nil
    }
  }
}
