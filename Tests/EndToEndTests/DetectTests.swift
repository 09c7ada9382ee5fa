import Foundation
import Testing

@Suite("launcher detect, adapters, queues, nodes, version")
struct DetectTests {
  private static let adapters = Program.repository + "/Tests/Adapters"

  @Test func `the local adapter responds everywhere, is chosen where nothing else does, and says why`() async throws {
    let program = try Program(installing: ["local"])
    let outcome = try await program.launcher("detect", "--json")
    #expect(outcome.exitCode == 0)
    let findings = try JSON.array(outcome.stdout)
    let chosen = findings.filter { $0["chosen"] as? Bool == true }
    #expect(chosen.count == 1)
    let local = try #require(findings.first { $0["adapter"] as? String == "local" })
    #expect(local["presence"] as? String == "responding")
    #expect((local["evidence"] as? [[String: Any]])?.isEmpty == false)
  }

  @Test func `a scheduler that responds comes before the local adapter, and jobs go to it`() async throws {
    let queue = try Program.makeFolder("tiny")
    let path = "\(Self.adapters)/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let program = try Program(
      installing: ["local"],
      environment: [
        "LAUNCHER_ADAPTER_PATH": Self.adapters, "TINY_QUEUE": queue,
        "PATH": path,
      ]
    )
    let findings = try JSON.array(try await program.launcher("detect", "--json").stdout)
    let chosen = try #require(findings.first { $0["chosen"] as? Bool == true })
    #expect(chosen["adapter"] as? String == "tiny-python")
    let outcome = try await program.launcher("run", "--", "sh", "-c", "exit 3")
    #expect(outcome.exitCode == 3, "\(outcome.stderr)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: queue).isEmpty == false)
  }

  @Test func `without its scheduler an adapter is absent and the local one is taken`() async throws {
    let program = try Program(
      installing: ["local"],
      environment: [
        "LAUNCHER_ADAPTER_PATH": Self.adapters
      ]
    )
    let findings = try JSON.array(try await program.launcher("detect", "--json").stdout)
    let tiny = try #require(findings.first { $0["adapter"] as? String == "tiny-python" })
    #expect(tiny["presence"] as? String == "absent")
    let chosen = try #require(findings.first { $0["chosen"] as? Bool == true })
    #expect(chosen["adapter"] as? String == "local")
  }

  @Test func `what an adapter that fails would have found is not known, and that is said`() async throws {
    let folder = try Program.makeFolder("broken")
    try FileManager.default.copyItem(
      atPath: "\(Self.adapters)/broken/die-adapter",
      toPath: "\(folder)/die-adapter"
    )
    let program = try Program(installing: ["local"], environment: ["LAUNCHER_ADAPTER_PATH": folder])
    let findings = try JSON.array(try await program.launcher("detect", "--json").stdout)
    let broken = try #require(findings.first { $0["adapter"] as? String == "die" })
    #expect(broken["presence"] == nil)
    #expect((broken["error"] as? String)?.isEmpty == false)
    let shown = try await program.launcher("detect")
    #expect(shown.stdout.contains("die: not known\n"), "\(shown.stdout)")
    #expect(shown.stdout.contains("local: responding"), "\(shown.stdout)")
  }

  @Test(arguments: ["tiny-python", "tiny-shell"])
  func `the tiny adapters in Python and shell run a job to its end`(name: String) async throws {
    let queue = try Program.makeFolder("tiny")
    let path = "\(Self.adapters)/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let program = try Program(environment: [
      "LAUNCHER_ADAPTER": name, "LAUNCHER_ADAPTER_PATH": Self.adapters, "TINY_QUEUE": queue, "PATH": path,
    ])
    let outcome = try await program.launcher("run", "--", "sh", "-c", "exit 3")
    #expect(outcome.exitCode == 3, "\(outcome.stderr)")
    // Their scheduler does not report where the output is, and the program says so.
    #expect(outcome.stderr.contains("does not report where the output"), "\(outcome.stderr)")
    let waiting = try await program.submit("--", "sleep", "600")
    #expect(try await program.launcher("cancel", waiting).exitCode == 0)
    let status = try await program.status(waiting)
    #expect(status["outcome"] as? String == "cancelled")
  }

  @Test(
    arguments: [
      ("noise", 76), ("hang", 75), ("die", 69), ("flood", 76), ("version", 76), ("liar", 76),
    ] as [(String, Int32)]
  )
  func `a broken adapter costs a clear error, and is gone afterwards`(name: String, exitCode: Int32) async throws {
    // A separate link, so that this adapter's process can be distinguished from those of the other tests.
    let folder = try Program.makeFolder("broken")
    let adapter = "\(folder)/\(name)-adapter"
    try FileManager.default.copyItem(atPath: "\(Self.adapters)/broken/\(name)-adapter", toPath: adapter)
    let outcome = try await Program().launcher("submit", "--adapter", adapter, "--", "true")
    #expect(outcome.exitCode == exitCode, "\(outcome.stderr)")
    #expect(outcome.stderr.contains(name), "\(outcome.stderr)")
    #expect(outcome.stdout == "")
    let left = try await Program().run("pgrep", ["-f", adapter])
    #expect(left.stdout == "", "the broken adapter still runs")
  }

  @Test func `Detection goes on without broken adapters, and falls back to this machine for none of them`() async throws
  {
    let program = try Program(
      installing: ["local"],
      environment: ["LAUNCHER_ADAPTER_PATH": "\(Self.adapters)/broken"]
    )
    let detected = try await program.launcher("detect", "--json")
    let findings = try JSON.array(detected.stdout)
    // Any of them may be that of this machine's scheduler.
    #expect(findings.first { $0["chosen"] as? Bool == true } == nil)
    #expect(detected.exitCode == 69)
    #expect(detected.stderr.contains("--adapter local"), "\(detected.stderr)")
    let local = try #require(findings.first { $0["adapter"] as? String == "local" })
    #expect(local["presence"] as? String == "responding")
    for name in ["noise", "hang", "die", "flood", "version", "liar"] {
      let finding = try #require(findings.first { $0["adapter"] as? String == name })
      #expect(finding["error"] as? String != nil, "\(name)")
    }
  }

  @Test func `adapters lists the refused and the shadowed with their reasons`() async throws {
    let folder = try Program.makeFolder("adapters")
    try FileManager.default.copyItem(atPath: "\(Program.buildFolder)/local-adapter", toPath: "\(folder)/local-adapter")
    _ = FileManager.default.createFile(
      atPath: "\(folder)/open-adapter",
      contents: Data("#!/bin/sh\n".utf8),
      attributes: [.posixPermissions: 0o777]
    )
    let program = try Program(environment: ["LAUNCHER_ADAPTER_PATH": "\(folder):\(Program.buildFolder)"])
    let entries = try JSON.array(try await program.launcher("adapters", "--json").stdout)
    func entry(_ path: String) -> [String: Any]? { entries.first { $0["path"] as? String == path } }
    #expect(entry("\(folder)/local-adapter")?["standing"] as? String == "usable")
    #expect(entry("\(Program.buildFolder)/local-adapter")?["standing"] as? String == "shadowed")
    #expect(entry("\(folder)/open-adapter")?["standing"] as? String == "refused")
    #expect((entry("\(folder)/open-adapter")?["why"] as? String)?.contains("written by everybody") == true)
  }

  @Test func `queues and nodes show this machine`() async throws {
    let program = try Program(environment: ["LAUNCHER_LOCAL_CORES": "2"])
    let queues = try JSON.array(try await program.launcher("queues", "--json").stdout)
    #expect(queues.map { $0["name"] as? String } == ["default"])
    #expect(queues.first?["cpus"] as? Int == 2)
    let nodes = try JSON.array(try await program.launcher("nodes", "--json").stdout)
    #expect(nodes.count == 1)
    #expect(nodes.first?["state"] as? String == "idle")
  }

  @Test func `the version is printed by both commands`() async throws {
    let program = try Program()
    let short = try await program.launcher("version")
    #expect(short.stdout.wholeMatch(of: /launcher \d+\.\d+\.\d+\n/) != nil)
    #expect(try await program.launcher("--version").stdout == short.stdout)
  }
}

