import AdapterKit

extension LSFPoll {
  // MARK: bjobs

  mutating func readList(_ ids: [String]) async throws {
    do {
      try await readJobs(ids)
    } catch let error as LauncherError where error.code == .notRecorded {
      // A recording may hold jobs one by one, and all of an array's elements together.
      let others = ids.count > 1 ? ids : ids.compactMap { LSFID($0) }.filter { $0.index != nil }.map { "\($0.number)" }
      guard !others.isEmpty else { throw error }
      for id in others { try await readList([id]) }
    } catch is RefusedList where ids.count > 1 {
      // The refusal only says something about the one member that was refused.
      try await readList(Array(ids[..<(ids.count / 2)]))
      try await readList(Array(ids[(ids.count / 2)...]))
    } catch let refusal as RefusedList {
      findings.note(refusal.error)
    }
  }

  /// The list of ids was refused, and nothing was said about any of them.
  private struct RefusedList: Error { let error: LauncherError }

  mutating func readJobs(_ ids: [String]?) async throws {
    let (form, answer) = try await Listings(lsf: lsf, memory: memory).jobs(ids)
    self.form = form
    var count = 0
    var hasList = false
    var isCut = false
    if form.isJSON {
      var listing = try JSONListing(path: answer.result.stdoutPath, observedAt: answer.begunAt)
      while let record = try listing.next() {
        count += 1
        switch record {
        case .job(let row): take(row)
        case .missing(let id): answered.insert(id.number)
        case .unreadable(let fault, let id): take(fault, id)
        }
        try await keepFlat()
      }
      hasList = listing.hasRecords
      isCut = listing.isCut
    } else {
      let (stories, ends) = try JobStory.read(path: answer.result.stdoutPath, observedAt: answer.begunAt)
      for story in stories {
        count += 1
        take(BjobsRow(story, observedAt: answer.begunAt))
        try await keepFlat()
      }
      isCut = ends && !stories.isEmpty
    }
    try check(answer, ids, rows: count, hasList: hasList)
    if isCut { findings.note(LauncherError(.truncatedOutput, "bjobs' answer is cut", command: answer.failed)) }
  }

  /// Checks the messages beside the rows. The exit code says nothing: 255 with good rows, 0 without any, 254 for
  /// nothing to show.
  ///
  /// - Throws: `LauncherError` if nothing was answered; `RefusedList` if the ids were refused.
  mutating func check(_ answer: CommandAnswer, _ ids: [String]?, rows: Int, hasList: Bool) throws {
    // What a client prints while it waits does not matter if rows follow; if nothing came, it may be the only message.
    let complaint = rows > 0 ? Failures.withoutWaiting(answer.complaint) : answer.complaint
    let said = rows > 0 || hasList ? complaint : complaint + "\n" + answer.output(limit: 65_536)
    noteMissing(said + (form.isJSON || rows == 0 ? "" : "\n" + answer.output(limit: 1 << 20)))
    let code = Failures.code(of: said)
    if answer.exitCode == nil { throw Failures.ofQuery(answer, of: "the jobs") }
    if rows == 0, code == .malformedID, ids != nil {
      throw RefusedList(error: Failures.ofQuery(answer, of: "the jobs"))
    }
    if rows == 0 {
      let isSilent = complaint.allSatisfy(\.isWhitespace)
      // A list of all may be empty, whatever a site writes beside it.
      let isSilentList =
        hasList && code == nil && (isSilent && ids == nil || answer.succeeded && (isSilent || ids == nil))
      guard Failures.isNothing(said) || isSilentList else {
        guard hasList, code != nil else { throw Failures.ofQuery(answer, of: "the jobs") }
        // Seen while mbatchd is down: an empty list, and on standard error that it does not answer.
        findings.note(Failures.ofQuery(answer, of: "the jobs"))
        return
      }
      // If nothing at all is known of a list, none of its members is known.
      for id in ids ?? [] { if let id = LSFID(id) { answered.insert(id.number) } }
    }
    let isFailure = code.map { $0 != .unknownJob } ?? false
    if isFailure { findings.note(Failures.ofQuery(answer, of: "some of the jobs")) }
  }

  /// Notes the jobs that are reported as not known: `Job <999999> is not found`.
  mutating func noteMissing(_ text: String) {
    for line in text.split(separator: "\n") where line.hasPrefix("Job <") {
      guard let end = line.firstRange(of: "> is not found") ?? line.firstRange(of: ">: No matching job found") else {
        continue
      }
      if let id = LSFID(String(line[..<end.lowerBound].dropFirst(5))) { answered.insert(id.number) }
    }
  }
}
