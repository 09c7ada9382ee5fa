import AdapterKit

/// The script that Slurm runs: variables, the user's prologue, the command, the exit record, the user's epilogue.
enum JobScriptText {
  static func make(_ spec: JobSpec, token: String) throws -> String {
    let command = try commandLines(spec, token: token)
    // `module` and its like are functions of bash.
    let shell = spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
    var lines = ["#!\(shell)", "# Made by LauncherKit. The job's options are arguments of sbatch."]
    lines += try variableLines(spec, token: token)
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$LAUNCHER_JOB_ID",
        server: "${SLURM_CLUSTER_NAME:-slurm}",
        restarts: "${SLURM_RESTART_COUNT:-0}",
        name: "$SLURM_JOB_NAME",
        walltime: spec.walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append("launcher_record \"$launcher_status\" \"${launcher_signal:-0}\" \"$launcher_launched\" || :")
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += ending
    return lines.joined(separator: "\n") + "\n"
  }

  /// Ends as the command did: by the same signal, which Slurm then reports as one. `sacct` shows exit code 139 as 11.
  private static let ending = [
    "if [ -n \"$launcher_signal\" ]; then",
    "  ulimit -c 0 2>/dev/null",
    "  trap - HUP INT QUIT USR1 USR2 TERM XCPU",
    "  kill -\"$launcher_signal\" $$",
    "fi",
    "exit \"$launcher_status\"",
  ]

  private static func variableLines(_ spec: JobSpec, token: String) throws -> [String] {
    var lines = [
      "LAUNCHER_JOB_ID=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}",
      "LAUNCHER_JOB_NAME=$SLURM_JOB_NAME",
      "LAUNCHER_TOKEN=\(token)",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "if [ -n \"$SLURM_ARRAY_TASK_ID\" ]; then",
      "  export LAUNCHER_ARRAY_INDEX=\"$SLURM_ARRAY_TASK_ID\" LAUNCHER_ARRAY_JOB_ID=\"$SLURM_ARRAY_JOB_ID\"",
      "fi",
    ]
    if spec.environment.inherit != .all {
      // Otherwise srun inside the job would hand on as little as sbatch did.
      lines.append("export SLURM_EXPORT_ENV=ALL")
    }
    for (name, value) in spec.environment.set.sorted(by: { $0.key < $1.key }) {
      guard isVariable(name) else {
        throw Submission.invalid("environment.set.\(name)", "a shell cannot set a variable of that name")
      }
      lines.append("export \(name)=\(ShellText.quoted(value))")
    }
    return lines
  }

  static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }

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
        throw Submission.invalid(
          spec.container == nil ? "launcher" : "container",
          "it starts commands; let the script call it itself"
        )
      }
      return scriptLines(text, token: token)
    }
  }

  /// The user's script as data: written to a file by a here-document that nothing in it can end, and run by its own
  /// interpreter, so that it does not matter whether files may be executed there.
  private static func scriptLines(_ text: String, token: String) -> [String] {
    let mark = "LAUNCHER_SCRIPT_\(token)"
    var interpreter = ["/bin/sh"]
    if text.hasPrefix("#!"), let line = text.split(separator: "\n", maxSplits: 1).first {
      // The kernel takes all behind the interpreter for one argument.
      let words = line.dropFirst(2).split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      let parts = words.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
      if !parts.isEmpty { interpreter = parts }
    }
    return [
      "launcher_script=$(\(WatchedCommand.temporaryFile("launcher-script"))) || exit 1",
      "cat >\"$launcher_script\" <<'\(mark)'",
      text.hasSuffix("\n") ? String(text.dropLast()) : text,
      mark,
    ]
      + WatchedCommand.lines(
        program: ShellText.quoted(interpreter[0]),
        line: "\(ShellText.quoted(interpreter)) \"$launcher_script\""
      ) + ["rm -f \"$launcher_script\""]
  }

  /// What stands in front of the command: the program that starts its tasks, and the container.
  private static func starter(_ spec: JobSpec) throws -> [String] {
    var words: [String] = []
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .srun?: words = ["srun"]
    case .mpiexec?, .mpirun?: words = [spec.launcher?.rawValue ?? "mpiexec", "-n", "\"${SLURM_NTASKS:-1}\""]
    case .jsrun?, .aprun?:
      throw Submission.invalid("launcher", "‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; use srun")
    }
    guard let container = spec.container else { return words }
    let runtime = container.runtime ?? "apptainer"
    guard ["apptainer", "singularity"].contains(runtime.split(separator: "/").last.map(String.init) ?? "") else {
      throw Submission.invalid("container.runtime", "‘\(runtime)’ is not known here; use apptainer or singularity")
    }
    words += [ShellText.quoted(runtime), "exec"]
    for bind in container.binds { words += ["--bind", ShellText.quoted(bind)] }
    return words + [ShellText.quoted(container.image)]
  }
}
