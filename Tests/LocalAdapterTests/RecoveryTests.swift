import Foundation
import GRDB
import LauncherProtocol
import Testing

@Suite struct RecoveryTests {
  /// The process that looks after a job.
  private func supervisor(of id: String, _ bench: Workbench) throws -> Int32 { try bench.process("owner", of: id) }

  private func started(
    _ bench: Workbench,
    _ text: String,
    _ change: (inout JobSpec) -> Void = { _ in }
  ) throws -> String {
    let id = try bench.submit(shell: text, change)
    try bench.running(id)
    return id
  }

  @Test func `a job whose supervisor is killed is watched on, and its end is not guessed`() throws {
    let bench = try Workbench()
    let id = try started(bench, "while [ ! -e stop ]; do sleep 0.02; done")
    let first = try supervisor(of: id, bench)
    kill(first, SIGKILL)
    let status = try bench.wait(id) { $0.reason != nil }
    #expect(status.state == .running)
    #expect(status.reason?.text.contains("supervisor is gone") == true)
    #expect(try eventually { try self.supervisor(of: id, bench) != first })
    #expect(FileManager.default.createFile(atPath: bench.work + "/stop", contents: nil))
    let end = try bench.finished(id)
    #expect(end.state == .finished(.unknown))
    #expect(end.exitStatus == nil)
    #expect(end.reason?.text.contains("supervisor was killed") == true)
  }

