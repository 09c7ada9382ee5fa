import LauncherKit

/// Which jobs a mutation leaves alone.
struct Touched: Sendable {
  /// How much a mutation may change about a job.
  enum Degree: Sendable {
    /// The job's own lines are as they were: so is its status.
    case untouched
    /// The job may become unknown, fail to be reported, or stay as it was; not another known state.
    case doubtful
    /// Its lines were damaged: only the rules for every answer apply.
    case damaged
  }

  private let ids: KnownIDs
  private let lines: [JobLines]
  private let contents: [[Int: Int]]
  private let documents: [StructuredOutput?]

  init(_ baseline: Baseline) {
    let ids = KnownIDs(baseline.ids)
    self.ids = ids
    lines = baseline.exchanges.map { JobLines($0.stdout, ids) }
    contents = lines.map { $0.contents() }
    documents = baseline.exchanges.map { StructuredOutput($0.stdout, ids) }
  }

  /// How much a mutation may change about each job; jobs that are not named are untouched.
  func degrees(_ mutation: Mutation, mutated: Baseline.Exchange) -> (of: [String: Degree], others: Degree) {
    guard let place = mutation.exchange else { return ([:], .doubtful) }
    let original = lines[place]
    switch mutation.kind {
    case .noise: return ([:], .untouched)
    case .failing, .failed, .empty, .missing, .timedOut, .killed: return ([:], .doubtful)
    case .carriageReturns: return ([:], .doubtful)
    case .unknownState, .unknownReason: return ([:], .damaged)
    case .cut, .drop, .double, .swap, .flip, .latin: break
    }
    if let document = documents[place] { return structured(document, mutation.kind, original, mutated) }
    switch mutation.kind {
    case .cut, .drop, .double, .swap: return moved(original, place, mutated)
    case .flip(let byte, _):
      var touched = [original.lines.line(of: byte)].compactMap { $0 }
      if original.lines.bytes.indices.contains(byte), original.lines.bytes[byte] == 0x0A {
        touched += touched.map { $0 + 1 }
      }
      return damaged(original, touched, mutated, at: byte)
    case .latin(let byte):
      return damaged(original, [original.lines.line(of: byte)].compactMap { $0 }, mutated, at: byte)
    default: return ([:], .damaged)
    }
  }

  /// A part of a document is damaged: other parts keep their jobs' statuses, unless the whole document falls apart.
  private func structured(
    _ document: StructuredOutput,
    _ kind: Mutation.Kind,
    _ original: JobLines,
    _ mutated: Baseline.Exchange
  ) -> (of: [String: Degree], others: Degree) {
    var (places, isSound): ([Int], Bool)
    switch kind {
    case .flip(let byte, _):
      let (before, after) = (original.lines.bytes[byte], mutated.stdout[byte])
      (places, isSound) = ([byte], !document.isStructural(before) && !document.isStructural(after))
    case .latin(let byte):
      let bytes = original.lines.bytes
      // Between two structural characters it is not in a text, and separates the parts on both sides.
      let isInText =
        byte == 0 || byte >= bytes.count || !document.isStructural(bytes[byte - 1])
        || !document.isStructural(bytes[byte])
      (places, isSound) = ([byte - 1, byte], isInText)
    case .drop(let line), .double(let line): (places, isSound) = (original.lines.ends(of: line), false)
    case .swap(let line): (places, isSound) = (original.lines.ends(of: line) + original.lines.ends(of: line + 1), false)
    default: return ([:], .doubtful)
    }
    let parts = places.compactMap { document.part(of: $0) }
    guard !parts.isEmpty else { return ([:], isSound ? .doubtful : .damaged) }
    var jobs = Set<Int>()
    // A part that falls apart may take its neighbours with it.
    for part in parts {
      for beside in isSound ? part...part : (part - 1)...(part + 1) where document.owners.indices.contains(beside) {
        jobs.formUnion(document.owners[beside])
      }
      let range = document.parts[part].clamped(to: mutated.stdout.startIndex..<mutated.stdout.endIndex)
      jobs.formUnion(ids.standing(in: mutated.stdout[range]).jobs)
    }
    return (
      Dictionary(uniqueKeysWithValues: jobs.map { (ids.jobs[$0], Degree.damaged) }), isSound ? .untouched : .doubtful
    )
  }

  /// Whether a mutation damages a document rather than lines.
  func isDocument(_ exchange: Int) -> Bool { documents[exchange] != nil }

  /// Whole lines were removed or moved: finds the jobs that other lines describe now than before.
  private func moved(
    _ original: JobLines,
    _ place: Int,
    _ mutated: Baseline.Exchange
  ) -> (of: [String: Degree], others: Degree) {
    let now = JobLines(mutated.stdout, ids)
    // A changed header may change the meaning of all lines.
    guard original.header == now.header else { return ([:], .damaged) }
    let (before, after) = (contents[place], now.contents())
    var degrees: [String: Degree] = [:]
    for job in ids.jobs.indices where before[job] != after[job] { degrees[ids.jobs[job]] = .damaged }
    return (degrees, .untouched)
  }

  /// Bytes of a line changed: finds the jobs that it belonged to, and those that it names with the damage.
  private func damaged(
    _ original: JobLines,
    _ touched: [Int],
    _ mutated: Baseline.Exchange,
    at byte: Int
  ) -> (of: [String: Degree], others: Degree) {
    var jobs = Set<Int>()
    for line in touched where line < original.owners.count {
      if original.owners[line].isEmpty { return ([:], .damaged) }
      jobs.formUnion(original.owners[line])
    }
    let now = TextLines(mutated.stdout)
    for place in [byte - 1, byte, byte + 1] {
      if let line = now.line(of: max(0, place)) {
        jobs.formUnion(ids.standing(in: mutated.stdout[now.ranges[line]]).jobs)
      }
    }
    return (Dictionary(uniqueKeysWithValues: jobs.map { (ids.jobs[$0], Degree.damaged) }), .untouched)
  }

  /// Whether a line of an output names a job together with a word.
  func says(_ word: String, of job: String, in bytes: [UInt8]) -> Bool {
    let lines = JobLines(bytes, ids)
    guard let number = ids.jobs.firstIndex(of: job) else { return false }
    let wanted = Array(word.utf8)
    if let document = StructuredOutput(bytes, ids) {
      return document.parts.indices.contains { part in
        document.owners[part].contains(number) && bytes[document.parts[part]].firstPlace(of: wanted) != nil
      }
    }
    return lines.owners.indices.contains { line in
      lines.owners[line].contains(number) && bytes[lines.lines.ranges[line]].firstPlace(of: wanted) != nil
    }
  }
}

extension JobLines {
  /// The bytes before the first line that belongs to a job.
  fileprivate var header: ArraySlice<UInt8> {
    let end = owners.firstIndex { !$0.isEmpty }.map { lines.ranges[$0].lowerBound } ?? lines.bytes.count
    return lines.bytes[..<end]
  }
}

extension ArraySlice<UInt8> {
  fileprivate func firstPlace(of wanted: [UInt8]) -> Int? {
    guard let first = wanted.first, count >= wanted.count else { return nil }
    return (startIndex...(endIndex - wanted.count)).first { place in
      self[place] == first && self[place..<(place + wanted.count)].elementsEqual(wanted)
    }
  }
}
