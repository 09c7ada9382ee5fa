import Testing

@testable import LauncherTestKit

/// Which job a line belongs to, and what damage affects it.
@Suite struct JobLinesTests {
  private func owners(_ text: String, _ ids: Set<String>) -> [Set<String>] {
    let known = KnownIDs(ids)
    return JobLines(Array(text.utf8), known).owners.map { Set($0.map { known.jobs[$0] }) }
  }

  @Test func `a line is of the job whose id stands in it as a word, and so are the lines that follow`() {
    let text = "ID STATE\n410 RUN\n411 RUN two\nlines\n412.batch DONE\n"
    #expect(owners(text, ["410", "411", "412"]) == [[], ["410"], ["411"], ["411"], ["412"]])
    #expect(owners("1410 RUN\n", ["410"]) == [[]])
  }

  @Test func `what is said of an array is said of its tasks`() {
    #expect(owners("500_[1-4] PENDING\n500_3 RUNNING\n", ["500", "500_3"]) == [["500", "500_3"], ["500", "500_3"]])
    #expect(owners("501+0 RUNNING\n", ["501"]) == [["501"]])
  }

  @Test func `a short number within a line may be anything and ends nothing`() {
    #expect(
      owners("410 RUN\n code=3\n more\n3 RUN\n", ["410", "3"]) == [["410"], ["410", "3"], ["410", "3"], ["3"]]
    )
  }

  @Test func `a mutation is named for good, and does what its name says`() {
    let exchange = Baseline.Exchange(
      label: "01-list",
      command: NativeCommand(["list"]),
      ending: .exited(0),
      begunAt: nil,
      stdout: Array("1 RUN\n2 DONE\n".utf8),
      stderr: []
    )
    var status = JobStatus(id: "1", state: .running)
    status.native.state = "RUN"
    let words = MutantWords([status])
    let expected: [(Mutation.Kind, String, String)] = [
      (.cut(8), "1/cut@8", "1 RUN\n2 "), (.drop(0), "1/drop@1", "2 DONE\n"),
      (.double(1), "1/double@2", "1 RUN\n2 DONE\n2 DONE\n"), (.swap(0), "1/swap@1", "2 DONE\n1 RUN\n"),
      (.flip(byte: 0, bit: 1), "1/flip@0.1", "3 RUN\n2 DONE\n"), (.empty, "1/empty", ""),
      (.carriageReturns, "1/crlf", "1 RUN\r\n2 DONE\r\n"), (.unknownState(0), "1/state@0", "1 ZQXJ\n2 DONE\n"),
    ]
    for (kind, name, text) in expected {
      let mutation = Mutation(exchange: 0, kind: kind)
      #expect(mutation.description == name)
      #expect(String(decoding: mutation.apply(to: exchange, words: words).stdout, as: UTF8.self) == text, "\(name)")
    }
  }
}
