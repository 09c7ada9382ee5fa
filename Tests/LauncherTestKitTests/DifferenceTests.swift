import LauncherTestKit
import Testing

@Suite struct DifferenceTests {
  private let status: JobStatus = {
    var status = JobStatus(id: "41", state: .finished(.failed))
    status.exitStatus = .code(3)
    status.nodes = ["n1", "n2"]
    return status
  }()

  @Test func `what is not expected does not matter, and null stands for absence`() throws {
    let expected = try StatusExpectation(
      #"{"state": "finished", "exitCode": 3.0, "signal": null, "nodes": ["n1", "n2"]}"#
    )
    try expected.check(status)
  }

  @Test func `every member that is otherwise has a line`() throws {
    let expected = try StatusExpectation(#"{"state": "running", "exitCode": 0, "nodes": ["n1", "n3"], "name": "x"}"#)
    let difference = try #require(throws: JSONDifference.self) { try expected.check(status) }
    #expect(
      difference.lines == [
        "exitCode: expected 0, found 3", #"name: expected "x", found nothing"#, #"nodes.1: expected "n3", found "n2""#,
        #"state: expected "running", found "finished""#,
      ]
    )
  }

  @Test func `jobs are looked up by their ids, in any order`() throws {
    var other = status
    other.id = "42"
    let poll = Poll(jobs: [other, status], unreadable: [], isComplete: true, problem: nil)
    try StatusExpectation(#"{"complete": true, "jobs": [{"id": "41", "exitCode": 3}]}"#).check(poll)
    let difference = try #require(throws: JSONDifference.self) {
      try StatusExpectation(#"{"jobs": [{"id": "43", "state": "queued"}, {"id": "42", "exitCode": 4}]}"#).check(poll)
    }
    #expect(difference.lines.count == 2)
    #expect(difference.lines.last == "jobs.42.exitCode: expected 4, found 3")
  }
}
