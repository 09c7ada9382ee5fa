/// The grammar of spans of time that people type.
public enum DurationGrammar {
  /// What a number without a unit means.
  public enum BareNumber: Sendable {
    /// Minutes.
    case minutes
    /// Seconds.
    case seconds
  }

  /// Reads `90`, `90s`, `1h30m`, `2 days`, `1:30:00`, `2-12:00:00`.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public static func parse(_ text: String, bareNumber: BareNumber) throws(ValueError) -> Duration {
    guard text.utf8.count <= 40 else { throw malformed(text) }
    let words = text.lowercased().split(separator: " ")
    // Blanks may occur around numbers and units, but two numbers never become one.
    let isCut = zip(words, words.dropFirst()).contains { word, next in
      word.last?.isNumber == true && next.first?.isNumber == true
    }
    let trimmed = words.joined()
    guard !trimmed.isEmpty, !isCut else { throw malformed(text) }
    if trimmed.contains(":") { return try parseClock(trimmed, original: text) }
    if trimmed.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      guard let number = Int64(trimmed), number < 1_000_000_000_000 else { throw tooLong(text) }
      return .seconds(bareNumber == .minutes ? number * 60 : number)
    }
    return try parseUnits(trimmed, original: text)
  }

  private static func parseClock(_ text: String, original: String) throws(ValueError) -> Duration {
    var days: Int64?
    var clock = Substring(text)
    if let dash = text.firstIndex(of: "-") {
      guard let count = natural(text[..<dash]) else { throw malformed(original) }
      days = count
      clock = text[text.index(after: dash)...]
    }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { natural($0) }
    guard numbers.count == parts.count, numbers.count == 2 || numbers.count == 3 else { throw malformed(original) }
    if numbers.count == 2, days == nil {
      throw ValueError(
        "‘\(original)’ can mean \(numbers[0])h\(numbers[1])m or \(numbers[0])m\(numbers[1])s: "
          + "write \(parts[0]):\(parts[1]):00 for hours, or \(numbers[0])m\(numbers[1])s"
      )
    }
    let (hours, minutes, seconds) = (numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : 0)
    guard minutes < 60, seconds < 60, days == nil || hours < 24 else {
      throw ValueError("‘\(original)’ is not a time: minutes and seconds go to 59, and hours after days to 23")
    }
    return .seconds((days ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds)
  }

  private static func parseUnits(_ text: String, original: String) throws(ValueError) -> Duration {
    var rest = Substring(text)
    var total = 0.0
    var lastFactor = Double.infinity
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), number.isFinite, let factor = factor(ofUnit: unit), factor < lastFactor
      else { throw malformed(original) }
      total += number * factor
      lastFactor = factor
    }
    guard total < 1e13 else { throw tooLong(original) }
    return .milliseconds(Int64((total * 1000).rounded(.up)))
  }

  private static func factor(ofUnit unit: Substring) -> Double? {
    switch unit {
    case "ms": 0.001
    case "s", "sec", "secs", "second", "seconds": 1
    case "m", "min", "mins", "minute", "minutes": 60
    case "h", "hr", "hrs", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    case "w", "week", "weeks": 604_800
    default: nil
    }
  }

  private static func natural(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }

  private static func tooLong(_ text: String) -> ValueError {
    ValueError("‘\(text)’ is too long a time: write at most 3650d, which is ten years")
  }

  private static func malformed(_ text: String) -> ValueError {
    ValueError("‘\(text)’ is not a time: write 30m, 2h, 1:30:00 or 2-12:00:00")
  }
}
