import LauncherProtocol
import Synchronization

/// Runs commands that only read, and notes commands that would change something instead of running them.
///
/// Its `run` then throws `dryRun`, which ends the adapter's request: what an adapter would do after a change depends on
/// an answer that does not exist.
public final class DryRunHost: CommandHost {
  private let host: any CommandHost
  private let noted = Mutex<[PlannedStep]>([])

  /// A dry run of what `host` would do.
  public init(_ host: any CommandHost) { self.host = host }

  /// What would have been run, in order.
  public var steps: [PlannedStep] { noted.withLock { $0 } }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    if command.effect == .reads { return try await host.run(command) }
    noted.withLock { $0.append(PlannedStep(command)) }
    throw LauncherError(.dryRun, "a dry run does not run ‘\(command.argv.first ?? "")’")
  }
}
