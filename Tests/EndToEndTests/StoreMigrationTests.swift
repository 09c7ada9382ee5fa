import Foundation
import Testing

@Suite("A job store of an earlier version")
struct StoreMigrationTests {
  private let program: Program
  private var file: String { program.state + "/jobs.sqlite" }
  private var earlier: String { program.state + "/earlier.sqlite" }

  init() throws { program = try Program() }

  /// Creates a store of a version, with this many additional finished jobs.
  private func makeStore(_ version: String, jobs count: Int) async throws {
    let script = """
      import sqlite3, sys
      text, path, count = open(sys.argv[1]).read(), sys.argv[2], int(sys.argv[3])
      db = sqlite3.connect(path)
      db.execute("PRAGMA journal_mode = WAL")
      db.executescript(text)
      row = "SELECT 'local', '', 'submitted', 'token-' || n, n, 'login1', 1795961806.1, 1795961806.1, 'done', state, status," \\
            " settledAt FROM job, (WITH RECURSIVE c(n) AS (SELECT 5 UNION ALL SELECT n + 1 FROM c LIMIT ?) SELECT n FROM c)" \\
            " WHERE key = 1"
      db.execute("INSERT INTO job (adapter, endpoint, phase, token, id, server, submittedAt, trackedAt, name, state, status,"
                 " settledAt) " + row, (count,))
      db.commit()
      db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      """
    try FileManager.default.createDirectory(atPath: program.state, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.state)
    let fixture = Program.repository + "/Tests/Stores/\(version).sql"
    let made = try await program.run("/usr/bin/env", ["python3", "-c", script, fixture, earlier, "\(count)"])
    try #require(made.exitCode == 0, "\(made.stderr)")
  }

  /// What `PRAGMA`s and counts show about the store: version, integrity, jobs, open submissions.
  private func facts() async throws -> String {
    let script = """
      import sqlite3, sys
      db = sqlite3.connect(sys.argv[1])
      for question in ("PRAGMA user_version", "PRAGMA integrity_check", "SELECT count(*) FROM job",
                       "SELECT count(*) FROM job WHERE phase IN ('intended', 'uncertain')"):
          print(db.execute(question).fetchone()[0], end=" ")
      """
    return try await program.run("/usr/bin/env", ["python3", "-c", script, file]).stdout
  }

  private func beginFromEarlier() throws {
    for side in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + side) }
    try FileManager.default.copyItem(atPath: earlier, toPath: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
  }

  @Test func `100,000 jobs and open submissions are carried over, whenever a program is killed meanwhile`() async throws
  {
    try await makeStore("version-2", jobs: 100_000)
    for milliseconds in stride(from: 0, through: 60, by: 5) {
      try beginFromEarlier()
      let victim = Process()
      victim.executableURL = URL(filePath: Program.buildFolder + "/launcher")
      victim.arguments = ["history", "token-of-done"]
      victim.environment = ["LAUNCHER_STATE": program.state, "PATH": "/usr/bin:/bin"]
      (victim.standardOutput, victim.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try victim.run()
      // A moment of its life, a different one each time.
      try await Task.sleep(for: .milliseconds(milliseconds))
      kill(victim.processIdentifier, SIGKILL)
      victim.waitUntilExit()
      let history = try await program.launcher("history", "token-of-done")
      #expect(history.exitCode == 0, "\(milliseconds) ms: \(history.stderr)")
      #expect(history.stdout.contains("finished: succeeded"), "\(milliseconds) ms")
      #expect(try await facts() == "4 ok 100006 2 ", "\(milliseconds) ms")
    }
  }

  @Test func `the open submissions of an earlier version are settled, and its jobs get no labels`() async throws {
    try await makeStore("version-2", jobs: 1)
    try beginFromEarlier()
    let settled = try await program.launcher("reconcile")
    #expect(settled.exitCode == 0, "\(settled.stderr)")
    for name in ["killed", "lost"] { #expect(settled.stdout.contains("the submission ‘\(name)’ of")) }
    #expect(try await facts() == "4 ok 5 0 ")
    let labelled = try await program.launcher("status", "--json", "--label", "experiment=sweep")
    #expect(try JSON.array(labelled.stdout).isEmpty)
  }
}
