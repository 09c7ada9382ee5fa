import FoundationEssentials
import LauncherProtocol
import Logging

extension Launcher {
  /// Which adapter to use, where to look for it, and how to run native commands.
  public struct Options: Sendable {
    /// The adapter by its name (`local`) or by the path of its executable; `nil` to detect.
    public var adapter: String?
    /// Where adapters are looked for.
    public var search: AdapterSearch
    /// How long all adapters together may take to find out what is there.
    public var detectionDeadline: Duration
    /// Where native commands run; `nil` for this machine, or what `destination`, `LAUNCHER_HOST`, `LAUNCHER_RECORD` and
    /// `LAUNCHER_REPLAY` ask for.
    public var host: (any CommandHost)?
    /// The machine on which native commands run, reached over ssh; `nil` for the one that `LAUNCHER_HOST` names, or
    /// this one.
    public var destination: SSHDestination?
    /// What is told of native commands (at `debug`) and of odd behaviour.
    public var logger: Logger

    /// The defaults: detect, in the documented places, on this machine, within two seconds or what
    /// `LAUNCHER_DETECTION_DEADLINE` says (`10s`).
    public init(
      adapter: String? = nil,
      search: AdapterSearch = .standard,
      detectionDeadline: Duration? = nil,
      host: (any CommandHost)? = nil,
      destination: SSHDestination? = nil,
      logger: Logger = .silent
    ) {
      self.adapter = adapter
      self.search = search
      self.detectionDeadline = detectionDeadline ?? Self.usualDeadline
      self.host = host
      self.destination = destination
      self.logger = logger
    }

    func choice(_ outputs: CommandOutputs) throws -> HostChoice {
      if let host { return HostChoice(named: host) }
      return try HostChoice(
        from: ProcessInfo.processInfo.environment,
        destination: destination,
        outputs: outputs,
        logger: logger
      )
    }

    private static var usualDeadline: Duration {
      ProcessInfo.processInfo.environment["LAUNCHER_DETECTION_DEADLINE"]
        .flatMap { try? DurationGrammar.parse($0, bareNumber: .seconds) } ?? .seconds(2)
    }
  }
}
