import AdapterKit

/// The end of a poll: arrays, and jobs of which only their exit records tell.
extension PBSPoll {
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
    guard !left.isEmpty, problem == nil, !hasUnknownRecord else { return }
    let records = try await exitRecords(for: left)
    for place in left {
      let job = asked[place]
      let mine = (records[job.id?.sequence ?? ""] ?? []).filter { job.fits($0) }
      if job.isArray {
        settleArray(place, with: mine)
      } else if let record = mine.first(where: { $0.id == job.id?.recordName }) {
        settle(place, job.pending.map { record.added(to: $0) } ?? record.status(id: job.reference.id))
      } else if let pending = job.pending {
        settle(place, pending)
      } else {
        settleMissing(place)
      }
    }
  }

  /// A job is gone when the server says that it does not know it; that it says nothing of it means nothing.
  private mutating func settleMissing(_ place: Int) {
    guard !asked[place].isUnknown else { return settle(place, asked[place].missing(whyGone)) }
    problem = AdapterError(
      .unreadableOutput,
      "qstat told nothing of job \(asked[place].reference.id), not even that the server does not know it"
    )
  }

  private mutating func settleArray(_ place: Int, with records: [ExitRecord]) {
    let id = asked[place].reference.id
    guard let sequence = asked[place].id?.sequence else { return }
    var byName: [String: ExitRecord] = [:]
    for record in records where record.id != sequence { byName[record.id] = record }
    if !asked[place].isSeen {
      guard !byName.isEmpty else { return settleMissing(place) }
      for record in byName.values {
        guard let index = record.id.split(separator: "_").last.flatMap({ Int($0) }) else { continue }
        var status = record.status(id: id.replacing("[]", with: "[\(index)]"))
        status.index = index
        asked[place].add(status)
      }
    } else {
      for member in asked[place].members where member.needsRecord {
        guard let index = member.index, let record = byName["\(sequence)_\(index)"] else { continue }
        asked[place].replace(record.added(to: member))
      }
    }
    settleArray(place)
  }

  private var whyGone: String {
    let server = hasHistory ? "the server does not know it" : "the server does not know it, and keeps no finished jobs"
    return "\(server); it left no exit record"
  }

  private func exitRecords(for places: [Int]) async throws -> [String: [ExitRecord]] {
    var records: [String: [ExitRecord]] = [:]
    let names = Set(places.compactMap { asked[$0].id?.recordName }).sorted()
    for start in stride(from: 0, to: names.count, by: 2000) {
      let command = ExitRecord.command(ids: Array(names[start..<min(names.count, start + 2000)]), server: nil)
      let answer: CommandAnswer
      do {
        answer = try await pbs.host.answer(to: command)
      } catch let error as AdapterError where error.code == .notRecorded {
        // A recording made by other means has none.
        return records
      }
      guard answer.succeeded else { continue }
      for record in ExitRecord.parse(answer.output(limit: 1 << 26)) {
        records[String(record.id.prefix { $0.isNumber }), default: []].append(record)
      }
    }
    return records
  }
}

extension ExitRecord {
  /// A status with the end that the record tells.
  func added(to status: JobStatus) -> JobStatus {
    let told = self.status(id: status.id)
    var status = status
    status.state = told.state
    status.exitStatus = told.exitStatus
    status.reason = told.reason
    status.startedAt = told.startedAt ?? status.startedAt
    status.endedAt = told.endedAt ?? status.endedAt
    status.source = told.source
    return status
  }
}
