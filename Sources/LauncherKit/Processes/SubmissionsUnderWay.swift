import Synchronization

/// How many submissions of this program have begun, and are not yet known to have made a job or none.
package enum SubmissionsUnderWay {
  private static let number = Atomic(0)

  /// The number of submissions whose end is not known yet.
  package static var count: Int { number.load(ordering: .acquiring) }

  /// Counts a submission for as long as it takes.
  static func counting<Value>(
    isolation: isolated (any Actor)? = #isolation,
    _ submission: () async throws -> Value
  ) async rethrows -> Value {
    number.add(1, ordering: .acquiringAndReleasing)
    defer { number.subtract(1, ordering: .acquiringAndReleasing) }
    return try await submission()
  }
}
