import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Answers of qstat with other text around them")
struct SurroundedAnswerTests {
  @Test func `a busy Torque is looked at again: the error is passing, and says nothing of the job`() async throws {
    let host = try StandInHost(case: "bugreports/08-torque-too-busy")
    #expect(try await Polled(["41.srv01"], on: host).jobs["41.srv01"]?.state == .running)
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["41.srv01"], on: host) }
    #expect(error?.code == .schedulerBusy)
    #expect(try await Polled(["41.srv01"], on: host).jobs["41.srv01"]?.state == .finished(.succeeded))
  }

  @Test(
    arguments: [
      "Request not allowed: Server shutting down", "No free connections", "Resource temporarily unavailable",
      "Server busy. Not available threads", "Error reading data from socket", "trqauthd unable to authenticate",
    ]
  )
  func `other passing words are passing too`(words: String) {
    #expect(Failures.code(of: "qstat: \(words)")?.category == .transient)
  }

  @Test func `records without an empty line before them are read`() async throws {
    let host = try StandInHost(case: "peertests/09-pbs-text-record-behind-a-banner-or-another")
    let polled = try await Polled(["4110.sol", "4111.sol"], on: host)
    #expect(polled.jobs["4110.sol"]?.state == .running)
    #expect(polled.jobs["4110.sol"]?.queue == "night")
    #expect(polled.jobs["4111.sol"]?.state == .queued)
    #expect(polled.jobs["4111.sol"]?.queue == "night")
  }

  @Test func `all that OpenPBS printed is read without its empty lines, and with text of a site around it`() throws {
    let text = try Fixture.Exchange("openpbs-23.06.06/multi-poll/09-all-qstat-f").text()
    let whole = try Fixture.read(TextListing(path: temporaryFile(Array(text.utf8)))).jobs
    #expect(whole.count > 3)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true).joined(separator: "\n")
    for changed in ["Welcome.\n" + text, text + "Bye.\nBe kind.\n", "Welcome.\n" + lines + "\n"] {
      let jobs = try Fixture.read(TextListing(path: temporaryFile(Array(changed.utf8)))).jobs
      #expect(jobs.map(\.id) == whole.map(\.id))
      #expect(jobs.map { $0.status(.pro, source: "") } == whole.map { $0.status(.pro, source: "") })
    }
  }

  @Test func `what looks like a record inside a job's own words is not a record`() throws {
    let text = """
      Job Id: 1.s
          Job_Name = x
          job_state = R
          Variable_List = A=1
          queue = other
      Job Id: 2.s
          job_state = F
          queue = night

      """
    #expect(try Fixture.read(TextListing(path: temporaryFile(Array(text.utf8)))).jobs.map(\.id) == ["1.s"])
  }

  @Test func `what a site says beside complaints about single jobs is not the server's`() async throws {
    let host = ScriptedHost { command in
      command.argv.first == "sh"
        ? .text("")
        : .text(
          "{\n    \"pbs_server\":\"pbs01\"\n}\n",
          stderr: "Maintenance on Friday.\nqstat: Unknown Job Id 41.pbs01\n",
          exit: 153
        )
    }
    let polled = try await Polled(["41.pbs01"], on: host)
    #expect(polled.jobs["41.pbs01"]?.state == .unknown(.gone))
    #expect(polled.answer.problem == nil)
  }

  @Test func `a backslash in a path is one, whatever letter follows`() throws {
    let text = #"""
      {"Jobs":{"1.s":{"job_state":"F","Output_Path":"s:/home/ada/a\b.txt","Error_Path":"s:/home/ada/\new\"x\".txt"}}}
      """#
    let job = try Fixture.read(JSONListing(path: temporaryFile(Array(text.utf8)))).jobs.first
    #expect(job?.status(.pro, source: "").standardOutput == #"/home/ada/a\b.txt"#)
    #expect(job?.status(.pro, source: "").standardError == #"/home/ada/\new"x".txt"#)
  }
}
