import AdapterKit
import FoundationEssentials

/// A specification in the form for `qsub`: arguments, and the script for its standard input.
///
/// Everything travels as a separate argument or inside the script; no directive line is ever made from a user's text.
struct QsubCommand: Sendable {
  /// The variable of the job that its token travels in.
  static let tokenVariable = "LAUNCHER_SUBMISSION"
  /// The prefix of the token there: alone, the token could be taken for a number and lose digits.
  static let tokenPrefix = "launcher:"

  private(set) var arguments: [String]
  private(set) var script = ""
  /// How the specification changed on the way.
  private(set) var remarks: [String] = []

  /// The indices of the array that the job becomes, by whichever option; `nil` if it is not an array.
  let array: ArrayIndices?

  private let family: PBSFamily
  private let host: SubmitHost
  /// The variables that qsub passes on or sets.
  private var variables: [String] = []
  private var inheritsAll = false

  /// Turns a specification into a submission.
  ///
  /// - Parameters:
  ///   - spec: the specification.
  ///   - token: the submission's token.
  ///   - family: the family of the `qsub`.
  ///   - begin: the earliest start as `qsub` reads it, in the time zone of its user.
  ///   - host: what is known about the host that `qsub` runs on.
  /// - Throws: `LauncherError` that names the field that PBS cannot honour as written; nothing was submitted then.
  init(
    _ spec: JobSpec,
    token: String,
    family: PBSFamily,
    begin: String? = nil,
    host: SubmitHost = SubmitHost()
  ) throws {
    self.family = family
    self.host = host
    // In the foreground: a daemon of qsub may repeat the answer to the previous submission (recorded:
    // submit-errors/22).
    arguments = ["qsub"] + (family == .pro ? ["-f"] : []) + ["-S", JobScript.shell(for: spec)]
    var spec = spec
    var directives = try Options(directivesOf: spec, family: family)
    var native = try Options(spec.native["pbs"] ?? [], field: "native.pbs", family: family)
    try spec.adoptArray(native: &native, directives: &directives, family)
    array = spec.array
    let written = ChunkRequest(native: &native, directives: &directives, spec: spec, family: family)
    var resources = try Resources(spec, family: family, written: written)
    remarks += resources.remarks
    if let place = native.resource(named: "place") ?? directives.resource(named: "place") {
      if try resources.keep(place: place, exclusive: spec.exclusive == true) {
        native.yield(letters: [], resources: ["place"])
      }
    }
    if family == .pro { resources.completePlace(besides: directives.resources.union(native.resources)) }
    var own: [String] = []
    try addPlace(spec, to: &own)
    try addTiming(spec, begin, to: &own)
    let files = try addFiles(spec, to: &own)
    for (name, value) in resources.entries { own += ["-l", "\(name)=\(value)"] }
    let letters = Set(own.filter { $0.count == 2 && $0.hasPrefix("-") }.compactMap(\.last)).subtracting(["l", "W"])
    directives.yield(letters: letters, resources: resources.names)
    // Of several lists of variables, only the last counts.
    for value in directives.take("v") + native.take("v") { try addVariables(value) }
    if spec.name == nil, !(directives.entries + native.entries).contains(where: { $0.letter == "N" }) {
      arguments += ["-N", Self.defaultName(of: spec)]
    }
    inheritsAll = (directives.entries + native.entries).contains { $0.letter == "V" }
    arguments += directives.arguments + own
    try addEnvironment(spec.environment)
    arguments += native.arguments
    // It comes first: Torque's qsub swallows a letter of what follows a variable that is not set.
    variables.insert("\(Self.tokenVariable)=\(Self.tokenPrefix)\(token)", at: 0)
    arguments += ["-v", variables.joined(separator: ",")]
    let isMoved = (directives.entries + native.entries).contains { "oejkRdDwW".contains($0.letter) }
    var job = JobScriptText(spec, token: token, family: family)
    job.carried = carried()
    job.files = isMoved ? nil : files
    script = try job.text()
    remarks += QsubEnvironment.steering(in: host.names).map { name in
      "qsub was run without your variable \(name), which changes what a submission means"
    }
  }

  /// Whether a job inherits all variables, by its specification or by the user's own `-V`.
  static func inheritsAll(_ spec: JobSpec) throws -> Bool {
    if spec.environment.inherit == .all { return true }
    let native = try Options(spec.native["pbs"] ?? [], field: "native.pbs", family: .pro)
    return try (Options(directivesOf: spec, family: .pro).entries + native.entries).contains { $0.letter == "V" }
  }

