import LauncherProtocol
import Testing

@Suite("The nearest word")
struct NearestWordTests {
  private let words = ["walltime", "nodes", "queue", "account", "tasks", "tasksPerNode"]

  @Test(
    arguments: [
      ("waltime", "walltime"), ("walltimee", "walltime"), ("wallitme", "walltime"), ("wolltime", "walltime"),
      ("WALLTIME", "walltime"), ("qeue", "queue"), ("taskspernode", "tasksPerNode"),
    ]
  )
  func `one slip of the fingers is forgiven`(typed: String, meant: String) {
    #expect(NearestWord.to(typed, among: words) == meant)
  }

  @Test(arguments: ["", "x", "zebra", "colour", "no"])
  func `what shares too little gets no suggestion`(typed: String) {
    #expect(NearestWord.to(typed, among: words) == nil)
  }

  @Test func `of two the nearer wins, and of equals the first`() {
    #expect(NearestWord.to("nodex", among: ["notes", "nodes"]) == "nodes")
    #expect(NearestWord.to("cat", among: ["bat", "rat"]) == "bat")
  }

  @Test func `a very long word costs nothing`() {
    #expect(NearestWord.to(String(repeating: "n", count: 1_000_000), among: words) == nil)
  }

  @Test func `no candidates, no suggestion`() {
    #expect(NearestWord.to("nodes", among: []) == nil)
    #expect(NearestWord.to("nodes", among: [""]) == nil)
  }
}
