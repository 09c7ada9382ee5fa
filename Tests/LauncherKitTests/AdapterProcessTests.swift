import Foundation
import Glibc
import Synchronization
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Adapters and their faults", .serialized)
  struct AdapterProcessTests {
    private let folder: TestFolder
    private let outputs = CommandOutputs()

    init() throws { folder = try TestFolder() }

    private func start(_ script: String, limit: Duration = .patience) async throws -> AdapterProcess {
      try await AdapterProcess.start(
        AdapterSearch.file(at: try folder.adapter("fake", script)),
        host: LocalHost(outputs: outputs),
        outputs: outputs,
        timeLimit: limit,
        logger: .silent
      )
    }

    private func queues(_ process: AdapterProcess, limit: Duration = .patience) async throws -> QueuesAnswer {
      try await process.call(.queues, JSONRPC.Empty(), timeLimit: .total(limit))
    }

    @Test func `an adapter greets, answers, and goes when its input ends`() async throws {
      let process = try await start(FakeAdapter.script(#"answer '{"queues":[{"name":"short"}]}'"#))
      #expect(process.description.scheduler == "fake")
      #expect(process.description.limits.leastPollingInterval == .milliseconds(10))
      #expect(try await queues(process).queues.map(\.name) == ["short"])
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `an operation that was not announced is not asked for`() async throws {
      let process = try await start(FakeAdapter.script("exit 1"))
      let error = await #expect(throws: LauncherError.self) {
        let _: NodesAnswer = try await process.call(.nodes, JSONRPC.Empty())
      }
      #expect(error?.code == .unsupportedMethod)
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test(arguments: ["[]", #"[{"id":"1","state":"running"}]"#])
    func `reports that bring nothing new are not a sign of life`(_ report: String) async throws {
      let process = try await start(FakeAdapter.script("while :; do report '\(report)'; sleep 0.05; done"))
      let error = await #expect(throws: LauncherError.self) {
        _ = try await process.poll(JobQuery(jobs: [JobReference(id: "1")]), timeLimit: .silence(.seconds(2))) { _ in }
      }
      #expect(error?.code == .adapterTimedOut)
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that reports without an end is ended`() async throws {
      let jobs = #"[{"id":"7","state":"running"},{"id":"8","state":"queued"}]"#
      let script = FakeAdapter.script("while :; do report '\(jobs)'; done")
      let session = AdapterSession(
        file: AdapterSearch.file(at: try folder.adapter("fake", script)),
        host: LocalHost(outputs: outputs),
        outputs: outputs,
        logger: .silent
      )
      let error = await #expect(throws: LauncherError.self) { _ = try await session.poll([JobReference(id: "1")]) }
      #expect(error?.code == .adapterNoise)
      #expect(error?.message.contains("1 jobs") == true, "\(error?.message ?? "")")
      #expect(await folder.isAdapterGone())
    }

    @Test func `reports arrive in order and before the answer`() async throws {
      let process = try await start(
        FakeAdapter.script(
          """
          report '[{"id":"1","state":"running"},{"id":"2","state":"queued"}]'
          report '[{"id":"2","state":"running"}]'
          answer '{"complete":true}'
          """
        )
      )
      let seen = Mutex<[String]>([])
      let answer = try await process.poll(JobQuery()) { report in
        let jobs = (try? report.get().jobs) ?? []
        seen.withLock { $0 += jobs.map { "\($0.id) \($0.state.word)" } }
      }
      #expect(answer.complete)
      #expect(seen.withLock { $0 } == ["1 running", "2 queued", "2 running"])
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter's own error arrives as it is, and the adapter goes on`() async throws {
      let process = try await start(
        FakeAdapter.script(#"fail '{"code":20,"message":"no server","data":{"advice":"Wait."}}'"#)
      )
      for _ in 0..<2 {
        let error = await #expect(throws: LauncherError.self) { try await queues(process) }
        #expect(error == LauncherError(.schedulerUnreachable, "no server", advice: "Wait."))
      }
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `noise on standard output is an error that shows it`() async throws {
      let process = try await start(FakeAdapter.script("echo 'Welcome to the cluster!'"))
      let error = await #expect(throws: LauncherError.self) { try await queues(process) }
      #expect(error?.code == .adapterNoise)
      #expect(error?.message.contains("Welcome to the cluster!") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `noise in place of the greeting is an error, too`() async throws {
      let error = await #expect(throws: LauncherError.self) { try await start("#!/bin/sh\necho hello; sleep 98765\n") }
      #expect(error?.code == .adapterNoise)
      #expect(await folder.isAdapterGone())
    }

    @Test(
      arguments: ["sleep 98765", "trap '' TERM; sleep 98765", ":"]
    )
    func `an adapter that hangs is ended when its time is up`(body: String) async throws {
      let process = try await start(FakeAdapter.script(body))
      let begun = ContinuousClock.now
      let error = await #expect(throws: LauncherError.self) { try await queues(process, limit: .milliseconds(300)) }
      #expect(error?.code == .adapterTimedOut)
      #expect(error?.message.contains("0.3 seconds") == true)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that never greets is ended when its time is up`() async throws {
      let error = await #expect(throws: LauncherError.self) {
        try await start(
          FakeAdapter.script(greeting: "echo 'looking around' >&2; sleep 98765"),
          limit: .milliseconds(500)
        )
      }
      #expect(error?.code == .adapterTimedOut)
      #expect(error?.advice?.contains("looking around") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that dies is an error with its exit code and its last words`() async throws {
      let process = try await start(FakeAdapter.script("echo 'library missing' >&2; exit 3"))
      let error = await #expect(throws: LauncherError.self) { try await queues(process) }
      #expect(error?.code == .adapterDied)
      #expect(error?.message.contains("exit code 3") == true)
      #expect(error?.advice?.contains("library missing") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that a signal ends is an error that names the signal`() async throws {
      let process = try await start(FakeAdapter.script("kill -SEGV $$"))
      let error = await #expect(throws: LauncherError.self) { try await queues(process) }
      #expect(error?.code == .adapterDied)
      #expect(error?.message.contains("SIGSEGV") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `a program that cannot be started is an error that says how to try it`() async throws {
      let error = await #expect(throws: LauncherError.self) { try await start("#!/nonexistent/interpreter\n") }
      #expect(error?.code == .adapterNotStarted)
      #expect(error?.advice?.contains("fake-adapter") == true)
    }

    @Test(arguments: ["#!/bin/sh\nexit 0\n", "#!/bin/sh\nexec true\n"])
    func `a program that ends at once is an error`(script: String) async throws {
      let error = await #expect(throws: LauncherError.self) { try await start(script) }
      #expect(error?.code == .adapterDied)
    }

    @Test func `an endless line is cut off`() async throws {
      let process = try await start(FakeAdapter.script("tr '\\0' a < /dev/zero"))
      let error = await #expect(throws: LauncherError.self) { try await queues(process, limit: .patience * 2) }
      #expect(error?.code == .adapterNoise)
      #expect(error?.message.contains("16 MiB") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `endless words on standard error are not a fault, and only their end is kept`() async throws {
      let process = try await start(
        FakeAdapter.script(
          #"""
          i=0; while [ $i -lt 20000 ]; do echo "a long line of the log of this adapter, number $i"; i=$((i+1)); done >&2
          answer '{"queues":[]}'
          """#
        )
      )
      #expect(try await queues(process, limit: .patience * 2).queues.isEmpty)
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test(arguments: [0, 2, 99])
    func `an adapter of another protocol version is refused`(version: Int) async throws {
      let description = FakeAdapter.description.replacing(#""protocol":1"#, with: #""protocol":\#(version)"#)
      let error = await #expect(throws: LauncherError.self) {
        try await start(FakeAdapter.script(greeting: "answer '\(description)'"))
      }
      #expect(error?.code == .incompatibleProtocol)
      #expect(await folder.isAdapterGone())
    }

    @Test func `a greeting that says nothing of use is an error that names what is missing`() async throws {
      let error = await #expect(throws: LauncherError.self) {
        try await start(FakeAdapter.script(greeting: "answer '{}'"))
      }
      #expect(error?.code == .unreadableOutput)
      #expect(error?.message.contains("protocol") == true)
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter has commands run and reads their output, which goes with the request`() async throws {
      let process = try await start(
        FakeAdapter.script(
          #"""
          printf '{"jsonrpc":"2.0","id":"r1","method":"run","params":{"argv":["echo","night"],"effect":"reads"}}\n'
          IFS= read -r reply
          path=${reply#*'"stdoutPath":"'}; path=${path%%'"'*}
          answer "{\"queues\":[{\"name\":\"$(cat "$path")\",\"nativeState\":\"$path\"}]}"
          """#
        )
      )
      let queue = try #require(try await queues(process).queues.first)
      #expect(queue.name == "night")
      let path = try #require(queue.nativeState)
      #expect(await eventually { !FileManager.default.fileExists(atPath: path) })
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `a command under way for an adapter that dies is ended`() async throws {
      let marker = "98765.\(UInt32.random(in: 1000...9_999_999))"
      let process = try await start(
        FakeAdapter.script(
          """
          printf '{"jsonrpc":"2.0","id":1,"method":"run","params":{"argv":["sleep","\(marker)"],"effect":"reads"}}\\n'
          sleep 0.5; exit 4
          """
        )
      )
      let error = await #expect(throws: LauncherError.self) { try await queues(process) }
      #expect(error?.code == .adapterDied)
      #expect(await eventually { Processes.mentioning(marker).isEmpty })
    }

    @Test func `a host is asked to run and for nothing else`() async throws {
      let process = try await start(
        FakeAdapter.script(
          #"""
          printf '{"jsonrpc":"2.0","id":7,"method":"readFile","params":{}}\n'
          IFS= read -r reply
          case $reply in *'"code":2'*) answer '{"queues":[{"name":"refused"}]}' ;; *) answer '{"queues":[]}' ;; esac
          """#
        )
      )
      #expect(try await queues(process).queues.map(\.name) == ["refused"])
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `a background child that holds standard error open does not hold up the news of a death`() async throws {
      let process = try await start(
        FakeAdapter.script("sleep 98765.4 >/dev/null </dev/null & echo 'my last words' >&2; exit 5")
      )
      let begun = ContinuousClock.now
      let error = await #expect(throws: LauncherError.self) { try await queues(process, limit: .patience * 2) }
      #expect(error?.code == .adapterDied)
      #expect(error?.advice?.contains("my last words") == true)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await folder.isAdapterGone())
      #expect(await eventually { Processes.mentioning("98765.4").isEmpty })
    }

    @Test func `a background child that holds standard output open does not hold it up either`() async throws {
      let process = try await start(FakeAdapter.script("sleep 98765.5 </dev/null & exit 5"))
      let begun = ContinuousClock.now
      let error = await #expect(throws: LauncherError.self) { try await queues(process, limit: .patience * 2) }
      #expect(error?.code == .adapterDied)
      #expect(ContinuousClock.now - begun < .patience)
      #expect(await eventually { Processes.mentioning("98765.5").isEmpty })
    }

    @Test(
      arguments: ["trap '' TERM; while :; do sleep 98765; done", "while :; do sleep 98765; done"]
    )
    func `an adapter that does not go when its connection is closed is ended`(ending: String) async throws {
      let process = try await start(FakeAdapter.script().replacing("done\n", with: "done\n\(ending)\n"))
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `a task that is cancelled gives up its request, and the adapter is notified`() async throws {
      let process = try await start(
        FakeAdapter.script(
          #"""
          case $line in
          *cancelRequest*) echo cancelled > "$0.note" ;;
          *) echo asked > "$0.asked" ;;
          esac
          """#
        )
      )
      let path = folder.path
      let task = Task { try await queues(process, limit: .patience * 2) }
      #expect(await eventually { FileManager.default.fileExists(atPath: path + "/fake-adapter.asked") })
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(await eventually { FileManager.default.fileExists(atPath: path + "/fake-adapter.note") })
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `starting and closing leaves neither descriptors nor dead processes behind`() async throws {
      let script = FakeAdapter.script(#"answer '{"queues":[]}'"#)
      let first = try await start(script)
      first.close()
      #expect(await folder.isAdapterGone())
      let before = Processes.openDescriptors()
      for _ in 0..<20 {
        let process = try await start(script)
        _ = try await queues(process)
        process.close()
      }
      #expect(await folder.isAdapterGone())
      #expect(await eventually { Processes.openDescriptors() <= before + 2 })
      #expect(await eventually { Processes.zombies().isEmpty })
    }
  }
}
