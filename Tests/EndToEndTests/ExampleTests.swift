import Foundation
import Testing

@Suite("The README's example")
struct ExampleTests {
  @Test func `it is the program that is compiled here`() throws {
    let readme = try String(contentsOfFile: Program.repository + "/README.md", encoding: .utf8)
    let example = try String(contentsOfFile: Program.repository + "/Examples/FollowAJob/main.swift", encoding: .utf8)
    #expect(readme.contains("```swift\n\(example)```"))
  }

  @Test func `it runs, follows its job and prints its end`() async throws {
    // It uses the scheduler that is here; there must be none.
    let path = try Program.makeFolder("path")
    try FileManager.default.createSymbolicLink(atPath: "\(path)/sh", withDestinationPath: "/bin/sh")
    let program = try Program(environment: ["PATH": path])
    let outcome = try await program.run("\(Program.buildFolder)/FollowAJob", [])
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout.hasSuffix("ended: failed exit code 3\n"), "\(outcome.stdout)")
  }
}
