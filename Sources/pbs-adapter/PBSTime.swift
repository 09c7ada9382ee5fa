import FoundationEssentials

/// Times and spans as PBS writes them.
enum PBSTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// An instant: `Sat Nov 21 00:41:20 2026`, without a zone and in the one that the command runs in, which is UTC; or
  /// seconds since 1970, as Torque's XML has it.
  static func instant(_ text: String?) -> Date? {
    guard let text else { return nil }
    if let seconds = Int(text) { return seconds > 0 ? Date(timeIntervalSince1970: Double(seconds)) : nil }
    let words = text.split(separator: " ")
    guard words.count == 5, let month = months.firstIndex(where: { words[1] == $0 }), let day = Int(words[2]),
      let year = Int(words[4]), (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let clock = words[3].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3 else { return nil }
    let seconds = days(year, month + 1, day) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    return Date(timeIntervalSince1970: Double(seconds))
  }

  /// Days from 1970 to a date, by counting years from March.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// A span: `100:30:00`, `30:00`, `90`, `8.11`.
  static func span(_ text: String?) -> Duration? {
    guard let text, !text.isEmpty else { return nil }
    var seconds = 0.0
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard let number = Double(part), number >= 0, number < 1e12 else { return nil }
      seconds = seconds * 60 + number
    }
    guard seconds < 1e15 else { return nil }
    return .milliseconds(Int64((seconds * 1000).rounded()))
  }

  /// An amount of memory: `100mb`, `0kb`, `4gb`, `512b`, `8mw` (words of 8 bytes).
  static func bytes(_ text: String?) -> Int64? {
    guard let text else { return nil }
    let digits = text.prefix { $0.isNumber }
    guard let count = Int64(digits) else { return nil }
    let factor: Int64
    switch text.dropFirst(digits.count).lowercased() {
    case "", "b": factor = 1
    case "kb": factor = 1 << 10
    case "mb": factor = 1 << 20
    case "gb": factor = 1 << 30
    case "tb": factor = 1 << 40
    case "pb": factor = 1 << 50
    case "w": factor = 8
    case "kw": factor = 8 << 10
    case "mw": factor = 8 << 20
    case "gw": factor = 8 << 30
    default: return nil
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}
