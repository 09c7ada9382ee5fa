import AdapterKit
import FoundationEssentials

/// One look at some jobs: `bjobs`, `bjobs -UF` for what its fields do not tell, `bhist` for who ended a job and for jobs
/// that `bjobs` has forgotten, then the jobs' own exit records.
struct LSFPoll<Host: CommandHost> {
  private let lsf: LSF<Host>
  private let memory: ServerMemory
  private let report: JobReporter
  private var asked: [AskedJob]
  /// The user's whole listing was asked for.
  private let wantsAll: Bool
  /// One job alone was asked for: where its files are is wanted too.
  private let wantsFiles: Bool
  /// Only `bjobs` is asked, for where the jobs are by now.
  private let isQuick: Bool
  private let begun = Date()
  private var cluster: String?
  private var batch: [JobStatus] = []
  private var unreadable: [UnreadableRecord] = []
  private var problem: AdapterError?
  private var hasUnknownRecord = false
  /// The numbers of jobs, or of arrays' elements, whose records could not be read.
  private var unreadNumbers: Set<Int> = []
  /// By number, which of the asked jobs it may belong to.
  private var places: [Int: [Int]] = [:]
  /// Rows of arrays, when everything is listed.
  private var groups: [Int: [Int: BjobsRow]] = [:]
  /// Rows that wait for what other commands tell of them.
  private var waiting: [BjobsRow] = []
  /// The form of the listing.
  private var form = JobListing.basicJSON

  /// So many rows wait at the most, so that memory stays flat.
  private static var greatestWaiting: Int { 500 }

  init(
    _ jobs: [JobReference]?,
    on lsf: LSF<Host>,
    memory: ServerMemory,
    wantsFiles: Bool = false,
    isQuick: Bool = false,
    to report: JobReporter
  ) {
    self.lsf = lsf
    self.memory = memory
    self.report = report
    wantsAll = jobs == nil
    self.wantsFiles = wantsFiles
    self.isQuick = isQuick
    asked = (jobs ?? []).map { AskedJob($0) }
    for (place, job) in asked.enumerated() {
      if let id = job.id { places[id.number, default: []].append(place) }
    }
  }

  mutating func run() async throws -> PollAnswer {
    for job in asked where job.id == nil {
      batch.append(job.missing("‘\(job.reference.id)’ is not an id of LSF's: write 34 or 34[3]"))
    }
    if wantsAll || !places.isEmpty {
      cluster = await memory.server(on: lsf.host).cluster
      if wantsAll { try await readJobs(nil) }
      for list in JobListing.lists(of: wantedIDs) { try await readList(list) }
      try await explainWaiting()
      if wantsAll { try await reportGroups() } else { try await settleAsked() }
    }
    try await flush()
    return PollAnswer(complete: problem == nil && !hasUnknownRecord, problem: problem)
  }

  /// An array's elements by their own ids, unless it is asked for as a whole too, or they are many.
  private var wantedIDs: [String] {
    places.sorted { $0.key < $1.key }.flatMap { number, jobs -> [String] in
      let ids = jobs.compactMap { asked[$0].id }
      if ids.count > 20 || ids.contains(where: { $0.index == nil }) { return ["\(number)"] }
      return Set(ids).sorted { $0.index ?? 0 < $1.index ?? 0 }.map(\.text)
    }
  }

  private mutating func flush() async throws {
    if let cluster { for place in batch.indices where batch[place].server == nil { batch[place].server = cluster } }
    try await report(batch, unreadable: unreadable)
    batch.removeAll(keepingCapacity: true)
    unreadable = []
  }

  // MARK: bjobs

  private mutating func readList(_ ids: [String]) async throws {
    do {
      try await readJobs(ids)
    } catch let error as AdapterError where error.code == .notRecorded {
      // A recording may hold jobs one by one, and an array's elements all together.
      let others = ids.count > 1 ? ids : ids.compactMap { LSFID($0) }.filter { $0.index != nil }.map { "\($0.number)" }
      guard !others.isEmpty else { throw error }
      for id in others { try await readList([id]) }
    }
  }

