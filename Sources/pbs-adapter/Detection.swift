import AdapterKit

/// Whether PBS is here, and which: its commands, and a server that answers.
///
/// Cobalt, Grid Engine and Slurm's wrappers have commands of the same names; `qstat --version` distinguishes them.
enum PBSDetection {
  /// Leave room within the two seconds that a host gives all adapters together.
  private static let versionLimit = Duration.milliseconds(700)
  private static let serverLimit = Duration.milliseconds(1000)

  static func run<Host: CommandHost>(on pbs: PBS<Host>) async throws -> Detection {
    let answer = try await pbs.run(["qstat", "--version"], timeLimit: versionLimit)
    if answer.result.ending == .notFound {
      return Detection(.absent, evidence: [.against("there is no command qstat")])
    }
    // Torque 4.2 answers on standard error.
    let said = answer.output(limit: 4096) + "\n" + answer.complaint
    guard let (family, version) = version(in: said) else { return unfinished(answer, said) }
    pbs.site.remember(family, version: version)
    async let serverAnswer = pbs.runIfPossible(["qstat", "-B"], timeLimit: serverLimit)
    async let settingsAnswer = pbs.runIfPossible(settingsArguments(family), timeLimit: serverLimit)
    async let jobAnswer = pbs.runIfPossible(["printenv", "PBS_JOBID"], timeLimit: serverLimit)
    let (server, settings, job) = try await (serverAnswer, settingsAnswer, jobAnswer)

    let flavour = flavour(family, version)
    var detection = Detection(.installed, version: version, flavour: flavour, evidence: [])
    detection.evidence.append(.for("qstat is of \(flavour) \(version)"))
    let names = server.map { servers(in: $0.output(limit: 65_536)) } ?? []
    let attributes = ServerSettings.first(in: settings?.output(limit: 1 << 20) ?? "")
    if let name = attributes.name ?? names.first {
      detection.presence = .responding
      detection.server = name
      detection.evidence.append(.for("the server \(name) answers"))
    } else if server?.result.ending == .timedOut || settings?.result.ending == .timedOut {
      detection.evidence.append(.against("the server did not answer in time"))
    } else {
      let words = Failures.sentence(server?.complaint ?? settings?.complaint ?? "")
      detection.evidence.append(.against("qstat -B: \(words.isEmpty ? "no answer" : words)"))
    }
    if detection.presence == .responding, !attributes.isEmpty { detection.evidence += facts(attributes, family) }
    let inside = job?.succeeded == true ? job?.output(limit: 256).split(separator: "\n").first.map(String.init) : nil
    if let inside, !inside.isEmpty {
      detection.insideJob = inside
      detection.evidence.append(.for("commands run inside job \(inside)"))
    }
    return detection
  }

  /// The finding for a `qstat` that did not report its version. PBS is absent only if the command is another product's:
  /// a PBS that is slow, or that is not set up, is still present.
  private static func unfinished(_ answer: CommandAnswer, _ said: String) -> Detection {
    if let interruption = answer.interruption {
      return Detection(.installed, evidence: [.against("qstat --version: \(interruption.message)")])
    }
    if let stranger = stranger(said) { return Detection(.absent, evidence: [.against(stranger)]) }
    let words = Failures.sentence(answer.complaint)
    let isSilent = said.allSatisfy(\.isWhitespace)
    let isOfPBS = Failures.code(of: said) != nil || said.contains("pbs") || said.contains("PBS")
    // The dynamic linker's words: a library is missing.
    let isBroken = said.contains("shared libraries") || [126, 127].contains(answer.exitCode)
    guard isSilent || isOfPBS || isBroken else {
      return Detection(.absent, evidence: [.against("qstat --version does not answer as PBS's does")])
    }
    let fact = "qstat --version did not report a version: \(words.isEmpty ? "it said nothing" : words)"
    return Detection(.installed, evidence: [.against(fact)])
  }

  /// In the form that each family's recordings hold.
  static func settingsArguments(_ family: PBSFamily) -> [String] {
    family == .pro ? ["qstat", "-Bf"] : ["qstat", "-B", "-f"]
  }

