import AdapterKit

/// The status of an array, from its own record and those of its jobs.
enum ArrayStatus {
  /// Above this number of jobs, a status counts them instead of naming them: it has to fit into one message.
  static let greatestNamed = 10_000

  /// Combines what is known.
  ///
  /// The array's own end says little: PBS Pro ends it with exit status 0 when jobs of it failed (recorded: array/80 of
  /// OpenPBS 23.06.06). So its jobs decide, except that nothing is over before the array is, and that deleting the
  /// whole array cancels it.
  static func make(id: String, parent: JobStatus?, members: [JobStatus]) -> JobStatus {
    guard !members.isEmpty else {
      var status = parent ?? JobStatus(id: id, state: .unknown(.unreadable))
      status.id = id
      return status
    }
    var status = JobStatus(arrayID: id, tasks: members)
    if members.count > greatestNamed { status.tasks = nil }
    status.server = members.first?.server
    guard let parent else { return status }
    let told = status
    status = parent
    status.id = id
    status.tasks = told.tasks
    status.taskCounts = told.taskCounts
    status.nodes = told.nodes
    status.startedAt = told.startedAt ?? parent.startedAt
    // Its own exit status is that of one of its jobs, or of none.
    status.exitStatus = nil
    switch (parent.state, told.state) {
    case (.finished(.cancelled(by: .unknown)), .finished):
      // The array's own words do not name a user; those of its jobs that ran do (recorded: array/142).
      if let canceller = canceller(of: members) { status.state = .finished(.cancelled(by: canceller)) }
    case (.finished(.cancelled), .finished): break
    case (.finished, .finished): status.state = told.state
    // Nothing is a success as long as a job of it is not known to be one.
    case (.finished(.succeeded), .unknown): status.state = told.state
    // The array is over; some of its jobs are reported as they were a moment ago.
    case (.finished(.succeeded), _): status.state = .finishing
    case (.finished, _): break
    case (.held, .queued): break
    case (_, .finished): status.state = .finishing
    default: status.state = told.state
    }
    if status.state.isFinished {
      status.endedAt = parent.endedAt ?? told.endedAt
      if status.state == .finished(.succeeded) { status.reason = nil }
    } else {
      status.endedAt = nil
      status.reason = [.queued, .held].contains(status.state) ? parent.reason ?? told.reason : nil
    }
    return status
  }

  /// Who ended the jobs of an array, if all that report it agree.
  private static func canceller(of members: [JobStatus]) -> JobOutcome.Canceller? {
    let named = Set(
      members.compactMap { member in
        if case .finished(.cancelled(let by)) = member.state, by != .unknown { by } else { nil }
      }
    )
    return named.count == 1 ? named.first : nil
  }

  /// How many jobs of an array there are in each state: `Queued:5 Running:3 Exiting:0 Expired:2`. What a finished array
  /// shows there is wrong (recorded: array/80 of OpenPBS 23.06.06, one of ten).
  static func counts(_ text: String?) -> [String: Int]? {
    guard let text else { return nil }
    var counts: [String: Int] = [:]
    for piece in text.split(separator: " ") {
      let halves = piece.split(separator: ":")
      guard halves.count == 2, let count = halves[1].natural, count > 0 else { continue }
      switch halves[0] {
      case "Queued": counts["queued", default: 0] += count
      case "Running": counts["running", default: 0] += count
      case "Exiting": counts["finishing", default: 0] += count
      case "Expired": counts["finished", default: 0] += count
      default: return nil
      }
    }
    return counts.isEmpty ? nil : counts
  }
}
