import LauncherProtocol
import Testing

@Suite("Walltimes and durations")
struct WalltimeTests {
  @Test(
    arguments: [
      ("30", 1800), ("30m", 1800), ("90min", 5400), ("2h", 7200), ("2h30m", 9000), ("2 hours", 7200),
      ("2 days", 172_800),
      ("1:30:00", 5400), ("2-12:00:00", 216_000), ("1-00:30", 88_200), ("0-01:30", 5400), ("36:00:00", 129_600),
      ("90s", 90), ("1w", 604_800), ("1.5h", 5400), ("1 H 30 M", 5400), (" 10m ", 600), ("00:00:01", 1),
    ]
  )
  func `every documented form is read`(text: String, seconds: Int64) throws {
    #expect(try Walltime(parsing: text).seconds == seconds)
  }

  @Test func `an hour and a half or a minute and a half is not guessed, and both ways out are named`() {
    let error = #expect(throws: ValueError.self) { try Walltime(parsing: "1:30") }
    #expect(error?.description.contains("1:30:00") == true)
    #expect(error?.description.contains("1m30s") == true)
  }

  @Test(
    arguments: [
      "", " ", "soon", "-5m", "-1:00:00", "0", "0s", "00:00:00", "1:60:00", "1:00:60", "1-24:00:00", "5x", "m", "1h30",
      "30m2h", "1h1h", "1..5h", "1:2:3:4", ":30:00", "1::00", "-", "1-", "1-2-3:00:00", "∞", "nan", "inf", "0x10m",
      "1e3m",
    ]
  )
  func `what is not a walltime is refused`(text: String) {
    #expect(throws: ValueError.self) { try Walltime(parsing: text) }
  }

  @Test(
    arguments: [
      "999999999999", "99999999999999999999", "99999999999999999999h", "999999999:00:00", "999999999-23:59:59",
      "3651d", "1" + String(repeating: "0", count: 300) + "s", String(repeating: "9", count: 10_000),
    ]
  )
  func `numbers that overflow are refused and do not trap`(text: String) {
    #expect(throws: ValueError.self) { try Walltime(parsing: text) }
  }

  @Test(arguments: ["٣٠", "３０m", "1:３0:00", "３:00:00", "²h"])
  func `digits of other scripts are refused`(text: String) {
    #expect(throws: ValueError.self) { try Walltime(parsing: text) }
  }

  @Test(arguments: ["1 30", "1 0m", "1 2:00:00"])
  func `two numbers with a blank between them are not one number`(text: String) {
    #expect(throws: ValueError.self) { try Walltime(parsing: text) }
  }

  @Test func `ten years are the limit, and still granted`() throws {
    #expect(try Walltime(parsing: "3650d").seconds == 3650 * 86_400)
  }

  @Test func `a fraction of a second is rounded up, never down`() throws {
    #expect(try Walltime(parsing: "1ms").seconds == 1)
    #expect(Walltime(.milliseconds(1001)).seconds == 2)
    #expect(Walltime(.milliseconds(1001)).description == "00:00:02")
  }

  @Test(arguments: [1, 59, 60, 3599, 3600, 86_399, 86_400, 129_600, 3650 * 86_400])
  func `what is written is read back`(seconds: Int64) throws {
    let walltime = Walltime(.seconds(seconds))
    #expect(try Walltime(parsing: walltime.description) == walltime)
  }

  @Test func `the limit of a queue travels even when it is one that no job is granted`() throws {
    var queue = QueueStatus(name: "long")
    for hours in [0, 99_999] as [Int64] {
      queue.walltimeLimit = Walltime(.seconds(hours * 3600))
      #expect(try JSON.roundTrip(queue) == queue)
    }
  }

  @Test func `a bare number means what the caller says it means`() throws {
    #expect(try DurationGrammar.parse("90", bareNumber: .seconds) == .seconds(90))
    #expect(try DurationGrammar.parse("90", bareNumber: .minutes) == .seconds(5400))
    #expect(try DurationGrammar.parse("250ms", bareNumber: .seconds) == .milliseconds(250))
  }
}
