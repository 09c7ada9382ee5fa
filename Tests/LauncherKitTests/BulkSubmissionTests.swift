import Foundation
import LauncherKit
import Testing

extension ProcessTests {
  @Suite("Many submissions, one behind the other")
  struct BulkSubmissionTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// An adapter that answers each request as soon as it can, by a command that runs `script` with the submission's
    /// number and the folder, where a file `asked-N` tells of each submission that the adapter was asked for.
    private func launcher(command script: String) async throws -> Launcher {
      try folder.write("cd \"$2\"; number=$1\n\(script)\n", to: "command")
      let command = #"["sh","\#(folder.path)/command","%s","\#(folder.path)"]"#
      let adapter = FakeAdapter.script(
        """
        case $line in
        *'"method":"submit"'*)
          number=$((number + 1))
          : >"\(folder.path)/asked-$number"
          printf '{"jsonrpc":"2.0","id":"c%s","method":"run","params":{"argv":\(command),"effect":"creates","request":%s}}\\n' \\
            "$id" "$number" "$id" ;;
        *'"result":'*)
          id=${id#'"c'}; id=${id%'"'}
          answer "{\\"job\\":{\\"id\\":\\"$id\\"}}" ;;
        esac
        """
      )
      return try await Launcher.detect(Launcher.Options(adapter: folder.adapter("fake", adapter), tracking: .none))
    }

    private func submit(_ count: Int, to launcher: Launcher, atMost limit: Int) async -> [Launcher.BulkResult] {
      let specs = (0..<count).map { JobSpec(command: ["job-\($0)"]) }
      return await launcher.submit(all: specs, atMost: limit).reduce(into: []) { $0.append($1) }
    }

    @Test("With one command at a time the next submission is made ready while a command runs, and the order is kept")
    func oneAtATime() async throws {
      // Each command but the last waits until the adapter has been asked for the submission behind it.
      let launcher = try await launcher(
        command: """
          tries=0
          until [ "$number" = 6 ] || [ -e "asked-$((number + 1))" ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 1000 ] || exit 1
            sleep 0.01
          done
          mkdir running || exit 1
          echo "$number" >>order
          rmdir running
          """
      )
      let results = await submit(6, to: launcher, atMost: 1)
      #expect(results.map(\.index) == Array(0..<6))
      for result in results { _ = try result.result.get() }
      let order = try String(contentsOfFile: folder.path + "/order", encoding: .utf8)
      #expect(order.split(separator: "\n").map(String.init) == ["1", "2", "3", "4", "5", "6"])
    }
  }
}
