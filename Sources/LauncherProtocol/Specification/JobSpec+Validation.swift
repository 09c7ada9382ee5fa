/// What is wrong with a specification, before any scheduler is asked.
public struct SpecProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The field by its written name, its parts joined by dots (`environment.set`).
  public let field: String
  /// What is wrong with it and how to mend it.
  public let message: String

  /// Makes a problem.
  public init(_ field: String, _ message: String) {
    self.field = field
    self.message = message
  }

  public var description: String { "\(field): \(message)" }
}

extension JobSpec {
  /// Everything that no scheduler could do or that would change meaning on the way: empty commands, NUL bytes, line
  /// breaks in names, malformed variable names. Empty when all is well.
  public var problems: [SpecProblem] {
    var problems: [SpecProblem] = []
    problems += workProblems
    problems += lineProblems
    problems += environmentProblems
    problems += amountProblems
    problems += labels.sorted { $0.key < $1.key }.compactMap { name, value in
      JobLabel.complaint(name, value).map { SpecProblem("labels.\(name)", $0) }
    }
    // Invalid counts have already been reported, and may be too large to multiply.
    if let tasks, let nodes, let tasksPerNode, [tasks, nodes, tasksPerNode].allSatisfy(JobSpec.isCount),
      tasks > nodes * tasksPerNode
    {
      problems.append(
        SpecProblem("tasks", "\(tasks) tasks do not fit on \(nodes) nodes with \(tasksPerNode) tasks each")
      )
    }
    problems += dependencies.filter { !JobIDText.isWellFormed($0.job) }
      .map { SpecProblem("dependencies", JobIDText.complaint(about: $0.job)) }
    if let array {
      if array.ranges.contains(where: { $0.first < 0 || $0.last < $0.first || $0.step < 1 }) {
        problems.append(SpecProblem("array", "indices go upwards from 0 in steps of 1 or more"))
      }
      if let limit = array.concurrencyLimit, limit < 1 {
        problems.append(SpecProblem("array", "the limit of tasks at a time has to be 1 or more"))
      }
    }
    if let begin, let deadline, begin.date >= deadline.date {
      problems.append(SpecProblem("deadline", "it lies before the time at which the job may begin"))
    }
    return problems
  }

  /// Whether a number is a valid count of nodes, tasks and the like.
  static func isCount(_ number: Int) -> Bool { (1...10_000_000).contains(number) }

  private var amountProblems: [SpecProblem] {
    var counts: [(field: String, number: Int?)] = [
      ("nodes", nodes), ("tasks", tasks), ("tasksPerNode", tasksPerNode), ("cpusPerTask", cpusPerTask),
    ]
    switch gpus?.count {
    case .perNode(let number), .perTask(let number), .total(let number): counts.append(("gpus", number))
    case nil: break
    }
    counts += licences.sorted { $0.key < $1.key }.map { ("licences.\($0.key)", $0.value) }
    var problems = counts.compactMap { field, number in
      number.flatMap { JobSpec.isCount($0) ? nil : SpecProblem(field, "\($0) is not a count: it has to be 1 or more") }
    }
    switch memory {
    case .perNode(let amount), .perCPU(let amount), .total(let amount):
      if amount.bytes < 1 { problems.append(SpecProblem("memory", "it has to be above zero")) }
    case nil: break
    }
    if let complaint = walltime?.complaint(as: walltime?.description ?? "") {
      problems.append(SpecProblem("walltime", complaint))
    }
    return problems
  }

  private var workProblems: [SpecProblem] {
    switch work {
    case .command(let words):
      guard let program = words.first, !program.isEmpty else {
        return [SpecProblem("command", "it is empty: give a program and its arguments")]
      }
      return words.contains { $0.utf8.contains(0) }
        ? [SpecProblem("command", "an argument holds a NUL byte, which no program can be given")] : []
    case .script(let text):
      if text.allSatisfy(\.isWhitespace) { return [SpecProblem("script", "it is empty")] }
      if text.utf8.contains(0) { return [SpecProblem("script", "it holds a NUL byte; is it a binary?")] }
      if text.utf8.contains(0x0D) {
        return [SpecProblem("script", "it has Windows line ends; convert it, for instance with dos2unix")]
      }
      return []
    }
  }

  private var lineProblems: [SpecProblem] {
    var lines: [(field: String, text: String?)] = [
      ("name", name), ("directory", directory), ("stdin", standardInput), ("stdout", standardOutput),
      ("stderr", standardError), ("queue", queue), ("account", account), ("qos", qos), ("reservation", reservation),
      ("gpus.type", gpus?.type), ("container.image", container?.image), ("container.runtime", container?.runtime),
    ]
    lines += constraints.map { ("constraints", $0) } + hosts.map { ("hosts", $0) }
    lines += excludedHosts.map { ("excludedHosts", $0) } + licences.keys.sorted().map { ("licences", $0) }
    lines += (mail?.to ?? []).map { ("mail.to", $0) } + (container?.binds ?? []).map { ("container.binds", $0) }
    lines += native.sorted { $0.key < $1.key }.flatMap { entry in entry.value.map { ("native.\(entry.key)", $0) } }
    var problems = lines.compactMap { line -> SpecProblem? in
      guard let text = line.text else { return nil }
      if text.isEmpty { return SpecProblem(line.field, "it is empty; leave it out instead") }
      // A line break could end a directive line and begin another, and no scheduler keeps the two apart.
      if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        return SpecProblem(line.field, "it holds a line break or another control character: \(text.debugDescription)")
      }
      return nil
    }
    for (field, text) in [("prologue", prologue), ("epilogue", epilogue)] {
      if text?.utf8.contains(where: { $0 == 0 || $0 == 0x0D }) == true {
        problems.append(SpecProblem(field, "it holds a NUL byte or Windows line ends"))
      }
    }
    return problems
  }

  /// What a shell takes for a name: scripts carry variables to schedulers as assignments.
  private static func isVariableName(_ name: String) -> Bool {
    let isNameByte = { (byte: UInt8) in
      byte == 0x5F || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy(isNameByte)
  }

  private var environmentProblems: [SpecProblem] {
    var names = environment.set.keys.sorted().map { ("environment.set", $0) }
    if case .some(let inherited) = environment.inherit { names += inherited.map { ("environment.inherit", $0) } }
    var problems = names.compactMap { (field, name) -> SpecProblem? in
      guard !Self.isVariableName(name) else { return nil }
      return SpecProblem(
        field,
        "\(name.debugDescription) is not a variable's name: letters, digits and _ only, no digit in front"
      )
    }
    for (name, value) in environment.set.sorted(by: { $0.key < $1.key }) where value.utf8.contains(0) {
      problems.append(
        SpecProblem("environment.set.\(name)", "its value holds a NUL byte, which no program can be given")
      )
    }
    return problems
  }
}
