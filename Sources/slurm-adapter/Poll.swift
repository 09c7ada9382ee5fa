import AdapterKit
import FoundationEssentials

/// One look at some jobs of one cluster: `squeue`, then accounting for what it lacks, then the jobs' own exit records.
struct SlurmPoll<Host: CommandHost> {
  private let slurm: Slurm<Host>
  private var findings: PollFindings
  private var asked: [AskedJob]
  /// The user's whole listing was asked for.
  private let wantsAll: Bool
  /// The details that only Slurm's JSON has are wanted too, if it is one job.
  private let wantsDetail: Bool
  /// Set when a row shares a line with another one: its job cannot be determined.
  private var hiddenRow: LauncherError?
  /// Jobs that the queue refused to be asked for, and why: nothing is reported about them.
  private var unasked: Set<Int> = []
  private var refusal: LauncherError?
  /// How many lists of ids the queue refused. Each list is asked for in halves, so that one id does not affect the
  /// others.
  private var refusals = 0
  private static var greatestRefusals: Int { 24 }
  /// The cluster's name, according to a row of the queue or of accounting.
  private var cluster: String?
  /// Why the jobs' own records could not be read to their end.
  private var recordFault: LauncherError?
  /// Which of the asked jobs a number may belong to.
  private var places: [Int: [Int]] = [:]
  /// The jobs that were reported, when everything is listed.
  private var listed: Set<Int> = []
  /// Rows of arrays and heterogeneous jobs, when everything is listed.
  private var groups: [Int: [SqueueRow]] = [:]
  /// Numbers with a row that could not be read, when everything is listed.
  private var damaged: Set<Int> = []
  /// Arrays whose waiting tasks came as one row though they wait for different things.
  private var mixed: Set<Int> = []

  init(_ jobs: [JobReference]?, on slurm: Slurm<Host>, wantsDetail: Bool = false, to report: JobReporter) {
    self.slurm = slurm
    findings = PollFindings(to: report)
    wantsAll = jobs == nil
    self.wantsDetail = wantsDetail
    asked = (jobs ?? []).map { AskedJob($0) }
    for (place, job) in asked.enumerated() {
      if let id = job.id { places[id.number, default: []].append(place) }
    }
  }

  mutating func run() async throws -> PollAnswer {
    for job in asked where job.id == nil {
      findings.add(job.reference.gone(SlurmID.complaint(about: job.reference.id)))
    }
    if wantsAll || !places.isEmpty { try await readQueue(wantsAll ? nil : places.keys.sorted()) }
    if !mixed.isEmpty { try await readMixed() }
    if wantsAll { try await reportGroups() } else { try await readAccounting() }
    if wantsDetail, findings.jobs.count == 1 {
      findings.jobs[0] = await JobDetail(slurm: slurm).added(to: findings.jobs[0])
    }
    try await findings.send()
    return findings.answer
  }

  // MARK: squeue

  /// Asks once more for what a row did not show of each of its tasks.
  private mutating func readMixed() async throws {
    let numbers = mixed
    mixed = []
    for number in numbers {
      groups[number] = nil
      for place in places[number] ?? [] { asked[place].members = [] }
    }
    try await readQueue(numbers.sorted(), separately: true)
  }

  private mutating func readQueue(_ numbers: [Int]?, separately: Bool = false) async throws {
    let ids = numbers?.map { "\($0)" }
    var columns = Squeue.pollColumns
    var answer = try await slurm.run(Squeue.arguments(columns, ids: ids, separately: separately))
    if try Squeue.lacksColumn(answer, columns) {
      columns = Squeue.basicColumns
      answer = try await slurm.run(Squeue.arguments(columns, ids: ids, separately: separately))
    }
    if !answer.succeeded {
      guard let numbers, Squeue.refusesIDs(answer) else { throw Failures.ofQuery(answer, of: "the queue") }
      // One unknown id is an error; two are not, and give no rows. Both mean that the queue does not have them.
      guard numbers.count == 1, Squeue.lacksJob(answer) else {
        try await askWithout(refused: numbers, answer, separately: separately)
        return
      }
    }
    var reader = try SqueueReader(path: answer.result.stdoutPath, columns: columns, observedAt: answer.begunAt)
    var rows = 0
    while let record = try reader.next() {
      rows += 1
      switch record {
      case .success(let row) where separately && numbers?.contains(row.id.number) == false: continue
      case .success(let row) where !separately && row.isMixed: mixed.insert(row.id.number)
      case .success(let row): take(row)
      case .failure(let fault): take(fault)
      }
      try await findings.sendWhenMany()
    }
    // A busy controller is reported with exit code 0 and no rows, too.
    if rows == 0, answer.succeeded, let code = Failures.code(of: answer.complaint), code != .unknownJob {
      throw Failures.ofQuery(answer, of: "the queue")
    }
    if reader.isCut {
      findings.note(LauncherError(.truncatedOutput, "squeue's answer is cut", command: answer.failed))
    }
  }

