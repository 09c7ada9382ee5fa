import Foundation
import Testing

@testable import pbs_adapter

/// All answers of all recordings of OpenPBS: no job record may be missing, and both forms show the same.
@Suite("All recorded listings of OpenPBS")
struct AllRecordingsTests {
  private static func isListing(_ exchange: Fixture.Exchange) -> Bool {
    exchange.command.argv.contains("qstat") && !exchange.command.argv.contains { $0 == "-Q" || $0 == "-B" }
  }

  /// The answers in JSON: those with `-f`, since `-F json` alone prints a table.
  static func json() throws -> [Fixture.Exchange] {
    try Fixture.exchanges().filter { exchange in
      guard isListing(exchange), exchange.command.argv.contains("json") else { return false }
      return try exchange.text().contains("\"timestamp\"")
    }
  }

  static func text() throws -> [Fixture.Exchange] {
    try Fixture.exchanges().filter { exchange in
      let argv = exchange.command.argv
      return isListing(exchange) && !argv.contains("-F") && argv.contains { ["-f", "-fx", "-fw"].contains($0) }
    }
  }

  /// How many records an answer in JSON has, counted by the lines that begin one.
  private static func countedInJSON(_ text: String) -> Int {
    text.split(separator: "\n").count { line in
      line.hasPrefix("        \"") && !line.hasPrefix("         ") && line.hasSuffix("{") && line.contains(".pbs01\"")
    }
  }

  @Test func `every job record of every JSON answer comes out, also of those that are not valid JSON`() throws {
    var (answers, invalid, records) = (0, 0, 0)
    for exchange in try Self.json() {
      answers += 1
      if (try? JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: exchange.path)))) == nil {
        invalid += 1
      }
      let (jobs, unreadable) = try Fixture.read(JSONListing(path: exchange.path))
      #expect(unreadable.isEmpty, "\(exchange)")
      #expect(jobs.count == Self.countedInJSON(try exchange.text()), "\(exchange)")
      records += jobs.count
    }
    print("OpenPBS, JSON: \(answers) answers, \(invalid) of them no JSON, \(records) job records")
    #expect(answers == 320)
    // Two of them are a table followed by JSON, and 23 are JSON with invalid parts.
    #expect(invalid == 25)
    #expect(records == 684)
  }

  @Test func `every job record of every text answer comes out`() throws {
    var (answers, withJobs, records) = (0, 0, 0)
    for exchange in try Self.text() {
      answers += 1
      let (jobs, unreadable) = try Fixture.read(TextListing(path: exchange.path))
      #expect(unreadable.isEmpty, "\(exchange)")
      let starts = try exchange.text().components(separatedBy: "\n").count { $0.hasPrefix("Job Id: ") }
      #expect(jobs.count == starts, "\(exchange)")
      if !jobs.isEmpty { withJobs += 1 }
      records += jobs.count
    }
    print("OpenPBS, text: \(answers) answers, \(withJobs) of them with jobs, \(records) job records")
    #expect(answers == 299)
    #expect(withJobs == 221)
    #expect(records == 611)
  }

  @Test func `JSON and text of one moment say the same of every job`() throws {
    let texts = try Self.text()
    var (compared, movedOn) = (0, 0)
    for json in try Self.json() {
      // The same words except for the form: `middle-qstat-f-json` and `middle-qstat-f`.
      let stem = json.name.split(separator: "/").last?.drop { $0 != "-" } ?? ""
      let wanted = [
        stem.replacing("-json", with: ""), stem.replacing("-json", with: "-f"),
        stem.replacing("-qstat-x-f-json", with: "-qstat-fx"),
      ]
      guard
        let text = texts.first(where: { text in
          text.scenario == json.scenario
            && wanted.contains(text.name.split(separator: "/").last?.drop { $0 != "-" } ?? "")
            && text.command.argv.last == json.command.argv.last
        })
      else { continue }
      let left = Dictionary(
        try Fixture.read(JSONListing(path: json.path)).jobs.map { ($0.id, $0) },
        uniquingKeysWith: { first, _ in first }
      )
      for job in try Fixture.read(TextListing(path: text.path)).jobs {
        guard let other = left[job.id] else { continue }
        // The job moved on between the two commands.
        if other[.modified] != job[.modified] || other[.substate] != job[.substate] {
          movedOn += 1
          continue
        }
        compared += 1
        let (one, two) = (other.status(.pro, source: "qstat"), job.status(.pro, source: "qstat"))
        #expect(one == two, "\(json) and \(text): \(job.id)")
      }
    }
    print("OpenPBS: \(compared) job records equal in JSON and text, \(movedOn) had gone on between them")
    #expect(compared == 383)
    #expect(movedOn == 5)
  }
}
