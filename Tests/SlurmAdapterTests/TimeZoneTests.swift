import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("Times, wherever the host is")
struct TimeZoneTests {
  /// The time of submission of job 123 in a recorded `squeue -o '%i|%T|%V|…'`.
  private func submitted(_ exchange: String) throws -> Date? {
    let text = try Fixture.text("22.05.8/time-formats/\(exchange)")
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("123|") })
    let column = line.split(separator: "|")[2]
    return Array(column.utf8).withUnsafeBytes { SlurmTime.instant($0) }
  }

  @Test func `seconds since 1970 are the same in every zone, which is why they are asked for`() throws {
    #expect(try submitted("12-SLURM_TIME_FORMAT-epoch-squeue") == Date(timeIntervalSince1970: 1_795_221_795))
    #expect(try submitted("03-utc-squeue") == Date(timeIntervalSince1970: 1_795_221_795))
    for zone in ["06-TZ-new-york-squeue", "09-TZ-kolkata-squeue"] {
      #expect(try submitted(zone) != Date(timeIntervalSince1970: 1_795_221_795), "\(zone)")
    }
  }

  @Test func `words for times of today and tomorrow are not times`() throws {
    #expect(try submitted("18-SLURM_TIME_FORMAT-relative-squeue") == nil)
  }

  @Test func `every question is for seconds, whatever the user's format; that for JSON names no format`() async throws {
    let host = Made.slurm(queue: .text(""), accounting: .text(Made.accountingRow("7", "COMPLETED")))
    _ = try await Polled(["7"], on: host)
    _ = try await SlurmAdapter().find(FindRequest(token: "t"), on: host)
    let commands = await host.commands.filter { $0.argv.first != "sh" }
    #expect(Set(commands.compactMap(\.argv.first)) == ["squeue", "sacct"])
    for command in commands {
      // 22.05 cannot parse its own times for JSON in another format (recorded: story-forgotten, 12-sacct).
      let wanted: String?? = command.argv.contains("--json") ? .some(nil) : "%s"
      #expect(command.environment["SLURM_TIME_FORMAT"] == wanted, "\(command.argv)")
    }
    #expect(commands.contains { $0.argv.contains("--json") })
  }

  @Test func `a search goes back by a distance, since sacct reads times in its host's zone`() async throws {
    let host = Made.slurm()
    let request = FindRequest(token: "t", since: Date(timeIntervalSinceNow: -300))
    _ = try await SlurmAdapter().find(request, on: host)
    let words = try #require(await host.commands.first { $0.argv.first == "sacct" }).argv
    let start = try #require(words.first { $0.hasPrefix("--starttime=") })
    let seconds = try #require(Int(start.dropFirst("--starttime=now-".count).prefix { $0.isNumber }))
    #expect(start.hasSuffix("seconds"))
    #expect((900...960).contains(seconds))
  }

  @Test func `begin and deadline are distances too`() throws {
    let now = Date(timeIntervalSince1970: 1_795_220_000)
    var spec = JobSpec(command: ["true"])
    spec.begin = Moment(now.addingTimeInterval(60))
    spec.deadline = Moment(now.addingTimeInterval(3600))
    let arguments = try SbatchCommand(spec, token: "t", now: now).arguments
    #expect(arguments.contains("--begin=now+60"))
    #expect(arguments.contains("--deadline=now+3600"))
  }

  @Test func `a begin time that has passed is asked for as now, so that the command stays the recorded one`() throws {
    let now = Date(timeIntervalSince1970: 1_795_220_000)
    var spec = JobSpec(command: ["true"])
    spec.begin = Moment(now.addingTimeInterval(-86_400))
    #expect(try SbatchCommand(spec, token: "t", now: now).arguments.contains("--begin=now+0"))
  }

  @Test func `a job cancelled before its start has none, in any of Slurm's words for it`() async throws {
    for word in ["None", "Unknown", "N/A", "4294967294", "0", ""] {
      let row = Made.accountingRow("7", "CANCELLED by 1001", start: word)
      let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(row)))
      #expect(polled.jobs["7"]?.state == .finished(.cancelled(by: .user)), "\(word)")
      #expect(polled.jobs["7"]?.startedAt == nil, "\(word)")
      #expect(polled.jobs["7"]?.usage == nil, "\(word)")
    }
  }
}
