import FoundationEssentials

/// Instants as RFC 3339 text in UTC, the only form in which times are transmitted.
///
/// Written by hand because a status listing holds hundreds of thousands of times and the general formatters take
/// several microseconds each.
public enum RFC3339 {
  /// `2026-11-21T00:36:49Z`, with milliseconds only if the instant has them; for an instant whose year does not fit in
  /// four digits, the nearest one that does.
  public static func string(from date: Date) -> String {
    let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
    guard milliseconds < 253_402_300_800_000 else { return "9999-12-31T23:59:59Z" }
    guard milliseconds >= -62_167_219_200_000 else { return "0000-01-01T00:00:00Z" }
    let total = Int(milliseconds)
    let (seconds, fraction) = floorDivide(total, 1000)
    let (days, secondOfDay) = floorDivide(seconds, 86_400)
    let (year, month, day) = civil(fromDays: days)
    var text = ""
    text.reserveCapacity(24)
    append(year, width: 4, to: &text)
    text += "-"
    append(month, width: 2, to: &text)
    text += "-"
    append(day, width: 2, to: &text)
    text += "T"
    append(secondOfDay / 3600, width: 2, to: &text)
    text += ":"
    append(secondOfDay / 60 % 60, width: 2, to: &text)
    text += ":"
    append(secondOfDay % 60, width: 2, to: &text)
    if fraction != 0 {
      text += "."
      append(fraction, width: 3, to: &text)
    }
    return text + "Z"
  }

  /// Reads an instant with its zone (`Z` or `±HH:MM`); `nil` for anything else, including a missing zone.
  public static func date(from text: some StringProtocol) -> Date? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[13] == 0x3A, bytes[16] == 0x3A,
      bytes[10] == 0x54 || bytes[10] == 0x74 || bytes[10] == 0x20,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...daysInMonth(month, year: year)).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = bytes[19...]
    var fraction = 0.0
    if rest.first == 0x2E {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty, digits.count <= 9, let value = number(digits) else { return nil }
      var scale = 1.0
      for _ in 0..<digits.count { scale *= 10 }
      fraction = Double(value) / scale
      rest = rest.dropFirst(1 + digits.count)
    }
    var offset = 0
    if rest.count == 1, rest.first == 0x5A || rest.first == 0x7A {
      offset = 0
    } else if rest.count == 6, let sign = rest.first, sign == 0x2B || sign == 0x2D,
      rest[rest.startIndex + 3] == 0x3A,
      let hours = number(rest[(rest.startIndex + 1)..<(rest.startIndex + 3)]),
      let minutes = number(rest[(rest.startIndex + 4)...]), hours < 24, minutes < 60
    {
      offset = (hours * 3600 + minutes * 60) * (sign == 0x2D ? -1 : 1)
    } else {
      return nil
    }
    let seconds = days(fromCivil: year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
  }

  private static func append(_ value: Int, width: Int, to text: inout String) {
    let digits = String(value)
    for _ in 0..<max(0, width - digits.utf8.count) { text += "0" }
    text += digits
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func floorDivide(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
    let remainder = ((value % divisor) + divisor) % divisor
    return ((value - remainder) / divisor, remainder)
  }

  private static func daysInMonth(_ month: Int, year: Int) -> Int {
    let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar: years begin in March, so
  /// that the leap day is the last of its year, and 400 years are always 146,097 days.
  private static func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(shifted, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
