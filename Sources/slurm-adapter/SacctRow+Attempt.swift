import AdapterKit
import FoundationEssentials

extension SacctRow {
  /// Whether an exit record can belong to the attempt that this row shows, or to a later one: a requeued job leaves a
  /// record of each attempt under the same id.
  ///
  /// The number of restarts decides if the row is not the first of the job; then the times do. Slurm lets a requeued
  /// job wait two minutes, so that clocks that differ by less do not mix up attempts.
  func isOfThisAttempt(_ record: ExitRecord) -> Bool {
    // The row of an attempt that was requeued has no end of the job; only a later attempt has.
    let isRequeued = status.native.state == "REQUEUED"
    let least = (status.attempt ?? 1) + (isRequeued ? 1 : 0)
    if least > 1 {
      guard let restarts = record.restarts, restarts + 1 >= least else { return false }
    }
    guard let begun = status.startedAt ?? status.submittedAt, let ended = record.endedAt else { return true }
    return ended >= begun - Self.greatestClockDifference
  }

  /// In seconds.
  private static var greatestClockDifference: Double { 60 }
}
