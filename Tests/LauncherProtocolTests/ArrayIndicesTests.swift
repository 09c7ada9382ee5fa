import LauncherProtocol
import Testing

@Suite("Array indices")
struct ArrayIndicesTests {
  @Test func `lists, ranges, steps and a limit are read`() throws {
    #expect(try ArrayIndices(parsing: "1-4").indices == [1, 2, 3, 4])
    #expect(try ArrayIndices(parsing: "0-10:5").indices == [0, 5, 10])
    #expect(try ArrayIndices(parsing: "0-9:5").indices == [0, 5])
    #expect(try ArrayIndices(parsing: "3,1,7-9%2").indices == [1, 3, 7, 8, 9])
    #expect(try ArrayIndices(parsing: "3,1,7-9%2").concurrencyLimit == 2)
    #expect(try ArrayIndices(parsing: "5").indices == [5])
    #expect(try ArrayIndices(parsing: "1-3,2-4").indices == [1, 2, 3, 4])
  }

  @Test(
    arguments: [
      "", "%2", "1-", "-1", "1--2", "4-1", "1-4:0", "1:2", "1-4:", "1,,2", ",1", "1,", "1-4%", "1-4%0", "1-4%2%3", "a",
      "1-4:2:2", "1 - 4", "١-٤", "1-2-3", "0x1", "1.5", "$(rm x)",
    ]
  )
  func `what is not a list of indices is refused`(text: String) {
    #expect(throws: ValueError.self) { try ArrayIndices(parsing: text) }
  }

  @Test func `a million tasks are the limit`() throws {
    #expect(try ArrayIndices(parsing: "1-1000000").indices.count == 1_000_000)
    #expect(throws: ValueError.self) { try ArrayIndices(parsing: "0-1000000") }
    #expect(throws: ValueError.self) { try ArrayIndices(parsing: "0-999999999") }
    #expect(throws: ValueError.self) { try ArrayIndices(parsing: "0-99999999999999999999") }
  }

  @Test(arguments: ["1-10:3,12%2", "5", "0-3", "1,1,2"])
  func `what is written is read back`(text: String) throws {
    let indices = try ArrayIndices(parsing: text)
    #expect(indices.description == text)
    #expect(try ArrayIndices(parsing: indices.description) == indices)
  }
}
