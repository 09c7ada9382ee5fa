import Foundation
import Testing

@testable import LauncherJSON
@testable import LauncherProtocol

@Suite("Reading JSON")
struct JSONTextTests {
  private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONText(Array(text.utf8)).decode(type)
  }

  private struct Sample: Decodable, Equatable {
    var name: String?
    var count: Int?
    var ratio: Double?
    var isOpen: Bool?
    var list: [Int]?
    var table: [String: [String]]?
  }

  @Test func `every kind of value is read, whatever white space is between them`() throws {
    let text = """
       { "name" : "a\\u0062c" , "count":-12,\t"ratio":2.5e-1,"isOpen":true,
        "list":[ 1 , 2,3 ],"table":{"x":["y",""],"":[]}, "unknown": [[{"deep":[null,false]}]] }\r

      """
    let sample = Sample(
      name: "abc",
      count: -12,
      ratio: 0.25,
      isOpen: true,
      list: [1, 2, 3],
      table: ["x": ["y", ""], "": []]
    )
    #expect(try decode(Sample.self, text) == sample)
  }

  @Test func `null is nothing, as a member that is not there is`() throws {
    #expect(try decode(Sample.self, #"{"name":null,"list":null}"#) == Sample())
    #expect(try decode([Int?].self, "[1,null]") == [1, nil])
  }

  @Test func `escapes of every kind are resolved, in names too`() throws {
    #expect(try decode(String.self, #""\"\\\/\b\f\n\r\t\u00e9\ud83d\uDE00\u0000""#) == "\"\\/\u{8}\u{c}\n\r\té😀\0")
    #expect(try decode(Sample.self, #"{"\u006eame":"x"}"#) == Sample(name: "x"))
  }

  @Test func `half a surrogate pair, and bytes that are not UTF-8, are not text`() {
    for text in [#""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, #""\ud800x""#] {
      #expect(throws: DecodingError.self, "\(text)") { try decode(String.self, text) }
    }
    #expect(throws: DecodingError.self) { try JSONText([0x22, 0xFF, 0x22]).decode(String.self) }
  }

  @Test func `an object of very many members is read in one pass of them`() throws {
    let members = (0..<50_000).map { #""name\#($0)":\#($0)"# } + [#""name7":0"#]
    let table = try decode([String: Int].self, "{\(members.joined(separator: ","))}")
    #expect(table.count == 50_000)
    #expect(table["name7"] == 7)
    #expect(table["name49999"] == 49_999)
  }

  @Test func `very many values that are not what was expected cost no more each than one does`() throws {
    /// As the words of a command: a text, or what was written without quotes.
    struct Word: Decodable {
      let text: String
      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        text = try (try? value.decode(String.self)) ?? String(value.decode(Int.self))
      }
    }
    let numbers = (0..<50_000).map(String.init)
    #expect(try decode([Word].self, "[\(numbers.joined(separator: ","))]").map(\.text) == numbers)
  }

  @Test func `a name that is not text is refused, since it could be any`() {
    #expect(throws: JSONText.Fault.self) { try JSONText(Array(#"{"a\ud800":1}"#.utf8)) }
    #expect(throws: JSONText.Fault.self) { try JSONText([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]) }
  }

  @Test func `whole numbers are read exactly, up to their limits and not beyond`() throws {
    #expect(try decode([Int].self, "[9223372036854775807,-9223372036854775808,0,-0]") == [.max, .min, 0, 0])
    #expect(try decode([Int8].self, "[127,-128]") == [127, -128])
    #expect(try decode(UInt64.self, "18446744073709551615") == .max)
    #expect(try decode([Int].self, "[1.0,1e3,2.5e1]") == [1, 1000, 25])
    for text in ["9223372036854775808", "9007199254740993.0", "1.5", "1e400", "-9223372036854775809"] {
      #expect(throws: DecodingError.self, "\(text)") { try decode(Int.self, text) }
    }
    #expect(throws: DecodingError.self) { try decode(Int8.self, "128") }
    #expect(throws: DecodingError.self) { try decode(UInt.self, "-1") }
  }

  @Test func `of members with the same name the first one counts`() throws {
    #expect(try decode(Sample.self, #"{"count":1,"count":2}"#) == Sample(count: 1))
  }

  @Test(
    arguments: [
      "", " ", "{", "}", "[", "]", "[1", "[1,]", "[,1]", "[1 2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#,
      #"{"a":1 "b":2}"#, "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "tru", "truex", "nul", "True", "NaN", "\"",
      "\"a",
      "\"\\\"", #""\x""#, #""\u12g4""#, #""\u12"#, "\"a\nb\"", "\"\u{1}\"", "1 2", "{} {}", "'a'", "[1]]", "\u{0}",
      "//",
    ]
  )
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONText.Fault.self) { try JSONText(Array(text.utf8)) }
  }

  @Test func `lists and objects may stand in each other 512 deep, and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: depth) + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(throws: Never.self) { try JSONText(nested(512)) }
    #expect(throws: JSONText.Fault.self) { try JSONText(nested(513)) }
    #expect(throws: JSONText.Fault.self) { try JSONText([UInt8](repeating: UInt8(ascii: "["), count: 16 << 20)) }
  }

  @Test(
    arguments: [
      (#"{"name":1}"#, "name: a text is expected"), (#"{"list":[1,"x"]}"#, "list.[1]: a whole number is expected"),
      (#"{"list":[1,null]}"#, "list.[1]: a whole number is expected, not nothing"),
      (#"{"table":{"a":[],"b":["x",false]}}"#, "table.b.[1]: a text is expected"),
      (#"{"isOpen":"yes"}"#, "isOpen: true or false is expected"), (#"{"list":{}}"#, "list: a list is expected"),
      ("[]", "a list is expected"),
    ]
  )
  func `an error names the place, and what was expected there`(text: String, sentence: String) throws {
    let error = try #require(throws: DecodingError.self) { try decode(Sample.self, text) }
    // A dictionary is a collection too.
    #expect(error.sentence == sentence)
  }

  @Test func `a missing member is named`() throws {
    struct Needy: Decodable { let inner: Inner }
    struct Inner: Decodable { let value: Int }
    let error = try #require(throws: DecodingError.self) { try decode(Needy.self, #"{"inner":{}}"#) }
    #expect(error.sentence == "inner: ‘value’ is missing")
  }
}
