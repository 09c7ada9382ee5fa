import AdapterKit
import FoundationEssentials

/// Times and spans as LSF prints them: the client's local time, which is UTC here since commands run with `TZ=UTC`.
struct LSFTime: Sendable {
  /// The moment the commands answered: a time without a year is taken to be the latest that is not after it.
  let now: Date
  private let year: Int
  /// Where the surrounding years begin, in days since 1970, by their distance from `firstYear`.
  private let firstYear: Int
  private let greatestSeconds: Int

  init(now: Date) {
    self.now = now
    // Clocks differ, and a time may be rounded up.
    greatestSeconds = Int(now.timeIntervalSince1970) + 86_400
    year = 1970 + Int(now.timeIntervalSince1970 / 31_556_952)
    firstYear = year - 12
  }

  /// An instant in any of the forms seen: `Nov 21 00:36` and `11/21-00:36:49` in one record (volclava 2.2, recorded),
  /// `Sep 30 20:32:14 2026` and `Feb 21 00:02 2019` (IBM LSF), `Sat Nov 21 00:28:12` and the same with a year (`bjobs
  /// -l`); perhaps followed by ` L`, ` E`, ` X`. `nil` for anything else, such as `-`.
  func instant(_ text: UnsafeRawBufferPointer) -> Date? {
    var reader = Reader(text)
    var weekday: Int?
    var month = 0
    var day = 0
    if let first = reader.natural() {
      guard first >= 1, first <= 12, reader.skip(0x2F), let number = reader.natural(), reader.skip(0x2D) else {
        return nil
      }
      (month, day) = (first, number)
    } else {
      guard var word = reader.word() else { return nil }
      if let place = Self.place(of: word, in: "SunMonTueWedThuFriSat") {
        weekday = place
        reader.skipBlanks()
        guard let next = reader.word() else { return nil }
        word = next
      }
      guard let place = Self.place(of: word, in: "JanFebMarAprMayJunJulAugSepOctNovDec") else { return nil }
      reader.skipBlanks()
      guard let number = reader.natural() else { return nil }
      (month, day) = (place + 1, number)
      reader.skipBlanks()
    }
    guard day >= 1, day <= 31, let hour = reader.natural(), hour < 24, reader.skip(0x3A),
      let minute = reader.natural(), minute < 60
    else { return nil }
    var second = 0
    if reader.skip(0x3A) {
      guard let value = reader.natural(), value <= 60 else { return nil }
      second = value
    }
    reader.skipBlanks()
    let clock = hour * 3600 + minute * 60 + second
    if let told = reader.natural() {
      guard told >= 1970, told < 10_000, let days = Self.days(told, month, day) else { return nil }
      return Date(timeIntervalSince1970: Double(days * 86_400 + clock))
    }
    return past(month, day, clock, weekday)
  }

  /// An instant in a text.
  func instant(_ text: some StringProtocol) -> Date? {
    var text = String(text)
    return text.withUTF8 { instant(UnsafeRawBufferPointer($0)) }
  }

  /// The latest instant that is not after now; its weekday counts if it is given.
  private func past(_ month: Int, _ day: Int, _ clock: Int, _ weekday: Int?) -> Date? {
    var found: Int?
    for candidate in stride(from: year + 1, through: firstYear, by: -1) {
      guard let days = Self.days(candidate, month, day) else { continue }
      let seconds = days * 86_400 + clock
      guard seconds <= greatestSeconds else { continue }
      found = found ?? seconds
      // Day 0 was a Thursday.
      if weekday == nil || (days + 4) % 7 == weekday {
        found = seconds
        break
      }
    }
    return found.map { Date(timeIntervalSince1970: Double($0)) }
  }

