import AdapterKit

/// Whether Slurm is here: its commands, and a controller that answers.
enum SlurmDetection {
  /// Leaves room within the two seconds that a host gives all adapters together.
  private static let patience = Duration.milliseconds(1500)

  static func run(on host: some CommandHost) async throws -> Detection {
    let slurm = Slurm(host: host)
    async let versionAnswer = slurm.run(["sbatch", "--version"], timeLimit: patience)
    async let pingAnswer = slurm.run(["scontrol", "ping"], timeLimit: patience)
    async let configurationAnswer = slurm.run(["scontrol", "show", "config"], timeLimit: patience)
    async let jobAnswer = slurm.run(["printenv", "SLURM_JOB_ID"], timeLimit: patience)

    let (sbatch, ping, configuration, job) = try await (versionAnswer, pingAnswer, configurationAnswer, jobAnswer)
    if sbatch.result.ending == .notFound {
      guard ping.result.ending != .notFound else {
        return Detection(.absent, evidence: [.against("there is no command sbatch")])
      }
      return Detection(.installed, evidence: [.for("scontrol is here"), .against("there is no command sbatch")])
    }
    guard let version = version(in: sbatch.output(limit: 4096)) else {
      return withoutVersion(sbatch, ping)
    }
    var evidence = [Detection.Evidence.for("sbatch is of Slurm \(version)")]
    let said = ping.output(limit: 65_536)
    let isUp = said.split(separator: "\n").contains { $0.hasSuffix(" is UP") }
    if isUp {
      evidence.append(.for("scontrol ping: \(firstLine(said))"))
    } else if ping.result.ending == .timedOut {
      evidence.append(.against("scontrol ping did not answer in time"))
    } else {
      let words = said.isEmpty ? Failures.sentence(ping.complaint) : firstLine(said)
      evidence.append(.against("scontrol ping: \(words.isEmpty ? "no answer" : words)"))
    }
    let settings = SlurmSettings(configuration.succeeded ? configuration.output() : "")
    if let cluster = settings["ClusterName"] { evidence.append(.for("the cluster is called \(cluster)")) }
    if let type = settings.accountingStorage {
      evidence.append(.for(settings.hasAccounting ? "accounting is on" : "accounting is off (\(type))"))
    }
    if let age = settings["MinJobAge"] { evidence.append(.for("finished jobs stay for \(age)")) }
    let inside = job.succeeded ? firstLine(job.output(limit: 256)) : ""
    if !inside.isEmpty { evidence.append(.for("commands run inside job \(inside)")) }
    return Detection(
      isUp ? .responding : .installed,
      version: version,
      server: settings["ClusterName"],
      flavour: "Slurm",
      insideJob: inside.isEmpty ? nil : inside,
      evidence: evidence
    )
  }

  /// The meaning of a command called sbatch that does not report its version: if it gave no answer, or one that a
  /// broken configuration explains, it may be Slurm's, and then jobs must not go to another scheduler.
  private static func withoutVersion(_ sbatch: CommandAnswer, _ ping: CommandAnswer) -> Detection {
    let words = sbatch.output(limit: 4096) + "\n" + sbatch.complaint
    let isSilent = words.allSatisfy(\.isWhitespace)
    let said = ping.output(limit: 65_536) + "\n" + ping.complaint
    let isSlurms = isOfSlurm(words) || isOfSlurm(said)
    let why: String
    switch sbatch.result.ending {
    case .timedOut: why = "sbatch --version did not answer in time"
    case .signalled(let signal): why = "sbatch --version was ended by \(signal.name)"
    case .outputTooLarge, .notFound: why = "sbatch --version gave no answer that can be read"
    case .exited(let code):
      // It answered as another program does.
      if !isSlurms, !isSilent, code == 0 || ping.result.ending == .notFound {
        return Detection(.absent, evidence: [.against("sbatch --version does not answer as Slurm's does")])
      }
      let sentence = Failures.sentence(words)
      why =
        isSilent
        ? "sbatch --version gave no answer (exit code \(code))" : "sbatch --version failed: \(sentence)"
    }
    return Detection(.installed, evidence: [.for("a command sbatch is here"), .against(why)])
  }

  /// Whether a message comes from one of Slurm's own commands, even if only to say that it cannot work.
  private static func isOfSlurm(_ words: String) -> Bool {
    ["sbatch: ", "scontrol: ", "Slurmctld(", "slurm.conf", "slurm_load", "SlurmUser", "slurm controller"].contains {
      words.contains($0)
    }
  }

  /// The version in `slurm 26.05.3`, `slurm-wlm 22.05.8` (Debian).
  static func version(in output: String) -> String? {
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2, words[0] == "slurm" || words[0].hasPrefix("slurm-"), words[1].first?.isNumber == true {
        return String(words[1])
      }
    }
    return nil
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? ""
  }
}

/// What `scontrol show config` prints: one `Name = value` per line.
struct SlurmSettings {
  private var values: [Substring: String] = [:]

  init(_ output: String) {
    for line in output.split(separator: "\n") {
      guard let sign = line.firstIndex(of: "=") else { continue }
      let name = line[..<sign].split(separator: " ").first ?? ""
      let value = line[line.index(after: sign)...].drop { $0 == " " }
      if values[name] == nil { values[name] = String(value) }
    }
  }

  subscript(name: String) -> String? {
    values[Substring(name)].flatMap { $0.isEmpty || $0 == "(null)" ? nil : $0 }
  }

  /// Where accounting is kept, in Slurm's words: `accounting_storage/slurmdbd`; for nowhere, 22.05 prints
  /// `accounting_storage/none` and 24.11 `(null)`. Recorded: no-accounting.
  var accountingStorage: String? { values["AccountingStorageType"] }

  /// Whether finished jobs are kept by slurmdbd.
  var hasAccounting: Bool {
    guard let type = self["AccountingStorageType"] else { return false }
    return !type.hasSuffix("/none")
  }
}
