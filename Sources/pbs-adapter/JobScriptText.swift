import AdapterKit

/// The script that PBS runs: variables, the user's prologue, the command, the exit record, the user's epilogue.
struct JobScriptText {
  /// The server of a job whose id names none: no machine is called so.
  static let namelessServer = "_"

  private let spec: JobSpec
  private let token: String
  private let family: PBSFamily
  /// Variables of the submitting host that the script itself carries.
  var carried: [String: String] = [:]
  /// Where the output goes; `nil` where nobody knows.
  var files: OutputFiles?

  init(_ spec: JobSpec, token: String, family: PBSFamily) {
    self.spec = spec
    self.token = token
    self.family = family
  }

  /// The shell it runs in: without one named, PBS takes the user's login shell, whichever that is.
  static func shell(for spec: JobSpec) -> String {
    // `module` and its like are functions of bash.
    spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
  }

  /// The script.
  func text() throws -> String {
    let command = try commandLines()
    var lines = ["#!\(Self.shell(for: spec))", "# Made by LauncherKit. The job's options are arguments of qsub."]
    lines += carried.sorted { $0.key < $1.key }.map { "export \($0)=\(quoted($1))" }
    lines += try variableLines()
    lines += files?.lines ?? []
    lines.append(
      ExitRecord.script(
        token: token,
        id: "$launcher_record_id",
        server: "$launcher_server",
        restarts: "",
        // As PBS has it: what reads the record knows what Torque adds.
        name: "$PBS_JOBNAME",
        output: files == nil ? "" : "$launcher_output",
        errors: files == nil ? "" : "$launcher_errors",
        walltime: spec.walltime
      )
    )
    // The shell outlives a signal to the whole job, so that the end is written down; the command gets it as ever.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    if let directory = spec.directory {
      lines.append("cd \(quoted(directory)) || launcher_fail \"the folder cannot be entered\"")
    }
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += command
    lines.append(JobScriptParts.record)
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += JobScriptParts.ending
    return lines.joined(separator: "\n") + "\n"
  }

  /// The index comes from the id: with `-V` a job that another one submits inherits that one's variables. Torque adds it
  /// to the name of an array's task.
  private func variableLines() throws -> [String] {
    let lines = [
      "LAUNCHER_JOB_ID=$PBS_JOBID",
      "LAUNCHER_TOKEN=\(token)",
      "unset LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "launcher_record_id=${PBS_JOBID%%.*} launcher_name=$PBS_JOBNAME",
      "case $PBS_JOBID in *.*) launcher_server=${PBS_JOBID#*.} ;; *) launcher_server=\(Self.namelessServer) ;; esac",
      "case $launcher_record_id in *'['*']')",
      "  LAUNCHER_ARRAY_INDEX=${launcher_record_id#*'['}",
      "  LAUNCHER_ARRAY_INDEX=${LAUNCHER_ARRAY_INDEX%']'}",
      "  LAUNCHER_ARRAY_JOB_ID=\"${launcher_record_id%%'['*}[]${PBS_JOBID#\"$launcher_record_id\"}\"",
      "  launcher_record_id=${launcher_record_id%%'['*}_$LAUNCHER_ARRAY_INDEX",
      family == .torque ? "  launcher_name=${PBS_JOBNAME%-\"$LAUNCHER_ARRAY_INDEX\"}" : nil,
      "  export LAUNCHER_ARRAY_INDEX LAUNCHER_ARRAY_JOB_ID",
      "esac",
      "LAUNCHER_JOB_NAME=$launcher_name",
      "export LAUNCHER_JOB_ID LAUNCHER_JOB_NAME LAUNCHER_TOKEN",
    ]
    return lines.compactMap { $0 } + (try JobScriptParts.exports(of: spec.environment, quoted: quoted))
  }

  private func commandLines() throws -> [String] {
    let starter = try starter()
    // The script itself may stand on the shell's standard input: no command may read on there.
    let input = quoted(spec.standardInput ?? "/dev/null")
    switch spec.work {
    case .command(let words):
      return WatchedCommand.lines(
        program: starter.first ?? quoted(words.first ?? ""),
        line: (starter + words.map(quoted)).joined(separator: " "),
        input: input,
        // The shell that PBS starts above this one says it.
        repeatsWords: false
      )
    case .script(let text):
      if !starter.isEmpty {
        throw AdapterError.invalid(
          spec.container == nil ? "launcher" : "container",
          "it starts commands; let the script call it itself"
        )
      }
      var script = JobScriptParts.CarriedScript(text, token: token)
      script.hidesReturns = family == .torque
      return JobScriptParts.lines(running: script, input: input, repeatsWords: false)
    }
  }

  /// What stands before the command: the program that starts its tasks, and the container.
  private func starter() throws -> [String] {
    var words: [String] = []
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .mpiexec?, .mpirun?, .aprun?:
      // The node file has a line for each task.
      words = [spec.launcher?.rawValue ?? "mpiexec", "-n", "\"$(grep -c . \"$PBS_NODEFILE\")\""]
    case .srun?, .jsrun?:
      throw AdapterError.invalid(
        "launcher",
        "‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; use mpiexec"
      )
    }
    return words + (try JobScriptParts.words(runningIn: spec.container))
  }

  /// A text as a shell word. Torque's `qsub` takes carriage returns out of scripts.
  private func quoted(_ text: String) -> String {
    guard family == .torque, text.utf8.contains(0x0D) else { return ShellText.quoted(text) }
    return text.utf8.split(separator: 0x0D, omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : ShellText.quoted(String(decoding: Array($0), as: UTF8.self)) }
      .joined(separator: "\"$(printf '\\015')\"")
  }
}
