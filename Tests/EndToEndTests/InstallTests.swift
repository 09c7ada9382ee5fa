import Foundation
import Testing

/// `make install` without its build: what is put where.
@Suite struct InstallTests {
  @Test func `links of the installed pages lead to installed files`() async throws {
    let (prefix, build) = (try Program.makeFolder("install"), try Program.makeFolder("build"))
    let files = FileManager.default
    for name in ["launcher", "some-adapter"] {
      try "#!/bin/sh\n".write(toFile: "\(build)/\(name)", atomically: true, encoding: .utf8)
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(build)/\(name)")
    }
    let program = try Program()
    let script = Program.repository + "/Scripts/install"
    let outcome = try await program.run(script, [prefix, build], directory: Program.repository)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    let documents = prefix + "/share/doc/launcher"
    let pages = try #require(files.enumerator(atPath: documents)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".md") }
    #expect(pages.contains("Documentation/ExitCodes.md"))
    for page in pages {
      let text = try String(contentsOfFile: "\(documents)/\(page)", encoding: .utf8)
      let folder = URL(filePath: "\(documents)/\(page)").deletingLastPathComponent()
      for link in text.components(separatedBy: "](").dropFirst() {
        let target = link.prefix { $0 != ")" && $0 != "#" }
        guard !target.isEmpty, !target.contains("://") else { continue }
        #expect(files.fileExists(atPath: folder.appending(path: target).path), "\(page): \(target)")
      }
    }
  }
}
