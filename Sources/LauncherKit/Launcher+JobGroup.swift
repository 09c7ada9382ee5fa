import LauncherProtocol

extension Launcher {
  /// Jobs of one scheduler that are named by their ids, and the connection to it.
  public struct JobGroup: Sendable {
    /// The connection to the jobs' scheduler, or why there is none.
    public let connection: Result<Launcher, LauncherError>
    /// The jobs, with all that is known of who they are.
    public internal(set) var jobs: [JobReference]
    /// What was seen of the scheduler's jobs before; `nil` if nothing was.
    let lastKnown: LastKnown?

    init(connection: Result<Launcher, LauncherError>, jobs: [JobReference], lastKnown: LastKnown?) {
      self.connection = connection
      self.jobs = jobs
      self.lastKnown = lastKnown
    }

    /// Creates a group of jobs of the scheduler that a launcher is connected to.
    public init(launcher: Launcher, jobs: [JobReference]) {
      self.init(connection: .success(launcher), jobs: jobs, lastKnown: launcher.lastKnown)
    }

    /// The state of the jobs; if the scheduler cannot be asked now, their last known state, with the problem.
    ///
    /// - Parameter fresh: ask the scheduler, even if it was asked a moment ago.
    /// - Throws: `LauncherError` if nothing was seen of the scheduler's jobs, and if asking again does not help.
    public func statuses(fresh: Bool = false) async throws -> Poll {
      switch connection {
      case .success(let launcher): return try await launcher.knownStatuses(of: jobs, fresh: fresh)
      case .failure(let error):
        guard let lastKnown else { throw error }
        let known = lastKnown.statuses(of: jobs, because: error)
        return Poll(jobs: known, unreadable: [], isComplete: false, problem: error)
      }
    }
  }
}
