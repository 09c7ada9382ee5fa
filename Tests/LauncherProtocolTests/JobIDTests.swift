import LauncherProtocol
import Testing

@Suite("Job ids and dependencies")
struct JobIDTests {
  @Test(
    arguments: [
      "41", "41_3", "41_[1-10]", "41[3].server.example.org", "41[]", "41.0", "41+1", "a@b", "1:2;3", "104.pbs-1",
    ]
  )
  func `the ids of every scheduler are well formed`(id: String) {
    #expect(JobIDText.isWellFormed(id))
  }

  @Test(
    arguments: [
      "", " ", "-1", "--all", "$(rm x)", "`rm x`", "1;rm x", "1 2", "1\n2", "1\u{0}", "1'", "1\"", "1|2", "1&", "1>x",
      "*",
      "1*", "../1", "1/2", "~", "1\\", "٤١", "é", "1\u{301}", "[1]", ".1", "_1",
    ]
  )
  func `what a shell or an option parser would act on is not an id`(id: String) {
    #expect(!JobIDText.isWellFormed(id))
  }

  @Test func `255 bytes are the limit`() {
    #expect(JobIDText.isWellFormed(String(repeating: "9", count: 255)))
    #expect(!JobIDText.isWellFormed(String(repeating: "9", count: 256)))
    #expect(!JobIDText.isWellFormed(String(repeating: "9", count: 10_000)))
  }

  @Test func `the complaint about a long id stays short`() {
    #expect(JobIDText.complaint(about: String(repeating: "9", count: 10_000)).utf8.count < 250)
  }

  @Test func `a complaint does not carry control characters to a terminal`() {
    let complaint = JobIDText.complaint(about: "\u{1B}[2J\n")
    #expect(!complaint.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test(arguments: JobDependency.Condition.allCases)
  func `a condition and a job are a dependency`(condition: JobDependency.Condition) throws {
    let dependency = try JobDependency(parsing: "\(condition.rawValue):41_3")
    #expect(dependency == JobDependency(condition, "41_3"))
    #expect(dependency.description == "\(condition.rawValue):41_3")
  }

  @Test(
    arguments: ["", "41", "afterok", "afterok:", ":41", "AFTEROK:41", "afterok:-1", "afterok:$(rm x)", "afterok: 41"]
  )
  func `what is not a dependency is refused`(text: String) {
    #expect(throws: ValueError.self) { try JobDependency(parsing: text) }
  }

  @Test func `a mistyped condition gets the nearest one`() {
    let error = #expect(throws: ValueError.self) { try JobDependency(parsing: "aftrok:41") }
    #expect(error?.description.contains("did you mean afterok?") == true)
  }
}
