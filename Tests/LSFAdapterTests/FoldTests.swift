import AdapterKit
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Long listings that are folded")
struct FoldTests {
  private func story(_ path: String) throws -> JobStory {
    let moment = try #require(RFC3339.date(from: "2026-11-19T12:00:00Z"))
    return try #require(try JobStory.read(path: Case.folder(path), observedAt: moment).stories.first)
  }

  @Test func `a fold takes the blank before a label, in the header of either command`() throws {
    let running = try story("peertests/01-lsf-fold-takes-the-blank/l.txt")
    #expect(running.state == "RUN" && running.user == "marie" && running.queue == "night")
    #expect(running.directory == "/home/marie")
    let killed = try story("peertests/01-lsf-fold-takes-the-blank/bhist.txt")
    #expect(killed.user == "marie")
    #expect(killed.name == "orbit-refine-with-a-name-that-is-rather-long-0003")
    #expect(JobStatus(ended: killed, observedAt: evening)?.state == .finished(.cancelled(by: .user)))
  }

  @Test func `a listing with the year is indented by more, and who ended a job is read whole`() throws {
    let killed = try story("peertests/03-lsf-display-year-wrong-canceller/bhist.txt")
    #expect(killed.ending.killer?.name == "marie")
    #expect(JobStatus(ended: killed, observedAt: evening)?.state == .finished(.cancelled(by: .user)))
    #expect(LSFEnvironment.forQueries["LSB_DISPLAY_YEAR"] == .some(nil))
  }

  @Test(arguments: 40...120)
  func `the same listing folded at any column says the same`(width: Int) throws {
    let header = "Job <7>, Job Name <a name of some length>, User <marie>, Project <solar-system>, Queue <night>"
    let event = "Thu Nov 19 10:04:59: Signal <KILL> requested by user or administrator <marie>;"
    let end = "Thu Nov 19 10:05:00: Exited with exit code 130. The CPU time used is 0.1 seconds;"
    func folded(_ line: String, dropsBlank: Bool) -> String {
      var rest = Substring(line)
      var lines: [String] = []
      while rest.count > width - (lines.isEmpty ? 0 : 21) {
        let length = width - (lines.isEmpty ? 0 : 21)
        lines.append((lines.isEmpty ? "" : String(repeating: " ", count: 21)) + rest.prefix(length))
        rest = rest.dropFirst(length)
        if dropsBlank, rest.first == " " { rest = rest.dropFirst() }
      }
      return (lines + [(lines.isEmpty ? "" : String(repeating: " ", count: 21)) + rest]).joined(separator: "\n")
    }
    for dropsBlank in [true, false] {
      let record = [header, event, end].map { folded($0, dropsBlank: dropsBlank) }.joined(separator: "\n") + "\n\n"
      let story = try #require(JobStory(record, times: LSFTime(now: evening)))
      #expect(story.user == "marie" && story.queue == "night")
      #expect(story.ending.killer?.name == "marie" && story.ending.killer?.signal == "KILL")
      #expect(story.ending.code == 130)
    }
  }

  @Test func `of a name that is cut nothing is concluded`() throws {
    let text = try Case.text("peertests/03-lsf-display-year-wrong-canceller/bhist.txt")
    let place = try #require(text.firstRange(of: "<mar\n"))
    for length in 0..<60 {
      let cut = String(text[..<place.upperBound]) + String(text[place.upperBound...].prefix(length))
      let killer = JobStory(cut, times: LSFTime(now: evening))?.ending.killer?.name
      #expect(killer == nil || killer == "marie", "\(length)")
    }
  }
}
