import AdapterKit

/// A job's id in Slurm's spellings.
enum SlurmID: Hashable, Sendable {
  /// `47`: a job, an array as a whole, or an array task by its own number.
  case job(Int)
  /// `47_3`: a task of an array.
  case task(array: Int, index: Int)
  /// `47_[1-10%2]`: tasks that still wait together.
  case tasks(array: Int, TaskList)
  /// `47+1`: a component of a heterogeneous job.
  case component(job: Int, offset: Int)

  /// The leading number.
  var number: Int {
    switch self {
    case .job(let id), .task(let id, _), .tasks(let id, _), .component(let id, _): id
    }
  }

  /// The greatest number of a job. The two numbers above it mean “none” and “no limit” to Slurm, and its commands wrap
  /// around at 32 bits: 4294967573 is 277 to `scancel` of 22.05.
  static let greatestNumber = 4_294_967_293

  /// Reads one of the numbers in an id. Each has one spelling: 041 is 41 to Slurm, and 00 is all jobs or none.
  private static func number(_ digits: UnsafeRawBufferPointer, from least: Int) -> Int? {
    guard digits.count == 1 || digits.first != 0x30, let number = digits.natural else { return nil }
    return (least...greatestNumber).contains(number) ? number : nil
  }

  /// Whether it is one task of an array.
  var isTask: Bool {
    if case .task = self { true } else { false }
  }

  /// Parses an id; `nil` for a text that is not one of Slurm's.
  init?(_ text: UnsafeRawBufferPointer) {
    guard let mark = text.firstIndex(where: { $0 == 0x5F || $0 == 0x2B }) else {
      guard let id = Self.number(text, from: 1) else { return nil }
      self = .job(id)
      return
    }
    guard let id = Self.number(text.part(0..<mark), from: 1) else { return nil }
    let rest = text.part(from: mark + 1)
    if text[mark] == 0x2B {
      guard let offset = Self.number(rest, from: 0) else { return nil }
      self = .component(job: id, offset: offset)
    } else if rest.first == 0x5B {
      let end = rest.last == 0x5D ? rest.count - 1 : rest.count
      guard let list = TaskList(rest.part(1..<max(1, end)), isClosed: rest.last == 0x5D) else { return nil }
      self = .tasks(array: id, list)
    } else {
      guard let index = Self.number(rest, from: 0) else { return nil }
      self = .task(array: id, index: index)
    }
  }

  /// Why a text is not an id, for people.
  static func complaint(about text: String) -> String {
    "‘\(text)’ is not an id of Slurm's: write 41, 41_3 or 41+1, with numbers from 1 to \(greatestNumber)"
  }

  /// Parses an id from text.
  init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ SlurmID(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }
}

/// The tasks of an array that Slurm shows as one record: `1-3,7,10-20:5%2`.
struct TaskList: Hashable, Sendable {
  /// The pieces.
  let ranges: [Range]
  /// Whether the list was truncated: `...` at its end, or no closing bracket. Then there are more tasks than are
  /// listed.
  let isCut: Bool

  struct Range: Hashable, Sendable {
    let first: Int
    let last: Int
    let step: Int
  }

  /// At most this many tasks are made of one record; Slurm's own highest limit for an array.
  static let greatestCount = 4_000_001

  init?(_ text: UnsafeRawBufferPointer, isClosed: Bool) {
    var isCut = !isClosed
    var ranges: [Range] = []
    var end = text.count
    if let limit = text.firstPlace(of: 0x25) { end = limit }
    var start = 0
    while start < end {
      let comma = text[start..<end].firstIndex(of: 0x2C) ?? end
      let piece = text.part(start..<comma)
      start = comma + 1
      if piece.equals("...") {
        isCut = true
      } else if let range = Self.range(piece) {
        ranges.append(range)
      } else if start >= end, !isClosed || piece.last == 0x2E {
        isCut = true
      } else {
        return nil
      }
    }
    guard !ranges.isEmpty || isCut, ranges.reduce(0, { $0 + ($1.last - $1.first) / $1.step + 1 }) <= Self.greatestCount
    else { return nil }
    self.ranges = ranges
    self.isCut = isCut
  }

  private static func range(_ piece: UnsafeRawBufferPointer) -> Range? {
    var body = piece
    var step = 1
    if let colon = piece.firstPlace(of: 0x3A) {
      guard let value = piece.part(from: colon + 1).natural, value > 0 else { return nil }
      step = value
      body = piece.part(0..<colon)
    }
    guard let dash = body.firstPlace(of: 0x2D) else {
      guard let index = body.natural else { return nil }
      return Range(first: index, last: index, step: 1)
    }
    guard let first = body.part(0..<dash).natural, let last = body.part(from: dash + 1).natural, first <= last else {
      return nil
    }
    return Range(first: first, last: last, step: step)
  }

  /// The indices, each as often as the list names it.
  var indices: [Int] { ranges.flatMap { Array(stride(from: $0.first, through: $0.last, by: $0.step)) } }

  /// Whether a task is among them.
  func contains(_ index: Int) -> Bool {
    ranges.contains { index >= $0.first && index <= $0.last && (index - $0.first) % $0.step == 0 }
  }
}
