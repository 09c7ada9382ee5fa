import LauncherProtocol
import Testing

@Suite("The nearest word")
struct NearestWordTests {
  private let words = ["walltime", "nodes", "queue", "account", "tasks", "tasksPerNode"]

  @Test(
    "one slip of the fingers is forgiven",
    arguments: [
      ("waltime", "walltime"), ("walltimee", "walltime"), ("wallitme", "walltime"), ("wolltime", "walltime"),
      ("WALLTIME", "walltime"), ("qeue", "queue"), ("taskspernode", "tasksPerNode"),
    ]
  )
  func slips(typed: String, meant: String) {
    #expect(NearestWord.to(typed, among: words) == meant)
  }

  @Test("what shares too little gets no suggestion", arguments: ["", "x", "zebra", "colour", "no"])
  func nothingNear(typed: String) {
    #expect(NearestWord.to(typed, among: words) == nil)
  }

  @Test("of two the nearer wins, and of equals the first")
  func nearer() {
    #expect(NearestWord.to("nodex", among: ["notes", "nodes"]) == "nodes")
    #expect(NearestWord.to("cat", among: ["bat", "rat"]) == "bat")
  }

  @Test("a very long word costs nothing")
  func long() {
    #expect(NearestWord.to(String(repeating: "n", count: 1_000_000), among: words) == nil)
  }

  @Test("no candidates, no suggestion")
  func noCandidates() {
    #expect(NearestWord.to("nodes", among: []) == nil)
    #expect(NearestWord.to("nodes", among: [""]) == nil)
  }
}
