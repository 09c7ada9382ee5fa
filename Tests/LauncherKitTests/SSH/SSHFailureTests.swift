import Testing

@testable import LauncherKit

@Suite("What ssh says when there is no answer")
struct SSHFailureTests {
  private let submission = NativeCommand(["submit"], effect: .creates)

  private func error(_ said: String, of command: NativeCommand, hasBegun: Bool = false, isLate: Bool = false) throws
    -> AdapterError
  {
    SSHFailure(said: said, hasBegun: hasBegun, isLate: isLate)
      .error(of: command, at: try SSHDestination("ssh://ada@login:2222"))
  }

  @Test(
    "where there was no session nothing was started, and the advice is what to try by hand",
    arguments: [
      "ssh: Could not resolve hostname login: Name or service not known\r\n",
      "ssh: connect to host login port 2222: Connection refused\r\n", "Host key verification failed.\r\n",
      "ada@login: Permission denied (publickey).\r\n",
      "kex_exchange_identification: Connection closed by remote host\n",
    ]
  )
  func beforeSession(said: String) throws {
    let error = try error(said, of: submission)
    #expect(error.code == .schedulerUnreachable)
    #expect(error.category == .transient)
    #expect(error.message.contains("not started"))
    #expect(error.advice?.contains("ssh -p 2222 ada@login") == true)
  }

  @Test(
    "a submission whose connection was lost is uncertain, other commands may be repeated",
    arguments: [("", false, false), ("client_loop: send disconnect: Broken pipe\r\n", true, false), ("", true, true)]
  )
  func lost(said: String, hasBegun: Bool, isLate: Bool) throws {
    let uncertain = try error(said, of: submission, hasBegun: hasBegun, isLate: isLate)
    #expect(uncertain.code == .schedulerUnreachable)
    #expect(uncertain.category == .uncertain)
    #expect(Submission.leavesDoubt(uncertain))
    let query = try error(said, of: NativeCommand(["list"]), hasBegun: hasBegun, isLate: isLate)
    #expect(query.category == .transient)
    #expect(query.message.contains("‘list’"))
  }

  @Test("what a command said after its start is no word of ssh's")
  func wordsOfTheCommand() throws {
    let error = try error("ssh: connect to host git: Connection refused\n", of: submission, hasBegun: true)
    #expect(error.category == .uncertain)
  }
}