  private mutating func readJobs(_ ids: [String]?) async throws {
    let (form, answer) = try await Listings(lsf: lsf, memory: memory).jobs(ids)
    self.form = form
    var count = 0
    var isCut = false
    if form.isJSON {
      var listing = try JSONListing(path: answer.result.stdoutPath, observedAt: answer.begunAt)
      while let record = try listing.next() {
        count += 1
        switch record {
        case .job(let row): take(row)
        case .missing: break
        case .unreadable(let fault, let id): take(fault, id)
        }
        try await keepFlat()
      }
      if listing.hasRecords { count += 1 }
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
    // The exit code says nothing: 255 with good rows, 0 without any, 254 for nothing to show.
    let said =
      count > 0 ? Failures.withoutWaiting(answer.complaint) : answer.complaint + "\n" + answer.output(limit: 65_536)
    let failure = Failures.code(of: said).flatMap { $0 == .unknownJob ? nil : $0 }
    if answer.exitCode == nil || count == 0 && (failure != nil || !Failures.isNothing(said)) {
      throw Failures.ofQuery(answer, of: "the jobs")
    }
    if isCut { problem = AdapterError(.truncatedOutput, "bjobs' answer is cut", command: answer.failed) }
    if failure != nil, problem == nil { problem = Failures.ofQuery(answer, of: "some of the jobs") }
  }

  private mutating func keepFlat() async throws {
    if waiting.count >= Self.greatestWaiting { try await explainWaiting() }
    guard batch.count + unreadable.count >= 250 else { return }
    try Task.checkCancellation()
    try await flush()
  }

  private mutating func take(_ row: BjobsRow) {
    guard wantsAll || places[row.id.number] != nil else { return }
    if needsStory(row) { waiting.append(row) } else { settle(row) }
  }

  /// Whether other commands know more of a row: what a job waits for, and how one ended that did not end well.
  private func needsStory(_ row: BjobsRow) -> Bool {
    if form.isJSON, wantsFiles, row.id.index == nil || asked.first?.id?.index != nil { return true }
    if isQuick { return false }
    switch row.meaning {
    case .exit: return isUnexplained(row) || row.status.mayHaveRecord
    case .pending, .present(.held), .present(.suspended): return form == .basicJSON || form == .leastJSON
    case .done, .present, .lost, nil: return false
    }
  }

  /// Whether nothing told why a job ended. IBM LSF tells reasons in fields: a code without one is the job's own.
  private func isUnexplained(_ row: BjobsRow) -> Bool {
    row.isExit && !row.ending.isExplained && (form != .extendedJSON || row.ending.code == nil)
  }

  private mutating func settle(_ row: BjobsRow) {
    if wantsAll {
      if let index = row.id.index { groups[row.id.number, default: [:]][index] = row } else { batch.append(row.status) }
      return
    }
    for place in places[row.id.number] ?? [] where asked[place].fits(row.status.submittedAt) {
      if asked[place].id == row.id {
        asked[place].row = row
      } else if asked[place].id?.index == nil, let index = row.id.index {
        asked[place].elements[index] = row
      }
    }
  }

  private mutating func take(_ fault: UnreadableRecord, _ id: LSFID?) {
    if !wantsAll, let id, places[id.number] == nil { return }
    unreadable.append(fault)
    guard let id else {
      hasUnknownRecord = true
      return
    }
    unreadNumbers.insert(id.number)
    for place in places[id.number] ?? [] where asked[place].id?.number == id.number && !asked[place].isSettled {
      // An element of an array that cannot be told apart from the others leaves all of them open.
      guard asked[place].id?.index == nil, asked[place].elements.isEmpty else {
        hasUnknownRecord = true
        continue
      }
      asked[place].isSettled = true
      var status = JobStatus(id: asked[place].reference.id, state: .unknown(.unreadable))
      status.source = "bjobs"
      batch.append(status)
    }
  }

  // MARK: What the fields do not tell

  private mutating func explainWaiting() async throws {
    guard !waiting.isEmpty else { return }
    var rows = waiting
    waiting = []
    let listings = Listings(lsf: lsf, memory: memory)
    let untold = form.isJSON ? rows.filter { wantsFiles || !$0.isExit || isUnexplained($0) } : []
    let stories = untold.isEmpty ? [:] : await listings.stories(of: Self.ids(of: untold))
    for place in rows.indices { if let story = stories[rows[place].id] { rows[place].take(story) } }
    var unexplained = rows.indices.filter { isUnexplained(rows[$0]) }
    // bhist reads a file that the daemon writes, and may be behind it: once more for those that it has no end of.
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
    let records = await listings.exitRecords(of: Set(open.map(\.id.number)))
    for place in rows.indices where rows[place].status.mayHaveRecord {
      if let record = records[rows[place].id] { rows[place].status.take(from: record) }
    }
    for row in rows { settle(row) }
  }

  /// Arrays as a whole where several of their elements are meant.
  private static func ids(of rows: [BjobsRow]) -> [String] {
    var numbers: [Int: [LSFID]] = [:]
    for row in rows { numbers[row.id.number, default: []].append(row.id) }
    return numbers.sorted { $0.key < $1.key }.map { number, ids in ids.count == 1 ? ids[0].text : "\(number)" }
  }

  // MARK: The answer

  private mutating func reportGroups() async throws {
    for (number, rows) in groups.sorted(by: { $0.key < $1.key }) {
      let status = Elements.status(id: "\(number)", rows.mapValues(\.status))
      // What could not be read may be an element that still goes on.
      if status.state.isFinished, !isWhole || unreadNumbers.contains(number) { continue }
      batch.append(status)
      if batch.count >= 50 { try await flush() }
    }
  }

  private mutating func settleAsked() async throws {
    let open = asked.filter { job in
      !isQuick && job.id != nil && !job.isSettled && (job.row == nil && job.elements.isEmpty || job.mayLackElements)
    }
    let listings = Listings(lsf: lsf, memory: memory)
    let unknown = open.filter { $0.row == nil && $0.elements.isEmpty }
    let past = await PastJobs(
      Set(open.compactMap(\.id)),
      unknown: Set(unknown.compactMap(\.id)),
      in: listings,
      observedAt: begun
    )
    let isWhole = isWhole
    for job in asked where job.id != nil && !job.isSettled {
      if let status = past.status(of: job, isWhole: isWhole) {
        batch.append(status)
        if batch.count >= 250 { try await flush() }
      } else {
        hasUnknownRecord = true
        problem = problem ?? past.fault
      }
    }
  }

  /// Whether all of what `bjobs` said was read.
  private var isWhole: Bool { problem == nil && !hasUnknownRecord }
}
