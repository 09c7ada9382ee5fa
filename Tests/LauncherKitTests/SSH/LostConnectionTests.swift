import Foundation
import Glibc
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Connections to another machine that are lost")
  struct LostConnectionTests {
    private let outputs = CommandOutputs()

    /// A host whose ssh is a script for a shell here, which gets the line as its first argument.
    private func host(_ script: String, configuration: String = "") throws -> SSHHost {
      SSHHost(try SSHDestination("ssh://login"), outputs: outputs) { command in
        var command = command
        let line = command.argv.last ?? ""
        command.argv =
          command.argv[1] == "-G" ? ["printf", "%s", configuration] : ["sh", "-c", script, "ssh", line]
        return command
      }
    }

    private func text(_ result: CommandResult) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: result.stdoutPath)), as: UTF8.self)
    }

    @Test func `a shared connection that died is noticed by the first who uses it, and costs nothing`() async throws {
      let folder = try TestFolder()
      let socket = try folder.write("", to: "socket")
      // As ssh does with a master that notices the end of its connection through our session: no message, and the
      // socket is gone.
      let host = try host(
        "if [ -e '\(socket)' ]; then rm '\(socket)'; exit 255; fi; exec sh -c \"$1\"",
        configuration: "controlpath \(socket)\n"
      )
      #expect(try text(try await host.run(NativeCommand(["echo", "here"], effect: .creates))) == "here\n")
    }

    @Test(
      arguments: [1, 2]
    )
    func `where nobody gets in, ssh is called once, and a second time where it shared a connection`(calls: Int)
      async throws
    {
      let folder = try TestFolder()
      let socket = calls == 2 ? try folder.write("", to: "socket") : folder.path + "/socket"
      let host = try host("echo call >>'\(folder.path)/calls'; exit 255", configuration: "controlpath \(socket)\n")
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["true"])) }
      #expect(error?.code == .schedulerUnreachable)
      #expect(error?.message == "ssh://login cannot be reached: ssh ended before a shell there answered")
      let made = try String(contentsOfFile: folder.path + "/calls", encoding: .utf8)
      #expect(made == String(repeating: "call\n", count: calls))
    }

    @Test func `a query outlives the loss of all sessions that are open, and a submission is made once`() async throws {
      let folder = try TestFolder()
      let host = try host("echo $$ >>'\(folder.path)/sessions'; exec sh -c \"$1\"")
      let (count, door) = (4, folder.path + "/door")
      for effect in [NativeCommand.Effect.reads, .creates] {
        // Each waits until all have started, so that none uses another's session.
        let meeting = #"echo x >>"$1"; while [ "$(wc -l <"$1")" -lt \#(count) ]; do sleep 0.02; done"#
        try await withThrowingTaskGroup(of: CommandResult.Ending.self) { group in
          for _ in 0..<count {
            group.addTask {
              let words = ["sh", "-c", meeting, "sh", "\(door)-\(effect)"]
              return try await host.run(NativeCommand(words, timeLimit: .patience)).ending
            }
          }
          for try await ending in group { #expect(ending == .exited(0)) }
        }
        let sessions = try String(contentsOfFile: folder.path + "/sessions", encoding: .utf8)
          .split(separator: "\n").compactMap { pid_t($0) }
        #expect(sessions.count >= count)
        for session in sessions { kill(session, SIGKILL) }
        try FileManager.default.removeItem(atPath: folder.path + "/sessions")
        let words = ["sh", "-c", "echo done; echo x >>'\(door)-\(effect)'"]
        let result = try await host.run(NativeCommand(words, effect: effect))
        #expect(try text(result) == "done\n")
        let lines = try String(contentsOfFile: "\(door)-\(effect)", encoding: .utf8)
        #expect(lines == String(repeating: "x\n", count: count + 1))
      }
    }
  }
}