  /// The variables that the job's script carries if qsub passes on none.
  private mutating func carried() -> [String: String] {
    guard inheritsAll, let version = host.versionWithoutV else { return [:] }
    guard let all = host.variables else {
      let why = "qsub -V of OpenPBS \(version) hands on no variables, and this host did not report them"
      remarks.append("\(why): the job starts without yours")
      return [:]
    }
    let lost = QsubEnvironment.notCarried(all)
    if !lost.isEmpty {
      remarks.append("not handed on, since the values are not text in UTF-8: \(lost.joined(separator: ", "))")
    }
    return QsubEnvironment.carried(all)
  }

  private mutating func addPlace(_ spec: JobSpec, to own: inout [String]) throws {
    func add(_ letter: String, _ value: String?) { if let value { own += ["-\(letter)", value] } }
    if let name = spec.name {
      // What PBS Pro calls an illegal name (recorded: odd-names/51 to 77); Torque accepts more (recorded: odd-text).
      let isPlain = name.utf8.allSatisfy { JobNameByte.isAllowed($0) || family == .torque && $0 > 0x20 && $0 != 0x7F }
      guard isPlain, !name.isEmpty, name.utf8.count <= 236 else {
        let signs = family == .pro ? "has letters, digits and the signs . + - _ only" : "has no blanks"
        throw LauncherError.invalid("name", "‘\(name)’: a name of \(family == .pro ? "PBS" : "Torque")'s \(signs)")
      }
      add("N", name)
    }
    if let reservation = spec.reservation {
      guard family == .pro else { throw LauncherError.invalid("reservation", "Torque leaves them to its scheduler") }
      guard spec.queue == nil else {
        throw LauncherError.invalid("reservation", "a reservation of PBS's is a queue of its own; leave ‘queue’ out")
      }
      add("q", reservation)
    }
    add("q", spec.queue)
    add("A", spec.account)
    if !spec.dependencies.isEmpty {
      add("W", "depend=" + (try spec.dependencies.map { try dependency($0) }.joined(separator: ",")))
    }
  }

  private enum JobNameByte {
    static func isAllowed(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || ".+-_".utf8.contains(byte)
    }
  }

  private func dependency(_ dependency: JobDependency) throws -> String {
    guard let id = PBSID(dependency.job) else {
      throw LauncherError.invalid(
        "dependencies",
        "‘\(dependency.job)’ is not an id of PBS's: write 41, 41.server or 41[]"
      )
    }
    if dependency.condition == .aftercorr {
      throw LauncherError.invalid("dependencies", "PBS has no ‘aftercorr’, one array's job waiting for that of another")
    }
    guard family == .torque, id.part == .array else { return "\(dependency.condition.rawValue):\(dependency.job)" }
    // qsub(1B) of Torque: arrays have their own conditions.
    let condition = dependency.condition == .after ? "afterstart" : dependency.condition.rawValue
    return "\(condition)array:\(dependency.job)"
  }

  private mutating func addTiming(_ spec: JobSpec, _ begin: String?, to own: inout [String]) throws {
    if let begin { own += ["-a", begin] }
    if spec.hold == true { own.append("-h") }
    if let priority = spec.priority {
      guard (-1024...1023).contains(priority) else {
        throw LauncherError.invalid("priority", "PBS knows priorities from -1024 to 1023")
      }
      own += ["-p", "\(priority)"]
    }
    if let requeue = spec.requeue { own += ["-r", requeue ? "y" : "n"] }
    if let array = spec.array { own += try Self.array(array, family) }
    if let mail = spec.mail {
      let letters = mail.on.map { event in
        switch event {
        case .begin: "b"
        case .end: "e"
        case .fail: "a"
        }
      }
      own += ["-m", letters.isEmpty ? "n" : letters.joined()]
      for address in mail.to { try Self.check("mail.to", address, hasNone: ", ") }
      if !mail.to.isEmpty { own += ["-M", mail.to.joined(separator: ",")] }
    }
  }

