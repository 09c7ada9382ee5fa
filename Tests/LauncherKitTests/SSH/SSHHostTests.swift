import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Commands on another machine", .serialized)
  struct SSHHostTests {
    private let outputs = CommandOutputs()

    private func host(
      _ shell: String = "sh",
      noise: String = "",
      environment: [String: String?] = [:],
      at destination: String = "ssh://login"
    ) throws -> SSHHost {
      SSHHost(
        try SSHDestination(destination),
        outputs: outputs,
        inPlaceOfSSH: PretendedSSH(shell: shell, noise: noise, environment: environment).replace
      )
    }

    private func sh(_ script: String) -> NativeCommand { NativeCommand(["sh", "-c", script]) }

    private func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test(arguments: PretendedSSH.shells)
    func `words, input and both outputs pass through every shell`(shell: String) async throws {
      let words = ["$(touch pwned)", "'", "\"", "a\nb", "", "*", "-n", "!!", "\\", "ü"]
      var command = NativeCommand(["sh", "-c", "cat; printf '%s|' \"$@\" >&2; exit 7", "sh"] + words)
      command.stdin = "first line\nsecond"
      let result = try await host(shell).run(command)
      #expect(result.ending == .exited(7))
      #expect(try text(result.stdoutPath) == "first line\nsecond")
      #expect(try text(result.stderrPath) == words.map { $0 + "|" }.joined())
    }

    @Test func `an answer says when it began by the clock there, which may be wrong by hours`() async throws {
      let folder = try TestFolder()
      let date = try folder.write("#!/bin/sh\necho 1600000000\n", to: "date")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: date)
      let path = folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
      let begunAt = try await host(environment: ["PATH": path]).run(sh("true")).begunAt
      #expect(abs(try #require(begunAt).timeIntervalSince1970 - 1_600_000_000) < 60)
    }

    @Test func `where the clock there is not known, nothing is said of it`() async throws {
      let folder = try TestFolder()
      let date = try folder.write("#!/bin/sh\nexit 1\n", to: "date")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: date)
      let path = folder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
      #expect(try await host(environment: ["PATH": path]).run(sh("true")).begunAt == nil)
    }

    @Test func `bytes that are not text come back as they were written`() async throws {
      let result = try await host().run(sh("printf '\\000\\377\\351\\r\\n'; head -c 300000 /dev/zero"))
      let bytes = try Data(contentsOf: URL(filePath: result.stdoutPath))
      #expect(bytes.prefix(5) == Data([0, 0xFF, 0xE9, 0x0D, 0x0A]))
      #expect(bytes.count == 300_005)
    }

    @Test func `an exit code is a result, those that look like a signal's or like ssh's own too`() async throws {
      let host = try host()
      for code in [0, 1, 124, 126, 127, 137, 139, 153, 170, 200, 255] as [Int32] {
        #expect(try await host.run(sh("exit \(code)")).ending == .exited(code))
      }
    }

    @Test(arguments: [1, 2, 6, 9, 11, 13, 15] as [Int32])
    func `a signal is a result`(number: Int32) async throws {
      let signal = try #require(UnixSignal(number: number))
      let result = try await host().run(sh("ulimit -c 0; kill -\(number) $$"))
      #expect(result.ending == .signalled(signal))
      #expect(try text(result.stderrPath) == "")
    }

    @Test func `a command that is not there is a result, one that may not be run an error`() async throws {
      let host = try host()
      for program in ["no-such-command-anywhere", "/nonexistent/command"] {
        #expect(try await host.run(NativeCommand([program])).ending == .notFound)
      }
      let folder = try TestFolder()
      let file = try folder.write("echo", to: "plain")
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand([file])) }
      #expect(error?.code == .permissionDenied)
    }

    @Test func `when its time is up it is ended over there, with all that it started`() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      var command = sh("sleep \(marker) & sleep \(marker) & sleep \(marker)")
      command.timeLimit = .milliseconds(300)
      #expect(try await host().run(command).ending == .timedOut)
      #expect(
        try text(try await LocalHost(outputs: outputs).run(sh("pgrep -fx 'sleep \(marker)' || :")).stdoutPath) == ""
      )
    }

    @Test func `what it leaves behind is ended with it, and nobody waits for that`() async throws {
      let marker = "97654.\(UInt32.random(in: 1000...9_999_999))"
      #expect(try await host().run(sh("sleep \(marker) & exit 3")).ending == .exited(3))
      #expect(
        try text(try await LocalHost(outputs: outputs).run(sh("pgrep -fx 'sleep \(marker)' || :")).stdoutPath) == ""
      )
    }

    @Test(arguments: ["bash", "tcsh"])
    func `what a user's shell writes on its own is not output`(shell: String) async throws {
      try #require(!PretendedSSH.shells.isEmpty)
      guard PretendedSSH.shells.contains(shell) else { return }
      let host = try host(shell, noise: "Welcome to the cluster!\nNo line break")
      for _ in 0..<2 {
        let result = try await host.run(sh("echo out; echo err >&2"))
        #expect(try text(result.stdoutPath) == "out\n")
        #expect(try text(result.stderrPath) == "err\n")
      }
    }

    @Test func `variables are set, taken away and made neutral where that is asked for`() async throws {
      let host = try host(environment: ["TZ": "Asia/Tokyo", "LANGUAGE": "de", "GONE": "x"])
      let script = "printf '%s,' \"$LC_ALL\" \"$TZ\" \"${LANGUAGE-none}\" \"${GONE-none}\" \"$NEW\""
      let changes: [String: String?] = ["GONE": nil, "NEW": "it's\n$new"]
      let clean = try await host.run(NativeCommand(["sh", "-c", script], environment: changes))
      #expect(try text(clean.stdoutPath) == "C,UTC,none,none,it's\n$new,")
      var command = NativeCommand(["sh", "-c", script], startingEnvironment: .user, environment: changes)
      command.environment["LC_ALL"] = "C.UTF-8"
      #expect(try text(try await host.run(command).stdoutPath) == "C.UTF-8,Asia/Tokyo,de,none,it's\n$new,")
    }

    @Test(
      arguments: ["bash", "tcsh", "fish", "zsh"]
    )
    func `a login's variables and functions are there, and its words are not`(shell: String) async throws {
      guard PretendedSSH.shells.contains(shell) else { return }
      let home = try TestFolder()
      for name in [".profile", ".zprofile"] {
        _ = try home.write(
          "echo Hello\nexport SITE='of the\nlogin' PATH=\"$PATH:/opt/site\"\nunset LATER\n",
          to: name
        )
      }
      _ = try home.write("echo Hello\nsetenv SITE 'of the login'\nunsetenv LATER\n", to: ".login")
      try FileManager.default.createDirectory(atPath: home.path + "/.config/fish", withIntermediateDirectories: true)
      _ = try home.write(
        "if status is-login; echo Hello; set -gx SITE 'of the login'; set -e LATER; end\n",
        to: ".config/fish/config.fish"
      )
      let host = try host(shell, environment: ["HOME": home.path, "LATER": "x", "XDG_CONFIG_HOME": nil])
      let result = try await host.run(sh("printf '%s,' \"$(echo \"$SITE\" | tr '\\n' ' ')\" \"${LATER-none}\"; pwd"))
      #expect(try text(result.stdoutPath) == "of the login ,none,\(home.path)\n")
      #expect(host.directory == home.path)
    }

    @Test func `functions that bash hands on reach what is submitted`() async throws {
      let home = try TestFolder()
      _ = try home.write("module() { echo \"module $*\"; }\nexport -f module\n", to: ".profile")
      let host = try host("bash", environment: ["HOME": home.path])
      let script = ["bash", "-c", "module load x 2>/dev/null || echo none"]
      let submitted = try await host.run(NativeCommand(script, startingEnvironment: .user))
      #expect(try text(submitted.stdoutPath) == "module load x\n")
    }

    @Test func `a login shell that never ends its questions costs its variables, and not the command`() async throws {
      let home = try TestFolder()
      _ = try home.write("read answer\nexport SITE=x\n", to: ".profile")
      let result = try await host("bash", environment: ["HOME": home.path]).run(sh("echo \"${SITE-none}\""))
      #expect(try text(result.stdoutPath) == "none\n")
    }

    @Test func `it runs in the destination's folder, in the home, or where it is asked to`() async throws {
      let folder = try TestFolder()
      let there = try await host(at: "ssh://login\(folder.path)").run(NativeCommand(["pwd"]))
      #expect(try text(there.stdoutPath) == folder.path + "\n")
      let told = try await host().run(NativeCommand(["pwd"], directory: "/usr"))
      #expect(try text(told.stdoutPath) == "/usr\n")
      let error = await #expect(throws: LauncherError.self) {
        try await host().run(NativeCommand(["pwd"], directory: "/nonexistent/folder"))
      }
      #expect(error?.code == .directoryUnusable)
    }

    @Test func `a list of 30,000 jobs fits`() async throws {
      let ids = (0..<30_000).map { "\(1_000_000 + $0)" }
      let result = try await host().run(
        NativeCommand(["sh", "-c", "printf '%s\\n' \"$@\"; cat", "sh"] + ids, stdin: "end")
      )
      #expect(try text(result.stdoutPath) == ids.map { $0 + "\n" }.joined() + "end")
    }

    @Test func `without ssh on this machine the error says what is missing`() async throws {
      let host = SSHHost(try SSHDestination("ssh://login"), outputs: outputs) { command in
        var command = command
        command.argv[0] = "no-such-command-anywhere"
        return command
      }
      let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["true"])) }
      #expect(error?.code == .commandMissing)
    }

    @Test func `a file over there is read as it grows, from its last lines on, and anew when it was cut`() async throws
    {
      let folder = try TestFolder()
      let path = folder.path + "/out put"
      var late = RemoteOutputFile(path: path, host: try host(), last: 1)
      #expect(try await late.next().bytes == [])
      _ = try folder.write("one\ntwo\nthree\n", to: "out put")
      #expect(try await late.next() == (0, Array("one\ntwo\nthree\n".utf8)))
      var file = RemoteOutputFile(path: path, host: try host(), last: 2)
      let lines = try await file.next()
      #expect(lines.bytes == Array("two\nthree\n".utf8) && lines.offset == 4)
      #expect(try await file.next().bytes == [])
      _ = try folder.write("one\ntwo\nthree\nfour", to: "out put")
      let more = try await file.next()
      #expect(more.bytes == Array("four".utf8) && more.offset == 14)
      _ = try folder.write("new", to: "out put")
      let new = try await file.next()
      #expect(new.bytes == Array("new".utf8) && new.offset == 0)
      var directory = RemoteOutputFile(path: folder.path, host: try host())
      let error = await #expect(throws: OutputError.self) { _ = try await directory.next() }
      #expect(error?.description.hasSuffix("is not a regular file, and cannot be shown") == true)
    }
  }
}
