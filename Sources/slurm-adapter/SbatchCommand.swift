import AdapterKit
import FoundationEssentials

/// A specification in the form for `sbatch`: arguments, and the script for its standard input.
///
/// Everything travels as a separate argument; no directive line is ever made from a user's text.
struct SbatchCommand: Sendable {
  /// What the job's comment begins with; the token follows.
  static let commentPrefix = "launcher:"

  private(set) var arguments: [String] = []
  private(set) var script = ""
  /// How the specification changed on the way: a rounded walltime.
  private(set) var remarks: [String] = []
  /// The indices of the array that the job becomes, by whichever option; `nil` if it is not an array, or if the list is
  /// written in a way that only sbatch understands.
  private(set) var array: ArrayIndices?
  /// The value of `--clusters`, if the job asks for clusters other than the local one.
  private(set) var clusters: String?

  /// Turns a specification into a submission.
  ///
  /// - Throws: `LauncherError` that names the field that Slurm cannot honour as written; nothing was submitted then.
  init(_ spec: JobSpec, token: String, now: Date = Date()) throws {
    var directives = SbatchOptions([])
    if case .script(let text) = spec.work { directives = try Directives.options(in: text) }
    try SbatchOptions.check(spec.native["slurm"] ?? [], field: "native.slurm")
    let native = SbatchOptions(spec.native["slurm"] ?? [])
    let isArray = spec.array != nil || directives.has("array") || native.has("array")
    clusters = native.value(of: "clusters") ?? directives.value(of: "clusters")
    array = try Self.array(of: spec, directives: directives, native: native)
    try Self.checkSignal(directives, field: "script: #SBATCH")
    try Self.checkSignal(native, field: "native.slurm")
    script = try JobScriptText.make(spec, token: token, isArray: isArray)
    try addPlace(spec)
    try addResources(spec)
    try addTiming(spec, now: now)
    try addFiles(spec, isArray: isArray, name: Self.namePattern(of: spec, directives: directives, native: native))
    try addEnvironment(spec.environment)
    var fields = SbatchOptions(arguments)
    for (left, other) in fields.yield(to: native) {
      remarks.append(
        "native.slurm: \(Self.text(other)) takes the place of \(Self.text(left)), beside which sbatch refuses it"
      )
    }
    for (left, other) in directives.yield(to: native) + directives.yield(to: fields) {
      remarks.append(
        "\(Self.text(left)) of the script's #SBATCH lines is left out: sbatch refuses it beside \(Self.text(other))"
      )
    }
    // The last one counts: a name of the script's own comes before this one, and the specification's before both.
    let name = spec.name == nil ? ["--job-name=\(spec.nameOrProgram)"] : []
    arguments = ["sbatch", "--parsable"] + name + directives.words + fields.words + native.words
    arguments.append("--comment=\(Self.commentPrefix)\(token)")
  }

  private static func text(_ option: SbatchOptions.Option) -> String { "‘\(option.words.joined(separator: " "))’" }

  private mutating func add(_ option: String, _ value: String?) {
    if let value { arguments.append("--\(option)=\(value)") }
  }

