import AdapterKit

/// How many tasks a job has, for the program that starts them.
struct TaskLayout {
  var total: Int?
  var perNode: Int?
}

/// A specification in the form for `qsub`: arguments, and the script that is stored for it.
///
/// Everything travels as a separate argument. What Cobalt would change on the way is refused: it substitutes variables
/// in job names and paths that contain a `$` (recorded: awkward-names), a site's filters of `qsub` pass them to a shell
/// between double quotes, and one name that is not ASCII breaks `qstat` for all users.
struct QsubCommand: Sendable {
  /// The walltime if none is requested, since Cobalt requires one.
  static let defaultWalltime = Walltime(.seconds(3600))

  /// The arguments after `qsub`, before the path of the log and the script.
  private(set) var options: [String] = []
  private(set) var script: String
  /// How the specification changed on the way: a rounded walltime.
  private(set) var remarks: [String] = []

  /// Turns a specification into a submission.
  ///
  /// - Parameter dependencies: the jobs that it has to wait for.
  /// - Throws: `LauncherError` that names the field that Cobalt cannot honour as written; nothing was submitted then.
  init(_ spec: JobSpec, token: String, dependencies: [String] = []) throws {
    script = ""
    var directives = try QsubOptions([], field: "script")
    if case .script(let text) = spec.work { directives = try QsubOptions.directives(in: text) }
    let native = try QsubOptions(spec.native["cobalt"] ?? [], field: "native.cobalt")
    let written = directives.values.merging(native.values) { _, last in last }
    let tasks = Self.tasks(of: spec, written)
    if spec.name == nil, written["jobname"] == nil { try add("--jobname", Self.name(of: spec), "name") }
    options += directives.words
    // A Blue Gene would start the script on its compute nodes.
    if written["mode"] == nil { options += ["--mode", "script"] }
    try addSize(spec, tasks, written)
    let walltime = addWalltime(spec, written)
    try addPlace(spec, written)
    try addFiles(spec)
    if !dependencies.isEmpty { options.append("--dependencies=\(dependencies.joined(separator: ":"))") }
    if spec.hold == true { options.append("-h") }
    try addMail(spec.mail)
    options += native.words
    script = try JobScriptText.make(
      spec,
      token: token,
      tasks: tasks,
      walltime: walltime,
      // Preempted, it starts again from its script.
      mayStartAgain: written["preemptable"] != nil
    )
  }

  private mutating func add(_ option: String, _ value: String?, _ field: String) throws {
    guard let value else { return }
    try Self.check(field, value)
    options += option.hasPrefix("--") ? ["\(option)=\(value)"] : [option, value]
  }

  private mutating func addSize(_ spec: JobSpec, _ tasks: TaskLayout, _ written: [String: String]) throws {
    var nodes = spec.nodes
    if nodes == nil, let total = tasks.total, let perNode = tasks.perNode { nodes = (total + perNode - 1) / perNode }
    if nodes == nil, written["nodecount"] == nil, spec.tasks ?? 1 > 1 {
      throw LauncherError.invalid("tasks", "Cobalt gives whole nodes: say how many with nodes, or tasksPerNode")
    }
    if nodes == nil, written["nodecount"] == nil { nodes = 1 }
    if let nodes { options += ["-n", "\(nodes)"] }
    if spec.cpusPerTask != nil, spec.launcher != .aprun {
      throw LauncherError.invalid(
        "cpusPerTask",
        "Cobalt gives whole nodes; it counts for the tasks that launcher: aprun starts"
      )
    }
  }

  private mutating func addWalltime(_ spec: JobSpec, _ written: [String: String]) -> Walltime? {
    guard let walltime = spec.walltime else {
      // Its own time is not read here.
      if written["time"] != nil { return nil }
      options += ["-t", "\(Self.defaultWalltime.seconds / 60)"]
      remarks.append("Cobalt wants a walltime and none was asked for: \(Self.defaultWalltime)")
      return Self.defaultWalltime
    }
    let minutes = (walltime.seconds + 59) / 60
    let rounded = Walltime(.seconds(minutes * 60))
    if rounded.seconds != walltime.seconds {
      remarks.append("Cobalt counts walltimes in minutes: \(walltime) became \(rounded)")
    }
    options += ["-t", "\(minutes)"]
    return rounded
  }

