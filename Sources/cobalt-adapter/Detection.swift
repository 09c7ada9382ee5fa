import AdapterKit

/// Whether Cobalt is here: its commands, and a queue manager that responds.
///
/// PBS, Torque, Grid Engine and Slurm's wrappers have a `qstat` too; only Cobalt's names Cobalt when asked for its
/// version.
enum CobaltDetection {
  static func run<Host: CommandHost>(on cobalt: Cobalt<Host>) async throws -> Detection {
    async let versionAnswer = cobalt.runIfRecorded(["qstat", "--version"], timeLimit: CobaltPatience.detection)
    async let jobAnswer = cobalt.runIfRecorded(["printenv", "COBALT_JOBID"], timeLimit: CobaltPatience.detection)
    guard let answer = try await versionAnswer else {
      return Detection(.absent, evidence: [.against("nothing is recorded of qstat --version")])
    }
    if answer.result.ending == .notFound {
      return Detection(.absent, evidence: [.against("there is no command qstat")])
    }
    let said = answer.output(limit: 4096)
    guard isCobalts(said + "\n" + answer.complaint) else {
      // A command that does not answer may be Cobalt's, whose clients wait for a hanging component.
      if answer.exitCode == nil || !answer.succeeded && (said + answer.complaint).allSatisfy(\.isWhitespace) {
        let words = answer.result.ending == .timedOut ? "did not answer in time" : "did not answer"
        return Detection(.installed, evidence: [.against("qstat --version \(words)")])
      }
      let line = firstLine(said.allSatisfy(\.isWhitespace) ? answer.complaint : said)
      let words = line.isEmpty ? "does not answer as Cobalt's does" : "answers ‘\(line)’, which is not Cobalt's"
      return Detection(.absent, evidence: [.against("qstat --version \(words)")])
    }
    let version = version(in: said)
    var detection = Detection(.installed, version: version, flavour: "Cobalt", evidence: [])
    detection.evidence.append(.for("qstat is of Cobalt\(version.map { " \($0)" } ?? "")"))
    // Not asked before the name is known: elsewhere, the same words mean something else.
    let queues = try await cobalt.runIfRecorded(Inventory.queueTableArguments, timeLimit: CobaltPatience.detection)
    if let queues, queues.succeeded, let count = Inventory.queueCount(queues.output()) {
      detection.presence = .responding
      detection.evidence.append(.for("the queue manager answers, with \(count) queue\(count == 1 ? "" : "s")"))
    } else if queues?.result.ending == .timedOut {
      detection.evidence.append(.against("the queue manager did not answer in time"))
    } else {
      let words = Failures.sentence(queues?.complaint ?? "")
      detection.evidence.append(.against("qstat -Q: \(words.isEmpty ? "no answer" : words)"))
    }
    if let job = try await jobAnswer, job.succeeded {
      let id = firstLine(job.output(limit: 256))
      if !id.isEmpty {
        detection.insideJob = id
        detection.evidence.append(.for("commands run inside job \(id)"))
      }
    }
    return detection
  }

  /// Whether an answer to `--version` is Cobalt's: `version: "qstat.py " + $Revision: 406 $ + , Cobalt  + $Version$`
  /// (recorded: detect), or two lines with `cobalt $Version$` in earlier ones (recorded: detect, cqstat).
  static func isCobalts(_ output: String) -> Bool {
    output.split(separator: "\n").contains { line in
      line.hasPrefix("cobalt ") || line.contains(".py") && line.contains("Cobalt")
    }
  }

  /// The version after the name; a Cobalt that was not built by its own packaging prints `$Version$`.
  static func version(in output: String) -> String? {
    for line in output.split(separator: "\n") {
      guard let mark = line.firstRange(of: "obalt") else { continue }
      let words = line[mark.upperBound...].split { !$0.isLetter && !$0.isNumber && $0 != "." && $0 != "-" }
      if let word = words.first(where: { $0.first?.isNumber == true }) { return String(word) }
    }
    return nil
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? ""
  }
}