  private mutating func addPlace(_ spec: JobSpec) throws {
    add("job-name", spec.name)
    add("chdir", spec.directory)
    add("partition", spec.queue)
    add("account", spec.account)
    add("qos", spec.qos)
    add("reservation", spec.reservation)
    if !spec.constraints.isEmpty {
      for word in spec.constraints { try Self.check("constraints", word, hasNone: "&|,*()[]{} ") }
      add("constraint", spec.constraints.joined(separator: "&"))
    }
    for (field, option, hosts) in [("hosts", "nodelist", spec.hosts), ("excludedHosts", "exclude", spec.excludedHosts)]
    {
      guard !hosts.isEmpty else { continue }
      // sbatch takes a name with a slash to be the name of a file with a list.
      for host in hosts { try Self.check(field, host, hasNone: "/ ") }
      add(option, hosts.joined(separator: ","))
    }
    if !spec.licences.isEmpty {
      for name in spec.licences.keys { try Self.check("licences", name, hasNone: ":,;| ") }
      add("licenses", spec.licences.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ","))
    }
    if !spec.dependencies.isEmpty {
      let list = try spec.dependencies.map { dependency in
        guard let id = SlurmID(dependency.job) else {
          throw LauncherError.invalid("dependencies", "‘\(dependency.job)’ is not an id of Slurm's: write 41 or 41_3")
        }
        if case .tasks = id { throw LauncherError.invalid("dependencies", "‘\(dependency.job)’ names several tasks") }
        return "\(dependency.condition.rawValue):\(dependency.job)"
      }
      add("dependency", list.joined(separator: ","))
    }
  }

  private mutating func addResources(_ spec: JobSpec) throws {
    add("nodes", spec.nodes.map { "\($0)" })
    add("ntasks", spec.tasks.map { "\($0)" })
    add("ntasks-per-node", spec.tasksPerNode.map { "\($0)" })
    add("cpus-per-task", spec.cpusPerTask.map { "\($0)" })
    if let gpus = spec.gpus {
      if let type = gpus.type { try Self.check("gpus.type", type, hasNone: ":,= ") }
      let type = gpus.type.map { "\($0):" } ?? ""
      switch gpus.count {
      case .perNode(let count): add("gpus-per-node", "\(type)\(count)")
      case .perTask(let count): add("gpus-per-task", "\(type)\(count)")
      case .total(let count): add("gpus", "\(type)\(count)")
      }
    }
    if let memory = spec.memory { try add(memory, nodes: spec.nodes) }
    if spec.exclusive == true { arguments.append("--exclusive") }
  }

  private mutating func add(_ memory: MemoryRequest, nodes: Int?) throws {
    let unit: Int64 = 1 << 20
    let amount =
      switch memory {
      case .perNode(let amount), .perCPU(let amount), .total(let amount): amount
      }
    let bytes = amount.bytes
    let mebibytes = bytes / unit + (bytes % unit == 0 ? 0 : 1)
    if bytes % unit != 0 { remarks.append("Slurm counts memory in megabytes: \(amount) became \(mebibytes)M") }
    switch memory {
    case .perNode: add("mem", "\(mebibytes)M")
    case .perCPU: add("mem-per-cpu", "\(mebibytes)M")
    case .total:
      guard nodes == 1 else {
        throw LauncherError.invalid(
          "memory",
          "Slurm counts memory by node or by processor, not for a job as a whole; "
            + "write perNode or perCPU, or ask for one node"
        )
      }
      add("mem", "\(mebibytes)M")
    }
  }

  private mutating func addTiming(_ spec: JobSpec, now: Date) throws {
    if let walltime = spec.walltime {
      let minutes = (walltime.seconds + 59) / 60
      if minutes * 60 != walltime.seconds {
        remarks.append("Slurm counts walltimes in minutes: \(walltime) became \(Walltime(.seconds(minutes * 60)))")
      }
      add("time", "\(minutes)")
    }
    // Relative to now, not as a clock time: sbatch would read that in the time zone of its user.
    if let begin = spec.begin { add("begin", Self.distance(begin, from: now)) }
    if let deadline = spec.deadline {
      guard deadline.date > now else { throw LauncherError.invalid("deadline", "it is over") }
      add("deadline", Self.distance(deadline, from: now))
    }
    if spec.hold == true { arguments.append("--hold") }
    if let priority = spec.priority { add("nice", "\(-priority)") }
    switch spec.requeue {
    case true?: arguments.append("--requeue")
    case false?: arguments.append("--no-requeue")
    case nil: break
    }
    add("array", spec.array.map(\.description))
    if let mail = spec.mail, !mail.on.isEmpty {
      guard mail.to.count < 2 else { throw LauncherError.invalid("mail.to", "Slurm writes to one address") }
      add("mail-type", mail.on.map { $0.rawValue.uppercased() }.joined(separator: ","))
      add("mail-user", mail.to.first)
    }
  }

  private mutating func addFiles(_ spec: JobSpec, isArray: Bool, name: String) throws {
    for (field, option, path) in [
      ("stdout", "output", spec.standardOutput), ("stderr", "error", spec.standardError),
    ] {
      guard let path else { continue }
      if isArray, !path.contains("{index}"), path != "/dev/null" {
        throw LauncherError.invalid(
          field,
          "the tasks of an array would overwrite each other's ‘\(path)’: put {index} into it, such as out-{index}.txt"
        )
      }
      // A backslash switches all patterns of sbatch off, and disappears itself.
      try Self.check(field, path, hasNone: "\\")
      let absolute = path.hasPrefix("/") ? path : (spec.directory.map { $0 + "/" } ?? "") + path
      let pattern = absolute.replacing("%", with: "%%")
        .replacing("{id}", with: isArray ? "%A" : "%j")
        .replacing("{index}", with: isArray ? "%a" : "0")
        .replacing("{name}", with: name)
      add(option, pattern)
    }
    if let input = spec.standardInput {
      try Self.check("stdin", input, hasNone: "\\")
      add("input", input.replacing("%", with: "%%"))
    }
  }

  private mutating func addEnvironment(_ environment: EnvironmentSpec) throws {
    switch environment.inherit {
    case .all: add("export", "ALL")
    case .none: add("export", "NONE")
    case .some(let names):
      try ShellVariables.check(inherited: names, by: "sbatch")
      add("export", names.isEmpty ? "NONE" : names.joined(separator: ","))
    }
  }

  /// The job's name as a part of a path. sbatch's own `%x` would make folders of a name with slashes, so it is used
  /// only if options may name the job in a way that is not understood here.
  private static func namePattern(of spec: JobSpec, directives: SbatchOptions, native: SbatchOptions) -> String {
    let name = native.value(of: "job-name") ?? spec.name ?? directives.value(of: "job-name")
    if name == nil, !directives.options.isEmpty || !native.options.isEmpty { return "%x" }
    return (name ?? spec.nameOrProgram).replacing("/", with: "_").replacing("%", with: "%%")
  }

  /// The indices of the option that counts: the last one that sbatch gets.
  private static func array(
    of spec: JobSpec,
    directives: SbatchOptions,
    native: SbatchOptions
  ) throws -> ArrayIndices? {
    for (field, options) in [("script: #SBATCH", directives), ("native.slurm", native)]
    where options.options.contains(where: { $0.name == "array" && $0.value?.isEmpty != false }) {
      throw LauncherError.invalid(field, "‘--array’ has no indices: write --array=1-10")
    }
    if let text = native.value(of: "array") {
      if let array = try? ArrayIndices(parsing: text) { return array }
      if spec.array != nil { throw LauncherError.secondArray("--array=\(text)", in: "native.slurm") }
      return nil
    }
    if let array = spec.array { return array }
    return directives.value(of: "array").flatMap { try? ArrayIndices(parsing: $0) }
  }

  /// Refuses a signal to the batch shell alone, which is the job script created here: it would not reach the command.
  private static func checkSignal(_ options: SbatchOptions, field: String) throws {
    guard let value = options.value(of: "signal"), let colon = value.firstIndex(of: ":"),
      value[..<colon].contains(where: { "Bb".contains($0) })
    else { return }
    throw LauncherError.invalid(
      field,
      "‘--signal=\(value)’ signals the batch shell alone, and the signal would not reach the command; "
        + "write --signal=\(value[value.index(after: colon)...]) without B: and start by srun what is to get the signal"
    )
  }

  private static func distance(_ moment: Moment, from now: Date) -> String {
    "now+\(max(0, Int64(moment.date.timeIntervalSince(now).rounded(.up))))"
  }

  private static func check(_ field: String, _ text: String, hasNone letters: String) throws {
    guard let odd = text.first(where: { letters.contains($0) }) else { return }
    throw LauncherError.invalid(field, "‘\(text)’ holds ‘\(odd)’, which means something of its own to sbatch")
  }
}
