import AdapterKit
import FoundationEssentials

/// One look at some jobs: `qstat`, then, for those that it does not know, their exit records and their logs.
struct CobaltPoll<Host: CommandHost> {
  private let cobalt: Cobalt<Host>
  private var findings: PollFindings
  private var asked: [AskedJob]
  /// The user's whole listing was asked for.
  private let wantsAll: Bool
  /// The jobs that were listed, when everything is listed.
  private var listed: Set<String> = []
  /// Ids of jobs that `qstat` shows but that are not the intended ones.
  private var passedOver: Set<String> = []
  /// Only the plain listing was available.
  private var readsPlain = false
  /// Which of the asked jobs an id belongs to.
  private var places: [String: [Int]] = [:]

  init(_ jobs: [JobReference]?, on cobalt: Cobalt<Host>, to report: JobReporter) {
    self.cobalt = cobalt
    findings = PollFindings(to: report)
    wantsAll = jobs == nil
    asked = (jobs ?? []).map { AskedJob(reference: $0) }
    for (place, job) in asked.enumerated() where CobaltID.isWellFormed(job.reference.id) {
      places[job.reference.id, default: []].append(place)
    }
  }

  mutating func run() async throws -> PollAnswer {
    for job in asked where !CobaltID.isWellFormed(job.reference.id) {
      findings.add(job.reference.gone(CobaltID.complaint(about: job.reference.id)))
    }
    if wantsAll {
      try await read(Qstat.arguments(user: try await UserName.own(on: cobalt)))
    } else if !places.isEmpty {
      let ids = asked.map(\.reference.id).filter { places[$0] != nil }
      if IDLists.split(ids).count > 1 {
        try await read(Qstat.arguments(user: try await UserName.own(on: cobalt)))
      } else {
        try await read(Qstat.arguments(ids: ids), plain: Qstat.plainArguments(ids: ids))
      }
      try await readEnds()
    }
    try await findings.send()
    return findings.answer
  }

  // MARK: qstat

  /// Reads a listing; if the host is a recording without it, the plain one.
  private mutating func read(_ arguments: [String], plain: [String]? = nil) async throws {
    let begun = Date()
    var labels = Qstat.labels
    var answer: CommandAnswer
    if let plain {
      guard let full = try await cobalt.runIfRecorded(arguments) else { return try await readPlain(plain, at: begun) }
      answer = full
    } else {
      answer = try await cobalt.run(arguments)
    }
    if Qstat.brokeOverText(answer) {
      answer = try await cobalt.run(Qstat.withoutNames(arguments))
      labels = Qstat.labelsWithoutNames
    }
    if Qstat.knowsNone(answer) { return }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    var reader = try QstatReader(path: answer.result.stdoutPath, labels: labels)
    while let item = try reader.next() {
      switch item {
      case .record(let record): take(record, at: begun)
      case .unreadable(let record, let mayHideOthers):
        findings.hasUnknownRecord = findings.hasUnknownRecord || mayHideOthers
        take(record)
      }
      try await findings.sendWhenMany()
    }
    if reader.isCut { findings.note(Failures.ofCutAnswer(answer)) }
  }

  private mutating func readPlain(_ arguments: [String], at moment: Date) async throws {
    readsPlain = true
    let answer: CommandAnswer
    do {
      answer = try await cobalt.run(arguments)
    } catch let error as LauncherError where error.code == .notRecorded {
      // A recording may hold a job's logs and records, but no listing of the queue.
      findings.note(error)
      return
    }
    if Qstat.knowsNone(answer) { return }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    let text = answer.output(limit: 1 << 26)
    if !text.isEmpty, !text.endsWithLine { findings.note(Failures.ofCutAnswer(answer)) }
    guard let table = CobaltTable(text) else {
      if findings.problem != nil { return }
      throw LauncherError(.unreadableOutput, "qstat printed no table", command: answer.failed)
    }
    for row in table.rows {
      if row["State"] != nil {
        take(QstatRecord(row), at: moment)
      } else {
        take(UnreadableRecord(id: QstatRecord(row).id, source: "qstat", message: "the row has no state"))
      }
    }
  }

  private mutating func take(_ record: QstatRecord, at moment: Date) {
    guard let id = record.id else {
      take(UnreadableRecord(source: "qstat", message: "the record has no id"))
      return
    }
    var status = record.status(id: id)
    status.observedAt = moment
    if wantsAll {
      if listed.insert(id).inserted { findings.add(status) }
      return
    }
    for place in places[id] ?? [] where !asked[place].isSettled {
      // A reused id: another job, submitted at another time.
      guard asked[place].reference.isSubmitted(at: status.submittedAt, within: AskedJob.clockTolerance) else {
        passedOver.insert(id)
        continue
      }
      if status.state.isFinished {
        asked[place].ended = status
      } else {
        asked[place].isSettled = true
        findings.add(status)
      }
    }
  }

  private mutating func take(_ record: UnreadableRecord) {
    if !wantsAll, let id = record.id, places[id] == nil { return }
    findings.add(record)
    guard let id = record.id else {
      findings.hasUnknownRecord = true
      return
    }
    for place in places[id] ?? [] where !asked[place].isSettled {
      asked[place].isSettled = true
      findings.add(asked[place].reference.unreadable(source: "qstat"))
    }
  }

