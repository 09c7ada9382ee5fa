import LauncherProtocol

/// What is written down of a submission: the intent before the scheduler is asked, and then what came of it. Whatever is
/// killed or lost in between, a later program finds the intent, and looks for its job.
protocol SubmissionJournal: Sendable {
  /// Writes an intent down.
  ///
  /// - Parameters:
  ///   - labels: by which the job is found later.
  ///   - isNew: whether nobody can have used the token before.
  /// - Throws: `LauncherError` where the token belongs to another submission that is not settled, or goes elsewhere.
  func intend(_ request: SubmitRequest, labels: [String: String], isNew: Bool) async throws -> Intention

  /// The scheduler took it.
  func submitted(_ entry: JournalEntry, as job: JobReference)

  /// It was not submitted, for certain.
  func notSubmitted(_ entry: JournalEntry)

  /// Whether it was submitted is not known.
  func uncertain(_ entry: JournalEntry, because problem: LauncherError)

  /// Checks that a job that a search by a token named is not another submission's.
  ///
  /// - Throws: `LauncherError` (`uncertainSubmission`) when the journal holds it under another token: the answer is wrong.
  func checkUnclaimed(_ job: JobReference, by token: String) throws

  /// Does what makes many submissions, one after the other or side by side.
  func inSeries(_ submissions: () async -> Void) async
}

/// What an intent meets.
enum Intention: Sendable {
  /// The job is to be submitted now.
  case new(JournalEntry)
  /// It was submitted before, with the same token.
  case known(JobReference)
}

/// Where an intent stands.
struct JournalEntry: Sendable {
  /// Its number in the store; `nil` where it could not be, or is not, written down.
  let key: Int64?
}
