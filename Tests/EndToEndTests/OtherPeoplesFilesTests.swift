import Foundation
import Testing

/// Files that other users, schedulers and jobs chose: nothing waits for them, and nothing is created among them.
@Suite struct OtherPeoplesFilesTests {
  private var launcher: String { Program.buildFolder + "/launcher" }

  @Test(arguments: ["fifo", "socket", "directory", "/dev/zero"])
  func `output that is not a file is refused with a sentence, and not waited for`(_ kind: String) async throws {
    let folder = try Program.makeFolder("outputs")
    var path = "\(folder)/\(kind)"
    switch kind {
    case "fifo": #expect(mkfifo(path, 0o600) == 0)
    case "directory": #expect(mkdir(path, 0o700) == 0)
    case "socket":
      let code = "import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind('socket')"
      #expect(try await Program().run("python3", ["-c", code, folder]).exitCode == 0)
    default: path = kind
    }
    let job = #"[{"id":"41","state":"running","startedAt":"2026-11-21T08:00:00Z","stdout":"\#(path)"}]"#
    let adapter = try ShellAdapter.make(["poll": "report '\(job)'; answer '{\"complete\":true}'"])
    let program = try Program(environment: ["LAUNCHER_ADAPTER": "odd", "LAUNCHER_ADAPTER_PATH": adapter])
    for words in [["logs", "41"], ["logs", "--tail", "3", "41"]] {
      let outcome = try await program.run(launcher, words)
      #expect(outcome.exitCode == 66, "\(outcome.stderr)")
      #expect(outcome.stderr.contains("the job's output at \(path)"), "\(outcome.stderr)")
      #expect(outcome.stdout == "")
    }
  }

  @Test func `the null device is output that is empty`() async throws {
    let job = #"[{"id":"41","state":"finished","outcome":"succeeded","stdout":"/dev/null"}]"#
    let adapter = try ShellAdapter.make(["poll": "report '\(job)'; answer '{\"complete\":true}'"])
    let program = try Program(environment: ["LAUNCHER_ADAPTER": "odd", "LAUNCHER_ADAPTER_PATH": adapter])
    let outcome = try await program.run(launcher, ["logs", "41"])
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout == "")
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give folders away"), arguments: ["status", "submit", "install"])
  func `root makes nothing in another user's home`(_ command: String) async throws {
    let home = try Program.makeFolder("home")
    #expect(chown(home, 65_534, 65_534) == 0)
    let program = try Program(environment: ["HOME": home, "LAUNCHER_STATE": "", "XDG_STATE_HOME": ""])
    let words = [
      "status": ["status"], "submit": ["submit", "--", "true"],
      "install": ["adapters", "install", "\(Program.buildFolder)/local-adapter"],
    ]
    let outcome = try await program.run(launcher, try #require(words[command]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: home).isEmpty)
    #expect(outcome.exitCode == 77, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("HOME"))
    // Once, and not by each part of the program that notices it.
    #expect(outcome.stderr.split(separator: "\n").count { $0.hasPrefix("launcher: ") } == 1, "\(outcome.stderr)")
  }

  @Test func `a state folder that cannot be made is reported once`() async throws {
    let program = try Program(environment: ["LAUNCHER_STATE": "/proc/nowhere/state"])
    let outcome = try await program.run(launcher, ["submit", "--", "true"])
    #expect(outcome.exitCode == 77)
    #expect(outcome.stderr.components(separatedBy: "cannot be").count == 2, "\(outcome.stderr)")
  }

  @Test(.enabled(if: geteuid() == 0, "only root can act as another user"))
  func `an adapter that root's group can write to is not started by others`() async throws {
    let folder = try ShellAdapter.make([:])
    #expect(chown(folder + "/odd-adapter", 0, 0) == 0 && chmod(folder + "/odd-adapter", 0o775) == 0)
    let words = [
      "-u", "nobody", "--", "/usr/bin/env", "LAUNCHER_ADAPTER_PATH=\(folder)", "HOME=/nonexistent", launcher,
      "adapters",
    ]
    let outcome = try await Program().run("runuser", words)
    #expect((outcome.stdout + outcome.stderr).contains("odd-adapter can be written by group 0"), "\(outcome)")
  }

  @Test(arguments: ["/dev/stdin", "-", "fifo"])
  func `a script is read from a pipe`(_ way: String) async throws {
    let program = try Program()
    let path = way == "fifo" ? "<(printf '#!/bin/sh\\nexit 7\\n')" : way
    let line = "printf '#!/bin/sh\\nexit 7\\n' | '\(launcher)' submit --script \(path)"
    let outcome = try await program.run("bash", ["-c", line])
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    let id = outcome.stdout.trimmingCharacters(in: .newlines)
    #expect(try await program.status(id)["exitCode"] as? Int == 7)
  }

  @Test func `what cannot be a script or a specification is refused with its true reason`() async throws {
    let program = try Program()
    for (words, reason) in [
      (["--script", program.state], "it is a folder"), (["--script", "/no/such"], "there is no such file"),
      (["--script", "/dev/zero"], "larger than 16 MiB"), (["--spec", "/dev/null"], "empty"),
    ] {
      let outcome = try await program.run(launcher, ["submit"] + words)
      #expect(outcome.exitCode != 0)
      #expect(outcome.stderr.contains(reason), "\(outcome.stderr)")
    }
  }
}
