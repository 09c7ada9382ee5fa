import AdapterJSON
import Testing

@Suite("A value of JSON")
struct JSONValueTests {
  private func value(_ bytes: [UInt8]) -> JSONValue? { bytes.withUnsafeBytes { JSONValue($0) } }
  private func value(_ text: String) -> JSONValue? { value(Array(text.utf8)) }

  @Test func `whole numbers are exact up to 64 bits, and real beyond`() {
    #expect(value("9223372036854775807") == .integer(.max))
    #expect(value("-9223372036854775808") == .integer(.min))
    #expect(value("92233720368547758080") == .real(92_233_720_368_547_758_080))
    #expect(value("0.5") == .real(0.5))
    #expect(value("1E400") == nil)
  }

  @Test(
    arguments: ["", "nan", "00", "+5", ".5", "5.", "inf", "\"open", "[1", "{\"a\"}", "1 2"]
  )
  func `what is not JSON is not a value`(text: String) { #expect(value(text) == nil) }

  @Test func `Latin-1, control characters, backslashes and lone surrogates are mended`() {
    #expect(value([0x22, 0x66, 0xFC, 0x72, 0x22]) == .text("f\u{FFFD}r"))
    #expect(value("\"a\u{3}b\nc\"") == .text("a\u{3}b\nc"))
    #expect(value(#""C:\srv\x""#) == .text(#"C:\srv\x"#))
    #expect(value(#""\ud83d\ude00 \ud83d \u00fc""#) == .text("😀 \u{FFFD} ü"))
    #expect(value(#""a\u0000b""#) == .text("a\0b"))
  }

  @Test func `of repeated names the last counts`() {
    #expect(value(#"{"a": 1, "a": 2}"#) == .object(["a": .integer(2)]))
  }

  @Test func `lists, objects, words`() {
    #expect(
      value(#"[null, true, false, {"a": []}]"#) == .list([.null, .bool(true), .bool(false), .object(["a": .list([])])])
    )
    #expect(value(#"{"a": {"b": "c"}}"#)?["a"]?["b"]?.text == "c")
  }
}
