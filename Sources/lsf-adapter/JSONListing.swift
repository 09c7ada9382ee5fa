import AdapterJSON
import AdapterKit
import FoundationEssentials

/// Reads what `bjobs -o … -json` prints, job by job: all values are texts.
///
/// volclava 2.2 puts raw control characters into `PIDS` (recorded: array-mixed), which does no harm, since only values
/// that are asked for are decoded.
struct JSONListing {
  /// A record: a job, an id that is not known, or what could not be read.
  enum Record {
    case job(BjobsRow)
    case missing(LSFID)
    case unreadable(UnreadableRecord, LSFID?)
  }

  private static let fields = JobListing.Field.allCases
  private let records: JSONRecordReader
  private let times: LSFTime
  private let observedAt: Date
  private var members = JSONMembers(fields.map { $0.rawValue.uppercased() })
  private var texts = TextCache()
  private var hostLists: [String: [String]] = [:]
  /// Most jobs share a few sentences.
  private var reasons: [String: PendingReason.Told] = [:]

  init(path: String, observedAt: Date = Date()) throws {
    records = try JSONRecordReader(path: path, member: "RECORDS")
    self.observedAt = observedAt
    times = LSFTime(now: observedAt)
  }

  /// Whether there was a list of jobs, even an empty one.
  var hasRecords: Bool { records.hasRecords }

  /// Whether the document was truncated.
  var isCut: Bool { records.ending == .cut }

  mutating func next() throws -> Record? {
    guard let record = try records.next() else { return nil }
    members.read(record.bytes)
    let bytes = record.bytes
    let number = value(.number, bytes)
    let id = number.isEmpty ? nil : LSFID(number)
    guard record.border == .closed, !members.hasRepeats, var id else {
      let message =
        switch record.border {
        case .closed: id == nil ? "‘\(number.excerpt(40))’ is not a job's id" : "it holds a field twice"
        case .guessed, .cut: "its end is missing"
        case .tooLong: "it is too long"
        }
      return .unreadable(
        UnreadableRecord(
          id: id?.text,
          source: "bjobs",
          offset: record.offset,
          message: message,
          excerpt: bytes.excerpt()
        ),
        id
      )
    }
    if !value(.error, bytes).isEmpty { return .missing(id) }
    let word = value(.state, bytes)
    guard !word.isEmpty else {
      let fault = UnreadableRecord(
        id: id.text,
        source: "bjobs",
        offset: record.offset,
        message: "it has no state",
        excerpt: bytes.excerpt()
      )
      return .unreadable(fault, id)
    }
    // By its index if the flavour reports it, else by its name: volclava gives every element of an array one id.
    let index = value(.index, bytes).natural
    let element = index == nil ? members.bytes(Self.index(of: .name), of: bytes)?.plainText.flatMap(LSFID.element) : nil
    if let index, index > 0 { id.index = index }
    if let element { id.index = id.index ?? element.index }
    return .job(row(id, word, bytes))
  }

  /// A field's text if it is plain; empty if there is none.
  private func value(_ field: JobListing.Field, _ record: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let text = members.bytes(Self.index(of: field), of: record)?.plainText else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let trimmed = text.trimmed
    return trimmed.equals("-") ? UnsafeRawBufferPointer(start: nil, count: 0) : trimmed
  }

  /// A field's text, with escapes resolved.
  private func text(_ field: JobListing.Field, _ record: UnsafeRawBufferPointer) -> String? {
    guard !value(field, record).isEmpty else { return nil }
    return members.text(Self.index(of: field), of: record)?.trimmingBlanks
  }

  private mutating func row(
    _ id: LSFID,
    _ word: UnsafeRawBufferPointer,
    _ record: UnsafeRawBufferPointer
  ) -> BjobsRow {
    let meaning = LSFState.meaning(of: word)
    var status = JobStatus(id: id.text, state: .unknown(.unrecognised))
    status.native.state = texts.text(word)
    status.source = "bjobs"
    status.observedAt = observedAt
    status.index = id.index
    status.name = members.text(Self.index(of: .name), of: record)
    if id.index != nil, var name = status.name {
      if let length = name.withUTF8({ LSFID.element(in: UnsafeRawBufferPointer($0))?.length }) {
        name = String(decoding: name.utf8.prefix(length), as: UTF8.self)
      }
      status.name = name
    }
    status.user = cached(value(.user, record))
    status.queue = cached(value(.queue, record))
    status.submittedAt = times.instant(value(.submitted, record))
    var ending = JobEnding()
    let started = times.instant(value(.started, record))
    switch meaning {
    case .pending:
      status.setPending(pendingReason(record))
    case .present(let state):
      status.state = state
      if state == .running || state == .suspended {
        status.startedAt = started
        status.nodes = hosts(value(.hosts, record))
        status.usage = usage(record)
      }
      if state == .suspended, let reason = text(.suspendReason, record) { status.setReason(reason) }
      if state == .held { status.setHeld(reason: text(.pendingReason, record) ?? text(.suspendReason, record)) }
    case .lost:
      status.setLost()
      status.startedAt = started
      status.nodes = hosts(value(.hosts, record))
    case .done, .exit:
      status.startedAt = started
      // The time may be followed by the letter of an estimate, even in finished jobs.
      status.endedAt = times.instant(value(.ended, record))
      status.nodes = hosts(value(.hosts, record))
      status.usage = usage(record)
      ending.code = value(.exitCode, record).natural.flatMap { Int32(exactly: $0) }
      ending.note(reason: text(.exitReason, record))
      ending.note(reason: text(.killReason, record))
      if members.bytes(Self.index(of: .started), of: record) != nil { ending.hasStarted = started != nil }
      if case .done? = meaning { status.succeed() } else { status.finish(ending) }
    case nil: break
    }
    return BjobsRow(id: id, status: status, meaning: meaning, ending: ending)
  }

