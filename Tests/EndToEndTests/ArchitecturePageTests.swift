import Foundation
import Testing

/// `Documentation/Architecture.md`: which file of this repository decides what.
@Suite struct ArchitecturePageTests {
  @Test func `every file that the page names is there`() throws {
    let page = try String(contentsOfFile: Program.repository + "/Documentation/Architecture.md", encoding: .utf8)
    let files = page.matches(of: /`((?:Sources|Tests|Examples|Scripts)\/[^`]*\.[a-z]+)`/).map { String($0.1) }
    #expect(files.count > 10)
    #expect(files.filter { !FileManager.default.fileExists(atPath: "\(Program.repository)/\($0)") } == [])
  }
}
