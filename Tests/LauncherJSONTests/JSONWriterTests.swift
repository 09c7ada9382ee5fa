import Foundation
import Testing

@testable import LauncherJSON
@testable import LauncherProtocol

@Suite("Writing JSON")
struct JSONWriterTests {
  private func write(_ value: some Encodable) throws -> String {
    String(decoding: try JSONWriter.bytes(of: value), as: UTF8.self)
  }

  @Test func `members are sorted by the bytes of their names, at every depth`() throws {
    let table = ["b": ["z": 1, "a": 2], "a": [:], "é": ["x": 3], "B": ["10": 1, "9": 2]]
    #expect(try write(table) == #"{"B":{"10":1,"9":2},"a":{},"b":{"a":2,"z":1},"é":{"x":3}}"#)
  }

  @Test func `one line, whatever is in the texts`() throws {
    #expect(
      try write(["\u{1}\u{8}\u{c}\n\r\t\"\\/\u{7f}\u{2028}é😀\0\u{1f}"])
        == #"["\u0001\b\f\n\r\t\"\\/"# + "\u{7f}\u{2028}é😀" + #"\u0000\u001f"]"#
    )
    #expect(try write(["\"\n": 1]) == #"{"\"\n":1}"#)
  }

  @Test func `numbers are written so that they come back as they were`() throws {
    #expect(try write([1.0, 0.1, -2.5, .leastNonzeroMagnitude, 1e21]) == "[1,0.1,-2.5,5e-324,1e+21]")
    #expect(try write([Int.min, Int.max]) == "[-9223372036854775808,9223372036854775807]")
    #expect(try write(UInt64.max) == "18446744073709551615")
    #expect(try write([Int8(-3)]) == "[-3]")
    #expect(try write([Float(0.1)]) == "[0.1]")
  }

  @Test func `a number that JSON does not have is an error that names its place`() throws {
    struct Sample: Encodable { let list: [[String: Double]] }
    let error = try #require(throws: EncodingError.self) { try write(Sample(list: [["a": 1], ["b": .nan]])) }
    guard case .invalidValue(_, let context) = error else {
      Issue.record("another error: \(error)")
      return
    }
    #expect(context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } == ["list", "1", "b"])
  }

  @Test func `nothing is null, and a type that writes nothing an object without members`() throws {
    struct Silent: Encodable { func encode(to encoder: any Encoder) throws {} }
    #expect(try write([Int?.none, 1]) == "[null,1]")
    #expect(try write(["a": Silent()]) == #"{"a":{}}"#)
    #expect(try write([String]()) == "[]")
  }

  /// Writes its members in two passes, and into containers that are never closed.
  private struct Restless: Encodable {
    func encode(to encoder: any Encoder) throws {
      var first = encoder.container(keyedBy: AnyKey.self)
      try first.encode(1, forKey: AnyKey(stringValue: "b"))
      var inner = first.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(stringValue: "d"))
      try inner.encode(2, forKey: AnyKey(stringValue: "y"))
      try inner.encode(3, forKey: AnyKey(stringValue: "x"))
      var list = first.nestedUnkeyedContainer(forKey: AnyKey(stringValue: "c"))
      try list.encode(4)
      try list.encodeNil()
      var second = encoder.container(keyedBy: AnyKey.self)
      try second.encode(5, forKey: AnyKey(stringValue: "a"))
    }
  }

  @Test func `a type may ask for a container twice, and for containers inside it`() throws {
    #expect(
      try write([Restless(), Restless()]) == #"[{"a":5,"b":1,"c":[4,null],"d":{"x":3,"y":2}},"#
        + #"{"a":5,"b":1,"c":[4,null],"d":{"x":3,"y":2}}]"#
    )
  }
}
