import Testing

@testable import LauncherTestKit

/// Which part of a JSON or XML document is about which job.
@Suite struct StructuredOutputTests {
  private func parts(_ text: String, _ ids: Set<String>) throws -> [String] {
    let bytes = Array(text.utf8)
    let document = try #require(StructuredOutput(bytes, KnownIDs(ids)))
    return document.parts.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  @Test func `the elements of a JSON list that hold ids are the jobs`() throws {
    let text =
      #"{"meta": {"v": [1, 2]}, "jobs": [{"a": {"x": 1}, "id": 410}, {"id": 411, "on": "afterok:410"}], "e": []}"#
    #expect(
      try parts(text, ["410", "411"]) == [#"{"a": {"x": 1}, "id": 410}"#, #" {"id": 411, "on": "afterok:410"}"#]
    )
  }

  @Test func `a JSON object's members count with their names`() throws {
    let text = #"{"Jobs":{"410.s":{"state":"R","v":{"p":"}"}},"411.s":{"state":"Q"}}}"#
    #expect(
      try parts(text, ["410.s", "411.s"]) == [#""410.s":{"state":"R","v":{"p":"}"}}"#, #""411.s":{"state":"Q"}"#]
    )
  }

  @Test func `the XML elements that hold ids are the jobs, the largest ones`() throws {
    let text = "<Data><Job><Job_Id>410.s</Job_Id><st>R</st></Job><Job><Job_Id>411.s</Job_Id></Job></Data>"
    #expect(
      try parts(text, ["410.s", "411.s"])
        == ["<Job><Job_Id>410.s</Job_Id><st>R</st></Job>", "<Job><Job_Id>411.s</Job_Id></Job>"]
    )
  }

  @Test func `a listing in columns is not a document, and a document may be cut`() throws {
    #expect(StructuredOutput(Array("410 R\n".utf8), KnownIDs(["410"])) == nil)
    #expect(try parts(#"{"jobs": [{"id": 410}, {"id": 4"#, ["410", "411"]) == [#"{"id": 410}"#])
  }
}
