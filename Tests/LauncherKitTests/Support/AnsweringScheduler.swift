import Foundation
import LauncherKit

/// A scheduler whose answers to looks are given beforehand, for launchers that share a job store.
struct AnsweringScheduler {
  let folder: TestFolder
  var state: String { folder.path + "/state" }

  init() throws { folder = try TestFolder() }

  /// A launcher, each with an adapter process of its own; they share a job store.
  ///
  /// - Parameters:
  ///   - least: the least interval between two looks, in seconds.
  ///   - answers: the scheduler's, one after another, the last one again and again: the jobs of a report, those of an
  ///     incomplete one after `part`, or an error after `fail`.
  func launcher(least: Double = 0.5, answers: String...) async throws -> Launcher {
    for (index, answer) in answers.enumerated() { try folder.write(answer, to: "answer-\(index + 1)") }
    let greeting = FakeAdapter.description.replacing(
      #""leastPollingSeconds":0.01"#,
      with: #""leastPollingSeconds":\#(least)"#
    )
    let script = FakeAdapter.script(
      greeting: "answer '\(greeting)'",
      """
      case $line in
        *'"method":"poll"'*)
          echo "$line" >> "$0.polls"
          n=$(wc -l < "$0.polls"); while [ ! -e "${0%/*}/answer-$((n))" ]; do n=$((n - 1)); done
          text=$(cat "${0%/*}/answer-$((n))")
          case $text in
          fail*) fail "${text#fail }" ;;
          part*) report "${text#part }"; answer '{"complete":false}' ;;
          *) report "$text"; answer '{"complete":true}' ;;
          esac ;;
        *'"method":"cancel"'*) echo "$line" >> "$0.cancels"; answer '{"results":[{"id":"1"}]}' ;;
      esac
      """
    )
    return try await Launcher.detect(
      Launcher.Options(adapter: try folder.adapter("fake", script), tracking: .folder(state))
    )
  }

  /// What adapters were asked, a line each.
  var polls: [String] {
    let text = try? String(contentsOfFile: folder.path + "/fake-adapter.polls", encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
  }

  static let running = #"[{"id":"1","state":"running"},{"id":"2","state":"queued"}]"#
  static let ended = #"""
    [{"id":"1","state":"finished","outcome":"succeeded","exitCode":0},{"id":"2","state":"finished","outcome":"failed"}]
    """#
}
