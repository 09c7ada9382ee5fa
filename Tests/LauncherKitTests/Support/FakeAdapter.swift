import Foundation
import LauncherKit

/// Adapters for tests, written in shell.
enum FakeAdapter {
  static let description = """
    {"protocol":1,"adapter":{"name":"fake-adapter","version":"1"},"scheduler":"fake",\
    "operations":["detect","submit","poll","find","cancel","queues"],"fields":["command","directory"],\
    "limits":{"leastPollingSeconds":0.01}}
    """

  /// The text of an adapter that greets as it should, and does `body` for each other request. In it `$id` is the
  /// request's id, `$line` the request, and `answer JSON`, `report JSON` and `fail JSON` do what they say.
  static func script(greeting: String = "answer '\(description)'", _ body: String = "") -> String {
    """
    #!/bin/sh
    echo $$ > "$0.pid"
    answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
    fail() { printf '{"jsonrpc":"2.0","id":%s,"error":%s}\\n' "$id" "$1"; }
    report() { printf '{"jsonrpc":"2.0","method":"report","params":{"request":%s,"jobs":%s}}\\n' "$id" "$1"; }
    while IFS= read -r line; do
      id=${line#*'"id":'}; id=${id%%,*}
      case $line in
      *'"method":"initialize"'*) \(greeting) ;;
      *) \(body.isEmpty ? ":" : body) ;;
      esac
    done

    """
  }
}

extension TestFolder {
  /// Writes an adapter and returns its path.
  func adapter(_ name: String = "fake", _ script: String) throws -> String {
    try write(script, to: "\(name)-adapter", mode: 0o755)
  }

  /// Whether nothing of the adapter is left: no process, not even one that has not been reaped.
  func isAdapterGone(_ name: String = "fake") async -> Bool {
    await eventually {
      Processes.mentioning(path).isEmpty && processID(ofAdapter: name).map { Processes.exists($0) } != true
    }
  }

  /// The process id of an adapter written with `FakeAdapter.script`, once it has started.
  func processID(ofAdapter name: String = "fake") -> pid_t? {
    (try? String(contentsOfFile: path + "/\(name)-adapter.pid", encoding: .utf8))
      .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
