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

    @Test("an exit code is a result", arguments: [0, 1, 3, 126, 127, 255] as [Int32])
    func exitCodes(code: Int32) async throws {
      #expect(try await host.run(sh("exit \(code)")).ending == .exited(code))
    }

    @Test("a signal is a result", arguments: [1, 9, 15] as [Int32])
    func signals(number: Int32) async throws {
      let signal = try #require(UnixSignal(number: number))
      #expect(try await host.run(sh("kill -\(number) $$")).ending == .signalled(signal))
    }

    @Test("a command that is not there is a result", arguments: ["no-such-command-anywhere", "/nonexistent/command"])
    func notFound(program: String) async throws {
      #expect(try await host.run(NativeCommand([program])).ending == .notFound)
    }

    @Test("a folder that cannot be entered is told apart from a command", arguments: ["/no/such/folder", "/dev/null"])
    func missingFolder(folder: String) async throws {
      var command = sh("true")
      command.directory = folder
      let host = host
      let error = await #expect(throws: LauncherError.self) { try await host.run(command) }
      #expect(error?.code == .directoryUnusable)
      #expect(error?.message.contains(folder) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains("‘sh’ was not run") == true)
    }

    @Test("a command is looked for in the PATH that it gets, past folders and files of its name that are no programs")
    func lookup() async throws {
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

    @Test("variables are set and taken away, and one whose name is the beginning of another's touches that not")
    func variables() async throws {
      var command = sh("echo \"${LANGUAGE-none} ${LANG_MORE-none} $LC_ALL $TZ ${HOME-none}\"")
      command.environment = ["LANG_MORE": "more", "LANG": nil, "HOME": nil]
      #expect(try output(try await host.run(command)) == "none more C UTC none\n")
    }

    @Test("a command's answer says when it began")
    func begun() async throws {
      let begunAt = try await host.run(sh("true")).begunAt
      #expect(abs(try #require(begunAt).timeIntervalSinceNow) < 60)
    }

    @Test("a file that may not be run, and a command without a name, are errors")
    func notRunnable() async throws {
      let folder = try TestFolder()
      let file = try folder.write("echo", to: "plain")
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand([file])) }
      #expect(error?.code == .permissionDenied)
      for argv in [[], [""]] {
        let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(argv)) }
        #expect(error?.code == .badRequest)
      }
    }

    @Test("an argument that would be cut off at a NUL byte is refused, and so is such a variable")
    func nulBytes() async throws {
      for command in [
        NativeCommand(["echo", "a\u{0}b"]), NativeCommand(["echo\u{0}"]),
        NativeCommand(["env"], environment: ["A": "x\u{0}y"]), NativeCommand(["env"], environment: ["A\u{0}": "x"]),
        NativeCommand(["env"], environment: ["A=B": "x"]), NativeCommand(["env"], environment: ["": "x"]),
      ] {
        let error = await #expect(throws: LauncherError.self) { try await host.run(command) }
        #expect(error?.code == .badRequest)
      }
    }

    @Test("arguments that the system cannot take are an error of their own")
    func tooManyArguments() async throws {
      let arguments = Array(repeating: String(repeating: "x", count: 100_000), count: 40)
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["true"] + arguments)) }
      #expect(error?.code == .argumentListTooLong)
    }

    @Test("words reach the command as they are; no shell looks at them")
    func arguments() async throws {
      let words = ["$(touch pwned)", "'", "\"", "a\nb", "", "*", "-n", "'\u{301}"]
      let result = try await host.run(NativeCommand(["printf", "%s|"] + words))
      #expect(try output(result) == words.map { $0 + "|" }.joined())
    }

    @Test("when its time is up the whole process group ends")
    func timeLimit() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      var command = sh("sleep \(marker) & sleep \(marker) & sleep \(marker)")
      command.timeLimit = .milliseconds(300)
      let begun = ContinuousClock.now
      #expect(try await host.run(command).ending == .timedOut)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test("a command that ignores TERM is killed, and its children with it")
    func ignoresTerm() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      var command = sh("trap '' TERM; (while :; do sleep \(marker); done) & while :; do sleep \(marker); done")
      command.timeLimit = .milliseconds(300)
      let begun = ContinuousClock.now
      #expect(try await host.run(command).ending == .timedOut)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test("what a command leaves running behind it is ended, and does not keep it waiting")
    func leftBehind() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      let begun = ContinuousClock.now
      let result = try await host.run(sh("sleep \(marker) & echo done"))
      #expect(ContinuousClock.now - begun < .patience)
      #expect(result.ending == .exited(0))
      #expect(try output(result) == "done\n")
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test("a task that is cancelled ends its command and all the command started, even what ignores TERM")
    func cancellation() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      let host = host
      let command = sh("(trap '' TERM; while :; do sleep \(marker); done) & sleep \(marker)")
      let task = Task { try await host.run(command) }
      #expect(await eventually { Processes.mentioning(marker).count >= 3 })
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test("a command that writes without end is stopped")
    func outputLimit() async throws {
      let host = LocalHost(outputs: outputs, limits: .init(output: 1 << 20))
      #expect(try await host.run(NativeCommand(["yes"])).ending == .outputTooLarge)
      #expect(try await host.run(sh("yes >&2")).ending == .outputTooLarge)
    }

    @Test("standard input arrives as it is, and is empty when there is none")
    func stdin() async throws {
      let text = "a\n\u{0}é$(x)" + String(repeating: "x", count: 300_000)
      let result = try await host.run(NativeCommand(["cat"], stdin: text))
      #expect(try output(result) == text)
      #expect(try output(try await host.run(NativeCommand(["cat"]))) == "")
      // A command that does not read its input is not an error.
      #expect(try await host.run(NativeCommand(["true"], stdin: text)).ending == .exited(0))
    }

    @Test("every command speaks C and UTC, and otherwise has our environment")
    func environment() async throws {
      setenv("LAUNCHER_TEST_INHERITED", "yes", 1)
      let script = "echo $LC_ALL $TZ ${LANGUAGE-unset} $LAUNCHER_TEST_INHERITED"
      #expect(try output(try await host.run(sh(script))) == "C UTC unset yes\n")
    }

    @Test("a command may set and take away variables, the clean ones included")
    func environmentChanges() async throws {
      setenv("LAUNCHER_TEST_TAKEN", "yes", 1)
      var command = sh("printf '%s|' \"$A\" \"${LAUNCHER_TEST_TAKEN-unset}\" \"$TZ\" \"${LC_ALL-unset}\"")
      command.environment = ["A": "it's\n$B", "LAUNCHER_TEST_TAKEN": nil, "TZ": "Europe/Rome", "LC_ALL": nil]
      #expect(try output(try await host.run(command)) == "it's\n$B|unset|Europe/Rome|unset|")
    }

    @Test("a name with a star takes away all variables that begin so, and the answer names those that were set")
    func beginnings() async throws {
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

    @Test("a shell on another machine takes away all variables that begin so")
    func beginningsElsewhere() async throws {
      let step = RemoteEnvironment.step(unsettingAll: ["LAUNCHER_FAR_", "NOT_SET_"])
      let script = "export LAUNCHER_FAR_A=1 LAUNCHER_FAR='two\nLAUNCHER_FAR_C=3'; \(step); env | grep -c LAUNCHER_FAR_A"
      #expect(try output(try await host.run(sh("\(script); echo $LAUNCHER_FAR"))).hasPrefix("0\ntwo"))
    }

    @Test("a command gets none of our descriptors")
    func closedDescriptors() async throws {
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

    @Test("a command runs in a session of its own, without a terminal, and with the signals at their defaults")
    func session() async throws {
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

    @Test("output is kept byte by byte")
    func bytes() async throws {
      let result = try await host.run(NativeCommand(["printf", "a\\000b\\351\\377\\r\\n\\n"]))
      let data = try Data(contentsOf: URL(filePath: result.stdoutPath))
      #expect(Array(data) == [0x61, 0x00, 0x62, 0xE9, 0xFF, 0x0D, 0x0A, 0x0A])
    }

    @Test("standard output and standard error are kept apart, and nobody else may read them")
    func streams() async throws {
      let result = try await host.run(sh("echo out; echo err >&2"))
      #expect(try output(result) == "out\n")
      #expect(try String(contentsOfFile: result.stderrPath, encoding: .utf8) == "err\n")
      var information = stat()
      #expect(stat(result.stdoutPath, &information) == 0)
      #expect(information.st_mode & 0o777 == 0o600)
    }

    @Test("200 commands side by side each get their own output")
    func sideBySide() async throws {
      let host = host
      try await withThrowingTaskGroup(of: (Int, CommandResult).self) { group in
        for number in 0..<200 { group.addTask { (number, try await host.run(NativeCommand(["echo", "\(number)"]))) } }
        for try await (number, result) in group {
          #expect(result.ending == .exited(0))
          #expect(try output(result) == "\(number)\n")
        }
      }
    }

    @Test("commands whose output was read leave neither descriptors nor dead processes behind")
    func leavesNothing() async throws {
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

    @Test("the output of a command has no name anywhere, and goes when nobody needs it")
    func outputsLetGo() async throws {
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
