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

    @Test func `one at a time, each begins once the one before is known, in order`() async throws {
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

    @Test func `three at a time, three commands run at once, and never a fourth`() async throws {
      // Commands wait until three of them run.
      let launcher = try await launcher(
        command: """
          mkdir "running-$number"
          count=$(ls -d running-* | wc -l)
          [ "$count" -lt 3 ] || : >three
          [ "$count" -le 3 ] || : >fourth
          until [ -e three ]; do sleep 0.01; done
          rmdir "running-$number"
          """
      )
      let results = await launcher.submit(all: specs, atMost: 3).reduce(into: []) { $0.append($1) }
      #expect(results.map(\.index).sorted() == Array(0..<6))
      for result in results { _ = try result.result.get() }
      #expect(!exists("fourth"))
    }

    @Test func `who stops reading the results begins no further submission, and those under way go on to their end`()
      async throws
    {
      // The first command ends at once, the others when the results are no longer read.
      let launcher = try await launcher(
        command: """
          until mkdir first 2>/dev/null || [ -e stopped ]; do sleep 0.01; done
          : >"ended-$number"
          """
      )
      let many = (0..<20).map { JobSpec(command: ["job-\($0)"]) }
      for await _ in launcher.submit(all: many, atMost: 2) { break }
      try folder.write("", to: "stopped")
      #expect(await eventually { count("ended-") >= 4 && count("asked-") == count("ended-") })
      // Two ran, two were prepared, and one may have taken the first one's place.
      #expect((4...5).contains(count("asked-")))
    }

    private func count(_ prefix: String) -> Int {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.count { $0.hasPrefix(prefix) }
    }
  }
}
