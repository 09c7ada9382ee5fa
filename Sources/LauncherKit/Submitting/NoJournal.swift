import LauncherProtocol

/// Nothing is recorded: a lost answer is looked up by this program alone.
struct NoJournal: SubmissionJournal {
  let search: TokenSearch
  /// Whether the scheduler is asked for a token that may have been used before.
  let asksForTokens: Bool

  func intend(_ request: SubmitRequest, labels: [String: String], isNew: Bool) async throws -> Intention {
    guard !isNew, asksForTokens, let job = try await search.earlierJob(with: request.token) else {
      return .new(JournalEntry(key: nil))
    }
    return .known(job)
  }

  func submitted(_ entry: JournalEntry, as job: JobReference) {}

  func notSubmitted(_ entry: JournalEntry) {}

  func uncertain(_ entry: JournalEntry, because problem: LauncherError) {}

  func checkUnclaimed(_ job: JobReference, by token: String) throws {}

  func inSeries(_ submissions: () async -> Void) async { await submissions() }
}
