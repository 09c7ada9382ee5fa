import Foundation
import Testing

@testable import LauncherKit

/// A recording made by one user on one machine, queried by another user on another machine.
@Suite("Replays elsewhere and later")
struct ReplayLikenessTests {
  private let folder: TestFolder
  private let token = "0123456789abcdef0123456789abcdef"
  private let newToken = "ffffffffffffffff0000000000000000"

  init() throws { folder = try TestFolder() }

  private func record(_ argv: [String], stdin: String? = nil, answer: String, _ number: Int = 1) throws {
    let argv = try JSONEncoder().encode(argv)
    try folder.write(
      #"{"argv": \#(String(decoding: argv, as: UTF8.self)), "exit": 0}"#,
      to: "0\(number)-x/command.json"
    )
    if let stdin { try folder.write(stdin, to: "0\(number)-x/stdin") }
    try folder.write(answer, to: "0\(number)-x/stdout")
    try folder.write(
      #"{"surroundings": {"user": "alice", "home": "/home/alice", "directory": "/home/alice/run", "host": "login1"}}"#,
      to: "scenario.json"
    )
  }

  private func answer(_ argv: [String], stdin: String? = nil, from host: ReplayingHost? = nil) async throws -> String {
    let host = try host ?? ReplayingHost(folders: folder.path)
    return try String(contentsOfFile: try await host.run(NativeCommand(argv, stdin: stdin)).stdoutPath, encoding: .utf8)
  }

  @Test func `the user's name, folders and machine stand for those of the recording`() async throws {
    try record(["submit", "--chdir=/home/alice/run", "--user=alice", "--from=login1"], answer: "41\n")
    let here = Surroundings.current
    let user = try #require(here.user)
    let (directory, host) = (try #require(here.directory), try #require(here.host))
    #expect(try await answer(["submit", "--chdir=\(directory)", "--user=\(user)", "--from=\(host)"]) == "41\n")
    await #expect(throws: LauncherError.self) {
      try await answer(["submit", "--chdir=/elsewhere", "--user=\(user)", "--from=\(host)"])
    }
  }

  @Test func `a recording does not depend on the folder for temporary files`() throws {
    // A script names /tmp besides the folder that it is given.
    let script = Data("mktemp /tmp/launcher.XXXXXX; cd /scratch/x/y".utf8)
    let here = Surroundings(home: "/home/bob", directory: "/home/bob", temporaryFolder: "/tmp")
    let there = Surroundings(home: "/home/al", directory: "/home/al", temporaryFolder: "/scratch/x/")
    let words = ["submit", "--chdir=/home/bob"]
    let asked = CanonicalCommand(argv: words, stdin: Data("mktemp /tmp/launcher.XXXXXX; cd /tmp/y".utf8), in: here)
    #expect(asked == CanonicalCommand(argv: ["submit", "--chdir=/home/al"], stdin: script, in: there))
    #expect(asked != CanonicalCommand(argv: ["submit", "--chdir=/home/carl"], stdin: script, in: there))
  }

  @Test func `a new token stands for the recorded one, in what is asked and in what is answered`() async throws {
    try record(["submit", "--comment=launcher:\(token)"], stdin: "TOKEN=\(token)\n", answer: "41\n")
    try record(["find"], answer: "41 launcher:\(token)\n", 2)
    let host = try ReplayingHost(folders: folder.path)
    let asked = ["submit", "--comment=launcher:\(newToken)"]
    #expect(try await answer(asked, stdin: "TOKEN=\(newToken)\n", from: host) == "41\n")
    #expect(try await answer(["find"], from: host) == "41 launcher:\(newToken)\n")
    await #expect(throws: LauncherError.self) { try await answer(asked, stdin: "TOKEN=other\n", from: host) }
  }

  @Test func `times may differ, other numbers may not`() async throws {
    try record(["q", "--since=2026-11-21T06:03:00", "--begin=now+60", "--at=1795221662", "--jobs=41"], answer: "x")
    #expect(
      try await answer(["q", "--since=2027-01-02T00:00:00", "--begin=now+3", "--at=1800000000", "--jobs=41"]) == "x"
    )
    await #expect(throws: LauncherError.self) {
      try await answer(["q", "--since=2026-11-21T06:03:00", "--begin=now+60", "--at=1795221662", "--jobs=42"])
    }
  }

  @Test func `what is recorded exactly comes before what is only alike`() async throws {
    try record(["q", "--since=2026-11-21T06:03:00"], answer: "first")
    try record(["q", "--since=2026-11-22T06:03:00"], answer: "second", 2)
    #expect(try await answer(["q", "--since=2026-11-22T06:03:00"]) == "second")
  }

  @Test func `programs of one replay share how far it has come`() async throws {
    for (number, text) in ["queued", "running", "done"].enumerated() { try record(["q"], answer: text, number + 1) }
    let state = folder.path + "/progress"
    var answers: [String] = []
    for _ in 0..<4 {
      let host = ReplayingHost([try Recording(folder: folder.path)], progress: ReplayProgress(path: state))
      answers.append(try await answer(["q"], from: host))
      _ = try? await host.run(NativeCommand(["missing"]))
    }
    #expect(answers == ["queued", "running", "done", "done"])
    #expect(try ReplayProgress(path: state).missing == Array(repeating: ["missing"], count: 4))
  }

  @Test func `a replay of an empty stream that was left out is an empty stream`() async throws {
    try record(["q"], answer: "x")
    let result = try await ReplayingHost(folders: folder.path).run(NativeCommand(["q"]))
    #expect(try FileHandle(forReadingFrom: URL(filePath: result.stderrPath)).readToEnd() ?? Data() == Data())
  }
}
