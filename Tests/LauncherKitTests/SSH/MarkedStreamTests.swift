import Testing

@testable import LauncherKit

@Suite("The marks that end a command's outputs on another machine")
struct MarkedStreamTests {
  /// What came through, and the mark's words, with the stream cut into pieces of this size.
  private func read(_ text: String, pieces size: Int) -> (String, String?) {
    var stream = MarkedStream(mark: "f00d")
    var bytes: [UInt8] = []
    let all = Array(text.utf8)
    for start in stride(from: 0, to: all.count, by: size) {
      bytes += stream.take(all[start..<min(start + size, all.count)])
    }
    return (String(decoding: bytes + stream.rest(), as: UTF8.self), stream.words)
  }

  @Test(arguments: 1...12)
  func `the output is what stands before the mark, wherever the stream is cut`(size: Int) {
    #expect(read("one\nf00d exited 3\n", pieces: size) == ("one\n", "exited 3"))
    #expect(read("no line breakf00d signalled 9\n", pieces: size) == ("no line break", "signalled 9"))
    #expect(read("f00d exited 0\n", pieces: size) == ("", "exited 0"))
    #expect(read("f00e f00 ff00f00d \n", pieces: size) == ("f00e f00 ff00", ""))
  }

  @Test(arguments: 1...12)
  func `without a whole mark all of it is output`(size: Int) {
    for text in ["", "f00d", "f00d exited 3", "all of it f0"] { #expect(read(text, pieces: size) == (text, nil)) }
  }
}
