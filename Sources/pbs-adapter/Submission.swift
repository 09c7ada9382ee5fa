import AdapterKit
import FoundationEssentials

/// A specification as `qsub` is asked for it: arguments, and the script for its standard input.
///
/// Everything travels as an argument of its own or inside the script; no directive line is ever made of a user's text.
struct Submission: Sendable {
  /// The variable of the job that its token travels in.
  static let tokenVariable = "LAUNCHER_SUBMISSION"
  /// What stands in front of the token there: alone it could be taken for a number, and lose its digits.
  static let tokenPrefix = "launcher:"

  private(set) var arguments: [String]
  private(set) var script: String
  /// What became of the specification on its way.
  private(set) var remarks: [String] = []

  private let family: PBSFamily
  /// What qsub hands on of its own variables, and sets.
  private var variables: [String] = []
  private var inheritsAll = false

  /// Turns a specification into a submission.
  ///
  /// - Parameters:
  ///   - spec: the specification.
  ///   - token: the submission's token.
  ///   - family: whose `qsub` it is.
  ///   - begin: the earliest start as `qsub` reads it, in the zone of whoever runs it.
  /// - Throws: `AdapterError` that names the field that PBS cannot honour as it is written; nothing was submitted then.
  init(_ spec: JobSpec, token: String, family: PBSFamily, begin: String? = nil) throws {
    self.family = family
    script = try JobScriptText.make(spec, token: token)
    // In the foreground: a daemon of qsub may answer with what the submission before was told (recorded: submit-errors/22).
    arguments = ["qsub"] + (family == .pro ? ["-f"] : []) + ["-S", JobScriptText.shell(for: spec)]
    var resources = try Resources(spec, family: family)
    remarks += resources.remarks
    var directives = try Options(
      { if case .script(let text) = spec.work { JobScriptParts.directives(in: text, prefix: "#PBS") } else { [] } }(),
      field: "script: #PBS",
      family: family
    )
    var native = try Options(spec.native["pbs"] ?? [], field: "native.pbs", family: family)
    if family == .pro { resources.completePlace(besides: directives.resources.union(native.resources)) }
    var own: [String] = []
    try addPlace(spec, to: &own)
    try addTiming(spec, begin, to: &own)
    try addFiles(spec, to: &own)
    for (name, value) in resources.entries { own += ["-l", "\(name)=\(value)"] }
    let letters = Set(own.filter { $0.count == 2 && $0.hasPrefix("-") }.compactMap(\.last)).subtracting(["l", "W"])
    directives.yield(letters: letters, resources: resources.names)
    // Of several lists of variables the last alone counts.
    for value in directives.take("v") + native.take("v") { variables.append(value) }
    if spec.name == nil, !(directives.entries + native.entries).contains(where: { $0.letter == "N" }) {
      arguments += ["-N", Self.defaultName(of: spec)]
    }
    inheritsAll = (directives.entries + native.entries).contains { $0.letter == "V" }
    arguments += directives.arguments + own
    try addEnvironment(spec.environment)
    arguments += native.arguments
    variables.append("\(Self.tokenVariable)=\(Self.tokenPrefix)\(token)")
    arguments += ["-v", variables.joined(separator: ",")]
  }

  private mutating func addPlace(_ spec: JobSpec, to own: inout [String]) throws {
    func add(_ letter: String, _ value: String?) { if let value { own += ["-\(letter)", value] } }
    if let name = spec.name {
      // What PBS Pro calls an illegal name (recorded: odd-names/51 to 77); Torque takes more (recorded: odd-text).
      let isPlain = name.utf8.allSatisfy { JobNameByte.isAllowed($0) || family == .torque && $0 > 0x20 && $0 != 0x7F }
      guard isPlain, !name.isEmpty, name.utf8.count <= 236 else {
        let signs = family == .pro ? "has letters, digits and the signs . + - _ only" : "has no blanks"
        throw Self.invalid("name", "‘\(name)’: a name of \(family == .pro ? "PBS" : "Torque")'s \(signs)")
      }
      add("N", name)
    }
    if let reservation = spec.reservation {
      guard family == .pro else { throw Self.invalid("reservation", "Torque leaves them to its scheduler") }
      guard spec.queue == nil else {
        throw Self.invalid("reservation", "a reservation of PBS's is a queue of its own; leave ‘queue’ out")
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
      throw Self.invalid("dependencies", "‘\(dependency.job)’ is not an id of PBS's: write 41, 41.server or 41[]")
    }
    if dependency.condition == .aftercorr {
      throw Self.invalid("dependencies", "PBS has no ‘aftercorr’, one array's job waiting for that of another")
    }
    guard family == .torque, id.part == .array else { return "\(dependency.condition.rawValue):\(dependency.job)" }
    // qsub(1B) of Torque: arrays have conditions of their own.
    let condition = dependency.condition == .after ? "afterstart" : dependency.condition.rawValue
    return "\(condition)array:\(dependency.job)"
  }

  private mutating func addTiming(_ spec: JobSpec, _ begin: String?, to own: inout [String]) throws {
    if let begin { own += ["-a", begin] }
    if spec.hold == true { own.append("-h") }
    if let priority = spec.priority {
      guard (-1024...1023).contains(priority) else {
        throw Self.invalid("priority", "PBS knows priorities from -1024 to 1023")
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
      // Torque knows lists, and no steps (recorded: array/85 of 6.1.3).
      let pieces = array.ranges.flatMap { range in
        range.step == 1
          ? [range.first == range.last ? "\(range.first)" : "\(range.first)-\(range.last)"]
          : stride(from: range.first, through: range.last, by: range.step).map { "\($0)" }
      }
      return ["-t", pieces.joined(separator: ",") + limit]
    }
    // PBS Pro knows one range of two jobs or more (recorded: array/143 to 151 of OpenPBS 23.06.06).
    let indices = array.indices
    guard indices.count > 1 else {
      throw invalid("array", "an array of PBS's has two jobs or more; leave ‘array’ out for one")
    }
    let step = indices[1] - indices[0]
    guard zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }) else {
      throw invalid("array", "PBS takes one range, such as 1-10 or 0-100:5; ‘\(array)’ is none")
    }
    return ["-J", "\(indices[0])-\(indices[indices.count - 1])" + (step == 1 ? "" : ":\(step)") + limit]
  }

