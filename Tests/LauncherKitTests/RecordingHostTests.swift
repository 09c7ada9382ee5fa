import Foundation
import Glibc
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
    let error = #expect(throws: LauncherError.self) {
      try RecordingHost(LocalHost(outputs: outputs), folder: file + "/recording")
    }
    #expect(error?.message.contains(file) == true)
  }

  private func mode(_ path: String) -> mode_t {
    var information = stat()
    return lstat(path, &information) == 0 ? information.st_mode & 0o777 : 0
  }

  @Test func `a recording is for its owner alone`() async throws {
    let host = try recorder()
    _ = try await host.run(NativeCommand(["cat"], stdin: "secret"))
    host.keep(jobFile: try folder.write("output", to: "out.txt"))
    for name in ["", "/01-cat", "/files"] { #expect(mode(recording + name) == 0o700, "\(name)") }
    for name in ["scenario.json", "01-cat/command.json", "01-cat/stdin", "01-cat/stdout", "01-cat/stderr", "files/1"] {
      #expect(mode(recording + "/" + name) == 0o600, "\(name)")
    }
  }

  @Test(
    arguments: ["../escaped", "/tmp/escaped", "files/../../escaped", "files/a/b", "files/.", "files/", "01-x/stdout"]
  )
  func `a recording that names files outside of itself is neither read nor gone on with`(_ name: String) async throws {
    let out = try folder.write("the job's", to: "out.txt")
    let victim = try folder.write("mine", to: "escaped")
    try folder.write(#"{"argv": ["x"], "exit": 0}"#, to: "recording/01-x/command.json")
    try folder.write(#"{"files": {"\#(out)": "\#(name)"}}"#, to: "recording/scenario.json")
    let error = #expect(throws: LauncherError.self) { try Recording(folder: recording) }
    #expect(error?.message.contains(name) == true)
    try recorder().keep(jobFile: out)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test(arguments: ["files/1", "files", "01-x"])
  func `a link in a recording leads nowhere`(_ link: String) async throws {
    let out = try folder.write("the job's", to: "out.txt")
    let victim = try folder.write("mine", to: "elsewhere/1")
    if link == "01-x" { try folder.write("mine", to: "elsewhere/command.json") }
    try folder.write(#"{"argv": ["y"], "exit": 0}"#, to: "recording/02-y/command.json")
    try folder.write(#"{"files": {"\#(out)": "files/1"}}"#, to: "recording/scenario.json")
    if link == "files/1" { _ = try folder.folder("recording/files") }
    try FileManager.default.createSymbolicLink(
      atPath: recording + "/" + link,
      withDestinationPath: link == "files/1" ? victim : folder.path + "/elsewhere"
    )
    if link == "01-x" {
      #expect(throws: LauncherError.self) { try Recording(folder: recording) }
    } else {
      #expect(try Recording(folder: recording).file(at: out) == nil)
    }
    try recorder().keep(jobFile: out)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test func `a job's file that is not there, or not a file, is said to be the job's`() throws {
    let writer = try RecordingWriter(folder: recording, redaction: nil)
    let missing = folder.path + "/none.out"
    let error = #expect(throws: LauncherError.self) { try writer.keep(jobFile: missing, from: missing) }
    #expect(error?.message.contains("the job's file \(missing)") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("not there") == true)
    let fifo = folder.path + "/fifo"
    try #require(mkfifo(fifo, 0o600) == 0)
    let other = #expect(throws: LauncherError.self) { try writer.keep(jobFile: fifo, from: fifo) }
    #expect(other?.message.contains("not a regular file") == true, "\(other?.message ?? "")")
  }

  @Test(arguments: ["s3cr3t-value", "it's \"a\" $ecret, \\ too", "two\nsecret lines", "geheim é"])
  func `redacted, a recording does not hold the values of a job's variables`(_ value: String) async throws {
    let surroundings = Surroundings(user: "alice", home: "/data/x1")
    let host = try recorder(Redaction(of: surroundings, groups: []))
    host.conceal(["API_TOKEN": value, "LEVEL": "7"])
    let script = "export API_TOKEN=\(ShellText.quoted(value))\nexport LEVEL=7\ncd /data/x1/run; sleep 77\n"
    _ = try await host.run(
      NativeCommand(
        ["sh", "-c", "cat", value, "--export=API_TOKEN=\(value)"],
        stdin: script,
        environment: ["API_TOKEN": value]
      )
    )
    let request = try JSONTree(["spec": ["environment": ["set": ["API_TOKEN": value, "LEVEL": "7"]]]])
    host.saw(Expectation.Question(adapter: "fake", operation: .submit, request: request))
    for name in ["01-sh/command.json", "01-sh/stdin", "01-sh/stdout", "expected.json"] {
      let text = try String(contentsOfFile: recording + "/" + name, encoding: .utf8)
      let escaped = String(try JSONTree(value).text.dropFirst().dropLast())
      #expect(!text.contains(value) && !text.contains(escaped), "\(name): \(text)")
      #expect(!text.contains("ecret"), "\(name): \(text)")
      #expect(text.contains("redacted-API_TOKEN"), "\(name): \(text)")
    }
    let stdin = try String(contentsOfFile: recording + "/01-sh/stdin", encoding: .utf8)
    #expect(stdin == "export API_TOKEN=redacted-API_TOKEN\nexport LEVEL=redacted-LEVEL\ncd /home/user1/run; sleep 77\n")
    // A replay that knows the variables finds the answer again.
    let replay = try ReplayingHost(folders: recording)
    replay.conceal(["API_TOKEN": value, "LEVEL": "7"])
    let again = script.replacing("/data/x1", with: "/home/user1")
    let result = try await replay.run(
      NativeCommand(["sh", "-c", "cat", value, "--export=API_TOKEN=\(value)"], stdin: again)
    )
    #expect(try text(result) == stdin)
  }

  @Test func `programs of one recording share what is not to be in it`() async throws {
    let shared = folder.path + "/secrets"
    let redaction = Redaction(of: Surroundings(), groups: [])
    let hosts = try (0..<2).map { _ in
      try RecordingHost(
        LocalHost(outputs: outputs),
        folder: recording,
        redaction: redaction,
        secrets: RecordedSecrets(path: shared),
        logger: .silent
      )
    }
    hosts[0].conceal(["API_TOKEN": "s3cr3t-value"])
    _ = try await hosts[1].run(NativeCommand(["echo", "Variable_List = API_TOKEN=s3cr3t-value"]))
    let text = try String(contentsOfFile: recording + "/01-echo/stdout", encoding: .utf8)
    #expect(text == "Variable_List = API_TOKEN=redacted-API_TOKEN\n")
    #expect(mode(shared) == 0o600)
  }

  @Test func `a number of exchanges without an answer yet are left out of a recording`() throws {
    try folder.write(#"{"argv": ["x"], "exit": 0}"#, to: "half/01-x/command.json")
    _ = try folder.folder("half/02-killed")
    #expect(try Recording(folder: folder.path + "/half").exchanges.map(\.name) == ["01-x"])
  }
}
