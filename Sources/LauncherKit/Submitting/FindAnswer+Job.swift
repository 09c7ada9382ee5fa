import LauncherProtocol

extension FindAnswer {
  /// The job that carries a token; `nil` if none does.
  ///
  /// - Throws: `LauncherError` (`uncertainSubmission`) if several are named: a token belongs to one submission, and it
  ///   cannot be determined which of them it created.
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
