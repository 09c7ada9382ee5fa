import Foundation
import Testing

@Suite("The protocol's own checker, written from the specification alone")
struct ProtocolCheckerTests {
  @Test func `it passes the tiny adapters and the local adapter, and fails each broken one`() async throws {
    let program = try Program()
    let checker = Program.repository + "/Tests/Adapters/check.py"
    let tiny = try await program.run("python3", [checker, "--self-test"])
    #expect(tiny.exitCode == 0, "\(tiny.stdout)\(tiny.stderr)")
    let local = try await program.run("python3", [checker, Program.buildFolder + "/local-adapter"])
    #expect(local.exitCode == 0, "\(local.stdout)\(local.stderr)")
  }
}
