import AdapterKit

/// What names a job or an array's task in the queue: `12`, or `12_3` for the task with index 3.
struct TaskKey: Hashable, Sendable {
  var submission: Int64
  /// The array index; `noIndex` for a job that is not an array, or for an array as a whole.
  var position: Int

  static let noIndex = -1

  init(_ submission: Int64, _ position: Int = TaskKey.noIndex) {
    self.submission = submission
    self.position = position
  }

  /// Parses an id as it is shown; `nil` for a text that is not one of ours.
  init?(_ id: String) {
    let parts = id.split(separator: "_", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let submission = Self.natural(parts[0]), submission > 0 else { return nil }
    self.init(submission)
    guard parts.count == 2 else { return }
    guard let position = Self.natural(parts[1]) else { return nil }
    self.position = Int(position)
  }

  /// The SQL that narrows a condition on the submission to this task; empty for all of its tasks.
  var narrowing: String { position == Self.noIndex ? "" : " AND position = \(position)" }

  var text: String { position == Self.noIndex ? "\(submission)" : "\(submission)_\(position)" }

  private static func natural(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != 0x30
    else { return nil }
    return Int64(text)
  }
}
