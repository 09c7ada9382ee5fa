import ArgumentParser
import LauncherKit

struct ReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Settle submissions whose answer was lost: by a crash, a kill, or a scheduler that did not answer.",
    discussion: """
      Each is looked up by the token that travels inside the job. Other commands settle a few by themselves; this one
      settles all, and takes some seconds where one is not found at once; over ssh, some minutes.
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let results = try await connection.connect(settlesLeftovers: false).reconcile()
    if format.json {
      try JSONOutput.write(results.map(Line.init))
    } else if results.isEmpty {
      StandardOutput.write("No submission is uncertain.")
    } else {
      for (job, result) in results { StandardOutput.write(Self.sentence(job, result)) }
    }
    let open = results.count { $0.result == .uncertain || $0.result == .inProgress }
    if open > 0 { throw Failure(.temporary, "\(open) of \(results.count) cannot be settled yet", advice: "Try again.") }
  }

  private static func sentence(_ job: TrackedJob, _ result: Launcher.Reconciliation) -> String {
    let name = job.name.map { " ‘\(Terminal.harmless($0))’" } ?? ""
    let what = "the submission\(name) of \(RFC3339.string(from: job.trackedAt))"
    return switch result {
    case .submitted(let reference): "\(what) is job \(Terminal.harmless(reference.id))"
    case .notSubmitted: "\(what) did not happen"
    case .inProgress: "\(what) is still under way"
    case .uncertain: "\(what) is uncertain; its token is \(job.token ?? "")"
    }
  }

  /// One submission for programs.
  private struct Line: Encodable {
    let token: String?
    let name: String?
    let result: String
    let job: JobReference?

    init(_ settled: (job: TrackedJob, result: Launcher.Reconciliation)) {
      token = settled.job.token
      name = settled.job.name
      switch settled.result {
      case .submitted(let reference): (result, job) = ("submitted", reference)
      case .notSubmitted: (result, job) = ("notSubmitted", nil)
      case .inProgress: (result, job) = ("inProgress", nil)
      case .uncertain: (result, job) = ("uncertain", nil)
      }
    }
  }
}
