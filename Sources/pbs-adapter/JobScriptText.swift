import AdapterKit

/// The script that PBS runs.
struct JobScriptText {
  /// The server of a job whose id names none: no machine has this name.
  static let namelessServer = "_"

  private let spec: JobSpec
  private let token: String
  private let family: PBSFamily
  /// Variables of the submitting host that the script itself carries.
  var carried: [String: String] = [:]
  /// Where the output goes; `nil` if that is not known.
  var files: OutputFiles?

  init(_ spec: JobSpec, token: String, family: PBSFamily) {
    self.spec = spec
    self.token = token
    self.family = family
  }

  /// The script.
  func text() throws -> String {
    // The name as PBS has it: the reader of the record knows what Torque adds.
    var record = ExitRecordScript(
      id: "$launcher_record_id",
      server: "$launcher_server",
      name: "$PBS_JOBNAME",
      walltime: spec.walltime
    )
    if files != nil { (record.output, record.errors) = ("$launcher_output", "$launcher_errors") }
    var script = JobScript(spec, token: token, record: record)
    script.heading = ["# Made by LauncherKit. The job's options are arguments of qsub."]
    // Torque's `qsub` removes carriage returns from scripts.
    script.hidesReturns = family == .torque
    script.variables = carried.sorted { $0.key < $1.key }.map { "export \($0)=\(script.quoted($1))" } + variableLines
    script.preparation = files?.lines ?? []
    if let directory = spec.directory {
      script.preparation.append("cd \(script.quoted(directory)) || launcher_fail \"the folder cannot be entered\"")
    }
    script.starter = try TaskStarter.words(for: spec, advice: "mpiexec") { program in
      switch program {
      // The node file has a line for each task.
      case .mpiexec, .mpirun, .aprun: [program.rawValue, "-n", "\"$(grep -c . \"$PBS_NODEFILE\")\""]
      case .none, .srun, .jsrun: nil
      }
    }
    // The script itself may be the shell's standard input: no command may read from there.
    script.input = spec.standardInput ?? "/dev/null"
    // The shell that PBS starts above this one repeats them.
    script.repeatsWords = false
    return try script.text()
  }

  /// The index comes from the id: with `-V`, a job that another job submits inherits the other's variables. Torque adds
  /// it to the name of an array's task.
  private var variableLines: [String] {
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
    return lines.compactMap { $0 }
  }
}
