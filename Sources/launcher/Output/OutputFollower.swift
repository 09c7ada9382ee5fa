import LauncherKit
import Synchronization

/// Passes a job's output through while the job runs: its standard output to ours, its standard error to ours.
final class OutputFollower: Sendable {
  private let isOver = Atomic(false)

  /// The job ended: what is there now is the last of it.
  func finish() { isOver.store(true, ordering: .releasing) }

  /// Passes on until `finish()` was called and all is read.
  ///
  /// - Parameters:
  ///   - path: the file with the output.
  ///   - last: begin with so many lines of what is there; all of it without it.
  ///   - take: gets the bytes.
  func follow(_ path: String, last: Int? = nil, take: @Sendable ([UInt8]) throws -> Void) async throws {
    var follower = FileFollower(path: path)
    if let last { try follower.skip(toLast: last) }
    var wait = Duration.milliseconds(10)
    while true {
      let isLastRound = isOver.load(ordering: .acquiring)
      let hasRead = try follower.drain(into: take)
      if isLastRound { return }
      // Files on network file systems tell nobody that they grew: they have to be looked at.
      wait = hasRead ? .milliseconds(10) : min(wait * 3 / 2, .milliseconds(250))
      try await Task.sleep(for: wait)
    }
  }
}
