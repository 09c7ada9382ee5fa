import Foundation
import Testing

/// `Documentation/TestingYourProgram.md` has the package that is compiled and tested here, word for word.
@Suite struct TestingYourProgramTests {
  @Test(arguments: ["Package.swift", "Sources/Nightly/Nightly.swift", "Tests/NightlyTests/NightlyTests.swift"])
  func `the page has the package's files`(name: String) throws {
    let page = try String(contentsOfFile: Program.repository + "/Documentation/TestingYourProgram.md", encoding: .utf8)
    let file = try String(contentsOfFile: Program.repository + "/Examples/Nightly/" + name, encoding: .utf8)
    #expect(page.contains("```swift\n\(file)```"))
    #expect(page.contains("`\(name)`"))
  }
}
