import AdapterKit
import FoundationEssentials

/// One look at some jobs: a listing, a question by id for what it lacks, then the jobs' own exit records.
struct PBSPoll<Host: CommandHost> {
  /// More ids than this are not asked for: the whole listing costs the server less.
  static var greatestAsked: Int { 64 }

  let pbs: PBS<Host>
  var findings: PollFindings
  var asked: [AskedJob]
  /// The user's whole listing is being read.
  var wantsAll: Bool
  private var user: String?
  /// The jobs of the whole listing that have been reported.
  private var told: Set<String> = []
  /// Whether the server keeps finished jobs; `nil` as long as it has not said.
  var hasHistory: Bool?
  /// The server's own name, once it has reported it.
  var server: String?
  /// When the last answer was asked for, by the clock of the machine that was asked.
  private var askedAt: Date?
  /// Which of the asked jobs a number may belong to.
  private var places: [String: [Int]] = [:]

  init(_ jobs: [JobReference]?, on pbs: PBS<Host>, to report: JobReporter) {
    self.pbs = pbs
    findings = PollFindings(to: report)
    wantsAll = jobs == nil
    var seen = Set<String>()
    asked = (jobs ?? []).filter { seen.insert($0.id).inserted }.map { AskedJob($0) }
    for place in asked.indices { index(place) }
  }

  private mutating func index(_ place: Int) {
    if let id = asked[place].id { places[id.sequence, default: []].append(place) }
  }

  mutating func run() async throws -> PollAnswer {
    for job in asked where job.id == nil {
      findings.add(
        job.reference.gone("‘\(job.reference.id)’ is not an id of PBS's: write 41, 41.server, 41[] or 41[3]")
      )
    }
    if wantsAll {
      user = try await Self.user(on: pbs)
      try await look(ListingCommand())
      try await lookForTorqueTasks()
    } else if places.count == 1, open.count == 1 {
      try await lookOneByOne(open)
    } else if !places.isEmpty {
      try await lookAtMany()
    }
    try await completeTorqueArrays()
    addMissingTasks()
    settleArrays()
    try await readExitRecords()
    try await findings.send()
    return findings.answer
  }

  /// The asked jobs about which nothing has been reported yet.
  var open: [Int] { asked.indices.filter { asked[$0].id != nil && !asked[$0].isSeen } }

  private static func user(on pbs: PBS<Host>) async throws -> String? {
    guard let answer = try await pbs.runIfPossible(["id", "-un"]), answer.succeeded else { return nil }
    // A site's text at every start of a shell comes before it.
    return answer.output(limit: 4096).split(separator: "\n").last.map(String.init)
  }

  // MARK: One question

  mutating func look(_ command: ListingCommand) async throws {
    let begun = Date()
    let (command, family, answer) = try await pbs.list(command)
    if let interruption = answer.interruption { throw interruption }
    if answer.complaint.contains("not configured to maintain job history") {
      hasHistory = false
    } else if family == .pro, command.history, answer.succeeded || Self.isPartial(answer) {
      hasHistory = hasHistory ?? true
    }
    askedAt = answer.result.begunAt
    // Whatever the exit status: known jobs are also printed with 153 and 35.
    let faults = try await read(answer, command, family, begun)
    try await readAsText(faults, command, family, begun)
    try weigh(answer, command)
  }

  /// Reads an answer; returns what could not be read of it.
  private mutating func read(
    _ answer: CommandAnswer,
    _ command: ListingCommand,
    _ family: PBSFamily,
    _ begun: Date
  ) async throws -> [UnreadableRecord] {
    var faults: [UnreadableRecord] = []
    var reader = try command.reader(family, path: answer.result.stdoutPath)
    let source = command.source(family)
    while let reading = try reader.next() {
      switch reading {
      case .record(let record): take(record, family, source, begun)
      case .unreadable(let fault): if isWanted(fault) { faults.append(fault) }
      }
      try await findings.sendWhenMany()
    }
    if let listing = reader as? JSONListing { server = server ?? listing.server }
    if reader.isCut, answer.succeeded || Self.isPartial(answer) {
      findings.note(LauncherError(.truncatedOutput, "qstat's answer is cut", command: answer.failed))
    }
    return faults
  }

  /// Asks for the text of what could not be read, and reports what is not readable there either.
  private mutating func readAsText(
    _ faults: [UnreadableRecord],
    _ command: ListingCommand,
    _ family: PBSFamily,
    _ begun: Date
  ) async throws {
    guard !faults.isEmpty else { return }
    var left = faults
    if !command.isText {
      var text = command
      text.isText = true
      let ids = faults.compactMap(\.id)
      if ids.count == faults.count, ids.count <= 20 { text.ids = ids }
      var answer = try await pbs.runIfPossible(text.arguments(family))
      if answer == nil, text.history {
        text.history = false
        answer = try await pbs.runIfPossible(text.arguments(family))
      }
      if let answer, answer.interruption == nil {
        var seen = Set<String>()
        var reader = try text.reader(family, path: answer.result.stdoutPath)
        while let reading = try reader.next() {
          guard case .record(let record) = reading else { continue }
          let isNamed = faults.contains { $0.id == record.id }
          guard isNamed || faults.contains(where: { $0.id == nil }) && !isTold(record) else { continue }
          if seen.insert(record.id).inserted { take(record, family, text.source(family), begun) }
        }
        left = faults.filter { fault in fault.id.map { !seen.contains($0) } ?? seen.isEmpty }
      }
    }
    for fault in left {
      findings.add(fault)
      guard let id = fault.id.flatMap({ PBSID($0) }) else {
        findings.hasUnknownRecord = true
        continue
      }
      for place in places[id.sequence] ?? [] where asked[place].id?.isSame(as: id) == true && !asked[place].isSeen {
        asked[place].isSettled = true
        findings.add(asked[place].reference.unreadable(source: command.source(family)))
      }
    }
  }

