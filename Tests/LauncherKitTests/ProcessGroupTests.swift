import Foundation
import Glibc
import Processes
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Process groups", .serialized)
  struct ProcessGroupTests {
    /// Starts an unrelated group; returns the number of its leader.
    private func stranger() throws -> pid_t {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      // With none of this process's descriptors, since it uses one of them to wait for what it starts.
      let code = """
        import subprocess
        null = subprocess.DEVNULL
        print(subprocess.Popen(["sleep", "600"], start_new_session=True, stdin=null, stdout=null, stderr=null).pid)
        """
      process.arguments = ["python3", "-c", code]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func `a group of the same number that was made later is left alone`() async throws {
      let pid = try stranger()
      defer { kill(pid, SIGKILL) }
      #expect(await eventually { ProcessStat(pid: pid)?.group == pid })
      let start = try #require(ProcessStat(pid: pid)).startTime
      // A command that had the number before, and was reaped.
      let earlier = ProcessGroup(leader: ProcessIdentity(pid: pid, startTime: start - 200))
      earlier.end(reapedAt: start - 100)
      earlier.end()
      #expect(ProcessIdentity(pid: pid, startTime: start).isAlive)
    }

    @Test func `what a command leaves behind is ended, even if it starts others all the time`() async throws {
      let folder = try TestFolder()
      let host = LocalHost(outputs: CommandOutputs())
      let script = "while :; do sh -c 'sleep 0.01; : \(folder.path)'; done >/dev/null 2>&1 & exit 0"
      let result = try await host.run(NativeCommand(["sh", "-c", script]))
      #expect(result.ending == .exited(0))
      #expect(await eventually { Processes.mentioning(folder.path).isEmpty })
    }
  }
}