  /// A refusal of a list says nothing about its members: asks for each half of it, until the offending id is alone.
  private mutating func askWithout(refused numbers: [Int], _ answer: CommandAnswer, separately: Bool) async throws {
    refusals += 1
    guard numbers.count > 1, refusals <= Self.greatestRefusals else {
      var error = Failures.ofQuery(answer, of: "the queue")
      (error.code, error.category) = (.unrecognisedFailure, .uncertain)
      refusal = refusal ?? error
      unasked.formUnion(numbers)
      return
    }
    let middle = numbers.count / 2
    try await readQueue(Array(numbers[..<middle]), separately: separately)
    try await readQueue(Array(numbers[middle...]), separately: separately)
  }

  private mutating func take(_ row: SqueueRow) {
    var row = row
    cluster = cluster ?? row.status.server
    row.status.fillPaths(id: row.id, number: row.number)
    if wantsAll {
      if case .job(let number) = row.id, number == row.number {
        if listed.insert(number).inserted { findings.add(row.status) }
      } else {
        groups[row.id.number, default: []].append(row)
      }
      return
    }
    for place in places[row.id.number] ?? [] where !asked[place].isSettled { take(row, for: place) }
    // An array task asked for by its own number.
    if row.number != row.id.number {
      for place in places[row.number] ?? [] where asked[place].id == .job(row.number) && !isAnother(row, for: place) {
        asked[place].row = row
      }
    }
  }

  private mutating func take(_ row: SqueueRow, for place: Int) {
    if isAnother(row, for: place) { return }
    switch (asked[place].id, row.id) {
    case (.job, .job): settle(row, for: place)
    case (.job, _): asked[place].members.append(row)
    case (.task(_, let wanted), .task(_, let index)) where wanted == index: settle(row, for: place)
    case (.task(_, let wanted), .tasks(_, let list)) where list.contains(wanted):
      settle(row.task(wanted), for: place)
    case (.component(_, let wanted), .component(_, let offset)) where wanted == offset: settle(row, for: place)
    default: break
    }
  }

  /// Whether a number was reused: the row belongs to another job, submitted earlier, or later and never requeued.
  private func isAnother(_ row: SqueueRow, for place: Int) -> Bool {
    guard let known = asked[place].reference.submittedAt, let seen = row.status.submittedAt else { return false }
    return seen < known - AskedJob.clockTolerance
      || seen > known + AskedJob.clockTolerance && row.status.attempt == 1
  }

  /// The queue reports everything, unless the job ended: then accounting knows who cancelled it and what it used.
  private mutating func settle(_ row: SqueueRow, for place: Int) {
    if row.end != nil {
      asked[place].row = row
    } else if !asked[place].isSettled {
      asked[place].isSettled = true
      var status = row.status
      status.id = asked[place].reference.id
      findings.add(status)
    }
  }

  private mutating func take(_ fault: SqueueReader.Unreadable) {
    let number = fault.id?.number
    if !wantsAll, !fault.holdsAnother, let number, places[number] == nil { return }
    findings.add(fault.record)
    if fault.holdsAnother {
      findings.hasUnknownRecord = true
      hiddenRow = LauncherError(.unreadableRecord, "squeue's answer has two rows in one line")
    }
    guard let number else {
      findings.hasUnknownRecord = true
      return
    }
    if wantsAll { damaged.insert(number) }
    for place in places[number] ?? [] where !asked[place].isSettled && asked[place].row == nil {
      // The unreadable row of one task does not affect the others, but the array must not end.
      asked[place].hasUnreadableRow = true
      guard asked[place].members.isEmpty else { continue }
      asked[place].isSettled = true
      findings.add(asked[place].reference.unreadable(source: "squeue"))
    }
  }

