import LauncherKit

/// What becomes of the jobs of a night.
public struct Nightly: Sendable {
  private let launcher: Launcher

  /// Follows jobs with this launcher: a scheduler's, or a recording's in a test.
  public init(launcher: Launcher) { self.launcher = launcher }

  /// Waits for a job and says how it ended: `succeeded`, `failed, exit code 3`.
  public func report(on job: JobReference) async throws -> String {
    let status = try await launcher.wait(for: job)
    let words = [status.state.outcome?.word ?? status.state.word, status.exitStatus.map { "\($0)" }]
    return words.compactMap { $0 }.joined(separator: ", ")
  }
}
