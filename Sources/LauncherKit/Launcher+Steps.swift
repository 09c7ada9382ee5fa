import FoundationEssentials
import Glibc
import LauncherProtocol

/// The longer steps behind the façade.
extension Launcher {
  func act(_ operation: Operation, on jobs: [JobReference], signal: UnixSignal? = nil) async throws -> [ActionResult] {
    var seen = Set<String>()
    let each = jobs.filter { seen.insert($0.id).inserted }
    let malformed = each.filter { !JobIDText.isWellFormed($0.id) }
    let asked = each.filter { JobIDText.isWellFormed($0.id) }
    var results: [String: ActionResult] = [:]
    for job in malformed {
      let error = AdapterError(.malformedID, JobIDText.complaint(about: job.id))
      results[job.id] = ActionResult(id: job.id, error: error)
    }
    if !asked.isEmpty {
      let named = tracking.flatMap { try? $0.store.completed(asked, scope: $0.scope) } ?? asked
      let answer: ActionAnswer = try await session.call(operation, ActionRequest(jobs: named, signal: signal))
      for result in answer.results { results[result.id] = result }
      if let tracking {
        try? tracking.store.outdate(asked.map(\.id), scope: tracking.scope)
        // Other signals may be for a checkpoint.
        if operation == .cancel, signal == nil || signal == .kill {
          let accepted = named.filter { results[$0.id].map { $0.error == nil } ?? false }
          tracking.note("it was accepted that jobs be cancelled") {
            try tracking.store.cancelled(accepted, scope: tracking.scope)
          }
        }
      }
    }
    return each.map { job in
      results[job.id]
        ?? ActionResult(
          id: job.id,
          error: AdapterError(
            .unreadableOutput,
            "the \(adapterName) adapter did not say what came of \(operation.rawValue) for job \(job.id)",
            advice: "Look with ‘launcher status \(job.id)’."
          )
        )
    }
  }
}

extension JobSpec {
  /// The specification with absolute paths, as it travels to an adapter.
  ///
  /// - Throws: `AdapterError` (`invalidValue`) that names every field that is wrong whoever runs the job.
  public func resolved(
    for profile: AdapterDescription,
    from directory: String? = nil
  ) throws -> JobSpec {
    let problems = problems
    guard problems.isEmpty else {
      throw AdapterError(.invalidValue, problems.map(\.description).joined(separator: "\n"))
    }
    var spec = self
    // An adapter that cannot choose the directory is not asked to unless somebody insists on one.
    if self.directory != nil || profile.fields.contains(.directory) {
      spec.directory = try Self.absolute(self.directory ?? ".", from: directory)
    }
    return spec
  }

  private static func absolute(_ path: String, from directory: String?) throws -> String {
    if path.hasPrefix("/") { return path }
    let base = try directory ?? currentDirectory()
    return path == "." ? base : base + "/" + path
  }

  private static func currentDirectory() throws -> String {
    guard let pointer = getcwd(nil, 0) else {
      throw AdapterError(
        .directoryUnusable,
        "the current directory cannot be used: \(String(cString: strerror(errno)))",
        advice: "Go to another one, or name one for the job."
      )
    }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}

extension AdapterError {
  init(noneChosenFrom report: DetectionReport, search: AdapterSearch, host: SSHDestination? = nil) {
    let here = host.map { "on \($0)" } ?? "here"
    let option = host.map { " --host \($0)" } ?? ""
    if let finding = report.inDoubt.first {
      self.init(
        .schedulerUnreachable,
        finding.error?.message ?? "the scheduler of the \(finding.file.name) adapter is \(here) and does not respond",
        advice: "‘launcher detect\(option)’ shows the evidence."
          + (host == nil ? " To run on this machine all the same: --adapter local" : "")
      )
    } else if report.findings.isEmpty {
      self.init(
        .adapterUnknown,
        "no adapter is installed in \(search.folders.joined(separator: ", "))",
        advice: "Install the adapters, or name their folder in LAUNCHER_ADAPTER_PATH; "
          + "‘launcher adapters’ shows which are refused."
      )
    } else {
      let failures = report.findings.map { finding in
        "\(finding.file.name): \(finding.error?.message ?? finding.presenceText)"
      }
      self.init(
        .adapterUnknown,
        "no scheduler responds \(here) (\(failures.joined(separator: "; ")))",
        advice: "‘launcher detect\(option)’ shows the evidence."
      )
    }
  }
}
