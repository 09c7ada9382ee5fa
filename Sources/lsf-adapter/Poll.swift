import AdapterKit
import FoundationEssentials

/// One look at some jobs: `bjobs`, `bjobs -UF` for what its fields do not show, `bhist` for who ended a job and for
/// jobs that `bjobs` has forgotten, then the jobs' own exit records.
struct LSFPoll<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory
  var findings: PollFindings
  var asked: [AskedJob]
  /// The user's whole listing was asked for.
  let wantsAll: Bool
  /// Only one job was asked for: the location of its files is wanted too.
  let wantsFiles: Bool
  /// Only `bjobs` is asked, for the present states of the jobs.
  let isQuick: Bool
  let begun = Date()
  var server = LSFServer()
  /// The numbers of jobs, or of arrays' elements, whose records could not be read.
  var unreadNumbers: Set<Int> = []
  /// The numbers about which `bjobs` reported anything: a row, or that it has none.
  var answered: Set<Int> = []
  /// Which of the asked jobs a number may belong to.
  var places: [Int: [Int]] = [:]
  /// Rows of arrays, when everything is listed.
  var groups: [Int: [Int: BjobsRow]] = [:]
  /// Rows that wait for what other commands report about them.
  var waiting: [BjobsRow] = []
  /// The form of the listing.
  var form = JobListing.basicJSON

  /// At most this many rows wait, so that memory use stays constant.
  static var greatestWaiting: Int { 500 }

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
    findings = PollFindings(to: report)
    wantsAll = jobs == nil
    self.wantsFiles = wantsFiles
    self.isQuick = isQuick
    asked = (jobs ?? []).map { AskedJob($0) }
    for (place, job) in asked.enumerated() {
      if let id = job.id { places[id.number, default: []].append(place) }
    }
  }

  mutating func run() async throws -> PollAnswer {
    for job in asked where job.id == nil { findings.add(job.reference.gone(LSFID.complaint(about: job.reference.id))) }
    if wantsAll || !places.isEmpty {
      server = await memory.server(on: lsf.host)
      findings.server = server.cluster
      passOverOthers()
      if wantsAll { try await readJobs(nil) }
      for list in IDLists.split(wantedIDs) { try await readList(list) }
      try await explainWaiting()
      if wantsAll { try await reportGroups() } else { try await settleAsked() }
    }
    try await findings.send()
    return findings.answer
  }

  /// Reports jobs that cannot be meant here: those of another cluster, whose numbers this one assigns too, and elements
  /// that this server would confuse with others.
  mutating func passOverOthers() {
    for place in asked.indices {
      guard let id = asked[place].id else { continue }
      if let objection = server.objection(to: asked[place].reference) {
        var status = asked[place].reference.gone(objection)
        status.state = .unknown(.unreachable)
        findings.add(status)
      } else if !id.isPossible(on: server.flavour) {
        findings.add(asked[place].reference.gone(LSFID.complaint(about: asked[place].reference.id)))
      } else {
        continue
      }
      asked[place].isSettled = true
      places[id.number]?.removeAll { $0 == place }
      if places[id.number]?.isEmpty == true { places[id.number] = nil }
    }
  }

  /// An array's elements by their own ids, unless it is asked for as a whole too, or there are many.
  var wantedIDs: [String] {
    places.sorted { $0.key < $1.key }.flatMap { number, jobs -> [String] in
      let ids = jobs.compactMap { asked[$0].id }
      if ids.count > 20 || ids.contains(where: { $0.index == nil }) { return ["\(number)"] }
      return Set(ids).sorted { $0.index ?? 0 < $1.index ?? 0 }.map(\.text)
    }
  }

  // MARK: Rows

  mutating func keepFlat() async throws {
    if waiting.count >= Self.greatestWaiting { try await explainWaiting() }
    try await findings.sendWhenMany()
  }

  mutating func take(_ row: BjobsRow) {
    answered.insert(row.id.number)
    guard wantsAll || places[row.id.number] != nil else { return }
    if needsStory(row) { waiting.append(row) } else { settle(row) }
  }

  /// Whether other commands know more about a row: what a job waits for, and how one ended that did not end well.
  func needsStory(_ row: BjobsRow) -> Bool {
    if form.isJSON, wantsFiles, row.id.index == nil || asked.first?.id?.index != nil { return true }
    if isQuick { return false }
    switch row.meaning {
    case .exit: return isUnexplained(row) || row.status.mayHaveRecord
    case .pending, .present(.held), .present(.suspended): return form == .basicJSON || form == .leastJSON
    case .done, .present, .lost, nil: return false
    }
  }

  /// Whether nothing has explained why a job ended. IBM LSF reports reasons in fields: a code without a reason is the
  /// job's own.
  func isUnexplained(_ row: BjobsRow) -> Bool {
    row.isExit && !row.ending.isExplained && (form != .extendedJSON || row.ending.code == nil)
  }

  mutating func settle(_ row: BjobsRow) {
    if wantsAll {
      if let index = row.id.index { groups[row.id.number, default: [:]][index] = row } else { findings.add(row.status) }
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

  mutating func take(_ fault: UnreadableRecord, _ id: LSFID?) {
    if !wantsAll, let id, places[id.number] == nil { return }
    findings.add(fault)
    guard let id else {
      findings.hasUnknownRecord = true
      return
    }
    unreadNumbers.insert(id.number)
    for place in places[id.number] ?? [] where asked[place].id?.number == id.number && !asked[place].isSettled {
      // An element of an array that cannot be distinguished from the others leaves all of them open.
      guard asked[place].id?.index == nil, asked[place].elements.isEmpty else {
        findings.hasUnknownRecord = true
        continue
      }
      asked[place].isSettled = true
      findings.add(asked[place].reference.unreadable(source: "bjobs"))
    }
  }
}
