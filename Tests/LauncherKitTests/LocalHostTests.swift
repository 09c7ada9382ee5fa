import Foundation
import Glibc
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Commands on this machine", .serialized)
  struct LocalHostTests {
    private let outputs = CommandOutputs()
    private var host: LocalHost { LocalHost(outputs: outputs) }

    private func sh(_ script: String) -> NativeCommand { NativeCommand(["sh", "-c", script]) }

    private func output(_ result: CommandResult) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: result.stdoutPath)), as: UTF8.self)
    }

    @Test(arguments: [0, 1, 3, 126, 127, 255] as [Int32])
    func `an exit code is a result`(code: Int32) async throws {
      #expect(try await host.run(sh("exit \(code)")).ending == .exited(code))
    }

    @Test(arguments: [1, 9, 15] as [Int32])
    func `a signal is a result`(number: Int32) async throws {
      let signal = try #require(UnixSignal(number: number))
      #expect(try await host.run(sh("kill -\(number) $$")).ending == .signalled(signal))
    }

    @Test(arguments: ["no-such-command-anywhere", "/nonexistent/command"])
    func `a command that is not there is a result`(program: String) async throws {
      #expect(try await host.run(NativeCommand([program])).ending == .notFound)
    }

    @Test(arguments: ["/no/such/folder", "/dev/null"])
    func `a folder that cannot be entered is distinguished from a command`(folder: String) async throws {
      var command = sh("true")
      command.directory = folder
      let host = host
      let error = await #expect(throws: LauncherError.self) { try await host.run(command) }
      #expect(error?.code == .directoryUnusable)
      #expect(error?.message.contains(folder) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains("‘sh’ was not run") == true)
    }

    @Test
    func `a command is looked for in the PATH that it gets, past folders and files of its name that are not programs`()
      async throws
    {
      let folder = try TestFolder()
      try folder.write("no program", to: "plain/lookedFor")
      try folder.write("", to: "nested/lookedFor/file")
      let program = try folder.write("#!/bin/sh\necho found", to: "good/lookedFor")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      var command = NativeCommand(["lookedFor"])
      let folders = ["plain", "nested", "missing", "good"].map { "\(folder.path)/\($0)" } + ["/usr/bin", "/bin"]
      command.environment["PATH"] = folders.joined(separator: ":")
      let result = try await host.run(command)
      #expect(result.ending == .exited(0))
      #expect(try output(result) == "found\n")
    }

    @Test func `variables are set and taken away, and one whose name is the beginning of another's touches that not`()
      async throws
    {
      var command = sh("echo \"${LANGUAGE-none} ${LANG_MORE-none} $LC_ALL $TZ ${HOME-none}\"")
      command.environment = ["LANG_MORE": "more", "LANG": nil, "HOME": nil]
      #expect(try output(try await host.run(command)) == "none more C UTC none\n")
    }

    @Test func `a command's answer says when it began`() async throws {
      let begunAt = try await host.run(sh("true")).begunAt
      #expect(abs(try #require(begunAt).timeIntervalSinceNow) < 60)
    }

    @Test func `a file that may not be run, and a command without a name, are errors`() async throws {
      let folder = try TestFolder()
      let file = try folder.write("echo", to: "plain")
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand([file])) }
      #expect(error?.code == .permissionDenied)
      for argv in [[], [""]] {
        let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(argv)) }
        #expect(error?.code == .badRequest)
      }
    }

    @Test func `an argument that would be cut off at a NUL byte is refused, and so is such a variable`() async throws {
      for command in [
        NativeCommand(["echo", "a\u{0}b"]), NativeCommand(["echo\u{0}"]),
        NativeCommand(["env"], environment: ["A": "x\u{0}y"]), NativeCommand(["env"], environment: ["A\u{0}": "x"]),
        NativeCommand(["env"], environment: ["A=B": "x"]), NativeCommand(["env"], environment: ["": "x"]),
      ] {
        let error = await #expect(throws: LauncherError.self) { try await host.run(command) }
        #expect(error?.code == .badRequest)
      }
    }

    @Test func `arguments that the system cannot take are an error of their own`() async throws {
      let arguments = Array(repeating: String(repeating: "x", count: 100_000), count: 40)
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["true"] + arguments)) }
      #expect(error?.code == .argumentListTooLong)
    }

    @Test func `words reach the command as they are; no shell looks at them`() async throws {
      let words = ["$(touch pwned)", "'", "\"", "a\nb", "", "*", "-n", "'\u{301}"]
      let result = try await host.run(NativeCommand(["printf", "%s|"] + words))
      #expect(try output(result) == words.map { $0 + "|" }.joined())
    }

    @Test func `when its time is up the whole process group ends`() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      var command = sh("sleep \(marker) & sleep \(marker) & sleep \(marker)")
      command.timeLimit = .milliseconds(300)
      let begun = ContinuousClock.now
      #expect(try await host.run(command).ending == .timedOut)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test func `a command that ignores TERM is killed, and its children with it`() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      var command = sh("trap '' TERM; (while :; do sleep \(marker); done) & while :; do sleep \(marker); done")
      command.timeLimit = .milliseconds(300)
      let begun = ContinuousClock.now
      #expect(try await host.run(command).ending == .timedOut)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test func `what a command leaves running is ended, and does not keep it waiting`() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      let begun = ContinuousClock.now
      let result = try await host.run(sh("sleep \(marker) & echo done"))
      #expect(ContinuousClock.now - begun < .patience)
      #expect(result.ending == .exited(0))
      #expect(try output(result) == "done\n")
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test func `a task that is cancelled ends its command and all the command started, even what ignores TERM`()
      async throws
    {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      let host = host
      let command = sh("(trap '' TERM; while :; do sleep \(marker); done) & sleep \(marker)")
      let task = Task { try await host.run(command) }
      #expect(await eventually { Processes.mentioning(marker).count >= 3 })
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test func `a command that writes without end is stopped`() async throws {
      let host = LocalHost(outputs: outputs, limits: .init(output: 1 << 20))
      #expect(try await host.run(NativeCommand(["yes"])).ending == .outputTooLarge)
      #expect(try await host.run(sh("yes >&2")).ending == .outputTooLarge)
    }

    @Test func `standard input arrives as it is, and is empty when there is none`() async throws {
      let text = "a\n\u{0}é$(x)" + String(repeating: "x", count: 300_000)
      let result = try await host.run(NativeCommand(["cat"], stdin: text))
      #expect(try output(result) == text)
      #expect(try output(try await host.run(NativeCommand(["cat"]))) == "")
      // A command that does not read its input is not an error.
      #expect(try await host.run(NativeCommand(["true"], stdin: text)).ending == .exited(0))
    }

    @Test func `every command speaks C and UTC, and otherwise has our environment`() async throws {
      setenv("LAUNCHER_TEST_INHERITED", "yes", 1)
      let script = "echo $LC_ALL $TZ ${LANGUAGE-unset} $LAUNCHER_TEST_INHERITED"
      #expect(try output(try await host.run(sh(script))) == "C UTC unset yes\n")
    }

    @Test func `a command may set and take away variables, the clean ones included`() async throws {
      setenv("LAUNCHER_TEST_TAKEN", "yes", 1)
      var command = sh("printf '%s|' \"$A\" \"${LAUNCHER_TEST_TAKEN-unset}\" \"$TZ\" \"${LC_ALL-unset}\"")
      command.environment = ["A": "it's\n$B", "LAUNCHER_TEST_TAKEN": nil, "TZ": "Europe/Rome", "LC_ALL": nil]
      #expect(try output(try await host.run(command)) == "it's\n$B|unset|Europe/Rome|unset|")
    }

    @Test func `a name with a star takes away all variables that begin so, and the answer names those that were set`()
      async throws
    {
      for name in ["LAUNCHER_STAR_A", "LAUNCHER_STAR_B", "LAUNCHER_STAR"] { setenv(name, "yes", 1) }
      var command = sh("env | grep LAUNCHER_STAR")
      command.environment = ["LAUNCHER_STAR_*": nil, "LAUNCHER_NOT_SET": nil]
      command.effect = .creates
      let result = try await host.run(command)
      #expect(try output(result) == "LAUNCHER_STAR=yes\n")
      #expect(result.unset == ["LAUNCHER_STAR_A", "LAUNCHER_STAR_B"])
      command.effect = .reads
      #expect(try await host.run(command).unset == nil)
    }

    @Test func `a shell on another machine takes away all variables that begin so`() async throws {
      let step = RemoteEnvironment.step(unsettingAll: ["LAUNCHER_FAR_", "NOT_SET_"])
      let script = "export LAUNCHER_FAR_A=1 LAUNCHER_FAR='two\nLAUNCHER_FAR_C=3'; \(step); env | grep -c LAUNCHER_FAR_A"
      #expect(try output(try await host.run(sh("\(script); echo $LAUNCHER_FAR"))).hasPrefix("0\ntwo"))
    }

    @Test func `a command gets none of our descriptors`() async throws {
      let descriptor = open("/etc/passwd", O_RDONLY)
      let high = fcntl(descriptor, F_DUPFD, 200)
      defer {
        close(descriptor)
        close(high)
      }
      try #require(descriptor > 2 && high >= 200)
      #expect(fcntl(high, F_GETFD) & FD_CLOEXEC == 0)
      let listing = try output(
        try await host.run(sh("for d in /proc/self/fd/*; do readlink $d; done; echo /proc/$$/fd/*"))
      )
      #expect(!listing.contains("/etc/passwd"))
      #expect(!listing.contains("fd/\(high)"))
    }

    @Test func `a command runs in a session of its own, without a terminal, and with the signals at their defaults`()
      async throws
    {
      let fields = try output(try await host.run(sh("cat /proc/$$/stat"))).split(separator: " ")
      #expect(fields[0] == fields[5])
      #expect(fields[6] == "0")
      signal(SIGPIPE, SIG_IGN)
      let status = try output(try await host.run(NativeCommand(["grep", "-E", "SigIgn|SigBlk", "/proc/self/status"])))
      for line in status.split(separator: "\n") {
        let mask = try #require(line.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) })
        // The C library keeps 32 and 33 for itself.
        #expect(mask & ~(0b11 << 31) == 0, "\(line)")
      }
    }

    @Test func `output is kept byte by byte`() async throws {
      let result = try await host.run(NativeCommand(["printf", "a\\000b\\351\\377\\r\\n\\n"]))
      let data = try Data(contentsOf: URL(filePath: result.stdoutPath))
      #expect(Array(data) == [0x61, 0x00, 0x62, 0xE9, 0xFF, 0x0D, 0x0A, 0x0A])
    }

    @Test func `standard output and standard error are kept apart, and nobody else may read them`() async throws {
      let result = try await host.run(sh("echo out; echo err >&2"))
      #expect(try output(result) == "out\n")
      #expect(try String(contentsOfFile: result.stderrPath, encoding: .utf8) == "err\n")
      var information = stat()
      #expect(stat(result.stdoutPath, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o600)
    }

    @Test func `200 commands side by side each get their own output`() async throws {
      let host = host
      try await withThrowingTaskGroup(of: (Int, CommandResult).self) { group in
        for number in 0..<200 { group.addTask { (number, try await host.run(NativeCommand(["echo", "\(number)"]))) } }
        for try await (number, result) in group {
          #expect(result.ending == .exited(0))
          #expect(try output(result) == "\(number)\n")
        }
      }
    }

    @Test func `commands whose output was read leave neither descriptors nor dead processes behind`() async throws {
      _ = try await host.run(NativeCommand(["true"]))
      let before = Processes.openDescriptors()
      for _ in 0..<50 {
        let results = [
          try await host.run(NativeCommand(["cat"], stdin: "x")),
          try await host.run(NativeCommand(["no-such-command-anywhere"])),
        ]
        outputs.discard(results.map(\.stdoutPath))
      }
      #expect(await eventually { Processes.openDescriptors() <= before + 2 })
      #expect(await eventually { Processes.zombies().isEmpty })
    }

    @Test func `the output of a command has no name anywhere, and goes when nobody needs it`() async throws {
      let outputs = CommandOutputs()
      let result = try await LocalHost(outputs: outputs).run(NativeCommand(["echo", "x"], stdin: "y"))
      #expect(try Data(contentsOf: URL(filePath: result.stdoutPath)) == Data("x\n".utf8))
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: result.stdoutPath)
      #expect(target.hasSuffix(" (deleted)"))
      outputs.discard([result.stdoutPath])
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: result.stdoutPath)) != target)
    }
  }
}
