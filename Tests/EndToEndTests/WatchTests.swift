import Foundation
import Testing

@Suite("Programs that look at the same time")
struct WatchTests {
  private let program: Program
  private let folder: String

  init() throws {
    // A scheduler with two jobs that ended. It must be asked only once in ten minutes.
    let jobs = """
      [{"id":"1","state":"finished","outcome":"succeeded"},{"id":"2","state":"finished","outcome":"failed"}]
      """
    folder = try ShellAdapter.make(
      commands: "host",
      least: 600,
      ["poll": "report '\(jobs)'; answer '{\"complete\":true}'", "find": #"answer '{"jobs":[]}'"#]
    )
    program = try Program(environment: ["LAUNCHER_ADAPTER": folder + "/odd-adapter"])
  }

  private var polls: Int {
    let text = (try? String(contentsOfFile: folder + "/odd-adapter.requests", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count { $0.contains("\"method\":\"poll\"") }
  }

  @Test func `five watch, five status without ids, five with one and five that wait make one listing together`()
    async throws
  {
    let commands = [["watch"], ["status", "--json"]]
    let listings = try await outcomes(of: commands.flatMap { Array(repeating: $0, count: 5) })
    #expect(listings.allSatisfy { $0.exitCode == 0 }, "\(listings.map(\.stderr))")
    #expect(listings.count { $0.stdout == "No jobs.\n" } == 5)
    #expect(polls == 1)
    let byID = [["status", "--json", "1"], ["wait", "1"]]
    let looks = try await outcomes(of: byID.flatMap { Array(repeating: $0, count: 5) })
    #expect(looks.allSatisfy { $0.exitCode == 0 }, "\(looks.map(\.stderr))")
    #expect(polls == 1)
  }

  private func outcomes(of commands: [[String]]) async throws -> [Program.Outcome] {
    try await withThrowingTaskGroup(of: Program.Outcome.self) { group in
      for words in commands {
        group.addTask { try await program.run(Program.buildFolder + "/launcher", words) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}
