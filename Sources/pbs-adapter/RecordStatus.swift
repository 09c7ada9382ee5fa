import AdapterKit
import FoundationEssentials

extension PBSRecord {
  /// The job's status as the listing shows it.
  ///
  /// - Parameters:
  ///   - family: the family whose letters and numbers these are.
  ///   - source: the command that reported it.
  ///   - observedAt: when it was asked.
  ///   - askedAt: when it was asked by the clock of that machine, if known.
  ///   - hasHistory: whether the server keeps finished jobs; `nil` if it did not say.
  func status(
    _ family: PBSFamily,
    source: String,
    observedAt: Date? = nil,
    askedAt: Date? = nil,
    hasHistory: Bool? = true
  ) -> JobStatus {
    let letter = self[.jobState] ?? ""
    let row = PBSState.row(letter)
    var status = JobStatus(id: id, state: state(row, askedAt))
    status.native = JobStatus.NativeWords(state: letter, reason: self[.comment].flatMap { $0.isEmpty ? nil : $0 })
    switch row?.meaning {
    case .ended?:
      let ending = Ending(of: self, family: family, hasHistory: hasHistory)
      status.state = .finished(ending.outcome)
      status.exitStatus = ending.exitStatus
      // The server's comment does not explain a number.
      let words = [status.native.reason, ending.words].compactMap { $0 }
      if ending.outcome != .succeeded, !words.isEmpty {
        status.reason = JobReason(ending.code, words.joined(separator: "; "))
      }
    case .moved?:
      status.state = .finished(.movedElsewhere)
      let place = self[.queue].map { " to \($0)" } ?? ""
      status.reason = JobReason(nil, "the job moved\(place); ask there")
    case .present?:
      if [.queued, .held].contains(status.state) {
        status.reason = Reasons.ofWaiting(self)
      } else if let comment = status.native.reason, !Reasons.isOfStart(comment) {
        status.reason = JobReason(nil, comment)
      }
    case nil: status.reason = JobReason(nil, "PBS's state ‘\(letter)’ is not known here")
    }
    fillFacts(of: &status, hasEnded: row?.meaning == .ended)
    // Recorded: output-path/08 and livebatch/09 of OpenPBS 23.06.06; nothing else reports it.
    if row?.meaning == .ended, self[.stageoutStatus] == "0" {
      let words = [status.reason?.text, "its output could not be delivered"].compactMap { $0 }
      status.reason = JobReason(status.reason?.code, words.joined(separator: "; "))
    }
    status.source = source
    status.observedAt = observedAt
    return status
  }

  private func state(_ row: PBSState.Row?, _ askedAt: Date?) -> JobState {
    switch row?.state {
    case .queued?: .queued
    case .held?: .held
    case .running?: isStarting(at: askedAt) ? .starting : .running
    case .suspended?: .suspended
    case .finishing?: .finishing
    case StateWord.none?, nil: .unknown(.unrecognised)
    }
  }

  /// Whether it is `R` and has not begun. A job of an array may stay at 41 for seconds while it runs, until the server
  /// hears about it again (recorded: livebatch/04 of 23.06.06; array/44 in the second of the start).
  private func isStarting(at askedAt: Date?) -> Bool {
    guard let substate = self[.substate].flatMap({ Int($0) }), PBSState.startingSubstates.contains(substate) else {
      return false
    }
    guard substate == PBSState.beingSent, PBSID(id)?.index != nil, let askedAt else { return true }
    return PBSTime.instant(self[.started]).map { askedAt.timeIntervalSince($0) < 2 } ?? true
  }

  private typealias StateWord = PBSState.StateWord

  private func fillFacts(of status: inout JobStatus, hasEnded: Bool) {
    let index = id.utf8.contains(0x5B) ? PBSID(id)?.index : nil
    status.index = index
    status.server = self[.server]
    status.name = self[.jobName]
    status.user = self[.jobOwner]?.before(0x40)
    status.queue = self[.queue]
    status.directory = directory
    status.nodes = Self.hosts(self[.execHost])
    status.submittedAt = PBSTime.instant(self[.submitted])
    let isWaiting = status.state == .queued || status.state == .held
    if !isWaiting { status.startedAt = PBSTime.instant(self[.started]) }
    if hasEnded {
      status.endedAt = PBSTime.instant(self[.ended]) ?? PBSTime.instant(self[.modified])
    }
    // While it waits for the next run, only the earlier ones are counted.
    status.attempt = self[.runCount]?.natural.map { isWaiting ? $0 + 1 : max(1, $0) }
    let usage = ResourceUsage(
      cpuTime: PBSTime.span(self[.usedCPUTime]),
      peakMemory: PBSTime.bytes(self[.usedMemory]).map { ByteCount($0) },
      walltime: PBSTime.span(self[.usedWalltime])
    )
    if usage != ResourceUsage() { status.usage = usage }
    let output = path(self[.outputPath], index)
    let error = path(self[.errorPath], index)
    switch self[.joinPath] {
    case "oe"?: (status.standardOutput, status.standardError) = (output, output)
    case "eo"?: (status.standardOutput, status.standardError) = (error, error)
    default: (status.standardOutput, status.standardError) = (output, error)
    }
  }

  /// The path in `pbs01:/home/ada/out`, the index of an array's job filled in; `nil` for the pattern of a whole array.
  private func path(_ text: String?, _ index: Int?) -> String? {
    guard var path = text, !path.isEmpty else { return nil }
    if let colon = path.utf8.firstIndex(of: 0x3A), path.utf8[path.utf8.index(after: colon)...].first == 0x2F,
      path.utf8.first != 0x2F
    {
      path = String(path[path.utf8.index(after: colon)...])
    }
    guard path.has("^array_index^") else { return path }
    return index.map { path.replacing("^array_index^", with: "\($0)") }
  }

  /// The hosts in `node01/0*3+node02/0`, `node03/0-3+node02/0`, each once.
  static func hosts(_ list: String?) -> [String] {
    guard let list, !list.isEmpty else { return [] }
    if !list.utf8.contains(0x2B) { return [list.before(0x2F)] }
    var seen = Set<Substring>()
    return list.split(separator: "+").compactMap { piece in
      let host = piece.prefix { $0 != "/" }
      return !host.isEmpty && seen.insert(host).inserted ? String(host) : nil
    }
  }
}
