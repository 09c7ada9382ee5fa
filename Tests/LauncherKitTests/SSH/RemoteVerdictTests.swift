import Foundation
import Testing

@testable import LauncherKit

@Suite("What the marks around a command on another machine tell")
struct RemoteVerdictTests {
  private func read(_ text: String) -> (RemoteVerdict, String) {
    let (verdict, own) = RemoteVerdict.read(Array(text.utf8), mark: "f00d")
    return (verdict, String(decoding: own, as: UTF8.self))
  }

  @Test("the command's own words are between them, what others said is around them")
  func between() {
    let (verdict, own) = read("Welcome!\nf00d begun\nmy own\nf00d exited 3\nShared connection closed.\n")
    #expect(verdict == RemoteVerdict(hasBegun: true, word: .exited, number: 3))
    #expect(own == "my own\n")
  }

  @Test("a command that ends its words without a line break keeps them")
  func noLineBreak() {
    let (verdict, own) = read("f00d begun\nhalf a linef00d signalled 9\n")
    #expect(verdict == RemoteVerdict(hasBegun: true, word: .signalled, number: 9))
    #expect(own == "half a line")
  }

  @Test(
    "without the last mark nothing is known of the end",
    arguments: ["", "f00d begun\npart", "ssh: connect\n", "f00d exi"]
  )
  func unknownEnd(text: String) {
    #expect(read(text).0.word == nil)
    #expect(read(text).0.hasBegun == text.hasPrefix("f00d begun"))
  }

  @Test("the last mark counts, and a number that another command was given is no mark")
  func last() {
    let (verdict, own) = read("f00d begun\nf00e exited 1\nf00d exited 2\nf00d exited 0\n")
    #expect(verdict.number == 0)
    #expect(own == "f00e exited 1\nf00d exited 2\n")
  }

  @Test("the marks are taken out of the file, and the noise before the first one")
  func files() throws {
    let folder = try TestFolder()
    let errors = try folder.write("noise\nf00d begun\nown\nf00d exited 0\n", to: "stderr")
    let (verdict, _) = try RemoteVerdict.take(from: errors, mark: "f00d")
    #expect(verdict.word == .exited)
    #expect(try String(contentsOfFile: errors, encoding: .utf8) == "own\n")
    let long = String(repeating: "0123456789\n", count: 100_000)
    let output = try folder.write("Last login: never\nf00d\n" + long, to: "stdout")
    try RemoteVerdict.takeNoise(from: output, mark: "f00d")
    #expect(try String(contentsOfFile: output, encoding: .utf8) == long)
  }
}
