import Foundation
import LauncherProtocol
import Testing

@Suite struct EndingTests {
  @Test func `a job ends with its command's exit code, its output and its times`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "echo out; echo err >&2; exit 3")
    let status = try bench.finished(id)
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == .code(3))
    #expect(try bench.output(id) == "out\n")
    #expect(try String(contentsOfFile: #require(status.standardError), encoding: .utf8) == "err\n")
    let (submitted, started, ended) = (
      try #require(status.submittedAt), try #require(status.startedAt), try #require(status.endedAt)
    )
    #expect(submitted <= started && started <= ended)
    #expect(status.nodes == [try bench.host])
    #expect(status.attempt == 1)
    #expect(try bench.finished(bench.submit(bench.spec("true"))).state == .finished(.succeeded))
  }

  @Test func `a signal is reported by its name`() throws {
    let bench = try Workbench()
    let status = try bench.finished(try bench.submit(shell: "kill -SEGV $$"))
    guard case .signal(let signal, _) = status.exitStatus else {
      Issue.record("no signal: \(status)")
      return
    }
    #expect(signal.name == "SIGSEGV")
    #expect(status.state == .finished(.failed))
  }

  @Test func `two hundred jobs end with their own exit codes`() throws {
    let bench = try Workbench()
    let ids = try (0..<200).map { try bench.submit(shell: "exit \($0 % 250)") }
    for (code, id) in ids.enumerated() {
      #expect(try bench.finished(id).exitStatus == .code(Int32(code % 250)))
    }
  }

  @Test func `the walltime ends the whole process tree, with what left the session and ignores TERM`() throws {
    let bench = try Workbench(grace: "500ms")
    let marker = "7\(UInt32.random(in: 1_000_000...9_999_999))"
    let stubborn = "setsid sh -c 'trap \"\" TERM; sleep \(marker); sleep \(marker)'"
    let id = try bench.submit(shell: "\(stubborn) & sleep \(marker)") {
      $0.walltime = Walltime(.seconds(6))
    }
    #expect(eventually { processes(marked: marker).count >= 3 })
    let status = try bench.finished(id)
    #expect(status.state == .finished(.walltimeExceeded))
    #expect(status.reason?.text.contains("00:00:06") == true)
    #expect(processes(marked: marker).isEmpty)
  }

  @Test func `what a command leaves behind is cleared away and does not change how it ended`() throws {
    let bench = try Workbench(grace: "500ms")
    let marker = "8\(UInt32.random(in: 1_000_000...9_999_999))"
    let status = try bench.finished(try bench.submit(shell: "sleep \(marker) & exit 7"))
    #expect(status.exitStatus == .code(7))
    #expect(processes(marked: marker).isEmpty)
  }

  @Test func `a missing program is a failed launch and has no exit status`() throws {
    let bench = try Workbench()
    let status = try bench.finished(try bench.submit(bench.spec("no-such-program")))
    #expect(status.state == .finished(.launchFailed))
    #expect(status.exitStatus == nil)
    #expect(status.reason?.text.hasPrefix("no such program: no-such-program") == true)
  }

  @Test func `a named pipe is refused, and does not hang a job for which it came too late`() throws {
    let bench = try Workbench()
    let pipe = bench.work + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let changes: [@Sendable (inout JobSpec) -> Void] = [
      { $0.standardInput = "pipe" }, { $0.standardOutput = "pipe" }, { $0.standardError = "pipe" },
    ]
    for change in changes {
      let error = refusal { _ = try bench.submit(shell: "true", change) }
      #expect(error?.code == .invalidValue)
      #expect(error?.message.contains("named pipe") == true)
    }
    unlink(pipe)
    #expect(FileManager.default.createFile(atPath: pipe, contents: nil))
    let ids = try changes.map { change in
      try bench.submit(shell: "true") {
        change(&$0)
        $0.hold = true
      }
    }
    unlink(pipe)
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(try bench.adapter.act("release", ids) == [nil, nil, nil])
    for id in ids {
      let status = try bench.finished(id)
      #expect(status.state == .finished(.launchFailed))
      #expect(status.reason?.text.contains("named pipe") == true)
    }
  }

  @Test func `more memory than asked for ends a job`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "x=$(head -c 80000000 /dev/zero | tr '\\0' a); sleep 100") {
      $0.memory = .total(.mebibytes(20))
    }
    let status = try bench.finished(id)
    #expect(status.state == .finished(.memoryExceeded))
    #expect(try #require(status.usage?.peakMemory) > .mebibytes(20))
  }

  @Test func `memory that processes share is counted once`() throws {
    let bench = try Workbench()
    let copies = "for i in 1 2 3 4 5 6; do (sleep 2; true) & done; wait"
    let id = try bench.submit(shell: "x=$(head -c 40000000 /dev/zero | tr '\\0' a); \(copies)") {
      $0.memory = .total(.mebibytes(180))
    }
    let status = try bench.finished(id)
    #expect(status.state == .finished(.succeeded))
    #expect(try #require(status.usage?.peakMemory) <= .mebibytes(180))
  }

  @Test func `processor time and peak memory are those of the job`() throws {
    let bench = try Workbench()
    let text = "x=$(head -c 50000000 /dev/zero | tr '\\0' a); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
    let id = try bench.submit(shell: text)
    let usage = try #require(try bench.finished(id).usage)
    #expect(try #require(usage.cpuTime) > .milliseconds(50))
    #expect(try #require(usage.peakMemory) > .mebibytes(40))
    let small = try bench.finished(try bench.submit(bench.spec("true")))
    #expect(try #require(small.usage?.peakMemory) < .mebibytes(12))
  }

  @Test func `a job outlives the adapter that submitted it`() throws {
    let bench = try Workbench()
    let other = try bench.anotherAdapter()
    let id = try other.submit(bench.spec("sh", "-c", "sleep 0.5; exit 4"))
    other.close()
    #expect(try bench.finished(id).exitStatus == .code(4))
  }
}