  /// Days since 1970; `nil` for a day that the month does not have.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let begin = starts[month - 1] + (isLeap && month > 2 ? 1 : 0)
    let end = starts[month] + (isLeap && month > 1 ? 1 : 0)
    guard day <= end - begin else { return nil }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400)
    return (year - 1970) * 365 + leapDays + begin + day - 1
  }

  private static let starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]

  private static func place(of word: UnsafeRawBufferPointer, in names: StaticString) -> Int? {
    guard word.count == 3 else { return nil }
    for place in stride(from: 0, to: names.utf8CodeUnitCount, by: 3)
    where names.utf8Start[place] == word[0] && names.utf8Start[place + 1] == word[1]
      && names.utf8Start[place + 2] == word[2]
    {
      return place / 3
    }
    return nil
  }

  /// A span: `57208 second(s)`, `08:38:26` (`-hms`), `000:00:00.01` (volclava); `nil` for nonsense such as
  /// `000:00:-2.00` (volclava 2.2 for a running job, recorded) and `50769:48:00.-48`.
  static func span(_ text: UnsafeRawBufferPointer) -> Duration? {
    var reader = Reader(text)
    guard let first = reader.natural() else { return nil }
    guard reader.skip(0x3A) else {
      var hundredths = 0
      if reader.skip(0x2E) { hundredths = reader.natural() ?? 0 }
      reader.skipBlanks()
      return reader.rest.hasPrefix("second")
        ? .milliseconds(first * 1000 + (hundredths < 100 ? hundredths * 10 : 0)) : nil
    }
    guard let minutes = reader.natural(), minutes < 60, reader.skip(0x3A), let seconds = reader.natural() else {
      return nil
    }
    var milliseconds = 0
    if reader.skip(0x2E) {
      let digits = reader.rest
      guard let fraction = reader.natural(), reader.rest.isEmpty else { return nil }
      milliseconds =
        digits.count == 1 ? fraction * 100 : digits.count == 2 ? fraction * 10 : digits.count == 3 ? fraction : 0
    }
    guard seconds < 60, reader.rest.isEmpty else { return nil }
    return .milliseconds((first * 3600 + minutes * 60 + seconds) * 1000 + milliseconds)
  }

  /// A quantity of memory: `233 Mbytes`, `1.8 Gbytes`, `10M`; megabytes if there is no unit. `nil` for `-` and 0.
  static func memory(_ text: UnsafeRawBufferPointer) -> ByteCount? {
    var reader = Reader(text)
    guard let whole = reader.natural() else { return nil }
    var value = Double(whole)
    if reader.skip(0x2E) {
      let digits = reader.rest
      guard let fraction = reader.natural() else { return nil }
      let count = digits.count - reader.rest.count
      var scale = 1.0
      for _ in 0..<count { scale *= 10 }
      value += Double(fraction) / scale
    }
    reader.skipBlanks()
    let power: Int
    switch reader.rest.first {
    case 0x4B, 0x6B: power = 10
    case nil, 0x4D, 0x6D: power = 20
    case 0x47, 0x67: power = 30
    case 0x54, 0x74: power = 40
    case 0x50, 0x70: power = 50
    default: return nil
    }
    let bytes = value * Double(1 << power)
    return bytes >= 1 && bytes < 9e18 ? ByteCount(Int64(bytes)) : nil
  }

  /// Reads a text from its beginning.
  private struct Reader {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ text: UnsafeRawBufferPointer) {
      rest = text
      skipBlanks()
    }

    mutating func skipBlanks() { while rest.first == 0x20 { rest = rest.part(from: 1) } }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest = rest.part(from: 1)
      return true
    }

    mutating func natural() -> Int? {
      var value = 0
      var count = 0
      while count < rest.count, count < 12, rest[count] >= 0x30, rest[count] <= 0x39 {
        value = value * 10 + Int(rest[count] - 0x30)
        count += 1
      }
      guard count > 0 else { return nil }
      rest = rest.part(from: count)
      return value
    }

    mutating func word() -> UnsafeRawBufferPointer? {
      var count = 0
      while count < rest.count, rest[count] | 0x20 >= 0x61, rest[count] | 0x20 <= 0x7A { count += 1 }
      guard count > 0 else { return nil }
      defer { rest = rest.part(from: count) }
      return rest.part(0..<count)
    }
  }
}
