import FoundationEssentials
import LauncherKit

/// Statuses for people.
enum StatusText {
  /// A table with a line for each job, and for each task of an array; or, for an array, one line that counts its tasks.
  static func table(of statuses: [JobStatus], countsTasks: Bool = false) -> TextTable {
    var table = TextTable(["ID", "NAME", "STATE", "EXIT", "QUEUE", "NODES", "SUBMITTED", "ELAPSED", "MEMORY", "REASON"])
    for status in statuses {
      table.add(row(status, countsTasks: countsTasks))
      if countsTasks { continue }
      for task in status.tasks ?? [] { table.add(row(task)) }
    }
    return table
  }

  /// A line that shows one change: `41 running on node3`.
  static func line(_ status: JobStatus) -> String { Terminal.harmless(status.description) }

  /// The status in sentences, one after another.
  static func explanation(_ status: JobStatus) -> String {
    Terminal.harmless(status.explanation.joined(separator: " "))
  }

  private static func row(_ status: JobStatus, countsTasks: Bool = false) -> [String?] {
    let remarks = [countsTasks ? tasks(of: status) : nil, status.reason?.text].compactMap { $0 }.filter { !$0.isEmpty }
    return [
      status.id, status.name.map(shortened), status.state.description, exit(status), status.queue,
      status.shortNodeList,
      status.submittedAt.map(RFC3339.string(from:)).map { String($0.prefix(19)) + "Z" }, elapsed(status),
      status.usage?.peakMemory?.rounded, remarks.joined(separator: "; "),
    ]
  }

  /// `10 tasks: 3 running, 5 succeeded, 2 failed`; `nil` for a job that is not an array.
  private static func tasks(of status: JobStatus) -> String? {
    let counts: [String: Int]
    if let tasks = status.tasks {
      counts = Dictionary(tasks.map { ($0.state.outcome?.word ?? $0.state.word, 1) }, uniquingKeysWith: +)
    } else if let known = status.taskCounts {
      counts = known
    } else {
      return nil
    }
    let parts = JobFilter.State.allCases.compactMap { state in counts[state.rawValue].map { "\($0) \(state.rawValue)" }
    }
    let sum = counts.values.reduce(0, +)
    return "\(sum) task\(sum == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
  }

  /// One long name must not push everything else off the screen; `--json` shows it in full.
  private static func shortened(_ name: String) -> String {
    name.count > 32 ? String(name.prefix(31)) + "…" : name
  }

  private static func exit(_ status: JobStatus) -> String? {
    switch status.exitStatus {
    case .code(let code): "\(code)"
    case .signal(let signal, _): signal.name
    case nil: nil
    }
  }

  private static func elapsed(_ status: JobStatus) -> String? {
    guard let started = status.startedAt, let end = status.endedAt ?? status.observedAt else { return nil }
    let span = max(0, end.timeIntervalSince(started))
    return span < 10 ? "\((span * 10).rounded() / 10)s" : Walltime(.seconds(Int64(span))).description
  }
}
