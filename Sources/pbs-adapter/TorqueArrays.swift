import AdapterKit

/// Arrays of Torque's, which forgets each of their jobs on its own, `keep_completed` seconds after that job's end.
///
/// `qstat -t` lists those that are left, and not the array itself. So an array has not ended because all that are listed
/// have: its own record says which indices it has. That stands in the listing of all jobs, which is also what the id of
/// an array without `-t` lists (recorded: array/06 of 6.1.3).
extension PBSPoll {
  /// Adds their jobs to the arrays of a listing of all, which shows an array without them: of its own it has a letter,
  /// and how it ended nobody tells (recorded: array/12 and 41 of 6.1.3).
  mutating func lookForTorqueTasks() async throws {
    wantsAll = false
    guard problem == nil, asked.contains(where: { $0.isArray && $0.parent != nil }) else { return }
    do {
      _ = try await lookIfPossible(ListingCommand(tasks: true))
    } catch let error as AdapterError where error.code != .cancelled {
      problem = error
    }
    // Its jobs tell how it stands.
    for place in asked.indices where !asked[place].members.isEmpty { asked[place].parent = nil }
  }

  /// Adds the jobs that are not listed to arrays of which all that are listed ended.
  mutating func completeTorqueArrays() async throws {
    guard pbs.site.family == .torque else { return }
    let ended = asked.indices.filter { place in
      asked[place].isArray && !asked[place].members.isEmpty && asked[place].members.allSatisfy(\.state.isFinished)
    }
    guard !ended.isEmpty else { return }
    if ended.contains(where: { asked[$0].request == nil }) {
      do {
        try await look(ListingCommand())
      } catch let error as AdapterError where error.code == .notRecorded {
        // A recording without it: then it is not known how many jobs there are.
      }
      // Its jobs tell how it stands; of its own it has a letter.
      for place in ended { asked[place].parent = nil }
    }
    for place in ended {
      guard let indices = asked[place].request.flatMap({ try? ArrayIndices(parsing: $0) })?.indices else {
        asked[place].hasAllMembers = false
        continue
      }
      let known = Set(asked[place].members.compactMap(\.index))
      for index in indices where !known.contains(index) {
        let id = asked[place].reference.id.replacing("[]", with: "[\(index)]")
        var member = JobStatus(id: id, state: .unknown(.gone))
        member.index = index
        member.reason = JobReason(nil, "the server does not know it any more, and it left no exit record")
        asked[place].add(member)
      }
    }
  }
}

extension JobStatus {
  /// Whether only an exit record can tell how it ended.
  var needsRecord: Bool { state == .finished(.unknown) || state == .unknown(.gone) }

  /// What can be said of an array's end where nobody tells how many jobs it has.
  func ofIncompleteArray() -> JobStatus {
    guard state == .finished(.succeeded) else { return self }
    var status = self
    status.state = .finished(.unknown)
    status.reason = JobReason(nil, "its jobs that the server still knows succeeded; how many it has is not told")
    return status
  }
}
