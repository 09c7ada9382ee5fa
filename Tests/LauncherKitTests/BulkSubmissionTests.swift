import Foundation
import LauncherKit
import Testing

extension ProcessTests {
  @Suite("Many submissions")
  struct BulkSubmissionTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A launcher with an adapter that serves several requests at a time. For each it runs a command, which does what
    /// `script` says with the submission's number in `$number`, in a folder where a file `asked-N` stands for each
    /// submission that the adapter was asked for.
    private func launcher(command script: String) async throws -> Launcher {
      try folder.write("cd \"$2\"; number=$1\n\(script)\n", to: "command")
      let command = #"["sh","\#(folder.path)/command","%s","\#(folder.path)"]"#
      let adapter = FakeAdapter.script(
        """
        case $line in
        *'"method":"submit"'*)
          number=${line#*'"job-'}; number=${number%%'"'*}
          : >"\(folder.path)/asked-$number"
          # It takes its time over every second one, and goes on listening.
          {
            [ $((number % 2)) = 1 ] || sleep 0.1
            printf '{"jsonrpc":"2.0","id":"c%s","method":"run","params":{"argv":\(command),"effect":"creates","request":%s}}\\n' \\
              "$id" "$number" "$id"
          } & ;;
        *'"result":'*)
          id=${id#'"c'}; id=${id%'"'}
          answer '{"job":{"id":"'"$id"'"}}' ;;
        esac
        """
      )
      return try await Launcher.detect(Launcher.Options(adapter: folder.adapter("fake", adapter), tracking: .none))
    }

    private let specs = (0..<6).map { JobSpec(command: ["job-\($0)"]) }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path + "/" + name) }

    @Test("One at a time, each begins once the one before is known, in order")
    func oneAtATime() async throws {
      let launcher = try await launcher(
        command: """
          mkdir running || exit 1
          [ ! -e "asked-$((number + 1))" ] || exit 1
          echo "$number" >>order
          rmdir running
          """
      )
      let results = await launcher.submit(all: specs, atMost: 1).reduce(into: []) { $0.append($1) }
      #expect(results.map(\.index) == Array(0..<6))
      for result in results { _ = try result.result.get() }
      let order = try String(contentsOfFile: folder.path + "/order", encoding: .utf8)
      #expect(order == "0\n1\n2\n3\n4\n5\n")
    }

    @Test("Three at a time, three commands run at once, and never a fourth")
    func threeAtATime() async throws {
      // Each command waits until its two neighbours of the same three run too.
      let launcher = try await launcher(
        command: """
          mkdir "running-$number"
          [ "$(ls -d running-* | wc -l)" -le 3 ] || echo "$number" >>fourth
          : >"ran-$number"
          first=$((number / 3 * 3))
          until [ -e "ran-$first" ] && [ -e "ran-$((first + 1))" ] && [ -e "ran-$((first + 2))" ]; do sleep 0.01; done
          rmdir "running-$number"
          """
      )
      let results = await launcher.submit(all: specs, atMost: 3).reduce(into: []) { $0.append($1) }
      #expect(results.map(\.index).sorted() == Array(0..<6))
      for result in results { _ = try result.result.get() }
      #expect(!exists("fourth"))
    }

    @Test("Who stops reading the results begins no further submission, and those under way go on to their end")
    func stopped() async throws {
      let launcher = try await launcher(
        command: """
          until [ "$number" = 0 ] || [ -e stopped ]; do sleep 0.01; done
          echo "$number" >>order
          """
      )
      for await result in launcher.submit(all: specs, atMost: 2) {
        #expect(result.index == 0)
        // The second is under way; so is the third by now, or it never will be.
        break
      }
      try folder.write("", to: "stopped")
      #expect(
        await eventually {
          (try? String(contentsOfFile: folder.path + "/order", encoding: .utf8))?.contains("1") ?? false
        }
      )
      #expect(!exists("asked-4") && !exists("asked-5"))
    }
  }
}
