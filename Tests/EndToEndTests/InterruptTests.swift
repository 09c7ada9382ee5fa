import Foundation
import Testing

/// Ending `launcher` ends the native commands that it runs; a submission is never ended halfway.
@Suite struct InterruptTests {
  private let marker = "3\(UInt32.random(in: 1_000_000...9_999_999))"
  private let program: Program
  private let bin: String

  init() throws {
    bin = try Program.makeFolder("bin")
    program = try Program(environment: [
      "LAUNCHER_ADAPTER": "slurm", "PATH": "\(bin):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
    ])
  }

  /// Puts a native command on `PATH`.
  private func command(_ name: String, _ script: String) throws {
    let path = "\(bin)/\(name)"
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
    #expect(chmod(path, 0o755) == 0)
  }

  /// Starts `launcher`, and ends it by a signal once the command with the marker runs.
  ///
  /// - Returns: how it ended, as a shell shows it.
  private func end(
    _ words: [String],
    of program: String = "launcher",
    by signals: Int32...,
    wrapper: [String] = []
  ) async throws -> Int32 {
    let process = Process()
    // The parent process of the tests may ignore some of them.
    let heeding = ["/usr/bin/env", "--default-signal=INT,TERM,HUP"]
    let all = heeding + wrapper + ["\(Program.buildFolder)/\(program)"] + words
    process.executableURL = URL(filePath: all[0])
    process.arguments = Array(all.dropFirst())
    var environment = ProcessInfo.processInfo.environment
    for (name, value) in self.program.variables() { environment[name.rawValue] = value }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    #expect(await isSo { !running().isEmpty }, "the command was not run")
    for signal in signals { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// The processes of the native command.
  private func running() -> [Int32] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { pid in
      guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
      return String(decoding: line, as: UTF8.self).contains("sleep\0\(marker)")
    }
  }

  private func isSo(_ condition: () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < deadline {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return condition()
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129), (SIGKILL, 137)] as [(Int32, Int32)])
  func `a query ends with the program, however that ends`(_ signal: Int32, _ code: Int32) async throws {
    // The guard learns of a command a moment after its start; a kill within that moment leaves the command alone.
    try command("squeue", "\(signal == SIGKILL ? "sleep 3; " : "")exec sleep \(marker)")
    #expect(try await end(["status", "41"], by: signal) == code)
    #expect(await isSo { running().isEmpty })
  }

  @Test(arguments: [SIGTERM, SIGKILL])
  func `a query of a program that uses the library ends with the program`(_ signal: Int32) async throws {
    try command("sbatch", "echo 41")
    try command("squeue", "sleep 3; exec sleep \(marker)")
    #expect(try await end([], of: "FollowAJob", by: signal) == 128 + signal)
    #expect(await isSo { running().isEmpty })
  }

  @Test(arguments: [["wait", "41"], ["watch", "41"], ["logs", "41"], ["queues"], ["detect"], ["cancel", "41"]])
  func `it does so for every command`(_ words: [String]) async throws {
    for name in ["squeue", "sinfo", "scancel"] { try command(name, "exec sleep \(marker)") }
    try command("sbatch", "exec sleep \(marker)")
    #expect(try await end(words, by: SIGTERM) == 143)
    #expect(await isSo { running().isEmpty })
  }

  @Test func `a command that does not heed the request is ended too, with all that it started`() async throws {
    try command("squeue", "trap '' TERM; sleep \(marker) & sleep \(marker) & wait; wait")
    #expect(try await end(["status", "41"], by: SIGINT) == 130)
    #expect(await isSo { running().isEmpty })
  }

  @Test func `what whoever started it ignores stays ignored`() async throws {
    try command("squeue", "exec sleep \(marker)")
    let nohup = ["/bin/sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""]
    #expect(try await end(["status", "41"], by: SIGHUP, SIGTERM, wrapper: nohup) == 143)
  }

  @Test(arguments: [SIGKILL, SIGTERM])
  func `a submission is not ended halfway`(_ signal: Int32) async throws {
    let done = bin + "/done"
    try command(
      "sbatch",
      "case $* in *--version*) echo slurm 23.11.11; exit;; esac; sleep \(marker) & while [ ! -e \(bin)/go ]; do sleep 0.05; done; : >\(done)"
    )
    _ = try await end(["submit", "--", "true"], by: signal)
    #expect(!running().isEmpty)
    #expect(FileManager.default.createFile(atPath: bin + "/go", contents: nil))
    #expect(await isSo { FileManager.default.fileExists(atPath: done) })
    for pid in running() { kill(pid, SIGKILL) }
  }

  @Test func `no adapter is left behind as a zombie where nobody waits for orphans`() async throws {
    let script = """
      import ctypes, os, subprocess, sys
      ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
      for words in (["adapters"], ["status"], ["detect"], ["status", "4711"], ["submit", "--hold", "--", "true"]):
          subprocess.run([sys.argv[1]] + words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
      left = []
      for pid in filter(str.isdigit, os.listdir("/proc")):
          try:
              name, fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)
          except OSError:
              continue
          if fields.split()[0] == "Z" and int(fields.split()[1]) == os.getpid():
              left.append(name.split("(", 1)[1])
      print(" ".join(left))
      """
    let local = try Program()
    let outcome = try await local.run("python3", ["-c", script, "\(Program.buildFolder)/launcher"])
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "")
  }
}
