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
  ///   - launcher: knows where it can be read.
  ///   - last: begin with so many lines of what is there; all of it without it.
  ///   - take: gets the bytes.
  func follow(
    _ path: String,
    of launcher: Launcher,
    last: Int? = nil,
    take: @Sendable ([UInt8]) throws -> Void
  ) async throws {
    if let file = launcher.remoteFile(at: path) { return try await follow(file, last: last, take: take) }
    guard let path = launcher.localPath(ofJobFile: path) else { return }
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

  /// The same on another machine: a look costs a command there, and one that fails for a passing reason is repeated.
  private func follow(_ file: RemoteFile, last: Int?, take: ([UInt8]) throws -> Void) async throws {
    var file = file
    var last = last
    var wait = Duration.milliseconds(250)
    var failures = 0
    while true {
      let isLastRound = isOver.load(ordering: .acquiring)
      var bytes: [UInt8] = []
      do {
        if let count = last {
          bytes = try await file.last(count)
          last = nil
        } else {
          bytes = try await file.next()
        }
        failures = 0
      } catch let error as AdapterError where error.category == .transient {
        failures += 1
        // While the job runs its output can wait; after its end somebody waits for the rest.
        if isLastRound, failures > 20 { throw error }
        wait = .seconds(min(failures, 5))
        try await Task.sleep(for: wait)
        continue
      }
      try take(bytes)
      if bytes.isEmpty {
        if isLastRound { return }
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < wait, !isOver.load(ordering: .acquiring) {
          // In pieces, so that the job's end cuts it short.
          try await Task.sleep(for: .milliseconds(50))
        }
        wait = min(wait * 3 / 2, .seconds(2))
      } else {
        wait = .milliseconds(250)
      }
    }
  }
}
