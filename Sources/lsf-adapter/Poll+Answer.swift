import AdapterKit
import FoundationEssentials

extension LSFPoll {
  // MARK: What the fields do not show

  mutating func explainWaiting() async throws {
    guard !waiting.isEmpty else { return }
    var rows = waiting
    waiting = []
    let listings = Listings(lsf: lsf, memory: memory)
    let untold = form.isJSON ? rows.filter { wantsFiles || !$0.isExit || isUnexplained($0) } : []
    let stories = untold.isEmpty ? [:] : await listings.stories(of: Self.ids(of: untold))
    for place in rows.indices { if let story = stories[rows[place].id] { rows[place].take(story) } }
    var unexplained = rows.indices.filter { isUnexplained(rows[$0]) }
    // bhist reads a file that the daemon writes, and an end may not be in it yet: it is asked once more for jobs
    // without an end.
    for _ in 0..<2 where !unexplained.isEmpty {
      let ids = Self.ids(of: unexplained.map { rows[$0] })
      guard let history = try? await listings.history(of: ids) else { break }
      unexplained.removeAll { place in
        guard let story = history[rows[place].id] else { return true }
        guard story.succeeded != nil else { return false }
        rows[place].take(story)
        return true
      }
    }
    let open = rows.filter { $0.status.mayHaveRecord }
    // They add to an end that LSF reports: without them, that end remains.
    let records = open.isEmpty ? nil : try? await listings.exitRecords(of: Set(open.map(\.id.number)))
    for place in rows.indices where rows[place].status.mayHaveRecord {
      let row = rows[place]
      let owner = JobRecords.Owner(
        reference: (places[row.id.number] ?? []).first { asked[$0].fits(row.status.submittedAt) }
          .map { asked[$0].reference },
        token: stories[row.id]?.command.flatMap(JobFiles.token),
        name: row.status.name,
        submittedAt: row.status.submittedAt
      )
      if let record = records?.record(of: row.id, owner) { rows[place].status.take(from: record) }
    }
    for row in rows { settle(row) }
  }

  /// Arrays as a whole if several of their elements are meant.
  static func ids(of rows: [BjobsRow]) -> [String] {
    var numbers: [Int: [LSFID]] = [:]
    for row in rows { numbers[row.id.number, default: []].append(row.id) }
    return numbers.sorted { $0.key < $1.key }.map { number, ids in ids.count == 1 ? ids[0].text : "\(number)" }
  }

  // MARK: The answer

  /// Reports the arrays of a listing of all jobs. Elements disappear from `bjobs` one by one, so an array that seems to
  /// be over is completed first.
  mutating func reportGroups() async throws {
    let arrays = groups.sorted { $0.key < $1.key }.map { number, rows in
      var job = AskedJob(JobReference(id: "\(number)"))
      job.elements = rows
      return job
    }
    let past = await PastJobs(
      arrays.filter(\.mayLackElements),
      in: Listings(lsf: lsf, memory: memory),
      observedAt: begun
    )
    for array in arrays {
      let number = array.id?.number ?? 0
      if array.mayLackElements {
        let isRead = findings.isWhole && !unreadNumbers.contains(number)
        if let status = past.status(of: array, isWhole: isRead) {
          findings.add(status)
        } else {
          findings.hasUnknownRecord = true
          findings.note(past.fault)
        }
      } else {
        let elements = array.elements.mapValues(\.status)
        findings.add(Elements.status(id: "\(number)", elements, saysReasons: server.flavour == .ibm))
      }
      try await findings.sendWhenMany()
    }
  }

  mutating func settleAsked() async throws {
    for place in asked.indices where asked[place].id != nil && !asked[place].isSettled {
      guard asked[place].row == nil, asked[place].elements.isEmpty, let id = asked[place].id else { continue }
      // Silence is not an answer.
      if !answered.contains(id.number) {
        findings.note(LauncherError(.unreadableOutput, "bjobs did not say anything about job \(id.text)"))
      }
    }
    let open = asked.filter { job in
      !isQuick && job.id != nil && !job.isSettled && (job.row == nil && job.elements.isEmpty || job.mayLackElements)
    }
    let past = await PastJobs(open, in: Listings(lsf: lsf, memory: memory), observedAt: begun)
    let isWhole = findings.isWhole
    for job in asked where job.id != nil && !job.isSettled {
      if let status = past.status(of: job, isWhole: isWhole) {
        findings.add(status)
        try await findings.sendWhenMany()
      } else {
        findings.hasUnknownRecord = true
        findings.note(past.fault)
      }
    }
  }
}
