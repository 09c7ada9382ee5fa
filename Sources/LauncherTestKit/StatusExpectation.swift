import LauncherKit

/// What must be true of a job's status: the members of its JSON form that matter to a test.
///
/// ```swift
/// try StatusExpectation(#"{"state": "finished", "outcome": "failed", "exitCode": 3}"#).check(status)
/// ```
public struct StatusExpectation: Sendable {
  /// The members that have to match.
  public let members: JSONTree

  /// Expects these members.
  public init(_ members: JSONTree) { self.members = members }

  /// Expects the members of a JSON object.
  ///
  /// - Throws: an error when the text is not JSON.
  public init(_ json: String) throws { members = try JSONTree(parsing: json) }

  /// Compares a status.
  ///
  /// - Throws: `JSONDifference`, with a line for each member that differs.
  public func check(_ status: JobStatus) throws {
    if let difference = JSONDifference(expected: members, found: try JSONTree(status)) { throw difference }
  }

  /// Compares what a poll concluded: `{"complete": true, "jobs": [{"id": "41", "state": "running"}]}`.
  ///
  /// - Throws: `JSONDifference`, with a line for each member that differs.
  public func check(_ poll: Poll) throws {
    let found = try JSONTree(poll.conclusion)
    if let difference = JSONDifference(expected: members, found: found) { throw difference }
  }
}
