import LauncherProtocol

/// What every adapter found out about this machine, and which one is chosen.
public struct DetectionReport: Sendable {
  /// One adapter's finding.
  public struct Finding: Sendable {
    /// The adapter.
    public let file: AdapterFile
    /// What it reported about itself; `nil` when it did not get that far.
    public let description: AdapterDescription?
    /// What it found; `nil` when it failed.
    public let detection: Detection?
    /// Why it failed.
    public let error: LauncherError?

    /// How much of its scheduler is present; `nil` (not known) when the adapter failed.
    public var presence: Detection.Presence? { detection?.presence }

    /// The presence in words.
    public var presenceText: String { presence?.rawValue ?? "not known" }
  }

  /// The findings, in the order of preference: by name, `local` last.
  public let findings: [Finding]

  /// The finding that `auto` takes: the first whose scheduler responds; `local` when no other scheduler can be present.
  /// `nil` when a scheduler is present and does not respond: its jobs must not run on this machine by mistake.
  public var chosen: Finding? {
    guard let first = findings.first(where: { $0.presence == .responding }) else { return nil }
    return first.file.name == Self.fallback && !inDoubt.isEmpty ? nil : first
  }

  /// The adapters whose scheduler is installed and does not respond, or whose presence is not known: an adapter that
  /// was too slow to be greeted, or that failed, may be that of this machine's scheduler.
  public var inDoubt: [Finding] {
    findings.filter { $0.file.name != Self.fallback && ($0.presence == .installed || $0.error != nil) }
  }

  /// The other adapters whose schedulers respond as well, apart from `local`: the choice among them was by name only.
  public var tied: [Finding] {
    let responding = findings.filter { $0.presence == .responding && $0.file.name != Self.fallback }
    return Array(responding.dropFirst())
  }

  /// The adapter for machines without a scheduler.
  static let fallback = "local"

  init(findings: [Finding]) {
    self.findings = findings.sorted { first, second in
      let (firstIsLast, secondIsLast) = (first.file.name == Self.fallback, second.file.name == Self.fallback)
      return firstIsLast == secondIsLast ? first.file.name < second.file.name : secondIsLast
    }
  }
}
