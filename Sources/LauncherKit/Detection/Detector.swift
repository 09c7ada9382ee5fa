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
  /// Whether what was found is kept for the next time: only what is true of this machine is.
  let remembers: Bool
  let logger: Logger

  /// Asks, or repeats what was found before in this process with the same search.
  func detect() async throws -> DetectionReport {
    if remembers, let known = Self.known.withLock({ $0[search] }) { return known }
    let usable = search.files().filter { $0.executable != nil }
    let findings = await withTaskGroup(of: DetectionReport.Finding.self) { group in
      for file in usable { group.addTask { await ask(file) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let report = DetectionReport(findings: findings)
    // What failed may go better the next time.
    if remembers, findings.allSatisfy({ $0.error == nil }) { Self.known.withLock { $0[search] = report } }
    return report
  }

  private func ask(_ file: AdapterFile) async -> DetectionReport.Finding {
    let clock = ContinuousClock()
    let end = clock.now + deadline
    var description: AdapterDescription?
    do {
      let process = try await AdapterProcess.start(
        file,
        host: host,
        outputs: outputs,
        timeLimit: deadline,
        logger: logger
      )
      defer { process.close() }
      description = process.description
      let detection: Detection = try await process.call(
        .detect,
        JSONRPC.Empty(),
        timeLimit: .total(max(.zero, end - clock.now))
      )
      return .init(file: file, description: description, detection: detection, error: nil)
    } catch {
      let error = AdapterError(wrapping: error, during: "detection")
      logger.warning("\(error.message)", metadata: ["adapter": "\(file.name)"])
      return .init(file: file, description: description, detection: nil, error: error)
    }
  }

  private static let known = Mutex<[AdapterSearch: DetectionReport]>([:])
}
