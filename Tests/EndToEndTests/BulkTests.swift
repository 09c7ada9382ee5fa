import Foundation
import Testing

/// Many submissions through adapters that know less than ours: they answer one request after another, or do not say
/// which request their commands are for.
@Suite("Many submissions at once", .timeLimit(.minutes(30)))
struct BulkTests {
  private let queue: String
  private let state: String
  private let program: Program

  init() throws {
    queue = try Program.makeFolder("tiny")
    state = try Program.makeFolder("state")
    let adapters = Program.repository + "/Tests/Adapters"
    program = try Program(environment: [
      "LAUNCHER_ADAPTER_PATH": adapters, "LAUNCHER_STATE": state, "TINY_QUEUE": queue,
      "PATH": "\(adapters)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
    ])
  }

  @Test(arguments: ["tiny-shell", "tiny-python"], [1, 2, 5])
  func `all are submitted, whatever the adapter makes of many requests`(adapter: String, parallel: Int) async throws {
    let file = queue + "/jobs.jsonl"
    let lines = (1...9).map { #"{"command":["true"],"name":"job-\#($0)"}"# }
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let words = ["submit", "--adapter", adapter, "--bulk", file, "--parallel", "\(parallel)"]
    let result = try await program.run(Program.buildFolder + "/launcher", words)
    #expect(result.exitCode == 0, "\(result.stderr)")
    let ids = result.stdout.split(separator: "\n").map(String.init)
    #expect(Set(ids).count == 9)
    let jobs = try FileManager.default.contentsOfDirectory(atPath: queue).filter { $0.hasSuffix(".job") }
    #expect(Set(jobs) == Set(ids.map { $0 + ".job" }))
    // One at a time means in the order of the file.
    if parallel == 1 { #expect(ids == (1...9).map(String.init)) }
    // The inputs of the commands are gone.
    let locks = try FileManager.default.contentsOfDirectory(atPath: state + "/submitting")
    #expect(locks.filter { $0.contains(".") }.isEmpty, "\(locks)")
  }
}
