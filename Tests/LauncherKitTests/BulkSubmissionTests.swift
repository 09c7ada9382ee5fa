import Foundation
import LauncherKit
import Testing

extension ProcessTests {
  @Suite("Many submissions, one behind the other")
  struct BulkSubmissionTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A launcher with an adapter that serves several requests at a time. For each it runs a command, which does what
    /// `script` says with the submission's number in `$number`, in a folder where a file `asked-N` tells of each
    /// submission that the adapter was asked for.
    ///
    /// - Parameter holdsBack: the adapter keeps the first answer until it has given the second.
    private func launcher(command script: String, holdsBack: Bool = false) async throws -> Launcher {
      try folder.write("cd \"$2\"; number=$1\n\(script)\n", to: "command")
      let command = #"["sh","\#(folder.path)/command","%s","\#(folder.path)"]"#
      let adapter = FakeAdapter.script(
        """
        case $line in
        *'"method":"submit"'*)
          number=${line#*'"job-'}; number=${number%%'"'*}
          : >"\(folder.path)/asked-$number"
          [ "$number" != 0 ] || first=$id
          # It takes its time over every second one, and goes on listening.
          {
            [ $((number % 2)) = 1 ] || sleep 0.1
            printf '{"jsonrpc":"2.0","id":"c%s","method":"run","params":{"argv":\(command),"effect":"creates","request":%s}}\\n' \\
              "$id" "$number" "$id"
          } & ;;
        *'"result":'*)
          id=${id#'"c'}; id=${id%'"'}
          if [ -n "\(holdsBack ? "yes" : "")" ] && [ "$id" = "$first" ]; then continue; fi
          answer '{"job":{"id":"'"$id"'"}}'
          if [ -n "\(holdsBack ? "yes" : "")" ] && [ -n "$first" ]; then
            id=$first; first=
            answer '{"job":{"id":"'"$id"'"}}'
          fi ;;
        esac
        """
      )
      return try await Launcher.detect(Launcher.Options(adapter: folder.adapter("fake", adapter), tracking: .none))
    }

    private func submitSix(to launcher: Launcher) async -> [Launcher.BulkResult] {
      let specs = (0..<6).map { JobSpec(command: ["job-\($0)"]) }
      return await launcher.submit(all: specs, atMost: 1).reduce(into: []) { $0.append($1) }
    }

    @Test("With one command at a time the next submission is made ready while a command runs, and the order is kept")
    func oneAtATime() async throws {
      // Each command but the last waits until the adapter has been asked for the submission behind it, and for no other.
      let launcher = try await launcher(
        command: """
          mkdir running || exit 1
          tries=0
          until [ "$number" = 5 ] || [ -e "asked-$((number + 1))" ]; do
            tries=$((tries + 1))
            [ "$tries" -lt 1000 ] || exit 1
            sleep 0.01
          done
          [ ! -e "asked-$((number + 2))" ] || exit 1
          echo "$number" >>order
          rmdir running
          """
      )
      let results = await submitSix(to: launcher)
      #expect(results.map(\.index) == Array(0..<6))
      for result in results { _ = try result.result.get() }
      let order = try String(contentsOfFile: folder.path + "/order", encoding: .utf8)
      #expect(order == "0\n1\n2\n3\n4\n5\n")
    }

    @Test("One at a time, results are told in order, also when a later one is known first")
    func results() async throws {
      let launcher = try await launcher(command: "echo \"$number\" >>order", holdsBack: true)
      let results = await submitSix(to: launcher)
      #expect(results.map(\.index) == Array(0..<6))
      for result in results { _ = try result.result.get() }
      let order = try String(contentsOfFile: folder.path + "/order", encoding: .utf8)
      #expect(order == "0\n1\n2\n3\n4\n5\n")
    }
  }
}