  private mutating func reportGroups() async throws {
    for (number, rows) in groups.sorted(by: { $0.key < $1.key }) {
      // A task that may be missing from the queue's answer may be waiting or running.
      let hasMore = damaged.contains(number) || findings.problem != nil || hiddenRow != nil
      findings.add(Members(rows: rows, hasMore: hasMore).status(id: "\(number)"))
      try await findings.sendWhenMany()
    }
  }

  // MARK: Accounting and exit records

  private mutating func readAccounting() async throws {
    let open = asked.indices.filter { !asked[$0].isSettled && asked[$0].id != nil }
    guard !open.isEmpty else { return }
    let wanted = Set(open.compactMap { asked[$0].id?.number })
    var ledger = SacctReader()
    // What is missing from a queue's answer that was truncated, or that hides a row, has not ended because of that.
    var fault = findings.problem ?? hiddenRow
    for list in IDLists.split(wanted.sorted().map { "\($0)" }) {
      let answer = try await slurm.run(Sacct.arguments(ids: list))
      ledger.observedAt = answer.begunAt
      if answer.succeeded {
        try ledger.read(path: answer.result.stdoutPath)
        if ledger.isCut { fault = LauncherError(.truncatedOutput, "sacct's answer is cut", command: answer.failed) }
      } else if !Sacct.isDisabled(answer.complaint), answer.result.ending != .notFound {
        fault = Failures.ofQuery(answer, of: "accounting")
        fault?.code = .accountingUnavailable
        break
      }
    }
    for record in ledger.unreadable { findings.add(record) }
    var byNumber: [Int: [SacctRow]] = [:]
    for row in ledger.rows.values {
      cluster = cluster ?? row.status.server
      byNumber[row.id.number, default: []].append(row)
      if row.number != row.id.number { byNumber[row.number, default: []].append(row) }
    }
    let records = try await exitRecords(for: open.filter { asked[$0].needsRecord(byNumber) })
    fault = fault ?? recordFault
    for place in open {
      let number = asked[place].id?.number ?? 0
      let fault = unasked.contains(number) ? fault ?? refusal : fault
      if let status = asked[place].status(accounting: byNumber[number] ?? [], records: records[number] ?? [], fault) {
        findings.add(status)
      } else {
        findings.note(fault)
      }
    }
  }

  private mutating func exitRecords(for places: [Int]) async throws -> [Int: [ExitRecord]] {
    guard !places.isEmpty else { return [:] }
    let ids = Set(places.compactMap { asked[$0].id.map { "\($0.number)" } }).sorted()
    let found = try await ExitRecord.records(
      of: ids,
      server: slurm.cluster,
      on: slurm.host,
      failure: Failures.ofRecords
    )
    recordFault = found.fault
    var records: [Int: [ExitRecord]] = [:]
    for record in found.records {
      if let id = SlurmID(record.id) { records[id.number, default: []].append(record) }
    }
    return try await ofThisCluster(records)
  }

  /// Leaves out the records of other clusters and of other schedulers that share the home: all of them assign small
  /// numbers.
  private mutating func ofThisCluster(_ records: [Int: [ExitRecord]]) async throws -> [Int: [ExitRecord]] {
    guard slurm.cluster == nil, !records.isEmpty else { return records }
    if cluster == nil, let answer = try? await slurm.run(["scontrol", "show", "config"]), answer.succeeded {
      cluster = SlurmSettings(answer.output())["ClusterName"]
    }
    guard let cluster else { return records }
    return records.mapValues { $0.filter { $0.server == cluster || $0.server == JobScriptText.unknownCluster } }
  }
}

extension JobStatus {
  /// Fills the patterns in the paths that `squeue` shows, and leaves out those that cannot be filled yet.
  mutating func fillPaths(id: SlurmID, number: Int) {
    standardOutput = standardOutput.flatMap { OutputPaths.filled($0, self, id: id, number: number) }
      .map { OutputPaths.whole($0, in: directory) }
    standardError = standardError.flatMap { OutputPaths.filled($0, self, id: id, number: number) }
      .map { OutputPaths.whole($0, in: directory) }
    if case .task(_, let index) = id { self.index = index }
  }
}

extension SqueueRow {
  /// One of the tasks that the row stands for.
  func task(_ index: Int) -> SqueueRow {
    var status = status
    status.id = "\(id.number)_\(index)"
    status.index = index
    return SqueueRow(id: .task(array: id.number, index: index), number: number, status: status, end: end, owner: owner)
  }
}
