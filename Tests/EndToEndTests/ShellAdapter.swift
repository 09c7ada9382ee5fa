import Foundation
import Testing

/// A test's own adapter, written in shell.
enum ShellAdapter {
  /// Writes an adapter called `odd` to its own folder. It records each request in `odd-adapter.requests`.
  ///
  /// - Parameters:
  ///   - commands: whether the adapter acts itself (`adapter`) or through commands of the host (`host`).
  ///   - least: the minimum interval between two looks, in seconds.
  ///   - cases: what it does, by the name of a request: `answer JSON`, `fail JSON`, `report JOBS`.
  /// - Returns: the folder.
  static func make(commands: String = "adapter", least: Double = 0.01, _ cases: [String: String]) throws -> String {
    let description = """
      {"protocol":1,"adapter":{"name":"odd-adapter","version":"1"},"scheduler":"odd","commands":"\(commands)",\
      "operations":["detect","submit","poll","find","cancel","hold"],"fields":["command","directory"],\
      "limits":{"leastPollingSeconds":\(least)}}
      """
    let folder = try Program.makeFolder("odd")
    let branches = cases.map { #"*'"method":"\#($0.key)"'*) \#($0.value) ;;"# }.joined(separator: "\n  ")
    let script = """
      #!/bin/sh
      answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
      fail() { printf '{"jsonrpc":"2.0","id":%s,"error":%s}\\n' "$id" "$1"; }
      report() { printf '{"jsonrpc":"2.0","method":"report","params":{"request":%s,"jobs":%s}}\\n' "$id" "$1"; }
      while IFS= read -r line; do
        echo "$line" >> "$0.requests"
        id=${line#*'"id":'}; id=${id%%,*}
        case $line in
        *'"method":"initialize"'*) answer '\(description)' ;;
        \(branches)
        *) fail '{"code":2,"message":"no such method"}' ;;
        esac
      done

      """
    let path = folder + "/odd-adapter"
    try Data(script.utf8).write(to: URL(filePath: path))
    #expect(chmod(path, 0o755) == 0)
    return folder
  }
}
