import LauncherProtocol
import Logging
import Synchronization

/// Asks all adapters side by side what is there.
struct Detector: Sendable {
  let search: AdapterSearch
  let host: any CommandHost
  let outputs: CommandOutputs
  /// All adapters together get this long.
  let deadline: Duration
  /// Whether the finding is kept for the next time: only a finding about this machine is.
  let remembers: Bool
  /// An adapter given by its path, which is asked as well.
  var named: AdapterFile?
  /// Whether adapters that run nothing on their host are left out: they would report on this machine.
  var excludesActing = false
  let logger: Logger

  /// The finding, and the chosen adapter, still running where it had to be asked.
  struct Result: Sendable {
    let report: DetectionReport
    let chosen: AdapterProcess?
  }

  /// Asks, or returns what was found before in this process with the same search.
  func detect() async -> Result {
    if remembers, named == nil, let known = Self.known.withLock({ $0[search] }) {
      return Result(report: known, chosen: nil)
    }
    let usable = (search.files() + (named.map { [$0] } ?? [])).filter { $0.executable != nil }
    let all = await withTaskGroup(of: Answer.self) { group in
      for file in usable { group.addTask { await ask(file) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let answers = all.filter { !excludesActing || $0.finding.description?.commands != .adapter }
    let report = DetectionReport(findings: answers.map(\.finding))
    // What failed may succeed the next time.
    if remembers, named == nil, report.findings.allSatisfy({ $0.error == nil }) {
      Self.known.withLock { $0[search] = report }
    }
    let chosen = answers.first { $0.finding.file == report.chosen?.file }?.process
    for answer in all where answer.process !== chosen { answer.process?.close() }
    return Result(report: report, chosen: chosen)
  }

  private struct Answer: Sendable {
    let finding: DetectionReport.Finding
    let process: AdapterProcess?
  }

  private func ask(_ file: AdapterFile) async -> Answer {
    let clock = ContinuousClock()
    let end = clock.now + deadline
    var process: AdapterProcess?
    do {
      let started = try await AdapterProcess.start(
        file,
        host: host,
        outputs: outputs,
        timeLimit: deadline,
        logger: logger
      )
      process = started
      let detection: Detection = try await started.call(
        .detect,
        JSONRPC.Empty(),
        timeLimit: .total(max(.zero, end - clock.now))
      )
      let finding = DetectionReport.Finding(
        file: file,
        description: started.description,
        detection: detection,
        error: nil
      )
      return Answer(finding: finding, process: process)
    } catch {
      process?.close()
      let error = LauncherError(wrapping: error, during: "detection")
      logger.info("\(error.message)", metadata: ["adapter": "\(file.name)"])
      let finding = DetectionReport.Finding(
        file: file,
        description: process?.description,
        detection: nil,
        error: error
      )
      return Answer(finding: finding, process: nil)
    }
  }

  private static let known = Mutex<[AdapterSearch: DetectionReport]>([:])
}
