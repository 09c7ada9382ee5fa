import Foundation
import Testing

@testable import LauncherKit

@Suite("Recording what is run")
struct RecordingHostTests {
  private let folder: TestFolder
  private let outputs = CommandOutputs()

  init() throws { folder = try TestFolder() }

  private var recording: String { folder.path + "/recording" }

  private func recorder(_ redaction: Redaction? = nil) throws -> RecordingHost {
    try RecordingHost(LocalHost(outputs: outputs), folder: recording, redaction: redaction)
  }

  private func stdout(_ result: CommandResult) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: result.stdoutPath)))
  }

  private func text(_ result: CommandResult) throws -> String { String(decoding: try stdout(result), as: UTF8.self) }

  @Test func `what was recorded is replayed byte by byte, with its input, its streams and its ending`() async throws {
    let host = try recorder()
    let odd = NativeCommand(["sh", "-c", #"printf 'a\0\351\n'; cat; echo trouble >&2; exit 7"#], stdin: "input é\n")
    let killed = NativeCommand(["sh", "-c", "kill -9 $$"])
    let missing = NativeCommand(["no-such-command"])
    for command in [odd, killed, missing] { _ = try await host.run(command) }
    let replay = try ReplayingHost(folders: recording)
    let result = try await replay.run(odd)
    #expect(result.ending == .exited(7))
    #expect(try stdout(result) == [0x61, 0, 0xE9, 0x0A] + Array("input é\n".utf8))
    #expect(try String(contentsOfFile: result.stderrPath, encoding: .utf8) == "trouble\n")
    #expect(try await replay.run(killed).ending == .signalled(.kill))
    #expect(try await replay.run(missing).ending == .notFound)
  }

  @Test func `two recorders of one folder lose nothing and number in turn`() async throws {
    let hosts = [try recorder(), try recorder()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<24 {
        group.addTask { _ = try await hosts[number % 2].run(NativeCommand(["echo", "\(number)"])) }
      }
      try await group.waitForAll()
    }
    let exchanges = try Recording(folder: recording).exchanges
    #expect(Set(exchanges.map { $0.argv[1] }) == Set((0..<24).map { "\($0)" }))
    #expect(exchanges.map { Int($0.name.prefix(2)) } == Array(1...24))
  }

  @Test func `a hundredth exchange comes after the eleventh`() throws {
    for name in ["100-x", "11-x", "9-x"] {
      try folder.write(#"{"argv": ["\#(name)"], "exit": 0}"#, to: "many/\(name)/command.json")
    }
    #expect(try Recording(folder: folder.path + "/many").exchanges.map(\.name) == ["9-x", "11-x", "100-x"])
  }

  @Test func `the environment is recorded only where the adapter set it`() async throws {
    var command = NativeCommand(["true"], environment: ["SHOWN": "yes", "TAKEN": nil])
    command.startingEnvironment = .user
    _ = try await recorder().run(command)
    let written = try String(contentsOfFile: recording + "/01-true/command.json", encoding: .utf8)
    #expect(written.contains("SHOWN"))
    #expect(!written.contains("PATH"))
  }

  @Test func `redacted, a recording names neither user nor machine and replays all the same`() async throws {
    let secret = Surroundings(user: "alice", home: "/home/alice", directory: "/home/alice/run", host: "login1.site.org")
    let command = NativeCommand(["echo", "alice@login1.site.org", "/home/alice/run", "alicette", "project7"])
    let redaction = Redaction(of: secret, groups: [], words: ["project7"])
    _ = try await recorder(redaction).run(command)
    let result = try await ReplayingHost(folders: recording)
      .run(NativeCommand(["echo", "user1@host1", "/home/user1/run", "alicette", "word1"]))
    #expect(try text(result) == "user1@host1 /home/user1/run alicette word1\n")
    for name in ["01-echo/command.json", "01-echo/stdout"] {
      let written = try String(contentsOfFile: recording + "/" + name, encoding: .utf8)
      #expect(!written.contains("alice@") && !written.contains("site.org") && !written.contains("project7"), "\(name)")
    }
  }

  @Test func `a folder that cannot be written to is an error before anything is run`() throws {
    let file = try folder.write("", to: "file")
    let error = #expect(throws: AdapterError.self) {
      try RecordingHost(LocalHost(outputs: outputs), folder: file + "/recording")
    }
    #expect(error?.message.contains(file) == true)
  }

  @Test func `a number of exchanges without an answer yet are left out of a recording`() throws {
    try folder.write(#"{"argv": ["x"], "exit": 0}"#, to: "half/01-x/command.json")
    _ = try folder.folder("half/02-killed")
    #expect(try Recording(folder: folder.path + "/half").exchanges.map(\.name) == ["01-x"])
  }
}
