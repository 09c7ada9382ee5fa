import Foundation
import GRDB
import LauncherProtocol
import Testing

@Suite struct LockedQueueTests {
  /// Keeps all processes from changing the queue until one of them has given up waiting for it and logged that.
  private func locked(
    _ bench: Workbench,
    until complaint: String,
    _ change: (Database) throws -> Void,
    meanwhile: () throws -> Void
  ) throws {
    let database = try bench.database()
    try database.write(change)
    try database.inDatabase { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      try meanwhile()
      #expect(eventually(60) { bench.log.contains(complaint) }, "nobody complained: \(bench.log)")
      try db.execute(sql: "COMMIT")
    }
  }

  @Test func `a cancellation that could not be read is read later, with nobody asking`() throws {
    let bench = try Workbench()
    let marker = "4\(UInt32.random(in: 1_000_000...9_999_999))"
    let id = try bench.submit(bench.spec("sleep", marker))
    try bench.running(id)
    let supervisor = try bench.process("owner", of: id)
    try locked(bench, until: "job \(id): ") { db in
      try db.execute(sql: "UPDATE task SET cancelRequested = 1")
    } meanwhile: {
      kill(supervisor, SIGUSR1)
    }
    #expect(eventually { processes(marked: marker).isEmpty })
    #expect(try bench.finished(id).state == .finished(.cancelled(by: .user)))
  }

  @Test func `a begin time in a locked queue is kept afterwards, with nobody asking`() throws {
    let bench = try Workbench()
    _ = try bench.submit(shell: "touch began") { $0.begin = Moment(Date().addingTimeInterval(5)) }
    try locked(bench, until: "the timekeeper could not look") { _ in
    } meanwhile: {
    }
    #expect(eventually { FileManager.default.fileExists(atPath: bench.work + "/began") })
  }

  @Test(arguments: ["cancelRequested = 1", "signals = '15 '", "pauseRequested = 1"])
  func `a wish whose author died is found by the next who looks`(_ wish: String) throws {
    let bench = try Workbench()
    let id = try bench.submit(bench.spec("sleep", "100"))
    try bench.running(id)
    try bench.database().write { try $0.execute(sql: "UPDATE task SET \(wish)") }
    try bench.wait(id) { $0.state.isFinished || $0.state == .suspended }
  }
}
