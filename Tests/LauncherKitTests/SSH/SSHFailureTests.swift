import Testing

@testable import LauncherKit

@Suite("What ssh says when there is no answer")
struct SSHFailureTests {
  private let submission = NativeCommand(["submit"], effect: .creates)

  private func error(_ failure: SSHFailure, of command: NativeCommand) throws -> LauncherError {
    failure.error(of: command, at: try SSHDestination("ssh://ada@login:2222"))
  }

  @Test(
    arguments: [
      "ssh: Could not resolve hostname login: Name or service not known\r\n",
      "Warning: something\nssh: connect to host login port 2222: Connection refused\r\n",
      "Host key verification failed.\r\n", "ada@login: Permission denied (publickey).\r\n\n", "",
    ]
  )
  func `where there was no session nothing was started, and the advice is what to try by hand`(said: String) throws {
    let error = try error(.unreachable(SSHFailure.lastLine(said)), of: submission)
    #expect(error.code == .schedulerUnreachable)
    #expect(error.category == .transient)
    #expect(!error.leavesDoubt)
    #expect(!error.message.contains("Warning"))
    #expect(error.advice?.contains("ssh -p 2222 ada@login") == true)
  }

  @Test(
    arguments: [SSHFailure.lost(""), .lost("client_loop: send disconnect: Broken pipe"), .late]
  )
  func `a submission whose connection was lost is uncertain, other commands may be repeated`(failure: SSHFailure) throws
  {
    let uncertain = try error(failure, of: submission)
    #expect(uncertain.code == .schedulerUnreachable)
    #expect(uncertain.category == .uncertain)
    #expect(uncertain.leavesDoubt)
    let query = try error(failure, of: NativeCommand(["list"]))
    #expect(query.category == .transient)
    #expect(query.message.contains("‘list’"))
  }
}
