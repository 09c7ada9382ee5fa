/// What a status reports about the end of a job that has not ended: a fault of the adapter.
public struct EarlyEnd: Hashable, Sendable, CustomStringConvertible {
  /// The job, or the array's task.
  public let id: String
  /// Its state.
  public let state: JobState
  /// The members that only a finished job has.
  public let members: [String]

  /// `job 41 is running, and the adapter reported its exitCode and endedAt`.
  public var description: String {
    "job \(id) is \(state.word), and the adapter reported its \(members.joined(separator: " and "))"
  }
}

extension EarlyEnd {
  /// The members of a status that belong to an end.
  private enum Member: String, CodingKey, CaseIterable { case outcome, exitCode, signal, endedAt }
  private enum Nesting: String, CodingKey { case tasks }

  /// Removes from a status, and from those of its tasks, the members that only an end has; returns it with what was
  /// removed.
  static func removed(
    from status: JobStatus,
    _ decoder: any Decoder
  ) throws -> (status: JobStatus, earlyEnds: [EarlyEnd]) {
    var (status, found): (JobStatus, [EarlyEnd]) = (status, [])
    if !status.state.isFinished {
      let container = try decoder.container(keyedBy: Member.self)
      let members = try Member.allCases.filter { try container.contains($0) && !container.decodeNil(forKey: $0) }
      if !members.isEmpty {
        found.append(EarlyEnd(id: status.id, state: status.state, members: members.map(\.rawValue)))
        status.exitStatus = nil
        status.endedAt = nil
      }
    }
    guard let tasks = status.tasks else { return (status, found) }
    var list = try decoder.container(keyedBy: Nesting.self).nestedUnkeyedContainer(forKey: .tasks)
    status.tasks = try tasks.map { task in
      let (task, others) = try removed(from: task, list.superDecoder())
      found += others
      return task
    }
    return (status, found)
  }
}
