import Foundation
import Testing

@Suite("Many jobs")
struct QueueTests {
  @Test func `200 jobs submitted one by one all end with their own exit codes`() async throws {
    let program = try Program()
    let script = """
      i=0
      while [ $i -lt 200 ]; do
        \(Program.buildFolder)/launcher submit -- sh -c "exit $((i % 100))" || exit 1
        i=$((i + 1))
      done
      """
    let submitted = try await program.run("sh", ["-c", script])
    let ids = submitted.stdout.split(separator: "\n").map(String.init)
    #expect(Set(ids).count == 200, "\(submitted.stderr)")
    let waited = try await program.run("\(Program.buildFolder)/launcher", ["wait", "--timeout", "5m", "--json"] + ids)
    let statuses = try JSON.array(waited.stdout)
    #expect(statuses.map { $0["exitCode"] as? Int } == (0..<200).map { $0 % 100 })
  }

  @Test func `a job outlives the program that waits for it, and its terminal`() async throws {
    let program = try Program()
    let gate = program.state + "/gate"
    let script = """
      id=$(\(Program.buildFolder)/launcher submit -- sh -c 'while [ ! -e "\(gate)" ]; do sleep 0.02; done; exit 5')
      \(Program.buildFolder)/launcher wait $id &
      kill -KILL $!
      echo $id
      """
    // setsid: the session ends with the shell, as it does at a logout.
    let outcome = try await program.run("setsid", ["--wait", "sh", "-c", script])
    let id = outcome.stdout.trimmingCharacters(in: .newlines)
    _ = FileManager.default.createFile(atPath: gate, contents: nil)
    let status = try await program.status(id)
    #expect(status["exitCode"] as? Int == 5)
  }
}