  private mutating func addFiles(_ spec: JobSpec, to own: inout [String]) throws {
    let isArray = spec.array != nil
    for (field, letter, path) in [("stdout", "o", spec.standardOutput), ("stderr", "e", spec.standardError)] {
      guard let path else { continue }
      if family == .pro, isArray, !path.contains("{index}"), path != "/dev/null" {
        throw Self.invalid(
          field,
          "the tasks of an array would overwrite each other's ‘\(path)’: put {index} into it, such as out-{index}.txt"
        )
      }
      // What stands in front of a colon is a host to PBS.
      try Self.check(field, path, hasNone: ":^")
      var absolute = path.hasPrefix("/") ? path : (spec.directory.map { $0 + "/" } ?? "") + path
      absolute = absolute.replacing("{name}", with: spec.name ?? Self.defaultName(of: spec))
      switch family {
      case .pro:
        if absolute.contains("{id}") { throw Self.invalid(field, "PBS cannot put a job's id into a path") }
        absolute = absolute.replacing("{index}", with: isArray ? "^array_index^" : "0")
      case .torque:
        if absolute.contains("{id}") || isArray && absolute.contains("{index}") {
          throw Self.invalid(field, "Torque fills no ids into paths; it adds -INDEX to those of arrays by itself")
        }
        absolute = absolute.replacing("{index}", with: "0")
      }
      own += ["-\(letter)", absolute]
    }
    if spec.standardError == nil { own += ["-j", "oe"] }
  }

  private mutating func addEnvironment(_ environment: EnvironmentSpec) throws {
    switch environment.inherit {
    case .all: if !inheritsAll { arguments.append("-V") }
    case .none: break
    case .some(let names):
      for name in names where !JobScriptParts.isVariable(name) {
        throw Self.invalid("environment.inherit", "qsub cannot hand on a variable called ‘\(name)’")
      }
      variables = names + variables
    }
  }

  /// The name of a job that has none: that of its program.
  static func defaultName(of spec: JobSpec) -> String {
    guard case .command(let words) = spec.work, let program = words.first?.split(separator: "/").last else {
      return "script"
    }
    let allowed = program.utf8.filter { JobNameByte.isAllowed($0) }.prefix(15)
    // Torque and old PBS want a letter in front.
    let name = String(decoding: Array(allowed.drop { $0 < 0x41 }), as: UTF8.self)
    return name.isEmpty ? "job" : name
  }

  static func check(_ field: String, _ text: String, hasNone letters: String) throws {
    guard let odd = text.first(where: { letters.contains($0) || $0.isNewline }) else { return }
    throw invalid(field, "‘\(text)’ holds ‘\(odd)’, which means something of its own to qsub")
  }

  static func invalid(_ field: String, _ message: String) -> AdapterError {
    AdapterError(.invalidValue, "\(field): \(message); nothing was submitted")
  }
}

/// What `qsub` answers: the job's id in the last line that is one, and around it what hooks and wrappers say.
struct QsubAnswer {
  var id: String?
  var server: String?
  var remarks: [String] = []

  init(stdout: String, stderr: String) {
    for line in stdout.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count == 1, let word = words.first.map(String.init), let id = PBSID(word), let server = id.server,
        id.index == nil
      {
        if let earlier = self.id { remarks.append(earlier) }
        (self.id, self.server) = (word, server)
      } else {
        remarks.append(String(line))
      }
    }
    remarks += stderr.split(separator: "\n").map { line in
      line.hasPrefix("qsub: ") ? String(line.dropFirst(6)) : String(line)
    }
    remarks.removeAll { $0.allSatisfy(\.isWhitespace) }
  }
}