  private mutating func addPlace(_ spec: JobSpec, _ written: [String: String]) throws {
    try add("--jobname", spec.name, "name")
    try add("--cwd", spec.directory, "directory")
    try add("-q", spec.queue, "queue")
    try add("-A", spec.account, "account")
    if !spec.hosts.isEmpty {
      if written["attrs"] != nil {
        throw LauncherError.invalid("hosts", "they become --attrs, which native.cobalt or the script sets too")
      }
      for host in spec.hosts where host.contains(where: { ":,= ".contains($0) }) {
        throw LauncherError.invalid("hosts", "‘\(host)’ holds a sign that separates attributes")
      }
      try add("--attrs", "location=\(spec.hosts.joined(separator: ","))", "hosts")
    }
  }

  private mutating func addFiles(_ spec: JobSpec) throws {
    for (field, option, path) in [("stdout", "-o", spec.standardOutput), ("stderr", "-e", spec.standardError)] {
      guard let path else { continue }
      let name = spec.name ?? Self.name(of: spec)
      try Self.check(field, path)
      try Self.check("name", name)
      let filled = Self.absolute(path, in: spec.directory)
        .replacing("{id}", with: "$jobid")
        .replacing("{index}", with: "0")
        .replacing("{name}", with: name.replacing("/", with: "_"))
      options += [option, filled]
    }
    if let input = spec.standardInput { try add("-i", Self.absolute(input, in: spec.directory), "stdin") }
  }

  private static func absolute(_ path: String, in directory: String?) -> String {
    path.hasPrefix("/") ? path : (directory.map { $0 + "/" } ?? "") + path
  }

  private mutating func addMail(_ mail: MailRequest?) throws {
    guard let mail, !mail.on.isEmpty else { return }
    guard mail.to.count == 1 else {
      throw LauncherError.invalid("mail.to", "Cobalt writes to one address, which has to be named")
    }
    guard mail.on.contains(.begin), mail.on.contains(.end) else {
      throw LauncherError.invalid(
        "mail.on",
        "Cobalt writes at the begin and at the end, and cannot be made to leave one out"
      )
    }
    try add("-M", mail.to.first, "mail.to")
  }

  private static func tasks(of spec: JobSpec, _ written: [String: String]) -> TaskLayout {
    let nodes = spec.nodes ?? written["nodecount"].flatMap { Int($0) } ?? 1
    return TaskLayout(total: spec.tasks ?? spec.tasksPerNode.map { $0 * nodes }, perNode: spec.tasksPerNode)
  }

  /// The job's name: the requested one, or that of its program.
  static func name(of spec: JobSpec) -> String {
    if let name = spec.name { return name }
    guard case .command(let words) = spec.work, let program = words.first?.split(separator: "/").last else {
      return "script"
    }
    let harmless = program.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F && !odd.contains($0) }
    return harmless.isEmpty ? "job" : String(String.UnicodeScalarView(harmless))
  }

  /// Characters that Cobalt substitutes, or that matter in a shell's double quotes, where a site's filter may put them.
  private static let odd: Set<Unicode.Scalar> = ["$", "`", "\"", "\\"]

  /// Refuses what an argument of `qsub` must not contain.
  static func check(_ field: String, _ text: String) throws {
    for scalar in text.unicodeScalars {
      if scalar.value >= 0x7F || scalar.value < 0x20 {
        throw LauncherError.invalid(
          field,
          scalar.value >= 0x80
            ? "‘\(text)’ is not ASCII, and one such text breaks Cobalt's listing for every user"
            : "it holds a control character, which breaks Cobalt's listings"
        )
      }
      if odd.contains(scalar) {
        throw LauncherError.invalid(
          field,
          "‘\(text)’ holds ‘\(scalar)’, which Cobalt or a site's filter of jobs would change"
        )
      }
    }
  }
}
