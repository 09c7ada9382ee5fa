import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Arrays of which elements have left bjobs, or that were removed")
struct CleanedArrayTests {
  private let missing = ScriptedHost.Answer.text("No matching job found\n", exit: 255)

  private func story(_ index: Int, _ end: String) -> String {
    """

    Job <34[\(index)]>, Job Name <job[\(index)]>, User <ada>, Project <default>, Command <true>
    Wed Sep 30 20:32:14: Submitted from host <lk1>, to Queue <normal>, CWD <$HOME>;
    Wed Sep 30 20:32:15: Starting (Pid 7);
    Wed Sep 30 20:32:16: \(end)

    """
  }

  @Test func `a listing of all asks bhist for the elements that have left, and does not build an array of the rest`()
    async throws
  {
    let host = try Case.recorded("livebatch/02-lsf-array-partly-cleaned")
    let array = try #require(try await Polled(nil, on: host).jobs["688"])
    #expect(array.state == .finished(.failed))
    #expect(array.tasks?.map(\.index) == [1, 2, 3, 4])
    #expect(array.tasks?.prefix(2).allSatisfy { $0.exitStatus == .code(3) } == true)
  }

  @Test(
    arguments: [["34"], nil]
  )
  func `where bhist does not report the others, an array never succeeds on the word of some`(ids: [String]?)
    async throws
  {
    for indices in [[3, 4], [1, 2]] {
      let rows = indices.map { IBM.record(34, "DONE", index: $0) }
      let array = try await Polled(ids, on: IBM.lsf(rows, history: missing)).jobs["34"]
      #expect(array?.state == .unknown(.gone))
      #expect(array?.reason?.text.contains("others may have left") == true)
    }
  }

  @Test func `one of which an element failed has failed, whatever became of the others`() async throws {
    let fields = ["EXIT_CODE": "2", "START_TIME": "Sep 30 20:33:14 2026"]
    let rows = [IBM.record(34, "DONE", index: 3), IBM.record(34, "EXIT", index: 4, fields)]
    #expect(try await Polled(["34"], on: IBM.lsf(rows, history: missing)).jobs["34"]?.state == .finished(.failed))
  }

  @Test(arguments: [["34"], nil])
  func `nor while bhist cannot be asked`(ids: [String]?) async throws {
    let host = IBM.lsf([IBM.record(34, "DONE", index: 4)], history: .init(ending: .timedOut))
    let polled = try await Polled(ids, on: host)
    #expect(polled.jobs["34"]?.state.isFinished != true)
    #expect(!polled.answer.complete && polled.answer.problem?.code == .accountingUnavailable)
  }

  @Test func `bhist that goes back to all rows shows the whole array`() async throws {
    let history = (1...2).map { story($0, "Done successfully. The CPU time used is 0.0 seconds;") }.joined()
    let rows = [IBM.record(34, "DONE", index: 1), IBM.record(34, "DONE", index: 2)]
    let host = IBM.lsf(rows, history: .text(history))
    #expect(try await Polled(["34"], on: host).jobs["34"]?.state == .finished(.succeeded))
    #expect(try await Polled(nil, on: host).jobs["34"]?.state == .finished(.succeeded))
  }

  @Test func `the indices that an array was submitted with are all asked after`() async throws {
    let job = JobReference(id: "34", array: ArrayIndices(1...3))
    let rows = [IBM.record(34, "DONE", index: 1), IBM.record(34, "DONE", index: 2)]
    let open = try #require(try await Polled(references: [job], on: IBM.lsf(rows, history: missing)).jobs["34"])
    #expect(open.state == .unknown(.gone))
    #expect(open.tasks?.map(\.state) == [.finished(.succeeded), .finished(.succeeded), .unknown(.gone)])
    let failed = story(3, "Exited with exit code 2. The CPU time used is 0.0 seconds;")
    let told = try await Polled(references: [job], on: IBM.lsf(rows, history: .text(failed))).jobs["34"]
    #expect(told?.state == .finished(.failed))
    let all = rows + [IBM.record(34, "DONE", index: 3)]
    let host = IBM.lsf(all, history: missing)
    #expect(try await Polled(references: [job], on: host).jobs["34"]?.state == .finished(.succeeded))
    // Nothing more has to be asked then.
    #expect(await host.commands.allSatisfy { $0.argv.first != "bhist" })
  }

  @Test func `elements that were removed with their whole array are cancelled, though bhist of volclava names nobody`()
    async throws
  {
    let host = try Case.recorded("livebatch/01-lsf-array-cancel-failed")
    let array = try #require(try await Polled(["79"], on: host).jobs["79"])
    #expect(array.state == .finished(.cancelled(by: .unknown)))
    #expect(array.tasks?.allSatisfy { $0.state == .finished(.cancelled(by: .unknown)) } == true)
    #expect(array.tasks?.first?.exitStatus == .signal(.interrupt))
  }

  @Test func `without such a sign an element that a signal of bkill's ended is not called failed; other ends are`() {
    func element(_ exit: JobExitStatus, reason: String? = nil) -> JobStatus {
      var status = JobStatus(id: "34[1]", state: .finished(.failed))
      status.exitStatus = exit
      status.reason = reason.map { JobReason(nil, $0) }
      return status
    }
    func state(_ status: JobStatus, saysReasons: Bool = false) -> JobState? {
      Elements.status(id: "34", [1: status], saysReasons: saysReasons).tasks?.first?.state
    }
    for exit in [JobExitStatus.signal(.interrupt), .signal(.terminate), .signal(.kill), .code(130), .code(143)] {
      #expect(state(element(exit)) == .finished(.unknown))
      #expect(state(element(exit), saysReasons: true) == .finished(.failed))
      #expect(state(element(exit, reason: "its command exited with 130")) == .finished(.failed))
    }
    #expect(state(element(.code(3))) == .finished(.failed))
    #expect(state(element(.code(139))) == .finished(.failed))
  }

  @Test func `an index that volclava takes for another one is refused, and nothing is done`() async throws {
    let host = ScriptedHost { command in
      let name = "volclava project 2.2, Nov 21 2026\n\nMy cluster name is lk\nMy master name is m\n"
      return .text(command.argv.first == "lsid" ? name : "Job <34[1]> is being terminated\n")
    }
    let job = JobReference(id: "34[65537]")
    let answer = try await LSFAdapter().cancel(ActionRequest(jobs: [job], signal: nil), on: host)
    #expect(answer.results.first?.error?.code == .malformedID)
    #expect(try await Polled(["34[65537]"], on: host).jobs["34[65537]"]?.state == .unknown(.gone))
    #expect(await host.commands.allSatisfy { $0.argv.first == "lsid" })
  }
}
