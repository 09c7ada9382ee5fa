import AdapterKit
import Foundation
import Testing

@testable import pbs_adapter

@Suite("All recorded listings of Torque")
struct TorqueRoutesTests {
  /// The words after the number of an exchange, without those for the form: `middle-qstat`.
  private static func moment(_ exchange: String, _ forms: [String]) -> (scenario: Substring, moment: String)? {
    let parts = exchange.split(separator: "/")
    let words = String(parts[1].drop { $0 != "-" })
    guard let form = forms.first(where: { words.hasSuffix($0) }) else { return nil }
    return (parts[0], String(words.dropLast(form.count)))
  }

  @Test func `XML and text of one moment say the same of every job`() throws {
    let texts = try FileManager.default.subpathsOfDirectory(atPath: Torque.folder).filter { $0.hasSuffix("/stdout") }
      .map { String($0.dropLast("/stdout".count)) }.sorted()
    var (compared, movedOn) = (0, 0)
    for xml in try Torque.answers() {
      guard let mine = Self.moment(xml, ["-t-x", "-x"]) else { continue }
      let jobs = try Torque.read(Torque.bytes(xml)).jobs
      let command = try Torque.command(xml).argv
      for text in texts {
        guard let other = Self.moment(text, ["-t-f", "-f-1", "-f"]), mine == other else { continue }
        let told = try Torque.command(text).argv
        guard told.contains("-t") == command.contains("-t"), told.last == command.last || told.last == "-f" else {
          continue
        }
        let records = try Fixture.read(TextListing(path: Torque.folder + text + "/stdout", family: .torque)).jobs
        for record in records {
          guard let other = jobs.first(where: { $0.id == record.id }) else { continue }
          if other[.modified].flatMap({ PBSTime.instant($0) }) != PBSTime.instant(record[.modified])
            || other[.jobState] != record[.jobState]
          {
            movedOn += 1
            continue
          }
          compared += 1
          let (one, two) = (other.status(.torque, source: "qstat"), record.status(.torque, source: "qstat"))
          #expect(one == two, "\(xml) and \(text): \(record.id)")
        }
      }
    }
    print("Torque: \(compared) job records equal in XML and text, \(movedOn) had gone on between them")
    #expect(compared == 526)
    #expect(movedOn == 3)
  }
}
