import Foundation
import Testing

@Suite("Which job an id means")
struct WhichJobTests {
  private let program: Program
  /// A second scheduler, which knows another job 1; it records each request.
  private let other: String

  init() throws {
    other = try Program.makeFolder("other")
    program = try Program(environment: [
      "LAUNCHER_ADAPTER": "", "LAUNCHER_ADAPTER_PATH": "\(other):\(Program.buildFolder)",
    ])
    let script = #"""
      #!/bin/sh
      # A constructed adapter: every job runs, every cancellation is accepted.
      answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
      report() { printf '{"jsonrpc":"2.0","method":"report","params":{"request":%s,"jobs":%s}}\n' "$id" "$1"; }
      while IFS= read -r line; do
        echo "$line" >> "$0.requests"
        id=${line#*'"id":'}; id=${id%%,*}
        case $line in
        *'"method":"initialize"'*) answer '{"protocol":1,"adapter":{"name":"aaa-adapter","version":"1"},"scheduler":"aaa","operations":["detect","submit","poll","find","cancel"],"fields":["command","directory","name"],"limits":{"leastPollingSeconds":0.01}}' ;;
        *'"method":"detect"'*) answer '{"presence":"responding","evidence":[]}' ;;
        *'"method":"submit"'*)
          printf '{"jsonrpc":"2.0","id":"c","method":"run","params":{"argv":["true"],"effect":"creates"}}\n'; read -r result
          answer '{"job":{"id":"1","server":"aaa1","submittedAt":"2026-11-21T08:00:00Z"},"remarks":[]}' ;;
        *'"method":"poll"'*)
          case $line in *'"id":"1"'*) report '[{"id":"1","state":"running","name":"stranger"}]' ;; esac
          answer '{"complete":true}' ;;
        *'"method":"find"'*) answer '{"jobs":[]}' ;;
        *'"method":"cancel"'*) answer '{"results":[{"id":"1"}]}' ;;
        *) answer '{}' ;;
        esac
      done

      """#
    try script.write(toFile: other + "/aaa-adapter", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other + "/aaa-adapter")
  }

  private func requests(_ method: String) -> [String] {
    let text = (try? String(contentsOfFile: other + "/aaa-adapter.requests", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init).filter { $0.contains("\"method\":\"\(method)\"") }
  }

  @Test func `a job that was submitted here is looked for, waited for and cancelled where it was submitted`()
    async throws
  {
    let submitted = try await program.launcher("submit", "--adapter", "local", "--name", "mine", "--", "sleep", "600")
    #expect(submitted.stdout == "1\n", "\(submitted.stderr)")
    let status = try await program.launcher("status", "--json", "1")
    #expect(try JSON.array(status.stdout).first?["name"] as? String == "mine")
    let cancelled = try await program.launcher("cancel", "1")
    #expect(cancelled.exitCode == 0, "\(cancelled.stderr)")
    let waited = try await program.launcher("wait", "--json", "1")
    #expect(try JSON.array(waited.stdout).first?["outcome"] as? String == "cancelled")
    #expect(requests("cancel").isEmpty)
    #expect(requests("poll").isEmpty)
  }

  @Test func `a task is looked for where its array was submitted`() async throws {
    _ = try await program.launcher("submit", "--adapter", "local", "--array", "1-2", "--hold", "--", "true")
    let status = try await program.launcher("status", "--json", "1_2")
    #expect(try JSON.array(status.stdout).first?["state"] as? String == "held", "\(status.stderr)")
    let cancelled = try await program.launcher("cancel", "1_2")
    #expect(cancelled.exitCode == 0, "\(cancelled.stderr)")
    #expect(requests("poll").isEmpty && requests("cancel").isEmpty)
  }

  @Test func `a scheduler that cannot be reached costs the jobs of another one nothing`() async throws {
    let adapter = other + "/aaa-adapter"
    let script = try String(contentsOfFile: adapter, encoding: .utf8)
    try script.replacingOccurrences(of: #""id":"1""#, with: #""id":"7""#)
      .write(toFile: adapter, atomically: false, encoding: .utf8)
    _ = try await program.launcher("submit", "--adapter", "local", "--name", "mine", "--hold", "--", "true")
    let submitted = try await program.launcher("submit", "--adapter", "aaa", "--", "true")
    #expect(submitted.stdout == "7\n", "\(submitted.stderr)")
    try "#!/bin/sh\nexit 3\n".write(toFile: adapter, atomically: false, encoding: .utf8)

    let status = try await program.launcher("status", "--json", "7", "1")
    #expect(status.exitCode != 0)
    #expect(status.stderr.contains("aaa"), "\(status.stderr)")
    let shown = try JSON.array(status.stdout)
    #expect(shown.map { $0["id"] as? String } == ["7", "1"])
    #expect(shown.map { $0["state"] as? String } == ["unknown", "held"])
    let cancelled = try await program.launcher("cancel", "7", "1")
    #expect(cancelled.exitCode != 0)
    #expect(cancelled.stdout == "1 cancelled\n", "\(cancelled.stderr)")
    let waited = try await program.launcher("wait", "--json", "7", "1")
    #expect(waited.exitCode != 0)
    #expect(try JSON.array(waited.stdout).map { $0["outcome"] as? String } == ["cancelled"], "\(waited.stderr)")
  }

  @Test func `an id that two schedulers gave is ambiguous, and nothing is done to either`() async throws {
    _ = try await program.launcher("submit", "--adapter", "local", "--hold", "--", "true")
    _ = try await program.launcher("submit", "--adapter", "aaa", "--", "true")
    for command in ["status", "wait", "cancel", "logs", "hold"] {
      let outcome = try await program.launcher(command, "1")
      #expect(outcome.exitCode == 64 || outcome.exitCode == 65, "\(command): \(outcome.stderr)")
      #expect(outcome.stderr.contains("--adapter aaa, or --adapter local"), "\(command): \(outcome.stderr)")
    }
    #expect(requests("cancel").isEmpty)
    let chosen = try await program.launcher("status", "--json", "--adapter", "local", "1")
    #expect(try JSON.array(chosen.stdout).first?["state"] as? String == "held")
    let named = try await program.launcher("status", "--json", "1", environment: ["LAUNCHER_ADAPTER": "local"])
    #expect(try JSON.array(named.stdout).first?["state"] as? String == "held")
  }

  @Test func `the adapter gets all that is known of a job: its server, its time of submission and its token`()
    async throws
  {
    let token = "token-of-the-whole-job"
    _ = try await program.launcher("submit", "--adapter", "aaa", "--token", token, "--", "true")
    _ = try await program.launcher("status", "1")
    _ = try await program.launcher("cancel", "1")
    for method in ["poll", "cancel"] {
      let asked = try #require(requests(method).last)
      for known in ["\"server\":\"aaa1\"", "\"submittedAt\":\"2026-11-21T08:00:00Z\"", "\"token\":\"\(token)\""] {
        #expect(asked.contains(known), "\(asked)")
      }
    }
  }

  @Test func `status without ids shows one's jobs of all adapters`() async throws {
    _ = try await program.launcher("submit", "--adapter", "local", "--name", "here", "--hold", "--", "true")
    _ = try await program.launcher("submit", "--adapter", "aaa", "--name", "there", "--", "true")
    let status = try await program.launcher("status", "--json")
    let adapters = try JSON.array(status.stdout).compactMap { $0["adapter"] as? String }
    #expect(Set(adapters) == ["local", "aaa"], "\(status.stdout) \(status.stderr)")
    let one = try await program.launcher("status", "--json", "--adapter", "local")
    #expect(try JSON.array(one.stdout).compactMap { $0["adapter"] as? String } == ["local"])
  }

  @Test func `detect says which adapter the next command uses, and why`() async throws {
    let detected = try await program.launcher("detect")
    #expect(detected.stdout.contains("aaa: responding  ← chosen"), "\(detected.stdout)")
    let named = try await program.launcher("detect", "--adapter", "local")
    #expect(named.stdout.contains("← used: --adapter names it"), "\(named.stdout)")
    #expect(named.stdout.contains("aaa: responding  ← would be chosen without --adapter"), "\(named.stdout)")
    let variable = try await program.launcher("detect", "--json", environment: ["LAUNCHER_ADAPTER": "local"])
    let used = try JSON.array(variable.stdout).filter { $0["chosen"] as? Bool == true }
    #expect(used.count == 1)
    #expect(used.first?["adapter"] as? String == "local")
    #expect(used.first?["chosenBy"] as? String == "LAUNCHER_ADAPTER")
    let missing = try await program.launcher("detect", "--adapter", "nothing")
    #expect(missing.exitCode == 69)
  }
}