  private func usage(_ record: UnsafeRawBufferPointer) -> ResourceUsage? {
    let usage = ResourceUsage(
      cpuTime: LSFTime.span(value(.cpuTime, record)),
      peakMemory: LSFTime.memory(value(.peakMemory, record)),
      walltime: LSFTime.span(value(.runTime, record))
    )
    return usage == ResourceUsage() ? nil : usage
  }

  private mutating func pendingReason(_ record: UnsafeRawBufferPointer) -> PendingReason.Told? {
    let bytes = value(.pendingReason, record)
    guard !bytes.isEmpty else { return nil }
    let raw = texts.text(bytes)
    if let known = reasons[raw] { return known }
    let told = text(.pendingReason, record).map { PendingReason.Told($0) }
    if reasons.count > 4096 { reasons = [:] }
    reasons[raw] = told
    return told
  }

  private mutating func cached(_ bytes: UnsafeRawBufferPointer) -> String? {
    bytes.isEmpty ? nil : texts.text(bytes)
  }

  private mutating func hosts(_ bytes: UnsafeRawBufferPointer) -> [String] {
    guard !bytes.isEmpty else { return [] }
    let text = texts.text(bytes)
    if let known = hostLists[text] { return known }
    let names = HostList.expand(text)
    if hostLists.count > 4096 { hostLists = [:] }
    hostLists[text] = names
    return names
  }

  private static func index(of field: JobListing.Field) -> Int {
    switch field {
    case .number: 0
    case .state: 1
    case .user: 2
    case .queue: 3
    case .hosts: 4
    case .submitted: 5
    case .started: 6
    case .ended: 7
    case .cpuTime: 8
    case .name: 9
    case .index: 10
    case .exitCode: 11
    case .exitReason: 12
    case .killReason: 13
    case .suspendReason: 14
    case .pendingReason: 15
    case .peakMemory: 16
    case .runTime: 17
    case .error: 18
    }
  }
}

/// The hosts of `EXEC_HOST`: `a:a:b`, a name for each slot, or `16*a:16*b` with `LSB_SHORT_HOSTLIST`.
enum HostList {
  /// The names, each once, in their order.
  static func expand(_ text: String) -> [String] {
    var names: [String] = []
    var seen = Set<Substring>()
    for part in text.split(separator: ":") {
      var name = part
      if let star = part.firstIndex(of: "*"), part[..<star].allSatisfy(\.isNumber) {
        name = part[part.index(after: star)...]
      }
      if !name.isEmpty, seen.insert(name).inserted { names.append(String(name)) }
    }
    return names
  }
}

extension StringProtocol {
  /// The text without leading and trailing blanks.
  var trimmingBlanks: String {
    var scalars = Substring(self).unicodeScalars
    while let first = scalars.first, first == " " || first == "\n" { scalars.removeFirst() }
    while let last = scalars.last, last == " " || last == "\n" { scalars.removeLast() }
    return String(Substring(scalars))
  }
}

extension UnsafeRawBufferPointer {
  /// The content of a JSON text; for fields whose values contain nothing that would be escaped, except `\/`.
  fileprivate var plainText: UnsafeRawBufferPointer? {
    guard count >= 2, first == 0x22, last == 0x22 else { return nil }
    return part(1..<(count - 1))
  }

  /// The bytes without leading and trailing blanks.
  var trimmed: UnsafeRawBufferPointer {
    var start = 0
    var end = count
    while start < end, self[start] == 0x20 { start += 1 }
    while end > start, self[end - 1] == 0x20 { end -= 1 }
    return start == 0 && end == count ? self : part(start..<end)
  }
}
