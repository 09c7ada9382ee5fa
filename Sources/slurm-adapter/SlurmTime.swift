import AdapterKit
import FoundationEssentials

/// Times and spans as Slurm prints them.
enum SlurmTime {
  /// An instant: seconds since 1970 (`SLURM_TIME_FORMAT=%s`), or `2026-11-21T00:31:34`, which is UTC since the commands
  /// run with `TZ=UTC`. `N/A`, `Unknown`, `None`, 0 and 4294967294 (26.05: cancelled before its start) do not count.
  static func instant(_ text: UnsafeRawBufferPointer) -> Date? {
    if let seconds = text.natural {
      return seconds > 0 && seconds < 4_294_967_294 ? Date(timeIntervalSince1970: Double(seconds)) : nil
    }
    guard text.count == 19, text[10] == 0x54 else { return nil }
    return RFC3339.date(from: text.text + "Z")
  }

  /// No part of a span is longer, in seconds: the milliseconds of all parts together can be counted.
  private static let greatest = 1_000_000_000_000

  /// A span: `5:00`, `1:00:00`, `14-00:00:00`, with thousandths too; `nil` for `UNLIMITED`, `INVALID` and other words.
  static func span(_ text: UnsafeRawBufferPointer) -> Duration? {
    var days = 0
    var clock = text
    if let dash = text.firstPlace(of: 0x2D) {
      guard let count = text.part(0..<dash).natural, count < greatest / 86_400 else { return nil }
      days = count
      clock = text.part(from: dash + 1)
    }
    var milliseconds = 0
    if let point = clock.firstPlace(of: 0x2E) {
      let digits = clock.part(from: point + 1)
      guard let fraction = digits.natural, digits.count <= 6 else { return nil }
      var scaled = fraction
      for _ in digits.count..<6 { scaled *= 10 }
      milliseconds = scaled / 1000
      clock = clock.part(0..<point)
    }
    var seconds = 0
    var parts = 0
    var start = 0
    while start <= clock.count {
      let colon = clock[start...].firstIndex(of: 0x3A) ?? clock.count
      guard let value = clock.part(start..<colon).natural, value < greatest / 3600, parts < 3 else { return nil }
      seconds = seconds * 60 + value
      parts += 1
      start = colon + 1
    }
    // After days, the clock begins with hours: `1-02` is a day and two hours.
    if days > 0 || clock.count < text.count && text.firstPlace(of: 0x2D) != nil {
      for _ in parts..<3 { seconds *= 60 }
    } else if parts < 2 {
      return nil
    }
    return .milliseconds((days * 86_400 + seconds) * 1000 + milliseconds)
  }
}
