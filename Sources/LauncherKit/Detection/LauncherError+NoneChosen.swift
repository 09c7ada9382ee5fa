import LauncherProtocol

extension LauncherError {
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
