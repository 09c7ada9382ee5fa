import AdapterKit

/// The end of a poll: arrays, and jobs that only their exit records show.
extension PBSPoll {
  /// Adds the jobs of an array that were submitted and that no source reports, if the reference names them all.
  mutating func addMissingTasks() {
    for place in asked.indices where asked[place].isArray && !asked[place].isSettled {
      let job = asked[place]
      guard let submitted = job.reference.array, job.parent?.state.isFinished == true || !job.members.isEmpty else {
        continue
      }
      let known = Set(job.members.compactMap(\.index))
      for index in submitted.indices where !known.contains(index) { asked[place].addUnknownTask(index) }
    }
  }

  mutating func settleArrays() {
    for place in asked.indices where asked[place].isArray && asked[place].isSeen && !asked[place].isSettled {
      if asked[place].members.contains(where: \.needsRecord) { continue }
      settleArray(place)
    }
  }

  private mutating func settleArray(_ place: Int) {
    let job = asked[place]
    let status = ArrayStatus.make(id: job.reference.id, parent: job.parent, members: job.members)
    settle(place, job.hasAllMembers ? status : status.ofIncompleteArray())
  }

  mutating func readExitRecords() async throws {
    let left = asked.indices.filter { asked[$0].id != nil && !asked[$0].isSettled }
    guard !left.isEmpty else { return }
    var records: [String: [ExitRecord]] = [:]
    if findings.isWhole {
      do {
        records = try await exitRecords(for: left)
      } catch let error as LauncherError where error.code != .cancelled {
        findings.note(error)
      }
    }
    if findings.isWhole { try await learnHistory(left, records) }
    for place in left {
      let job = asked[place]
      let mine = (records[job.id?.sequence ?? ""] ?? []).filter { job.fits($0, server: server) }
      if job.isArray {
        let isKnown = !job.members.isEmpty && job.members.allSatisfy(\.isKnown)
        if findings.isWhole || isKnown { settleArray(place, with: mine) }
      } else if let record = mine.first(where: { $0.id == job.id?.recordName }) {
        let name = named(record)
        settle(place, job.pending.map { name.added(to: $0) } ?? name.status(id: job.reference.id))
      } else if let pending = job.pending, findings.isWhole || pending.isKnown {
        settle(place, pending)
      } else if findings.isWhole {
        settleMissing(place)
      }
    }
  }

  /// Asks whether the server keeps history, if the ends of some jobs of arrays depend on it.
  private mutating func learnHistory(_ places: [Int], _ records: [String: [ExitRecord]]) async throws {
    guard hasHistory != false, pbs.site.family == .pro else { return }
    let doubtful = places.filter { place in
      let job = asked[place]
      let known = Set((records[job.id?.sequence ?? ""] ?? []).filter { job.fits($0, server: server) }.map(\.id))
      return (job.members + [job.pending].compactMap { $0 }).contains { status in
        status.isSubjobWithoutTrace && !known.contains(PBSID(status.id)?.recordName ?? "")
      }
    }
    guard !doubtful.isEmpty else { return }
    if hasHistory == nil, let answer = try await pbs.runIfPossible(["qstat", "-Bf"]), answer.succeeded {
      hasHistory = ServerSettings.first(in: answer.output(limit: 1 << 20))["job_history_enable"] == "True"
    }
    guard hasHistory == true else { return }
    for place in doubtful {
      for member in asked[place].members where member.isSubjobWithoutTrace {
        asked[place].replace(member.cancelledWhileWaiting)
      }
      if let pending = asked[place].pending, pending.isSubjobWithoutTrace {
        asked[place].pending = pending.cancelledWhileWaiting
      }
    }
  }

  /// A job is gone when the server reports that it does not know it; silence about it means nothing.
  private mutating func settleMissing(_ place: Int) {
    guard !asked[place].isUnknown else { return settle(place, asked[place].reference.gone(whyGone)) }
    findings.note(
      LauncherError(
        .unreadableOutput,
        "qstat said nothing of job \(asked[place].reference.id), not even that the server does not know it"
      )
    )
  }

  private mutating func settleArray(_ place: Int, with records: [ExitRecord]) {
    let id = asked[place].reference.id
    guard let sequence = asked[place].id?.sequence else { return }
    var byName: [String: ExitRecord] = [:]
    for record in records where record.id != sequence { byName[record.id] = named(record) }
    if !asked[place].isSeen {
      guard !byName.isEmpty else { return settleMissing(place) }
      for record in byName.values {
        guard let index = record.id.split(separator: "_").last.flatMap({ Int($0) }) else { continue }
        var status = record.status(id: id.replacing("[]", with: "[\(index)]"))
        status.index = index
        asked[place].add(status)
      }
      // Only the reference says how many jobs it has.
      asked[place].hasAllMembers = asked[place].reference.array != nil
      addMissingTasks()
    } else {
      for member in asked[place].members where member.needsRecord {
        guard let index = member.index, let record = byName["\(sequence)_\(index)"] else { continue }
        asked[place].replace(record.added(to: member))
      }
    }
    settleArray(place)
  }

  /// A record with the name that the job was submitted with: Torque adds its index to that of an array's job.
  private func named(_ record: ExitRecord) -> ExitRecord {
    guard pbs.site.family == .torque, let mark = record.id.lastIndex(of: "_"), let name = record.name else {
      return record
    }
    let suffix = "-" + record.id[record.id.index(after: mark)...]
    guard name.hasSuffix(suffix) else { return record }
    var record = record
    record.name = String(name.dropLast(suffix.count))
    return record
  }

  private var whyGone: String {
    let server =
      hasHistory == false ? "the server does not know it, and keeps no finished jobs" : "the server does not know it"
    return "\(server); no exit record that is certainly its own was found"
  }

  private mutating func exitRecords(for places: [Int]) async throws -> [String: [ExitRecord]] {
    let names = Set(places.compactMap { asked[$0].id?.recordName }).sorted()
    let found = try await ExitRecord.records(of: names, server: nil, on: pbs.host, failure: Failures.ofRecords)
    // A job is not gone because a home folder did not respond.
    findings.note(found.fault)
    return Dictionary(grouping: found.records) { String($0.id.prefix { $0.isNumber }) }
  }
}
