import Foundation
import Testing

@Suite("Programs that look at the same time")
struct WatchTests {
  private let program: Program
  /// A scheduler that is to be asked every ten minutes at the most; its adapter writes down each request.
  private let folder: String

  init() throws {
    folder = try Program.makeFolder("slow")
    program = try Program(environment: ["LAUNCHER_ADAPTER": folder + "/slow-adapter"])
    let script = #"""
      #!/bin/sh
      # A constructed adapter: two jobs that ended.
      answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
      report() { printf '{"jsonrpc":"2.0","method":"report","params":{"request":%s,"jobs":%s}}\n' "$id" "$1"; }
      while IFS= read -r line; do
        echo "$line" >> "$0.requests"
        id=${line#*'"id":'}; id=${id%%,*}
        case $line in
        *'"method":"initialize"'*) answer '{"protocol":1,"adapter":{"name":"slow-adapter","version":"1"},"scheduler":"slow","operations":["detect","submit","poll","find","cancel"],"fields":["command","directory"],"limits":{"leastPollingSeconds":600}}' ;;
        *'"method":"poll"'*)
          report '[{"id":"1","state":"finished","outcome":"succeeded"},{"id":"2","state":"finished","outcome":"failed"}]'
          answer '{"complete":true}' ;;
        *) answer '{"jobs":[]}' ;;
        esac
      done

      """#
    try script.write(toFile: folder + "/slow-adapter", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/slow-adapter")
  }

  private var polls: Int {
    let text = (try? String(contentsOfFile: folder + "/slow-adapter.requests", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count { $0.contains("\"method\":\"poll\"") }
  }

  @Test("Five watch, five status without ids, five with one and five that wait make one listing together")
  func sideBySide() async throws {
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