  private static func facts(_ settings: ServerSettings, _ family: PBSFamily) -> [Detection.Evidence] {
    var facts: [Detection.Evidence] = []
    if let queue = settings["default_queue"] { facts.append(.for("jobs go to the queue \(queue) by default")) }
    switch family {
    case .pro:
      let isKept = settings["job_history_enable"] == "True"
      let time = settings["job_history_duration"].map { " for \($0)" } ?? ""
      facts.append(.for(isKept ? "finished jobs are kept\(time)" : "finished jobs are forgotten at once"))
    case .torque:
      if let seconds = settings["keep_completed"] { facts.append(.for("finished jobs are kept for \(seconds) s")) }
    }
    if settings["scheduling"] == "False" { facts.append(.against("the server starts no jobs: scheduling is off")) }
    return facts
  }

  /// The family and version in `pbs_version = 23.06.06`, `pbs_version = PBSPro_13.0.2`, `Version: 6.1.3.h5`.
  static func version(in output: String) -> (PBSFamily, String)? {
    // Cobalt prints `version: "qstat.py " + …, Cobalt + …`.
    if output.contains("obalt") { return nil }
    for line in output.split(separator: "\n") {
      if let mark = line.firstRange(of: "pbs_version = "), mark.lowerBound == line.startIndex {
        let version = line[mark.upperBound...].split(separator: " ").first ?? ""
        return version.isEmpty ? nil : (.pro, String(version))
      }
      let words = line.split(separator: " ")
      if words.count == 2, words[0].lowercased() == "version:", words[1].first?.isNumber == true {
        return (.torque, String(words[1]))
      }
    }
    return nil
  }

  /// OpenPBS counts years from 18 to 23, the product from 2020; earlier versions were PBS Pro's alone.
  static func flavour(_ family: PBSFamily, _ version: String) -> String {
    guard family == .pro else { return "Torque" }
    guard let first = version.split(separator: ".").first.flatMap({ Int($0) }) else { return "PBS Pro" }
    return (18..<2000).contains(first) ? "OpenPBS" : "PBS Pro"
  }

  /// Which other product this qstat belongs to; `nil` if that is not known.
  private static func stranger(_ said: String) -> String? {
    if said.contains("obalt") { return "qstat is Cobalt's" }
    if said.contains("SGE") || said.contains("-explain a|c|A|E") || said.contains("UGE") || said.contains("OGS") {
      return "qstat is Grid Engine's"
    }
    if said.contains("Unknown option: version") { return "qstat is one of Slurm's wrappers" }
    return nil
  }

  /// The servers in the table that `qstat -B` prints.
  static func servers(in output: String) -> [String] {
    var lines = output.split(separator: "\n")[...]
    guard let rule = lines.firstIndex(where: { $0.hasPrefix("-----") }) else { return [] }
    lines = lines[lines.index(after: rule)...]
    // A row has eleven columns; a site's text after the table has a different number.
    return lines.map { $0.split(separator: " ") }.filter { $0.count >= 8 }.compactMap { $0.first.map(String.init) }
  }
}

/// What `qstat -B -f` prints of the server, `qstat -Q -f` of a queue, `pbsnodes -a` of a node: one `name = value` per
/// line.
struct ServerSettings {
  /// What the block is about: `Server: pbs01`, `Queue: workq`, `node01`.
  private(set) var name: String?
  private var values: [String: String] = [:]

  /// Reads one block.
  init(_ output: String) {
    var last: String?
    for line in output.split(separator: "\n") {
      if line.first == "\t", let name = last {
        values[name]? += line.dropFirst()
      } else if line.first?.isWhitespace != true {
        guard name == nil else { return }
        name = line.split(separator: ":", maxSplits: 1).last.map { $0.filter { $0 != " " } }
      } else if let sign = line.firstRange(of: " = ") {
        let name = String(line[..<sign.lowerBound].drop { $0 == " " })
        values[name] = String(line[sign.upperBound...])
        last = name
      }
    }
  }

  /// The first block in an answer, which a site's text may precede.
  static func first(in output: String) -> ServerSettings { blocks(output).first ?? ServerSettings("") }

  /// Reads one block after another. Each begins with a line that is not indented; a block without values is a site's
  /// text around them.
  static func blocks(_ output: String) -> [ServerSettings] {
    var blocks: [[Substring]] = []
    for line in output.split(separator: "\n") {
      if line.first?.isWhitespace != true { blocks.append([]) }
      if !blocks.isEmpty { blocks[blocks.count - 1].append(line) }
    }
    return blocks.map { ServerSettings($0.joined(separator: "\n")) }.filter { !$0.isEmpty }
  }

  subscript(name: String) -> String? {
    values[name].flatMap { value in
      let trimmed = value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
      return trimmed.isEmpty ? nil : trimmed
    }
  }

  var isEmpty: Bool { values.isEmpty }
}
