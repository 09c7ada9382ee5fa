import Foundation
import LauncherProtocol
import Testing

@Suite("Instants")
struct TimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_709_164_800, "2024-02-29T00:00:00Z"), (1_709_251_200, "2024-03-01T00:00:00Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"), (1_795_221_409, "2026-11-21T00:36:49Z"),
      (-62_135_596_800, "0001-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
      (1_795_221_409.25, "2026-11-21T00:36:49.250Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
    ]
  )
  func `known instants are written and read`(seconds: Double, text: String) throws {
    #expect(RFC3339.string(from: Date(timeIntervalSince1970: seconds)) == text)
    let read = try #require(RFC3339.date(from: text))
    #expect((read.timeIntervalSince1970 * 1000).rounded() == (seconds * 1000).rounded())
  }

  @Test func `offsets, fractions and both letter cases are read`() {
    let noon = Date(timeIntervalSince1970: 1_795_262_400)
    for text in [
      "2026-11-21T12:00:00Z", "2026-11-21t12:00:00z", "2026-11-21 12:00:00Z", "2026-11-21T13:00:00+01:00",
      "2026-11-21T06:30:00-05:30", "2026-11-21T12:00:00+00:00", "2026-11-21T12:00:00-00:00", "2026-11-21T12:00:00.0Z",
      "2026-11-20T12:01:00-23:59", "2026-11-21T11:59:60Z",
    ] {
      #expect(RFC3339.date(from: text) == noon, "\(text)")
    }
    #expect(RFC3339.date(from: "2026-11-21T12:00:00.5Z") == noon.addingTimeInterval(0.5))
    #expect(
      RFC3339.date(from: "2026-11-21T12:00:00.123456789Z").map {
        abs($0.timeIntervalSince(noon) - 0.123_456_789) < 1e-6
      } == true
    )
  }

  @Test(
    arguments: [
      "", "now", "2026-11-21", "2026-11-21T12:00:00", "2026-11-21T12:00Z", "2026-02-29T12:00:00Z",
      "2100-02-29T12:00:00Z",
      "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-11-31T12:00:00Z", "2026-11-00T12:00:00Z",
      "2026-11-21T24:00:00Z", "2026-11-21T12:60:00Z", "2026-11-21T12:00:61Z", "2026-11-21T12:00:00.Z",
      "2026-11-21T12:00:00.1234567890Z", "2026-11-21T12:00:00+1:00", "2026-11-21T12:00:00+0100",
      "2026-11-21T12:00:00+24:00",
      "2026-11-21T12:00:00ZZ", "2026-11-21T12:00:00Z ", " 2026-11-21T12:00:00Z", "+2026-11-21T12:00:00Z",
      "２０２６-11-21T12:00:00Z", "2026/11/21T12:00:00Z", "-026-11-21T12:00:00Z", "N/A", "Unknown",
    ]
  )
  func `what is not an instant is refused`(text: String) {
    #expect(RFC3339.date(from: text) == nil)
  }

  /// 1583-01-01: Foundation counts in the Julian calendar before, RFC 3339 in the Gregorian throughout.
  private static let firstGregorian: Int64 = -12_212_553_600

  @Test func `any instant is written as Foundation writes it, and read back, to the millisecond`() throws {
    var generator = SeededGenerator(seed: 20_261_121)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for _ in 0..<5000 {
      let milliseconds = Int64.random(in: Self.firstGregorian * 1000...253_402_300_799_999, using: &generator)
      let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      let text = RFC3339.string(from: date)
      let read = try #require(RFC3339.date(from: text), "\(text)")
      #expect((read.timeIntervalSince1970 * 1000).rounded() == Double(milliseconds), "\(text)")
      // Foundation's style cuts the fraction off where ours rounds it, so it gets a time in the middle.
      let theirs = try #require(
        try? style.parse(text.contains(".") ? text : text.replacing("Z", with: ".000Z")),
        "\(text)"
      )
      #expect(abs(theirs.timeIntervalSince(date)) < 0.001, "\(text)")
    }
  }

  @Test func `whole seconds are written exactly as Foundation writes them`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      let seconds = Int64.random(in: Self.firstGregorian...253_402_300_799, using: &generator)
      let date = Date(timeIntervalSince1970: Double(seconds))
      #expect(RFC3339.string(from: date) == date.formatted(.iso8601))
    }
  }

  @Test func `instants outside the years that four digits hold are still well formed`() {
    for seconds in [-1e300, -1e12, -62_167_219_201, 1e12, 1e300, .infinity, -.infinity, .nan] {
      let text = RFC3339.string(from: Date(timeIntervalSince1970: seconds))
      #expect(RFC3339.date(from: text) != nil, "\(seconds): \(text)")
    }
    #expect(RFC3339.string(from: Date(timeIntervalSince1970: -1e300)) == "0000-01-01T00:00:00Z")
  }

  @Test(
    arguments: ["2026-11-22T08:00:00", "2026-11-22T08:00"]
  )
  func `a moment without a zone is refused with the zone as advice`(text: String) {
    let error = #expect(throws: ValueError.self) { try Moment(parsing: text) }
    #expect(error?.description.contains("no zone") == true)
  }

  @Test func `a moment from now on counts from now on`() throws {
    let now = Date(timeIntervalSince1970: 1_000_000)
    #expect(try Moment(parsing: "+2h", now: now).date == now.addingTimeInterval(7200))
    #expect(try Moment(parsing: "+30", now: now).date == now.addingTimeInterval(1800))
    #expect(
      try Moment(parsing: "2026-11-22T08:00:00+01:00", now: now).date == Date(timeIntervalSince1970: 1_795_330_800)
    )
  }

  @Test(
    arguments: ["", "+", "+-5m", "+1:30", "tomorrow", "2026-11-22", "08:00", "-2h"]
  )
  func `what is not a moment is refused`(text: String) {
    #expect(throws: ValueError.self) { try Moment(parsing: text) }
  }
}

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
