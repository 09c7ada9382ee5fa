/// How long a job may run.
///
/// Parsed from what people type: `30` (minutes, as for Slurm, LSF and Cobalt), `30m`, `90min`, `2h30m`, `1:30:00`,
/// `2-12:00:00`. `1:30` is refused: it is a minute and a half to one scheduler and an hour and a half to another.
public struct Walltime: Hashable, Sendable, Comparable {
  /// The time.
  public let duration: Duration

  /// A walltime with a duration.
  public init(_ duration: Duration) { self.duration = duration }

  /// A walltime of seconds.
  public static func seconds(_ count: Int64) -> Walltime { Walltime(.seconds(count)) }

  /// A walltime of minutes.
  public static func minutes(_ count: Int64) -> Walltime { Walltime(.seconds(count * 60)) }

  /// A walltime of hours.
  public static func hours(_ count: Int64) -> Walltime { Walltime(.seconds(count * 3600)) }

  /// Whole seconds, rounded up.
  public var seconds: Int64 { duration.secondsRoundedUp }

  public static func < (left: Walltime, right: Walltime) -> Bool { left.duration < right.duration }

  /// Reads a walltime above zero and of at most ten years.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String) throws(ValueError) {
    duration = try DurationGrammar.parse(text, bareNumber: .minutes)
    if let complaint = complaint(as: text) { throw ValueError(complaint) }
  }

  /// Why no job can be granted it; `nil` when one can. A queue's limit, in contrast, may be a time that no job is
  /// granted.
  func complaint(as text: String) -> String? {
    if duration <= .zero { return "a walltime has to be above zero; ‘\(text)’ is not" }
    if duration > .seconds(3650 * 86_400) { return "‘\(text)’ is longer than ten years: no scheduler grants that" }
    return nil
  }
}

extension Walltime: CustomStringConvertible {
  /// Hours, minutes and seconds, as every scheduler reads them: `36:00:00`.
  public var description: String {
    func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(twoDigits(seconds / 3600)):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
  }
}

extension Walltime: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in
      Walltime(try DurationGrammar.parse(text, bareNumber: .minutes))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