  @Test(arguments: [false, true])
  func `the tasks of an array outlive the supervisor of one of them`(_ commandIsKilledToo: Bool) throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "while [ ! -e stop ]; do sleep 0.02; done; exit $LAUNCHER_ARRAY_INDEX") {
      $0.array = ArrayIndices(1...3)
    }
    for index in 1...3 { try bench.running("\(id)_\(index)") }
    let command = try bench.process("leader", of: "\(id)_2")
    kill(try supervisor(of: "\(id)_2", bench), SIGKILL)
    if commandIsKilledToo {
      kill(command, SIGKILL)
      try bench.finished("\(id)_2")
    } else {
      try bench.wait("\(id)_2") { $0.reason != nil }
      #expect(try bench.adapter.act("cancel", ["\(id)_2"]) == [nil])
      #expect(try bench.finished("\(id)_2").state == .finished(.cancelled(by: .user)))
    }
    // With the end of its job, the supervisor that took over has ended everything that it will ever end.
    #expect(eventually { bench.supervisors(of: "\(id)_2").isEmpty })
    #expect(try bench.status("\(id)_1").state == .running)
    #expect(try bench.status("\(id)_3").state == .running)
    #expect(FileManager.default.createFile(atPath: bench.work + "/stop", contents: nil))
    let tasks = try #require(try bench.finished(id).tasks)
    #expect(tasks[0].exitStatus == .code(1))
    #expect(tasks[2].exitStatus == .code(3))
    #expect(tasks[1].state == .finished(commandIsKilledToo ? .unknown : .cancelled(by: .user)))
  }

  @Test func `an adopted job still obeys its walltime and its owner`() throws {
    let bench = try Workbench()
    let marker = "9\(UInt32.random(in: 1_000_000...9_999_999))"
    let limited = try started(bench, "sleep \(marker) & sleep \(marker)") { $0.walltime = Walltime(.seconds(8)) }
    let endless = try started(bench, "setsid sleep \(marker) & sleep \(marker)")
    for id in [limited, endless] { kill(try supervisor(of: id, bench), SIGKILL) }
    try bench.wait(endless) { $0.reason != nil }
    #expect(try bench.adapter.act("cancel", [endless]) == [nil])
    #expect(try bench.finished(endless).state == .finished(.cancelled(by: .user)))
    #expect(try bench.finished(limited).state == .finished(.walltimeExceeded))
    #expect(processes(marked: marker).isEmpty)
  }

  @Test func `an exit record counts where the queue did not learn of the end`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "exit 9")
    try bench.finished(id)
    // As if the supervisor had been killed between its record and the queue.
    try bench.database().write { db in
      try db.execute(
        sql: """
          UPDATE task SET state = 'running', outcome = NULL, exitCode = NULL, owner = 'x/1/1', source = NULL;
          UPDATE submission SET openTasks = 1, failedTasks = 0, endedAt = NULL;
          """
      )
    }
    let status = try bench.status(id)
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == .code(9))
    #expect(status.source == "exit record")
  }

  /// Makes the queue believe that a job's processes are different ones.
  private func pretend(_ bench: Workbench, _ id: String, owner: String, leader: String) throws {
    kill(try supervisor(of: id, bench), SIGKILL)
    try bench.database().write { db in
      try db.execute(
        sql: "UPDATE task SET owner = ?, leader = ? WHERE submission = ?",
        arguments: [owner, leader, id]
      )
    }
  }

  private var boot: String {
    get throws {
      try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  @Test func `a reused process id is not taken for the job`() throws {
    let bench = try Workbench()
    let marker = "6\(UInt32.random(in: 1_000_000...9_999_999))"
    let id = try started(bench, "sleep \(marker)")
    // This process itself lives under that number, but it started at another time.
    let other = "\(try boot)/\(getpid())/1"
    try pretend(bench, id, owner: other, leader: other)
    let status = try bench.finished(id)
    #expect(status.state == .finished(.unknown))
    #expect(status.exitStatus == nil)
    #expect(eventually { processes(marked: marker).isEmpty })
  }

  @Test func `processes of another PID namespace are not judged`() throws {
    let bench = try Workbench(cores: 1)
    let id = try started(bench, "while [ ! -e stop ]; do sleep 0.02; done; exit 3")
    let queued = try bench.submit(bench.spec("true"))
    let (owner, leader) = (try supervisor(of: id, bench), try bench.process("leader", of: id))
    let elsewhere = "\(try boot)@1/\(getpid())/1"
    for both in [(elsewhere, elsewhere), (elsewhere, nil), (nil, elsewhere)] as [(String?, String?)] {
      try bench.database().write { db in
        try db.execute(
          sql: "UPDATE task SET owner = ?, leader = ? WHERE submission = ?",
          arguments: [both.0, both.1, id]
        )
      }
      #expect(try bench.status(id).state == .running)
      #expect(try bench.status(id).reason == nil)
      #expect(try bench.status(queued).state == .queued)
    }
    #expect(kill(owner, 0) == 0 && kill(leader, 0) == 0)
    #expect(FileManager.default.createFile(atPath: bench.work + "/stop", contents: nil))
    #expect(try bench.finished(id).exitStatus == .code(3))
    #expect(try bench.finished(queued).state == .finished(.succeeded))
  }

  @Test func `a job that ran when the machine was restarted ended with it`() throws {
    let bench = try Workbench()
    let id = try started(bench, "sleep 100")
    try pretend(bench, id, owner: "another-boot/\(getpid())/1", leader: "another-boot/\(getpid())/1")
    let status = try bench.finished(id)
    #expect(status.state == .finished(.nodeFailure))
    #expect(status.reason?.text.contains("restarted") == true)
  }

  @Test func `a job that may be requeued gets another attempt after a restart`() throws {
    let bench = try Workbench()
    let id = try started(bench, "[ -e again ] || { touch again; sleep 100; }") { $0.requeue = true }
    #expect(eventually { FileManager.default.fileExists(atPath: bench.work + "/again") })
    try pretend(bench, id, owner: "another-boot/\(getpid())/1", leader: "another-boot/\(getpid())/1")
    let status = try bench.finished(id)
    #expect(status.state == .finished(.succeeded))
    #expect(status.attempt == 2)
  }

  @Test func `a start that nobody recorded is found by the job's token`() throws {
    let bench = try Workbench()
    let id = try started(bench, "echo once >> runs; while [ ! -e stop ]; do sleep 0.02; done")
    kill(try supervisor(of: id, bench), SIGKILL)
    // As if the supervisor had been killed right after it started the command.
    try bench.database().write { try $0.execute(sql: "UPDATE task SET state = 'starting', leader = NULL") }
    let status = try bench.wait(id) { $0.state == .running }
    #expect(status.reason?.text.contains("supervisor is gone") == true)
    #expect(FileManager.default.createFile(atPath: bench.work + "/stop", contents: nil))
    #expect(try bench.finished(id).state == .finished(.unknown))
    #expect(try String(contentsOfFile: bench.work + "/runs", encoding: .utf8) == "once\n")
  }

  @Test func `a supervisor that is asked to end ends its job, and starts no other`() throws {
    let bench = try Workbench(cores: 1)
    let marker = "5\(UInt32.random(in: 1_000_000...9_999_999))"
    let id = try started(bench, "sleep \(marker)")
    kill(try supervisor(of: id, bench), SIGTERM)
    #expect(eventually { processes(marked: marker).isEmpty })
    let status = try bench.finished(id)
    #expect(status.state == .finished(.cancelled(by: .administrator)))
    #expect(status.exitStatus == .signal(.terminate))
  }

  @Test func `a job that a job submits is not its child`() throws {
    let bench = try Workbench()
    var inner = bench.spec("sh", "-c", "sleep 1; exit 8")
    inner.name = "inner"
    let lines = try greetedLines(SubmitRequest(spec: inner, token: "inner"))
    let outer = try bench.submit(
      bench.spec("sh", "-c", "printf '%s\\n' \"$1\" | \"$2\"", "sh", lines, AdapterClient.executable)
    )
    #expect(try bench.finished(outer).state == .finished(.succeeded))
    let id = try #require(bench.adapter.call("find", FindRequest(token: "inner"), as: FindAnswer.self).jobs.first).id
    #expect(try bench.status(id).state.isFinished == false)
    #expect(try bench.finished(id).exitStatus == .code(8))
  }

  private struct Line<Parameters: Encodable>: Encodable {
    let jsonrpc = "2.0"
    let id: Int
    let method: String
    let params: Parameters
  }

  /// What a host would write to submit one job, all at once.
  private func greetedLines(_ request: SubmitRequest) throws -> String {
    let greeting = InitializeRequest(host: ProgramIdentity(name: "test", version: "1"))
    let lines = [
      try JSONEncoder().encode(Line(id: 1, method: "initialize", params: greeting)),
      try JSONEncoder().encode(Line(id: 2, method: "submit", params: request)),
    ]
    return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }

  @Test func `several that find no queue at once make one together`() throws {
    for _ in 0..<5 {
      let bench = try Workbench()
      let submissions = try (0..<12).map { number in
        var spec = bench.spec("true")
        spec.hold = true
        let request = SubmitRequest(spec: spec, token: "\(number)")
        let lines = try greetedLines(request)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
          "-c", "printf '%s\\n' \"$1\" | \"$2\"", "sh", lines, AdapterClient.executable,
        ]
        process.environment = ["LAUNCHER_STATE": bench.folder + "/state", "PATH": "/usr/bin:/bin"]
        process.standardOutput = FileHandle.nullDevice
        return process
      }
      for process in submissions { try process.run() }
      for process in submissions { process.waitUntilExit() }
      #expect(try bench.adapter.poll().count == 12)
    }
  }

  @Test func `a killed timekeeper is replaced when somebody asks`() throws {
    let bench = try Workbench()
    func keeper() throws -> Int32? {
      let text = try bench.database().read { db in
        try String.fetchOne(db, sql: "SELECT value FROM fact WHERE name = 'timekeeper'")
      }
      return text.flatMap { Int32($0.split(separator: "/")[1]) }
    }
    let id = try bench.submit(shell: "true") { $0.begin = Moment(Date().addingTimeInterval(8)) }
    #expect(try eventually { try keeper() != nil })
    let first = try #require(try keeper())
    kill(first, SIGKILL)
    #expect(
      try eventually {
        _ = try bench.status(id)
        return try keeper() != first
      }
    )
    #expect(try bench.finished(id).state == .finished(.succeeded))
  }

  @Test func `a claim whose claimer died goes back to the queue and runs once`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "echo once >> runs") { $0.hold = true }
    try bench.database().write { db in
      try db.execute(
        sql: """
          UPDATE task SET state = 'starting', held = 0, owner = 'another-boot/1/1#5',
            claimedAt = \(Date().timeIntervalSince1970)
          """
      )
    }
    #expect(try bench.finished(id).state == .finished(.succeeded))
    #expect(try String(contentsOfFile: bench.work + "/runs", encoding: .utf8) == "once\n")
  }

  @Test(arguments: ["newer", "no database", "damaged"])
  func `a database that is not ours is refused and not touched`(_ kind: String) throws {
    let bench = try Workbench()
    try bench.finished(try bench.submit(bench.spec("true")))
    let path = "\(bench.folder)/state/local/\(try bench.host)/queue.sqlite"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    switch kind {
    case "newer": bytes.replaceSubrange(60..<64, with: [0, 0, 3, 7])
    case "damaged": bytes.replaceSubrange(100..<bytes.count, with: [UInt8](repeating: 0xAA, count: bytes.count - 100))
    default: bytes = Data("somebody else's notes\n".utf8)
    }
    let place = bench.folder + "/elsewhere/local/\(try bench.host)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try bytes.write(to: URL(fileURLWithPath: place + "/queue.sqlite"))
    let other = try AdapterClient(environment: ["LAUNCHER_STATE": bench.folder + "/elsewhere"])
    let error = refusal { _ = try other.submit(bench.spec("true")) }
    other.close()
    #expect(error?.code == .internalFailure)
    #expect(error?.message.contains(kind == "newer" ? "version 775" : "damaged") == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: place + "/queue.sqlite")) == bytes)
  }

  @Test(arguments: ["", "/jobs", "/.."])
  func `a state folder that others may write to is refused`(_ place: String) throws {
    let bench = try Workbench()
    try bench.finished(try bench.submit(bench.spec("true")))
    let folder = "\(bench.folder)/state/local/\(try bench.host)\(place)"
    #expect(chmod(folder, 0o770) == 0)
    let other = try bench.anotherAdapter()
    let error = refusal { _ = try other.submit(bench.spec("true")) }
    #expect(error?.code == .permissionDenied)
    #expect(error?.advice != nil)
    #expect(chmod(folder, 0o755) == 0)
    #expect(try other.submit(bench.spec("true")) == "2")
    other.close()
    // Only root can give a folder away.
    if chown(folder, 12_345, 12_345) == 0 {
      let third = try bench.anotherAdapter()
      #expect(refusal { _ = try third.poll() }?.code == .permissionDenied)
      third.close()
      #expect(chown(folder, geteuid(), getegid()) == 0)
    }
  }

  @Test func `what cannot be written is not submitted`() throws {
    let bench = try Workbench()
    try bench.finished(try bench.submit(bench.spec("true")))
    let other = try AdapterClient(
      environment: ["LAUNCHER_STATE": bench.folder + "/state"],
      wrapper: ["/bin/sh", "-c", "ulimit -f 8; exec \"$0\""]
    )
    var spec = bench.spec("true", String(repeating: "x", count: 2_000_000))
    spec.hold = true
    let error = refusal { _ = try other.submit(spec, token: "full") }
    other.close()
    #expect(error?.code == .diskFull)
    let found = try bench.adapter.call("find", FindRequest(token: "full"), as: FindAnswer.self)
    #expect(found.jobs.isEmpty)
    #expect(try bench.finished(try bench.submit(bench.spec("true"))).state == .finished(.succeeded))
  }
}