@Suite("launcher adapters check and install")
struct AdapterInstallationTests {
  /// An adapter in a folder of its own, a home, and the program with that home.
  private func place(_ name: String = "tiny-adapter") throws -> (source: String, home: String, program: Program) {
    let folder = try Program.makeFolder("install")
    let home = try Program.makeFolder("home")
    let source = "\(folder)/\(name)"
    try FileManager.default.copyItem(atPath: "\(Program.buildFolder)/local-adapter", toPath: source)
    return (source, home, try Program(environment: ["HOME": home, "LAUNCHER_ADAPTER_PATH": ""]))
  }

  private func installed(in home: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home + "/.local/libexec/launcher")) ?? []).sorted()
  }

  @Test func `one that holds is installed, listed with all it can do, and replaced by the next one`() async throws {
    let (source, home, program) = try place()
    for _ in 0..<2 {
      let outcome = try await program.launcher("adapters", "install", source)
      #expect(outcome.exitCode == 0, "\(outcome.stderr)")
      #expect(outcome.stdout == "\(home)/.local/libexec/launcher/tiny-adapter\n")
      #expect(installed(in: home) == ["tiny-adapter"])
    }
    let entries = try JSON.array(try await program.launcher("adapters", "--json").stdout)
    let entry = try #require(entries.first { $0["adapter"] as? String == "tiny" })
    #expect(entry["standing"] as? String == "usable")
    #expect(entry["protocol"] as? Int == 1)
    #expect((entry["version"] as? String)?.isEmpty == false)
    #expect((entry["operations"] as? [String])?.contains("submit") == true)
    let table = try await program.launcher("adapters")
    #expect(table.stdout.contains("acts itself, so not over ssh"))
  }

  @Test func `of one that breaks the protocol it is said what does not hold, and it is not installed`() async throws {
    let (source, home, program) = try place()
    try FileManager.default.removeItem(atPath: source)
    _ = FileManager.default.createFile(
      atPath: source,
      contents: Data("#!/bin/sh\necho hello\n".utf8),
      attributes: [.posixPermissions: 0o755]
    )
    let checked = try await program.launcher("adapters", "check", source)
    #expect(checked.exitCode == 1, "\(checked.stdout)")
    #expect(checked.stdout.contains("NOT "))
    let outcome = try await program.launcher("adapters", "install", source)
    #expect(outcome.exitCode == 76, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("not installed"))
    #expect(installed(in: home) == [])
  }

  @Test func `the checksum decides where it is given, and where the file lies decides otherwise`() async throws {
    let (source, home, program) = try place()
    let wrong = try await program.launcher("adapters", "install", source, "--sha256", String(repeating: "0", count: 64))
    #expect(wrong.exitCode == 77, "\(wrong.stderr)")
    #expect(wrong.stderr.contains("not the expected file"))
    #expect(try await program.launcher("adapters", "install", source, "--sha256", "abc").exitCode == 64)
    for words in [["adapters", "install"], ["adapters", "check"], ["status", "--adapter"]] {
      let missing = try await program.run(Program.buildFolder + "/launcher", words + [source + "/none-adapter"])
      #expect(missing.stderr.contains("there is no adapter at \(source)/none-adapter"), "\(missing.stderr)")
      #expect(missing.exitCode == 64)
    }
    #expect(chmod(source, 0o666) == 0)
    let open = try await program.launcher("adapters", "install", source)
    #expect(open.exitCode == 77, "\(open.stderr)")
    #expect(installed(in: home) == [])
    let sum = wrong.stderr.firstMatch(of: /is ([0-9a-f]{64}),/).map { String($0.1) }
    let right = try await program.launcher("adapters", "install", source, "--sha256", try #require(sum).uppercased())
    #expect(right.exitCode == 0, "\(right.stderr)")
    #expect(installed(in: home) == ["tiny-adapter"])
  }

  @Test func `a file of another name is not an adapter`() async throws {
    let (source, _, program) = try place("Tiny")
    let outcome = try await program.launcher("adapters", "install", source)
    #expect(outcome.exitCode == 64, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("NAME-adapter"))
  }
}
