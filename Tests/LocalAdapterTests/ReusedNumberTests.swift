import Foundation
import GRDB
import Glibc
import LauncherProtocol
import Testing

/// No process is ended because it has a number that a job once had.
@Suite struct ReusedNumberTests {
  private let marker = "7\(UInt32.random(in: 1_000_000...9_999_999))"

  /// Starts an unrelated session.
  ///
  /// - Parameter isOver: whether to wait until its leader has exited.
  /// - Returns: the number of its leader.
  private func session(_ words: String..., isOver: Bool = false) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // With none of this process's descriptors, since it uses one of them to wait for what it starts.
    let code = """
      import subprocess, sys
      null = subprocess.DEVNULL
      leader = subprocess.Popen(sys.argv[2:], start_new_session=True, stdin=null, stdout=null, stderr=null)
      if sys.argv[1] == "over": leader.wait()
      print(leader.pid)
      """
    process.arguments = ["python3", "-c", code, isOver ? "over" : "there"] + words
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// Makes the queue believe that a job's command, which is dead, had this number.
  private func kill(_ id: String, of bench: Workbench, andCallItsCommand pid: Int32) throws {
    let (owner, leader) = (try bench.process("owner", of: id), try bench.process("leader", of: id))
    Glibc.kill(owner, SIGKILL)
    Glibc.kill(leader, SIGKILL)
    let text = try #require(
      try bench.database().read { db in
        try String.fetchOne(db, sql: "SELECT leader FROM task WHERE submission = ?", arguments: [id])
      }
    )
    let parts = text.split(separator: "/")
    try bench.database().write { db in
      try db.execute(
        sql: "UPDATE task SET leader = ? WHERE submission = ?",
        arguments: ["\(parts[0])/\(pid)/\(parts[2])", id]
      )
    }
  }

  @Test func `a session that has the number of a killed job's command is left alone`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "while :; do sleep 0.05; done")
    try bench.running(id)
    let stranger = try session("sleep", marker)
    defer { Glibc.kill(stranger, SIGKILL) }
    #expect(eventually { processes(marked: marker) == [stranger] })
    try kill(id, of: bench, andCallItsCommand: stranger)
    #expect(try bench.finished(id).state == .finished(.unknown))
    #expect(processes(marked: marker) == [stranger])
  }

  @Test func `so is one whose own leader has gone meanwhile`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "while :; do sleep 0.05; done")
    try bench.running(id)
    let stranger = try session("sh", "-c", "sleep \(marker) & exit 0", isOver: true)
    let left = processes(marked: marker)
    #expect(!left.isEmpty)
    try kill(id, of: bench, andCallItsCommand: stranger)
    #expect(try bench.finished(id).state == .finished(.unknown))
    #expect(processes(marked: marker) == left)
    for pid in left { Glibc.kill(pid, SIGKILL) }
  }

  @Test func `what a killed job left behind is ended all the same`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "sleep \(marker) & setsid sleep \(marker) & wait")
    try bench.running(id)
    #expect(eventually { processes(marked: marker).count > 2 })
    for column in ["owner", "leader"] { Glibc.kill(try bench.process(column, of: id), SIGKILL) }
    #expect(try bench.finished(id).state == .finished(.unknown))
    #expect(eventually { processes(marked: marker).isEmpty })
  }

  /// The commands of the machine's own shell, in a PID namespace where the next number can be chosen.
  @Test(.enabled(if: geteuid() == 0, "only root can make PID namespaces and choose numbers"))
  func `a number that really came round is not taken for the job`() throws {
    let folder = NSTemporaryDirectory() + "reused-number-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let built = URL(fileURLWithPath: AdapterClient.executable).deletingLastPathComponent().path
    let script = """
      set -e
      launcher() { "\(built)/launcher" "$@"; }
      id=$(launcher submit -- sleep 600)
      until command=$(pgrep -x sleep); do sleep 0.05; done
      supervisor=$(pgrep -f '^local-adapter supervise')
      kill -KILL $supervisor $command
      while kill -0 $command 2>/dev/null; do sleep 0.05; done
      for attempt in 1 2 3 4 5 6 7 8 9 10; do
        echo $((command - 1)) >/proc/sys/kernel/ns_last_pid
        setsid sleep 500 & other=$!
        [ $other = $command ] && break
        kill $other
      done
      [ $other = $command ] || exit 77
      launcher status "$id"
      kill -0 $other && echo "still there"
      kill $other
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["--pid", "--fork", "--mount-proc", "sh", "-c", script]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "LAUNCHER_STATE": folder, "LAUNCHER_ADAPTER": "local", "LAUNCHER_ADAPTER_PATH": built,
    ]) { _, new in new }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("unknown"))
    #expect(text.contains("still there"))
  }

  @Test func `a process of a job that only calls itself a supervisor is ended with the job`() throws {
    let bench = try Workbench()
    // A shell under that name, with that word as its script.
    let id = try bench.submit(
      shell: """
        cp "$(command -v bash)" local-adapter
        echo 'sleep \(marker); true' >supervise
        ./local-adapter supervise
        """
    )
    try bench.running(id)
    #expect(eventually { !processes(marked: marker).isEmpty })
    #expect(try bench.adapter.act("cancel", [id]) == [nil])
    #expect(try bench.finished(id).state == .finished(.cancelled(by: .user)))
    #expect(eventually { processes(marked: marker).isEmpty })
  }
}
