import LauncherProtocol
import Testing

@Suite("Bytes to lines")
struct LineSplitterTests {
  @Test(arguments: 1...40)
  func `any cut of the bytes gives the same lines`(size: Int) throws {
    let bytes = Array("{\"a\":1}\n\n{\"é\":\"日\"}\r\n\r\nlast line\nrest".utf8)
    var splitter = LineSplitter()
    var lines: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += try splitter.append(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["{\"a\":1}", "{\"é\":\"日\"}", "last line"])
    #expect(splitter.hasPartialLine)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `random bytes in random pieces give the lines that one piece gives`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = (0..<5000).map { _ in [0x0A, 0x0D, 0x61, 0x00, 0xFF].randomElement(using: &generator) ?? UInt8(0x0A) }
    var whole = LineSplitter()
    let expected = try whole.append(bytes)
    var splitter = LineSplitter()
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 0...min(30, rest.count), using: &generator)
      lines += try splitter.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    #expect(lines == expected)
    #expect(splitter.hasPartialLine == whole.hasPartialLine)
  }

  @Test func `a stream that ends with its line has no rest`() throws {
    var splitter = LineSplitter()
    #expect(!splitter.hasPartialLine)
    #expect(try splitter.append(Array("a\n".utf8)).count == 1)
    #expect(!splitter.hasPartialLine)
  }

  @Test func `a line beyond 16 MiB is refused, however it arrives, and a line of just 16 MiB is not`() throws {
    let chunk = [UInt8](repeating: 0x61, count: 1 << 20)
    var splitter = LineSplitter()
    for _ in 0..<16 { #expect(try splitter.append(chunk).isEmpty) }
    #expect(try splitter.append([0x0A]).first?.count == 16 << 20)
    for _ in 0..<16 { _ = try splitter.append(chunk) }
    let error = #expect(throws: LauncherError.self) { try splitter.append([0x61]) }
    #expect(error?.code == .tooLarge)
    var another = LineSplitter()
    #expect(throws: LauncherError.self) { try another.append(chunk + Array(repeating: 0x61, count: 16 << 20) + [0x0A]) }
  }
}
