import ArgumentParser
import LauncherKit

/// The exit code that the ends of several jobs result in.
enum WaitVerdict {
  static func raise(_ statuses: [JobStatus]) throws {
    try PollComplaints.raiseUnknown(among: statuses)
    let open = statuses.filter { !$0.state.isFinished }
    if !open.isEmpty {
      throw Failure(.timedOut, "the time was up; not finished: \(open.map(\.id).joined(separator: ", "))")
    }
    let bad = statuses.filter { $0.state != .finished(.succeeded) }
    if !bad.isEmpty { throw ExitCode(ExitStatusCode.someJobsFailed.rawValue) }
  }
}
