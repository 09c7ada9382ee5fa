import AdapterKit
import FoundationEssentials

/// Times and spans as PBS writes them.
enum PBSTime {
  /// The months by their three letters, as one number.
  private static let months: [Int: Int] = {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return Dictionary(uniqueKeysWithValues: names.enumerated().map { (key(Array($1.utf8)), $0 + 1) })
  }()

  private static func key(_ letters: some Collection<UInt8>) -> Int { letters.reduce(0) { $0 << 8 | Int($1) } }

  /// An instant: `Sat Nov 21 00:41:20 2026`, without a zone, in that of the command, which is UTC; or seconds since
  /// 1970, as Torque's XML has it.
  static func instant(_ text: String?) -> Date? {
    guard var text else { return nil }
    return text.withUTF8 { bytes -> Date? in
      let bytes = UnsafeRawBufferPointer(bytes)
      if let seconds = bytes.natural { return seconds > 0 ? Date(timeIntervalSince1970: Double(seconds)) : nil }
      // Days below ten have a blank before them.
      guard bytes.count == 24, let month = months[key(bytes[4..<7])], let year = bytes.part(20..<24).natural,
        let day = bytes.part((bytes[8] == 0x20 ? 9 : 8)..<10).natural, let hour = bytes.part(11..<13).natural,
        let minute = bytes.part(14..<16).natural, let second = bytes.part(17..<19).natural,
        (1...31).contains(day), year >= 1970
      else { return nil }
      let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
      return Date(timeIntervalSince1970: Double(seconds))
    }
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
    if let seconds = clock(text) { return .seconds(seconds) }
    var seconds = 0.0
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard let number = Double(part), number >= 0, number < 1e12 else { return nil }
      seconds = seconds * 60 + number
    }
    guard seconds < 1e15 else { return nil }
    return .milliseconds(Int64((seconds * 1000).rounded()))
  }

  /// The whole seconds in `100:30:00`; `nil` for other spellings.
  private static func clock(_ text: String) -> Int64? {
    var (seconds, part): (Int64, Int64) = (0, 0)
    guard text.utf8.count <= 14 else { return nil }
    for byte in text.utf8 {
      if byte == 0x3A {
        seconds = (seconds + part) * 60
        part = 0
      } else if byte >= 0x30, byte <= 0x39 {
        part = part * 10 + Int64(byte - 0x30)
      } else {
        return nil
      }
    }
    return seconds + part
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