  // MARK: How jobs ended

  private mutating func readEnds() async throws {
    let open = asked.indices.filter { !asked[$0].isSettled && CobaltID.isWellFormed(asked[$0].reference.id) }
    guard !open.isEmpty else { return }
    let ids = Set(open.map { asked[$0].reference.id }).sorted()
    var ends = JobEnds(cobalt: cobalt)
    for list in IDLists.split(ids, added: Self.addedToNames) { try await ends.read(ids: list) }
    let unexplained = ids.filter { !ends.knowsEnd(of: $0) }
    for list in IDLists.split(unexplained, added: Self.addedToNames) { try await ends.readHere(ids: list) }
    if open.contains(where: { asked[$0].ended == nil && ends.status(of: asked[$0]) == nil }), ends.fault == nil {
      try await lookAgain(ids.filter { !passedOver.contains($0) })
    }
    // Nothing is concluded from what is missing in a listing if a part of it could not be read.
    let isWhole = findings.isWhole
    var isMissing = false
    for place in open {
      if let status = ends.status(of: asked[place]) {
        findings.add(status)
      } else if let fault = ends.fault {
        findings.note(fault)
        isMissing = true
      } else if isWhole || asked[place].ended != nil {
        findings.add(asked[place].missing(ends.sentence(for: asked[place])))
      } else {
        isMissing = true
      }
    }
    if findings.problem?.code == .notRecorded, !isMissing { findings.forgetProblem() }
  }

  /// Asks for jobs once more, in other words, before they are called gone: exiting with 1 and printing nothing is an
  /// answer of `qstat`, but also the behaviour of a program that fails.
  private mutating func lookAgain(_ ids: [String]) async throws {
    for list in IDLists.split(ids, added: Self.addedToNames) {
      let arguments = readsPlain ? Qstat.fullArguments(ids: list) : Qstat.plainArguments(ids: list)
      guard let answer = try await cobalt.runIfRecorded(arguments) else { continue }
      if Qstat.knowsNone(answer) { continue }
      guard answer.succeeded else {
        findings.note(Failures.ofQuery(answer, of: "the queue"))
        continue
      }
      let table = CobaltTable(answer.output(limit: 1 << 26))
      let known = Set(table?.rows.compactMap { $0["JobID"] } ?? [])
      if table == nil || !known.isDisjoint(with: ids) {
        let words = "qstat knew nothing of jobs that it then listed"
        findings.note(LauncherError(.unreadableOutput, words, command: answer.failed))
      }
    }
  }

  /// As names of logs, ids are longer by this many bytes.
  private static var addedToNames: Int { 12 }
}

/// A job that a poll asks for.
struct AskedJob {
  let reference: JobReference
  /// It has been reported; nothing more has to be found out.
  var isSettled = false
  /// What `qstat` shows of a finished job.
  var ended: JobStatus?

  /// How far two hosts' clocks may be apart, in seconds. Cobalt's own security does not limit it; an id is reused when
  /// its server lost the last seconds before a crash, or after years.
  static let clockTolerance: Double = 600

  /// What to report about it if no source shows its end.
  func missing(_ why: String) -> JobStatus {
    guard var status = ended else { return reference.gone(why) }
    status.server = reference.server
    return status
  }
}

extension QstatRecord {
  /// The job's status as `qstat` shows it.
  func status(id: String) -> JobStatus {
    let word = fields["State"] ?? ""
    let state = CobaltState(rawValue: word)
    var status = JobStatus(id: id, state: state?.state ?? .unknown(.unrecognised))
    status.native.state = word
    status.reason = state?.reason(
      dependencies: fields["Dependencies"] ?? "",
      isHeldByUser: fields["User_Hold"] == "True",
      isHeldByAdministrator: fields["Admin_Hold"] == "True"
    )
    // A job without a name is shown as `N/A`; a job with that name cannot be distinguished from it.
    status.name = fields["JobName"].flatMap { ["", "N/A"].contains($0) ? nil : $0 }
    status.user = self["User"]
    status.queue = self["Queue"]
    status.nodes = Locations.hosts(fields["Location"] ?? "")
    status.submittedAt = self["SubmitTime"].flatMap { CobaltTime.instant($0) }
    status.startedAt = self["StartTime"].flatMap { CobaltTime.instant($0) }
    status.standardOutput = path("OutputPath", id)
    status.standardError = path("ErrorPath", id)
    if let time = self["RunTime"].flatMap({ CobaltTime.span($0) }) { status.usage = ResourceUsage(walltime: time) }
    status.source = "qstat"
    return status
  }

  /// A path; before the job starts, with a placeholder for its id.
  private func path(_ name: String, _ id: String) -> String? {
    self[name]?.replacing("$jobid", with: id).replacing("$COBALT_JOBID", with: id)
  }
}

/// The name of the user who runs commands on the host.
enum UserName {
  static func own<Host: CommandHost>(on cobalt: Cobalt<Host>) async throws -> String {
    let answer = try await cobalt.host.answer(to: NativeCommand(["id", "-un"], timeLimit: CobaltPatience.file))
    let name = answer.output(limit: 256).split(separator: "\n").last.map(String.init) ?? ""
    guard answer.succeeded, !name.isEmpty else { throw Failures.ofQuery(answer, of: "the user's name") }
    return name
  }
}
