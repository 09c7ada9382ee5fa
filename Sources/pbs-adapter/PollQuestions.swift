import AdapterKit

/// Which questions a poll asks, and in which order.
extension PBSPoll {
  /// Several jobs: one listing, then what it lacks. A host that cannot list, like a recording without a listing, is
  /// asked by ids.
  mutating func lookAtMany() async throws {
    let refusal = try await refusalOfListing()
    if let refusal, open.count > Self.greatestAsked { throw refusal }
    do {
      try await lookForMissing()
    } catch let error as LauncherError where error.code != .cancelled {
      if error.code == .notRecorded, !asked.contains(where: \.isSeen) { throw refusal ?? error }
      // What was reported remains valid.
      findings.note(error)
    }
  }

  private mutating func refusalOfListing() async throws -> LauncherError? {
    do {
      try await look(ListingCommand(tasks: open.contains { asked[$0].id?.part != PBSID.Part.none }))
      return nil
    } catch let error as LauncherError where error.code == .notRecorded {
      return error
    }
  }

  /// Jobs that have left the listing: by id if they are few, else with all finished jobs.
  private mutating func lookForMissing() async throws {
    guard findings.problem == nil, !open.isEmpty else { return }
    if open.count > Self.greatestAsked {
      let tasks = open.contains { asked[$0].id?.part != PBSID.Part.none }
      if pbs.site.family != .torque { try await look(ListingCommand(history: true, tasks: tasks)) }
      // Both listings were read to their ends.
      for place in open where findings.problem == nil { asked[place].isUnknown = true }
      return
    }
    var isAnswered = true
    for history in [true, false] where history || hasHistory == false || !isAnswered {
      let plain = open.filter { !asked[$0].isArray && !asked[$0].isUnknown }
      guard plain.count > 1 else { break }
      let ids = plain.map { asked[$0].reference.id }
      isAnswered = try await lookIfPossible(ListingCommand(ids: ids, history: history))
    }
    // A server of April 2026 answers the first id only, and says nothing about the others.
    try await lookOneByOne(open.filter { !asked[$0].isUnknown })
  }

  mutating func lookOneByOne(_ places: [Int]) async throws {
    for place in places where findings.problem == nil && !asked[place].isSeen {
      let ids = [asked[place].reference.id]
      var isAnswered = false
      // An array with its jobs; the array alone only for a host that cannot list them.
      for tasks in asked[place].isArray ? [true, false] : [false] where !isAnswered {
        if hasHistory != false {
          isAnswered = try await lookIfPossible(ListingCommand(ids: ids, history: true, tasks: tasks))
        }
        // Without history, `-x` does not even show running jobs.
        if !asked[place].isSeen, hasHistory == false || !isAnswered {
          isAnswered = try await lookIfPossible(ListingCommand(ids: ids, tasks: tasks)) || isAnswered
        }
      }
      if !isAnswered { try await look(ListingCommand(history: true, tasks: asked[place].isArray)) }
    }
  }

  /// Asks a question; `false` when this host cannot answer it, like a recording without it.
  mutating func lookIfPossible(_ command: ListingCommand) async throws -> Bool {
    do {
      try await look(command)
      return true
    } catch let error as LauncherError where error.code == .notRecorded {
      return false
    }
  }
}
