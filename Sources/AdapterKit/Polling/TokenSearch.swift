import FoundationEssentials
import LauncherProtocol

/// Finds the job of an earlier submission by its token.
extension FindRequest {
  /// Looks through sources, one after another, until one knows the job. Only a job that carries the token counts.
  ///
  /// - Parameter sources: each gives the jobs with the token that it knows; what it reports twice counts as one job.
  /// - Throws: `LauncherError` (`uncertainSubmission`) if several jobs carry the token: it was submitted twice, and
  ///   none of them can be taken for the one that is sought.
  public func search(_ sources: [() async throws -> [JobReference]]) async throws -> FindAnswer {
    for source in sources {
      let found = try await source()
      let jobs = Dictionary(found.map { ([$0.id, $0.server ?? ""], $0) }, uniquingKeysWith: { $1 })
      guard jobs.count < 2 else {
        throw LauncherError(
          .uncertainSubmission,
          "\(jobs.count) jobs carry the token \(token): \(jobs.values.map(\.id).sorted().joined(separator: ", ")); which of them was "
            + "meant is not known",
          advice: "Look at them with ‘launcher status’, and cancel those that are one too many."
        )
      }
      if let job = jobs.first { return FindAnswer(jobs: [job.value]) }
    }
    return FindAnswer(jobs: [])
  }

  /// Whether a job that was submitted at a given time can be the one: it is not older than the search's time, allowing
  /// for the difference between two clocks.
  public func covers(_ submitted: Date?, within tolerance: Double = clockTolerance) -> Bool {
    guard let since, let submitted else { return true }
    return submitted > since.addingTimeInterval(-tolerance)
  }

  /// How far two hosts' clocks may be apart, in seconds.
  public static let clockTolerance: Double = 600
}
