import LauncherKit

/// One way to damage what a question's commands answer. Its text is a permanent name: `1/cut@117`.
struct Mutation: Hashable, Sendable, CustomStringConvertible {
  /// The kind of damage.
  enum Kind: Hashable, Sendable {
    /// The output ends before this byte.
    case cut(Int)
    /// This line is missing.
    case drop(Int)
    /// This line occurs twice.
    case double(Int)
    /// This line and the next have changed places.
    case swap(Int)
    /// This bit of this byte is flipped; bit 7 turns ASCII into a byte that is not ASCII.
    case flip(byte: Int, bit: Int)
    /// A Latin-1 letter is inserted before this byte.
    case latin(Int)
    /// Lines end with CR LF.
    case carriageReturns
    /// A word for a state, the nth in alphabetical order, is replaced by an unknown one.
    case unknownState(Int)
    /// A word for a reason, likewise.
    case unknownReason(Int)
    /// There is no output, and the exit status is 0.
    case empty
    /// The exit status is 1, the output is as it was.
    case failing
    /// There is no output, and the exit status is 1.
    case failed
    /// There is a remark on standard error beside the output.
    case noise
    /// There is no such command.
    case missing
    /// The command did not answer in time.
    case timedOut
    /// The command was killed.
    case killed
  }

  /// Which exchange of the question, from 0; `nil` for all of them.
  let exchange: Int?
  let kind: Kind

  /// The kind of damage, wherever it is: `cut`.
  var name: String {
    switch kind {
    case .cut: "cut"
    case .drop: "drop"
    case .double: "double"
    case .swap: "swap"
    case .flip: "flip"
    case .latin: "latin"
    case .carriageReturns: "crlf"
    case .unknownState: "state"
    case .unknownReason: "reason"
    case .empty: "empty"
    case .failing: "failing"
    case .failed: "failed"
    case .noise: "noise"
    case .missing: "missing"
    case .timedOut: "timedOut"
    case .killed: "killed"
    }
  }

  static let unknownWord = "ZQXJ"
  static let remark = Array("warning: the moon is in the seventh house\n".utf8)

  var description: String {
    let place =
      switch kind {
      case .cut(let place), .latin(let place): "@\(place)"
      case .drop(let line), .double(let line), .swap(let line): "@\(line + 1)"
      case .flip(let byte, let bit): "@\(byte).\(bit)"
      case .unknownState(let index), .unknownReason(let index): "@\(index)"
      case .carriageReturns, .empty, .failing, .failed, .noise, .missing, .timedOut, .killed: ""
      }
    return (exchange.map { "\($0 + 1)/" } ?? "all/") + name + place
  }

  /// The exchange with the damage.
  func apply(to exchange: Baseline.Exchange, words: MutantWords) -> Baseline.Exchange {
    var damaged = exchange
    let stdout = exchange.stdout
    switch kind {
    case .cut(let place): damaged.stdout.removeSubrange(min(place, stdout.count)...)
    case .drop(let line):
      let lines = TextLines(stdout)
      if line < lines.ranges.count { damaged.stdout.removeSubrange(lines.ranges[line]) }
    case .double(let line):
      let lines = TextLines(stdout)
      if line < lines.ranges.count {
        damaged.stdout.insert(contentsOf: stdout[lines.ranges[line]], at: lines.ranges[line].upperBound)
      }
    case .swap(let line):
      let lines = TextLines(stdout)
      if line + 1 < lines.ranges.count {
        let (first, second) = (lines.ranges[line], lines.ranges[line + 1])
        damaged.stdout.replaceSubrange(first.lowerBound..<second.upperBound, with: stdout[second] + stdout[first])
      }
    case .flip(let byte, let bit): if byte < stdout.count { damaged.stdout[byte] ^= 1 << UInt8(bit) }
    case .latin(let place): damaged.stdout.insert(0xE9, at: min(place, stdout.count))
    case .carriageReturns:
      damaged.stdout = Array(
        stdout.split(separator: 0x0A, omittingEmptySubsequences: false).joined(separator: [0x0D, 0x0A])
      )
    case .unknownState(let index): damaged.stdout = words.replacing(state: index, in: stdout)
    case .unknownReason(let index): damaged.stdout = words.replacing(reason: index, in: stdout)
    case .empty: (damaged.stdout, damaged.stderr, damaged.ending) = ([], [], .exited(0))
    case .failing: damaged.ending = .exited(1)
    case .failed: (damaged.stdout, damaged.ending) = ([], .exited(1))
    case .noise: damaged.stderr = Self.remark + exchange.stderr
    case .missing: (damaged.stdout, damaged.stderr, damaged.ending) = ([], [], .notFound)
    case .timedOut: (damaged.stdout, damaged.ending) = ([], .timedOut)
    case .killed: (damaged.stdout, damaged.ending) = ([], .signalled(.kill))
    }
    return damaged
  }
}

/// The scheduler's own words for states and reasons in a baseline.
struct MutantWords: Sendable {
  let states: [String]
  let reasons: [String]

  init(_ statuses: some Sequence<JobStatus>) {
    let all = statuses.flatMap(\.withTasks)
    states = Set(all.compactMap(\.native.state)).filter { !$0.isEmpty }.sorted()
    reasons = Set(all.compactMap(\.native.reason)).filter { !$0.isEmpty }.sorted()
  }

  func replacing(state index: Int, in bytes: [UInt8]) -> [UInt8] { Self.replacing(states, index, bytes) }

  func replacing(reason index: Int, in bytes: [UInt8]) -> [UInt8] { Self.replacing(reasons, index, bytes) }

  private static func replacing(_ words: [String], _ index: Int, _ bytes: [UInt8]) -> [UInt8] {
    guard words.indices.contains(index) else { return bytes }
    return bytes.replacingWhole(Array(words[index].utf8), with: Array(Mutation.unknownWord.utf8))
  }
}
