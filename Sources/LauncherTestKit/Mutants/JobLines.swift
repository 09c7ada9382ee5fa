/// Which job each line of an output belongs to.
///
/// A job's lines are those in which its id occurs as a word, also followed by `_ . [ +`, and the lines that follow up
/// to the next one with another job's id.
struct JobLines: Sendable {
  let lines: TextLines
  /// For each line, the jobs it belongs to; none for a header.
  let owners: [Set<Int>]
  private let ids: KnownIDs

  init(_ bytes: [UInt8], _ ids: KnownIDs) {
    self.ids = ids
    lines = TextLines(bytes)
    var owners: [Set<Int>] = []
    var last: Set<Int> = []
    for range in lines.ranges {
      let (standing, isSure) = ids.standing(in: bytes[range])
      // A short number may be anything: it does not end the lines of the job before.
      if !standing.isEmpty { last = isSure ? standing : standing.union(last) }
      owners.append(last)
    }
    self.owners = owners
  }

  /// Each job's lines in their order, as a number that shows whether two outputs say the same about it.
  func contents() -> [Int: Int] {
    var hashers: [Int: Hasher] = [:]
    for (line, jobs) in owners.enumerated() {
      for job in jobs { hashers[job, default: Hasher()].combine(lines.bytes[lines.ranges[line]]) }
    }
    return hashers.mapValues { $0.finalize() }
  }
}

/// The ids of a question's jobs as they occur in listings.
struct KnownIDs: Sendable {
  /// The jobs, each by the number it has here.
  let jobs: [String]
  private let words: [(bytes: [UInt8], job: Int)]
  private let byFirst: [UInt8: [Int]]

  init(_ ids: Set<String>) {
    jobs = ids.sorted()
    var words: [(bytes: [UInt8], job: Int)] = []
    for (job, id) in jobs.enumerated() {
      words.append((Array(id.utf8), job))
      // What is said about the whole array, `50_[1-4]`, also applies to `50_3`.
      let root = Array(id.utf8.prefix { Self.isPartOfWord($0) })
      if root.count < id.utf8.count, !root.isEmpty { words.append((root, job)) }
    }
    self.words = words
    byFirst = Dictionary(grouping: words.indices) { words[$0].bytes.first ?? 0 }
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// The jobs whose id occurs in a line, and whether their lines certainly begin there.
  func standing(in line: ArraySlice<UInt8>) -> (jobs: Set<Int>, isSure: Bool) {
    var (jobs, isSure) = (Set<Int>(), false)
    var before: UInt8 = 0
    for place in line.indices {
      defer { before = line[place] }
      guard !Self.isPartOfWord(before), let candidates = byFirst[line[place]] else { continue }
      for index in candidates {
        let word = words[index].bytes
        let end = place + word.count
        guard end <= line.endIndex, line[place..<end].elementsEqual(word) else { continue }
        guard end == line.endIndex || !Self.isPartOfWord(line[end]) else { continue }
        jobs.insert(words[index].job)
        isSure = isSure || place == line.startIndex || word.count > 2
      }
    }
    return (jobs, isSure)
  }
}