  /// Judges what got in the way: complaints about single jobs concern only these, all others end the poll.
  private mutating func weigh(_ answer: CommandAnswer, _ command: ListingCommand) throws {
    guard !answer.succeeded else { return }
    var (isTheirs, isOthers, isUnknown) = (false, false, false)
    for line in answer.complaint.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
      switch Failures.code(of: String(line)) {
      case .unknownJob?, .malformedID?:
        isTheirs = true
        for word in line.split(separator: " ") { server = server ?? PBSID(word)?.server }
        for place in open where asked[place].id.map({ Self.names($0, line) }) == true { asked[place].isUnknown = true }
      case .alreadyFinished?: isTheirs = true
      case nil where line.contains("not configured to maintain job history"): isTheirs = true
      case nil: isUnknown = true
      default: isOthers = true
      }
    }
    // A site's text beside complaints about single jobs does not come from the server: the exit status shows that.
    if isTheirs, !isOthers, !isUnknown || Self.isPartial(answer) { return }
    let error = Failures.ofQuery(answer, of: "the queue")
    if findings.jobs.isEmpty, !asked.contains(where: \.isSeen) { throw error }
    findings.note(error)
  }

  /// Whether the exit status is that of complaints about single jobs: unknown, or finished.
  private static func isPartial(_ answer: CommandAnswer) -> Bool { answer.exitCode == 153 || answer.exitCode == 35 }

  /// Whether a complaint ends with a job's id or names it: `qstat: Unknown Job Id 999999.pbs01`.
  private static func names(_ id: PBSID, _ line: Substring) -> Bool {
    line.split(separator: " ").contains { word in PBSID(word).map { id.isSame(as: $0) } ?? false }
  }

  // MARK: What was reported

  private func isWanted(_ fault: UnreadableRecord) -> Bool {
    guard !wantsAll, let id = fault.id.flatMap({ PBSID($0) }) else { return true }
    return (places[id.sequence] ?? []).contains { asked[$0].id?.isRelated(to: id) == true }
  }

  private func isTold(_ record: PBSRecord) -> Bool {
    guard let id = PBSID(record.id) else { return true }
    if wantsAll { return told.contains(record.id) }
    return !(places[id.sequence] ?? []).contains { !asked[$0].isSeen }
  }

  private mutating func take(_ record: PBSRecord, _ family: PBSFamily, _ source: String, _ begun: Date) {
    if wantsAll {
      guard user == nil || record[.jobOwner]?.split(separator: "@").first.map(String.init) == user else { return }
      guard told.insert(record.id).inserted else { return }
      let status = status(record, family, source, begun)
      let isArray = family == .torque && PBSID(record.id)?.part == .array
      if isArray || status.mayNotHaveStarted {
        var job = AskedJob(JobReference(id: record.id))
        job.token = record.token
        job.parent = isArray ? status : nil
        job.pending = isArray ? nil : status
        job.request = record[.arrayIndices]
        asked.append(job)
        index(asked.count - 1)
      } else {
        findings.add(status)
      }
      return
    }
    let digits = String(decoding: record.id.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
    guard let wanted = places[digits], let id = PBSID(record.id) else { return }
    let status = status(record, family, source, begun)
    for place in wanted {
      if asked[place].id?.isSame(as: id) == true { asked[place].request = record[.arrayIndices] }
      if asked[place].id?.isRelated(to: id) == true { asked[place].token = asked[place].token ?? record.token }
      take(status, id, for: place)
    }
  }

  private func status(_ record: PBSRecord, _ family: PBSFamily, _ source: String, _ begun: Date) -> JobStatus {
    var status = record.status(family, source: source, observedAt: begun, askedAt: askedAt, hasHistory: hasHistory)
    if !status.state.isFinished { status.taskCounts = ArrayStatus.counts(record[.arrayCounts]) }
    return status
  }

  private mutating func take(_ status: JobStatus, _ id: PBSID, for place: Int) {
    guard let wanted = asked[place].id, wanted.isRelated(to: id) else { return }
    guard asked[place].fits(status) else {
      // The id was reused: the job asked for is no longer known.
      if wanted.isSame(as: id) { asked[place].isUnknown = true }
      return
    }
    if wanted.isSame(as: id) {
      guard !asked[place].isSeen || asked[place].isArray && asked[place].parent == nil else { return }
      if asked[place].isArray {
        asked[place].parent = status
      } else if status.needsRecord {
        asked[place].pending = status
      } else {
        settle(place, status)
      }
    } else if asked[place].isArray {
      asked[place].add(status)
    }
  }

  mutating func settle(_ place: Int, _ status: JobStatus) {
    asked[place].isSettled = true
    var status = status
    status.id = asked[place].reference.id
    findings.add(status)
  }
}
