import AdapterKit
import FoundationEssentials

/// The variables that `qsub` starts with: those that it passes on to the job, and those that influence it.
extension PBS {
  /// Prints the names of the variables, one per line, and none of their values.
  static var namesCommand: [String] { ["sh", "-c", "env -0 | tr '\\n\\0' ' \\n' | sed 's/=.*//'"] }

  /// The names of the variables that the user's commands start with; `nil` when the host does not report them.
  func variableNames() async throws -> Set<String>? {
    if let known = site.variableNames { return known }
    let names = try await user(Self.namesCommand).flatMap { answer -> Set<String>? in
      let lines = SmallFile.head(of: answer.result.stdoutPath, limit: 1 << 20).split(separator: "\n")
      let names = Set(lines.map(String.init))
      // Commands are found through it: an environment has one.
      return names.contains("PATH") ? names : nil
    }
    site.remember(variableNames: names)
    return names
  }

  /// The variables that the user's commands start with; `nil` when the host does not report them.
  func variables() async throws -> [String: String]? {
    guard let answer = try await user(["env", "-0"]) else { return nil }
    var variables: [String: String] = [:]
    for entry in SmallFile.head(of: answer.result.stdoutPath, limit: 1 << 22).split(separator: "\0") {
      guard let sign = entry.utf8.firstIndex(of: 0x3D) else { continue }
      variables[String(entry[..<sign])] = String(entry[entry.index(after: sign)...])
    }
    return variables["PATH"] == nil ? nil : variables
  }

  /// Runs a command with the user's own variables; `nil` when it failed or this host cannot answer.
  private func user(_ argv: [String]) async throws -> CommandAnswer? {
    let command = NativeCommand(argv, startingEnvironment: .user, timeLimit: PBSPatience.local)
    guard let answer = try await host.answerIfRecorded(to: command), answer.succeeded else { return nil }
    return answer
  }
}

/// What a submission has to know about the host that `qsub` runs on.
struct SubmitHost: Sendable {
  /// The names of its variables; `nil` when they are not known.
  var names: Set<String>?
  /// The version of a PBS whose `qsub -V` passes on nothing.
  var versionWithoutV: String?
  /// Its variables, if the job's script has to carry them; `nil` when they could not be read.
  var variables: [String: String]?

  /// The versions whose `qsub -V` passes on nothing (recorded: submit-routes/28 of OpenPBS 23.06.06; openpbs issue
  /// 2611).
  static let versionsWithoutV: Set<String> = ["23.06.06"]
}

/// The variables that are removed when `qsub` runs.
enum QsubEnvironment {
  /// Those that change what a submission means: another prefix of directives, retries that delay the answer, output
  /// between the lines.
  static let steering = ["PBS_DPREFIX", "PBS_CLIENTRETRY", "PBSDEBUG", "PBSCORE"]

  /// Variables with this prefix belong to a wrapper of `qsub`.
  static let steeringPrefix = "QSUB_"

  /// What PBS sets in a job, and what `qsub` sets for it: a job that another one submits gets its own from the
  /// scheduler, and an array's index or a list of nodes only if it has one. From qsub(1B) of OpenPBS 23.06 and of
  /// Torque 6.1.
  static let ofJob = [
    "PBS_ACCOUNT", "PBS_ARRAYID", "PBS_ARRAY_ID", "PBS_ARRAY_INDEX", "PBS_ENVIRONMENT", "PBS_GPUFILE", "PBS_JOBCOOKIE",
    "PBS_JOBDIR", "PBS_JOBID", "PBS_JOBNAME", "PBS_MICFILE", "PBS_MOMPORT", "PBS_MSHOST", "PBS_NNODES", "PBS_NODEFILE",
    "PBS_NODENUM", "PBS_NP", "PBS_NUM_NODES", "PBS_NUM_PPN", "PBS_O_HOME", "PBS_O_HOST", "PBS_O_LANG", "PBS_O_LOGNAME",
    "PBS_O_MAIL", "PBS_O_PATH", "PBS_O_QUEUE", "PBS_O_SERVER", "PBS_O_SHELL", "PBS_O_SUBMIT_FILTER", "PBS_O_SYSTEM",
    "PBS_O_TZ", "PBS_O_WORKDIR", "PBS_QUEUE", "PBS_SGROUP", "PBS_STEPCOUNT", "PBS_TASKNUM", "PBS_VERSION",
    "PBS_VNODENUM", "PBS_WALLTIME",
  ]

  /// What else a job gets from PBS or from its own shell, whatever its script says.
  private static let ofPlace: Set = [
    "BASHOPTS", "EUID", "HOME", "LOGNAME", "NCPUS", "OLDPWD", "OMP_NUM_THREADS", "PPID", "PWD", "SHELL", "SHELLOPTS",
    "SHLVL", "TMPDIR", "UID", "USER", "_", QsubCommand.tokenVariable,
  ]

  /// The names of the variables that are set and influence `qsub`.
  static func steering(in names: Set<String>?) -> [String] {
    (names ?? []).filter { steering.contains($0) || $0.hasPrefix(steeringPrefix) }.sorted()
  }

  /// What is removed from `qsub`'s environment.
  static func changes(for names: Set<String>?) -> [String: String?] {
    var changes: [String: String?] = [:]
    for name in steering + ofJob + steering(in: names) { changes.updateValue(nil, forKey: name) }
    return changes
  }

  /// Of all the host's variables, those that a job's script carries if `qsub` passes on none: all that a shell can set
  /// and that PBS does not set itself.
  static func carried(_ variables: [String: String]) -> [String: String] {
    handedOn(variables).filter { !isGarbled($0.value) }
  }

  /// Of those, the ones whose values are not text in UTF-8, which no script can carry.
  static func notCarried(_ variables: [String: String]) -> [String] {
    handedOn(variables).filter { isGarbled($0.value) }.keys.sorted()
  }

  private static func handedOn(_ variables: [String: String]) -> [String: String] {
    let left = Set(changes(for: Set(variables.keys)).keys).union(ofPlace)
    return variables.filter { ShellVariables.isVariable($0.key) && !left.contains($0.key) }
  }

  private static func isGarbled(_ value: String) -> Bool { value.unicodeScalars.contains("\u{FFFD}") }
}
