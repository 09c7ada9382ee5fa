import LauncherProtocol

extension FindAnswer {
  /// The job that carries a token; `nil` where none does.
  ///
  /// - Throws: `LauncherError` (`uncertainSubmission`) where several are named: a token belongs to one submission, and
  ///   which of them it made cannot be said.
  func job(with token: String) throws -> JobReference? {
    let ids = Set(jobs.map(\.id))
    guard ids.count > 1 else { return jobs.first }
    throw LauncherError(
      .uncertainSubmission,
      "several jobs carry the token \(token): \(ids.sorted().joined(separator: ", "))",
      advice: "Look at each of them, and cancel those that are one too many."
    )
  }
}
