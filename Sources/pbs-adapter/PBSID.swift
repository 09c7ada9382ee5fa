import AdapterKit

/// A job's id in PBS's spellings: `41`, `41.pbs01`, `41[].pbs01` (an array), `41[3].pbs01` (one of its jobs).
struct PBSID: Hashable, Sendable {
  /// Which part of an array an id names.
  enum Part: Hashable, Sendable {
    /// No part: it is not an array.
    case none
    /// The array as a whole.
    case array
    /// One job of an array.
    case index(Int)
  }

  /// The number, digit by digit.
  let sequence: String
  let part: Part
  /// The server after it, if one is named.
  let server: String?

  /// Parses an id; `nil` for any other text. For such texts, `qstat abc` would list a queue, and `qstat ''` all jobs
  /// (recorded: unknown-ids of OpenPBS 23.06.06).
  init?(_ text: some StringProtocol) {
    var text = String(text)
    guard let id = text.withUTF8({ PBSID(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }

  /// The most digits of a sequence number: `PBS_SEQNUMTOP` of OpenPBS 23.06, 999999999999. Torque's have 8. Both begin
  /// with 0, to which they wrap around.
  static let greatestLength = 12

  /// Parses an id from bytes.
  init?(_ text: UnsafeRawBufferPointer) {
    var end = 0
    while end < text.count, text[end] >= 0x30, text[end] <= 0x39 { end += 1 }
    guard end > 0, end <= Self.greatestLength else { return nil }
    let sequence = text.part(0..<end).text
    var part = Part.none
    if end < text.count, text[end] == 0x5B {
      guard let length = text.part(from: end).firstPlace(of: 0x5D) else { return nil }
      if length == 1 {
        part = .array
      } else {
        // A greater one wraps around on its way through the server; one with leading zeros means another task's number.
        let digits = text.part((end + 1)..<(end + length))
        guard let index = digits.natural, index <= Int32.max, digits.count == 1 || digits[0] != 0x30 else { return nil }
        part = .index(index)
      }
      end += length + 1
    }
    var server: String?
    if end < text.count {
      guard text[end] == 0x2E || text[end] == 0x40, end + 1 < text.count else { return nil }
      server = text.part(from: end + 1).text
    }
    self.init(sequence: sequence, part: part, server: server)
  }

  init(sequence: String, part: Part, server: String?) {
    self.sequence = sequence
    self.part = part
    self.server = server
  }

  /// Whether another id may name the same job, if one of the two omits the server or its domain.
  func isSame(as other: PBSID) -> Bool {
    part == other.part && isRelated(to: other)
  }

  /// Whether another id names the same job, an array it belongs to, or a part of it.
  func isRelated(to other: PBSID) -> Bool {
    guard sequence == other.sequence else { return false }
    guard let mine = server, let others = other.server else { return true }
    return Self.isSameServer(mine, others)
  }

  /// Whether two names may mean one server, if one of them omits the domain or names another of its machines.
  static func isSameServer(_ one: String, _ other: String) -> Bool { host(one) == host(other) }

  /// The id of the array that this one is a part of, or the id itself.
  var whole: PBSID {
    if case .index = part { PBSID(sequence: sequence, part: .array, server: server) } else { self }
  }

  /// Whether a server can have assigned it: numbers have no leading zeros.
  var isPossible: Bool { sequence == "0" || sequence.utf8.first != 0x30 }

  /// The index in its array.
  var index: Int? {
    if case .index(let index) = part { index } else { nil }
  }

  /// The name of a job's exit record.
  var recordName: String { index.map { "\(sequence)_\($0)" } ?? sequence }

  private static func host(_ name: String) -> Substring {
    let first = name.split(separator: "@").first ?? Substring(name)
    return first.prefix { $0 != "." && $0 != ":" }
  }
}
