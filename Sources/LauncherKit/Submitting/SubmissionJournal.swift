import LauncherProtocol

/// The record of a submission: the intent before the scheduler is asked, and then the result. Whatever is killed or
/// lost in between, a later program finds the intent and looks for its job.
protocol SubmissionJournal: Sendable {
  /// Records an intent.
  ///
  /// - Parameters:
  ///   - labels: by which the job can be found later.
  ///   - isNew: whether the token certainly has not been used before.
  /// - Throws: `LauncherError` if the token belongs to another submission that is not settled, or that goes elsewhere.
  func intend(_ request: SubmitRequest, labels: [String: String], isNew: Bool) async throws -> Intention

  /// The scheduler accepted it.
  func submitted(_ entry: JournalEntry, as job: JobReference)

  /// It was certainly not submitted.
  func notSubmitted(_ entry: JournalEntry)

  /// It is not known whether it was submitted.
  func uncertain(_ entry: JournalEntry, because problem: LauncherError)

  /// Checks that a job found by a token does not belong to another submission.
  ///
  /// - Throws: `LauncherError` (`uncertainSubmission`) when the journal holds it under another token: the answer is wrong.
  func checkUnclaimed(_ job: JobReference, by token: String) throws

  /// Runs a series of submissions, one after another or side by side.
  func inSeries(_ submissions: () async -> Void) async
}

/// The result of recording an intent.
enum Intention: Sendable {
  /// The job is to be submitted now.
  case new(JournalEntry)
  /// It was submitted before, with the same token.
  case known(JobReference)
}

/// Where an intent is recorded.
struct JournalEntry: Sendable {
  /// Its number in the store; `nil` if it is not, or could not be, recorded.
  let key: Int64?
}
