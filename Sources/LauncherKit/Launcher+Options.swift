import FoundationEssentials
import LauncherProtocol
public import Logging

extension Logger {
  /// A logger that drops everything: the library logs nothing unless it is given a logger.
  public static var silent: Logger { Logger(label: "launcher") { _ in SwiftLogNoOpLogHandler() } }
}

extension Launcher {
  /// Which adapter to use, where to look for it, and how to run native commands.
  public struct Options: Sendable {
    /// The adapter by its name (`local`) or by the path of its executable; `nil` for the one that `LAUNCHER_ADAPTER`
    /// names, or for the one that is detected.
    public var adapter: String?
    /// An adapter that is a part of this program, in place of an installed one: for tests. Its jobs are not written down
    /// unless `tracking` names a folder.
    public var inProcess: (any InProcessAdapter)?
    /// Where adapters are looked for.
    public var search: AdapterSearch
    /// How long all adapters together may take to find out what is present.
    public var detectionDeadline: Duration
    /// Where native commands run; `nil` for this machine, or what `destination`, `LAUNCHER_HOST`, `LAUNCHER_RECORD` and
    /// `LAUNCHER_REPLAY` ask for.
    public var host: (any CommandHost)?
    /// Where submitted jobs and their last known states are recorded.
    public var tracking: TrackingChoice
    /// Whether to check at once the results of submissions whose programs were killed or lost the answer: of a few, in
    /// passing. `Launcher.reconcile()` settles all.
    public var settlesLeftovers = true
    /// The machine on which native commands run, reached over ssh; `nil` for the one that `LAUNCHER_HOST` names, or
    /// this one.
    public var destination: SSHDestination?
    /// Whether native commands run on this machine even where `LAUNCHER_HOST` names another one.
    var staysHere = false
    /// The job store, if it is already open.
    private var opened: JobStore?
    /// The logger for native commands (at `debug`) and for odd behaviour.
    public var logger: Logger

    /// The defaults: detect, in the documented places, on this machine, within two seconds or what
    /// `LAUNCHER_DETECTION_DEADLINE` says (`10s`).
    public init(
      adapter: String? = nil,
      search: AdapterSearch = .standard,
      detectionDeadline: Duration? = nil,
      host: (any CommandHost)? = nil,
      destination: SSHDestination? = nil,
      tracking: TrackingChoice = .standard,
      logger: Logger = .silent
    ) {
      self.adapter = adapter
      self.search = search
      self.detectionDeadline = detectionDeadline ?? Self.usualDeadline
      self.host = host
      self.tracking = tracking
      self.destination = destination
      self.logger = logger
    }

    /// Whether jobs are recorded, and where.
    public enum TrackingChoice: Hashable, Sendable {
      /// In the user's state folder (`JobStore`). Not at all if a program names the host, or while recording or
      /// replaying: the questions must not depend on what happened before.
      case standard
      /// In this folder.
      case folder(String)
      /// Not at all: a lost answer is then looked up by this program alone, and every look asks the scheduler.
      case none
    }

    /// The adapter that the program names, or `LAUNCHER_ADAPTER`; `nil` to detect.
    package var namedAdapter: String? { adapter ?? Self.adapterOfSurroundings }

    /// What `LAUNCHER_ADAPTER` names.
    package static var adapterOfSurroundings: String? {
      ProcessInfo.processInfo.environment["LAUNCHER_ADAPTER"].flatMap { $0.isEmpty ? nil : $0 }
    }

    func choice(_ outputs: CommandOutputs, lock: SubmissionLock? = nil) throws -> HostChoice {
      if let host { return HostChoice(named: host) }
      if inProcess != nil { return HostChoice(named: LocalHost(outputs: outputs, lock: lock, logger: logger)) }
      var variables = ProcessInfo.processInfo.environment
      if staysHere { variables["LAUNCHER_HOST"] = nil }
      return try HostChoice(
        from: variables,
        destination: destination,
        outputs: outputs,
        lock: lock,
        logger: logger
      )
    }

    /// These options with a job store that is already open.
    func sharing(_ store: JobStore?) -> Options {
      var options = self
      options.opened = store ?? opened
      return options
    }

    /// Opens the job store; `nil` if there is to be none, or if it cannot be used, which `detect` reports.
    func openStore() -> JobStore? { storeAndProblem().store }

    /// Opens the job store.
    ///
    /// - Returns: the store; `nil` if there is to be none, or, with the reason, if it cannot be used.
    func storeAndProblem() -> (store: JobStore?, problem: (any Error)?) {
      if let opened { return (opened, nil) }
      let folder: String?
      switch tracking {
      case .none: return (nil, nil)
      case .folder(let named): folder = named
      case .standard:
        let environment = ProcessInfo.processInfo.environment
        let isRecording = ["LAUNCHER_RECORD", "LAUNCHER_REPLAY"].contains { !(environment[$0] ?? "").isEmpty }
        if host != nil || inProcess != nil || isRecording { return (nil, nil) }
        folder = nil
      }
      do {
        return (try JobStore(folder: folder), nil)
      } catch {
        return (nil, error)
      }
    }

    /// Reports that the job store cannot be used. The local adapter keeps its jobs in the same folder: it reports
    /// itself that the folder cannot be used, and the user should not read it twice.
    func report(storeProblem problem: any Error, to adapter: String) {
      let isOfFolder = (problem as? LauncherError)?.code == .permissionDenied
      logger.log(
        level: adapter == DetectionReport.fallback && isOfFolder ? .info : .error,
        """
        jobs are not written down (\(problem.sentence)); it goes on without: a job whose answer is lost is not looked \
        for by later programs, and finished jobs are known as long as the scheduler shows them
        """
      )
    }

    private static var usualDeadline: Duration {
      ProcessInfo.processInfo.environment["LAUNCHER_DETECTION_DEADLINE"]
        .flatMap { try? DurationGrammar.parse($0, bareNumber: .seconds) } ?? .seconds(2)
    }
  }
}
