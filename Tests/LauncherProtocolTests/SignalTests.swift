import Glibc
import LauncherProtocol
import Testing

@Suite("Signals and exit statuses")
struct SignalTests {
  @Test(arguments: Int32(1)...64)
  func `every signal is read back from its name and from its number`(number: Int32) throws {
    let signal = try #require(UnixSignal(number: number))
    #expect(UnixSignal(signal.name) == signal)
    #expect(UnixSignal(String(number)) == signal)
    #expect(try JSON.roundTrip(signal) == signal)
  }

  @Test func `names agree with the system's numbers`() {
    let known: [(String, Int32)] = [
      ("HUP", SIGHUP), ("INT", SIGINT), ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV), ("TERM", SIGTERM),
      ("CHLD", SIGCHLD), ("CONT", SIGCONT), ("STOP", SIGSTOP), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ), ("SYS", SIGSYS),
      ("BUS", SIGBUS), ("USR2", SIGUSR2), ("WINCH", SIGWINCH), ("PWR", SIGPWR), ("IO", SIGIO), ("TSTP", SIGTSTP),
    ]
    for (name, number) in known { #expect(UnixSignal(name)?.number == number, "\(name)") }
  }

  @Test func `a name is read in any letter case, with or without SIG`() {
    for text in ["SIGKILL", "KILL", "kill", "sigkill", "9"] { #expect(UnixSignal(text) == .kill, "\(text)") }
    #expect(UnixSignal("RTMIN+3")?.number == 37)
  }

  @Test(
    arguments: ["", "0", "65", "-9", "SIG", "SIGFOO", "9 ", "RTMIN+31", "RTMIN+-1", "99999999999"]
  )
  func `what is not a signal is refused`(text: String) {
    #expect(UnixSignal(text) == nil)
  }

  @Test(arguments: [0, 1, 3, 126, 127, 255])
  func `the status word of a process that really ended so is understood`(code: Int32) throws {
    #expect(JobExitStatus(waitStatus: try waitStatus(of: "exit \(code)")) == .code(code))
  }

  @Test func `the status word of a process that a signal really ended is understood`() throws {
    let status = JobExitStatus(waitStatus: try waitStatus(of: "kill -KILL $$"))
    #expect(status == .signal(.kill))
    #expect(status.shellValue == 137)
  }

  @Test func `the core flag is kept apart from the signal`() throws {
    #expect(JobExitStatus(waitStatus: 0x8B) == .signal(try #require(UnixSignal("SEGV")), coreDumped: true))
    #expect(JobExitStatus(waitStatus: 0x8B).description == "SIGSEGV, core dumped")
  }

  private func waitStatus(of script: String) throws -> Int32 {
    let status = system(script)
    try #require(status != -1)
    return status
  }
}
