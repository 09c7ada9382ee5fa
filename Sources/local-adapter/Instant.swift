import AdapterKit
import FoundationEssentials

/// Seconds since 1970, as the queue stores times, in the forms that people and messages need.
enum Instant {
  static func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }
  static func text(_ seconds: Double) -> String { RFC3339.string(from: date(seconds)) }
}
