import AdapterKit
import FoundationEssentials

/// Times and spans as Cobalt prints them.
enum CobaltTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// An instant: `Sat Nov 21 00:53:16 2026 +0000 (UTC)`, in the time zone of the user who ran the command.
  static func instant(_ text: some StringProtocol) -> Date? {
    let words = text.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: true)
    guard words.count >= 6, let month = months.firstIndex(where: { $0 == words[1] }), let day = Int(words[2]),
      words[3].utf8.count == 8, words[4].utf8.count == 4, let offset = offset(words[5])
    else { return nil }
    func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return RFC3339.date(from: "\(words[4])-\(twoDigits(month + 1))-\(twoDigits(day))T\(words[3])Z")?
      .addingTimeInterval(Double(-60 * offset))
  }

  /// Minutes east of Greenwich in `-0600`.
  ///
  /// Cobalt 1.0.33 prints `+0630` for India's `+0530` (recorded: time-zones): it rounds the hours up and counts the
  /// minutes from the wrong side, but only east of Greenwich.
  static func offset(_ text: some StringProtocol) -> Int? {
    let digits = text.dropFirst()
    guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits)
    else { return nil }
    let (hours, minutes) = (number / 100, number % 100)
    switch text.first {
    case "+": return hours * 60 - minutes
    case "-": return -(hours * 60 + minutes)
    default: return nil
    }
  }

  /// A span: `00:10:00`, `166:40:00`; `nil` for `N/A`, `None` and `-`.
  static func span(_ text: some StringProtocol) -> Duration? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var seconds = 0
    for part in parts {
      guard !part.isEmpty, part.utf8.count <= 7, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let value = Int(part)
      else { return nil }
      seconds = seconds * 60 + value
    }
    return .seconds(seconds)
  }
}
