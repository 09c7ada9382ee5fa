import AdapterKit

/// Arrays of Torque's, which forgets each of their jobs on its own, `keep_completed` seconds after that job's end.
///
/// `qstat -t` lists the remaining ones, but not the array itself. So an array has not ended just because all listed
/// jobs have: its own record says which indices it has. That record is in the listing of all jobs, which is also what
/// the id of an array lists without `-t` (recorded: array/06 of 6.1.3).
extension PBSPoll {
  /// Adds their jobs to the arrays of a listing of all jobs, which shows an array without them: the array itself has
  /// only a letter, and nothing shows how it ended (recorded: array/12 and 41 of 6.1.3).
  mutating func lookForTorqueTasks() async throws {
    wantsAll = false
    guard findings.problem == nil, asked.contains(where: { $0.isArray && $0.parent != nil }) else { return }
    do {
      _ = try await lookIfPossible(ListingCommand(tasks: true))
    } catch let error as LauncherError where error.code != .cancelled {
      findings.note(error)
    }
    // Its jobs show its state.
    for place in asked.indices where !asked[place].members.isEmpty { asked[place].parent = nil }
  }

  /// Adds the jobs that are not listed to arrays whose listed jobs have all ended.
  mutating func completeTorqueArrays() async throws {
    guard pbs.site.family == .torque else { return }
    let ended = asked.indices.filter { place in
      let job = asked[place]
      // Once an array is over, each of its jobs may have been forgotten.
      if job.members.isEmpty { return job.isArray && job.parent?.state.isFinished == true }
      return job.isArray && job.members.allSatisfy(\.state.isFinished)
    }
    guard !ended.isEmpty else { return }
    if ended.contains(where: { asked[$0].request == nil && asked[$0].reference.array == nil }) {
      do {
        try await look(ListingCommand())
      } catch let error as LauncherError where error.code == .notRecorded {
        // A recording without that listing: then it is not known how many jobs there are.
      }
      // Its jobs show its state; the array itself has only a letter.
      for place in ended { asked[place].parent = nil }
    }
    for place in ended {
      let submitted = asked[place].reference.array ?? asked[place].request.flatMap { try? ArrayIndices(parsing: $0) }
      guard let indices = submitted?.indices else {
        asked[place].hasAllMembers = false
        continue
      }
      let known = Set(asked[place].members.compactMap(\.index))
      for index in indices where !known.contains(index) {
        asked[place].addUnknownTask(index)
      }
    }
  }
}