  private static func array(_ array: ArrayIndices, _ family: PBSFamily) throws -> [String] {
    let limit = array.concurrencyLimit.map { "%\($0)" } ?? ""
    if family == .torque {
      // Torque knows lists, but no steps (recorded: array/85 of 6.1.3).
      let pieces = array.ranges.flatMap { range in
        range.step == 1
          ? [range.first == range.last ? "\(range.first)" : "\(range.first)-\(range.last)"]
          : stride(from: range.first, through: range.last, by: range.step).map { "\($0)" }
      }
      return ["-t", pieces.joined(separator: ",") + limit]
    }
    // PBS Pro knows only one range of two or more jobs (recorded: array/143 to 151 of OpenPBS 23.06.06).
    let indices = array.indices
    guard indices.count > 1 else {
      throw LauncherError.invalid("array", "an array of PBS's has two jobs or more; leave ‘array’ out for one")
    }
    let step = indices[1] - indices[0]
    guard zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }) else {
      throw LauncherError.invalid("array", "PBS takes one range, such as 1-10 or 0-100:5; ‘\(array)’ is not one")
    }
    return ["-J", "\(indices[0])-\(indices[indices.count - 1])" + (step == 1 ? "" : ":\(step)") + limit]
  }

  /// Adds where the job's output goes.
  ///
  /// - Returns: the same for the job's script, which records it for servers that forget it.
  private mutating func addFiles(_ spec: JobSpec, to own: inout [String]) throws -> OutputFiles {
    let isArray = spec.array != nil
    var files = OutputFiles(family: family, isArray: isArray)
    for (field, letter, path) in [("stdout", "o", spec.standardOutput), ("stderr", "e", spec.standardError)] {
      guard let path else { continue }
      if family == .pro, isArray, !path.contains("{index}"), path != "/dev/null" {
        throw LauncherError.invalid(
          field,
          "the tasks of an array would overwrite each other's ‘\(path)’: put {index} into it, such as out-{index}.txt"
        )
      }
      // To PBS, the text before a colon is a host.
      try Self.check(field, path, hasNone: ":^")
      var absolute = path.hasPrefix("/") ? path : (spec.directory.map { $0 + "/" } ?? "") + path
      absolute = absolute.replacing("{name}", with: spec.name ?? Self.defaultName(of: spec))
      // qsub calls any other path an illegal value, or cannot copy its script (seen with 23.06.06 and 6.1.3).
      guard absolute.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
        throw LauncherError.invalid(field, "‘\(absolute)’: qsub takes paths of printable ASCII characters alone")
      }
      files.set(field, absolute)
      switch family {
      case .pro:
        if absolute.contains("{id}") { throw LauncherError.invalid(field, "PBS cannot put a job's id into a path") }
        absolute = absolute.replacing("{index}", with: isArray ? "^array_index^" : "0")
      case .torque:
        if absolute.contains("{id}") || isArray && absolute.contains("{index}") {
          throw LauncherError.invalid(
            field,
            "Torque fills no ids into paths; it adds -INDEX to those of arrays by itself"
          )
        }
        absolute = absolute.replacing("{index}", with: "0")
      }
      own += ["-\(letter)", absolute]
    }
    if spec.standardError == nil { own += ["-j", "oe"] }
    return files
  }

  private mutating func addEnvironment(_ environment: EnvironmentSpec) throws {
    switch environment.inherit {
    case .all:
      if !inheritsAll { arguments.append("-V") }
      inheritsAll = true
    case .none: break
    case .some(let names):
      try ShellVariables.check(inherited: names, by: "qsub")
      variables = try names.filter { try isSet($0, "environment.inherit") } + variables
    }
  }

  /// Adds the user's own list of variables, as `-v` takes it: `A,B=2`.
  private mutating func addVariables(_ list: String) throws {
    // If something is quoted, a comma may belong to a value.
    guard !list.contains(where: { "\"'\\".contains($0) }) else {
      variables.append(list)
      return
    }
    for piece in list.split(separator: ",").map(String.init) {
      if try !ShellVariables.isVariable(piece) || isSet(piece, "-v") { variables.append(piece) }
    }
  }

  /// Whether a variable that is to be passed on is set. For one that is not set, Torque's qsub swallows the first
  /// letter of the next variable (recorded: livebatch/05); PBS Pro's refuses it without naming it.
  private mutating func isSet(_ name: String, _ field: String) throws -> Bool {
    guard let names = host.names else { return true }
    if names.contains(name), !QsubEnvironment.changes(for: names).keys.contains(name) { return true }
    guard family == .torque else {
      throw LauncherError.invalid(field, "‘\(name)’ is not set on this host, and qsub hands on only what is set")
    }
    remarks.append("\(field): ‘\(name)’ is not set on this host and was left out")
    return false
  }

  /// The name of a job that has none: that of its program.
  static func defaultName(of spec: JobSpec) -> String {
    guard case .command(let words) = spec.work, let program = words.first?.split(separator: "/").last else {
      return "script"
    }
    let allowed = program.utf8.filter { JobNameByte.isAllowed($0) }.prefix(15)
    // Torque and old PBS require a letter at the beginning.
    let name = String(decoding: Array(allowed.drop { $0 < 0x41 }), as: UTF8.self)
    return name.isEmpty ? "job" : name
  }

  static func check(_ field: String, _ text: String, hasNone letters: String) throws {
    guard let odd = text.first(where: { letters.contains($0) || $0.isNewline }) else { return }
    throw LauncherError.invalid(field, "‘\(text)’ holds ‘\(odd)’, which means something of its own to qsub")
  }
}
