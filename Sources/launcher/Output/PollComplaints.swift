import LauncherKit

/// Reports on standard error what a poll could not determine, and sets the exit code for it.
enum PollComplaints {
  /// - Parameter named: whether the jobs were named by their ids; for other jobs, being gone is not a failure.
  static func raise(_ poll: Poll, named: Bool = true) throws {
    for record in poll.unreadable {
      let job = record.id.map { "job \($0)" } ?? "a record"
      StandardError.write(
        "launcher: \(job) in the answer of \(record.source) cannot be read: \(Terminal.harmless(record.message))"
      )
    }
    try raiseUnknown(among: named ? poll.jobs : [], problem: poll.problem)
    if !poll.isComplete {
      throw Failure(
        .temporary,
        "the scheduler's answer was cut short; jobs may be missing from it",
        advice: "Try again."
      )
    }
  }

  /// Fails when an id is malformed or not known.
  static func raiseUnknown(among statuses: [JobStatus], problem: LauncherError? = nil) throws {
    if let malformed = statuses.first(where: { !JobIDText.isWellFormed($0.id) }) {
      let isList = malformed.id.contains(",")
      throw Failure(
        .usage,
        malformed.reason?.text ?? "malformed id",
        advice: isList ? "Put blanks between ids: launcher status 41 42" : nil
      )
    }
    if let problem { throw problem }
    let gone = statuses.filter { $0.state == .unknown(.gone) }
    guard !gone.isEmpty else { return }
    let list = gone.map(\.id).joined(separator: ", ")
    throw Failure(
      .noInput,
      gone.count == 1 ? "job \(list) is not known to the scheduler" : "not known to the scheduler: \(list)",
      advice: gone.contains { isRange($0.id) }
        ? "Jobs are named one by one: launcher status 41 42 43"
        : "It may never have existed, belong to somebody else, or have ended too long ago."
    )
  }

  /// `41-43`, which has the form of an id but hardly ever is one.
  private static func isRange(_ id: String) -> Bool {
    let ends = id.split(separator: "-", omittingEmptySubsequences: false)
    return ends.count == 2 && ends.allSatisfy { Int($0) != nil }
  }
}
