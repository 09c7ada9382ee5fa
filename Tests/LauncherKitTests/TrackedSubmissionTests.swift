import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Submissions that are written down")
  struct TrackedSubmissionTests {
    private let folder: TestFolder
    private var state: String { folder.path + "/state" }

    init() throws { folder = try TestFolder() }

    /// An adapter that notes each submission in a file, and finds what `find` says.
    private func launcher(
      submit: String = #"answer '{"job":{"id":"8"}}'"#,
      find: String = #"{"jobs":[]}"#,
      creates: Bool = true,
      settles: Bool = false,
      tracked: Bool = true
    ) async throws -> Launcher {
      let run =
        #"printf '{"jsonrpc":"2.0","id":"c","method":"run","params":{"argv":["true"],"effect":"creates"}}\n'; read -r result"#
      let script = FakeAdapter.script(
        """
        case $line in
          *'"method":"find"'*) answer '\(find)' ;;
          *'"method":"submit"'*) echo x >> "$0.submissions"; \(creates ? run : ":"); \(submit) ;;
        esac
        """
      )
      var options = Launcher.Options(
        adapter: try folder.adapter("fake", script),
        tracking: tracked ? .folder(state) : .none
      )
      options.settlesLeftovers = settles
      return try await Launcher.detect(options)
    }

    private var submissions: Int {
      let text = try? String(contentsOfFile: folder.path + "/fake-adapter.submissions", encoding: .utf8)
      return text?.split(separator: "\n").count ?? 0
    }

    private static func request(_ token: String) -> SubmitRequest {
      var spec = JobSpec(command: ["true"])
      spec.name = "left"
      return SubmitRequest(spec: spec, token: token)
    }

    /// What a program that is killed while it submits leaves in the store.
    private func leaveIntent(token: String) async throws {
      // Of a dead program, whose lock no process holds.
      let store = try JobStore(folder: state)
      _ = try store.intend(Self.request(token), scope: StoreScope(adapter: "fake", endpoint: ""), owner: "dead")
    }

    @Test func `the indices that only the adapter knows are kept with the job`() async throws {
      let launcher = try await launcher(submit: #"answer '{"job":{"id":"8","array":"1-4"}}'"#)
      _ = try await launcher.submit(JobSpec(command: ["true"]), token: "token-array")
      // As the next look will name it to the adapter.
      let names = try JobStore(folder: state).open(scope: StoreScope(adapter: "fake", endpoint: ""))
      #expect(names.map(\.reference.array?.description) == ["1-4"])
    }

    @Test func `a token that was used gives the same job, and nothing is submitted a second time`() async throws {
      let first = try await launcher().submit(JobSpec(command: ["true"]), token: "token-one")
      let second = try await launcher().submit(JobSpec(command: ["true"]), token: "token-one")
      #expect(first.job.id == "8" && second.job.id == "8")
      #expect(!first.isRepeated && second.isRepeated)
      #expect(second.remarks == ["a job with this token was submitted before: 8"])
      #expect(submissions == 1)
    }

    @Test func `without a store the scheduler is asked for a token that somebody gives, and for none that is new`()
      async throws
    {
      let finding = try await launcher(find: #"{"jobs":[{"id":"7"}]}"#, tracked: false)
      let found = try await finding.submit(JobSpec(command: ["true"]), token: "token-one")
      #expect(found.job.id == "7" && found.isRepeated)
      #expect(found.remarks == ["a job with this token was submitted before: 7"])
      #expect(submissions == 0)
      #expect(try await finding.submit(JobSpec(command: ["true"])).job.id == "8")
      let other = try await launcher(tracked: false).submit(JobSpec(command: ["true"]), token: "token-two")
      #expect(other.job.id == "8" && submissions == 2)
    }

    @Test func `without a store nothing is submitted under a given token while the scheduler cannot be asked for it`()
      async throws
    {
      let refusing = try await launcher(find: #"{"jobs":7}"#, tracked: false)
      await #expect(throws: LauncherError.self) {
        try await refusing.submit(JobSpec(command: ["true"]), token: "token-one")
      }
      #expect(submissions == 0)
    }

    @Test(
      arguments: [#"{"jobs":[{"id":"41"},{"id":"42"}]}"#, #"{"jobs":[{"id":"8"}]}"#]
    )
    func `a search by a token that names two jobs, or a job of another submission, is not an answer`(find: String)
      async throws
    {
      #expect(try await launcher().submit(JobSpec(command: ["true"]), token: "token-one").job.id == "8")
      let losing = try await launcher(submit: #"fail '{"code":34,"message":"the answer was lost"}'"#, find: find)
      let error = await #expect(throws: LauncherError.self) {
        try await losing.submit(JobSpec(command: ["true"]), token: "token-two")
      }
      #expect(error?.code == .uncertainSubmission, "\(error?.message ?? "")")
      #expect(try JobStore(folder: state).job(token: "token-two")?.phase == .uncertain)
      #expect(try JobStore(folder: state).jobs(id: "8").compactMap(\.token) == ["token-one"])
    }

    @Test func `a refused submission leaves nothing: its token may be used again`() async throws {
      let refusing = try await launcher(submit: #"fail '{"code":12,"message":"there is no queue x"}'"#)
      await #expect(throws: LauncherError.self) {
        try await refusing.submit(JobSpec(command: ["true"]), token: "token-one")
      }
      #expect(try JobStore(folder: state).job(token: "token-one") == nil)
      #expect(try await launcher().submit(JobSpec(command: ["true"]), token: "token-one").job.id == "8")
    }

    @Test func `what a killed program submitted is found by its token, in passing, by the next one`() async throws {
      try await leaveIntent(token: "token-two")
      _ = try await launcher(find: #"{"jobs":[{"id":"41","server":"main"}]}"#, settles: true)
      let job = try #require(try JobStore(folder: state).job(token: "token-two"))
      #expect(job.phase == .submitted)
      #expect(job.reference?.id == "41")
      #expect(submissions == 0)
    }

    @Test func `what a killed program did not submit is believed to be so only after a second search in vain`()
      async throws
    {
      try await leaveIntent(token: "token-three")
      let launcher = try await launcher()
      let begun = ContinuousClock.now
      let results = try await launcher.reconcile()
      #expect(results.map(\.result) == [.notSubmitted])
      #expect(ContinuousClock.now - begun >= .seconds(9))
      #expect(try JobStore(folder: state).job(token: "token-three") == nil)
    }

    @Test
    func
      `a job that somebody asked for by its id, or that ended in a listing, before its submission was settled stays one`()
      async throws
    {
      let scope = StoreScope(adapter: "fake", endpoint: "")
      let store = try JobStore(folder: state)
      for (token, status) in [("token-six", JobState.running), ("token-seven", .finished(.succeeded))] {
        let id = token
        try await leaveIntent(token: token)
        let asked = try #require(try store.track([JobReference(id: id)], wanting: false, scope: scope).first)
        var look = FinishedLook()
        look.statuses[asked.key] = JobStatus(id: id, state: status)
        _ = try store.record(look, scope: scope) { _, _ in (.seconds(1), .seconds(1)) }
        let launcher = try await launcher(find: #"{"jobs":[{"id":"\#(id)","server":"main"}]}"#)
        #expect(
          try await launcher.reconcile().map(\.result) == [
            .submitted(JobReference(id: id, adapter: "fake", server: "main", token: token))
          ]
        )
        let entries = try store.jobs(id: id)
        #expect(entries.map(\.phase) == [.submitted])
        // Followers follow it by this number.
        #expect(entries.first?.key == asked.key)
        #expect(entries.first?.token == token)
        #expect(entries.first?.status?.state == status)
      }
    }

    @Test func `a job that ended before is not taken for a new one with its id`() async throws {
      let scope = StoreScope(adapter: "fake", endpoint: "")
      let store = try JobStore(folder: state)
      let old = try #require(try store.track([JobReference(id: "8")], wanting: false, scope: scope).first)
      var look = FinishedLook()
      look.statuses[old.key] = JobStatus(id: "8", state: .finished(.failed))
      _ = try store.record(look, scope: scope) { _, _ in (.seconds(1), .seconds(1)) }
      _ = try await launcher().submit(JobSpec(command: ["true"]), token: "token-eight")
      #expect(try store.jobs(id: "8").map(\.phase) == [.submitted, .asked])
    }

    @Test
    func `what one program found submitted is not made uncertain or forgotten by another that found it too early`()
      async throws
    {
      let store = try JobStore(folder: state)
      try await leaveIntent(token: "token-nine")
      let key = try #require(try store.job(token: "token-nine")).key
      try store.submitted(key, as: JobReference(id: "9"))
      try store.uncertain(key, problem: nil, missed: true)
      try store.notSubmitted(key)
      #expect(try store.job(token: "token-nine")?.phase == .submitted)
    }

    @Test func `on another machine a search in vain is believed only when the command there must have ended`()
      async throws
    {
      let store = try JobStore(folder: state)
      let launcher = try await launcher()
      for (host, seconds, isBelieved) in [("", 20, true), ("ssh://login", 20, false), ("ssh://login", 175, true)] {
        let token = "token-\(host.count)-\(seconds)"
        let there = try HostChoice(from: ["LAUNCHER_HOST": host], outputs: CommandOutputs(), logger: .silent)
        let scope = StoreScope(adapter: "fake", endpoint: there.endpoint)
        let search = TokenSearch(session: launcher.session, description: launcher.description, choice: there)
        let tracking = Tracking(store: store, scope: scope, logger: .silent)
        let settlement = Settlement(tracking: tracking, search: search)
        _ = try store.intend(Self.request(token), scope: scope, owner: "dead")
        try store.write { db in
          let missed = Date().timeIntervalSince1970 - Double(seconds)
          try db.execute(sql: "UPDATE job SET missedAt = \(missed) WHERE token = '\(token)'")
        }
        _ = try await settlement.settle(try #require(try store.job(token: token)))
        #expect((try store.job(token: token) == nil) == isBelieved, "\(host) after \(seconds) s")
      }
    }

    @Test func `a submission that is under way in another program is left to it`() async throws {
      let store = try JobStore(folder: state)
      let lock = SubmissionLock(in: state)
      let scope = StoreScope(adapter: "fake", endpoint: "")
      _ = try store.intend(Self.request("token-four"), scope: scope, owner: try lock.hold())
      let launcher = try await launcher(find: #"{"jobs":[{"id":"41"}]}"#)
      #expect(try await launcher.reconcile().map(\.result) == [.inProgress])
      let error = await #expect(throws: LauncherError.self) {
        try await launcher.submit(JobSpec(command: ["true"]), token: "token-four")
      }
      #expect(error?.code == .schedulerBusy)
      #expect(submissions == 0)
    }

    @Test func `a lost answer that cannot be cleared up stays uncertain, under its token`() async throws {
      let launcher = try await launcher(submit: "exit 1")
      let error = await #expect(throws: LauncherError.self) {
        try await launcher.submit(JobSpec(command: ["true"]), token: "token-five")
      }
      #expect(error?.code == .uncertainSubmission)
      let job = try #require(try JobStore(folder: state).job(token: "token-five"))
      #expect(job.phase == .uncertain)
      #expect(job.problem?.code == .uncertainSubmission)
    }

    @Test func `many are submitted a few at a time, each with a result, and a repetition submits only what is missing`()
      async throws
    {
      // The third is refused because of its value, whatever runs it.
      var specs = (0..<5).map { JobSpec(command: ["true", "\($0)"]) }
      specs[2].nodes = 0
      for round in 1...2 {
        var failures: [Int] = []
        for await result in try await launcher(creates: false).submit(all: specs, atMost: 2, token: "bulk-token") {
          if case .failure = result.result { failures.append(result.index) }
        }
        #expect(failures == [2], "round \(round)")
        #expect(submissions == 4, "round \(round)")
      }
    }

    @Test func `a token whose submission is not settled is not used again where nothing can be written down`()
      async throws
    {
      try await leaveIntent(token: "token-ten")
      // No program can show that it is running.
      let locks = state + "/submitting"
      try? FileManager.default.removeItem(atPath: locks)
      try folder.write("", to: "state/submitting")
      let launcher = try await launcher(settles: false)
      let error = await #expect(throws: LauncherError.self) {
        try await launcher.submit(JobSpec(command: ["true"]), token: "token-ten")
      }
      #expect(error?.code == .uncertainSubmission, "\(String(describing: error))")
      #expect(submissions == 0)
      // Nothing is known of another token, and nothing prevents its submission.
      #expect(try await launcher.submit(JobSpec(command: ["true"]), token: "token-eleven").job.id == "8")
    }

    @Test func `a store that cannot be used is said, and jobs are submitted all the same`() async throws {
      try folder.write(
        "no database at all, and longer than a header would be" + String(repeating: ".", count: 100),
        to: "state/jobs.sqlite"
      )
      #expect(chmod(state, 0o700) == 0)
      let before = try Data(contentsOf: URL(filePath: state + "/jobs.sqlite"))
      #expect(try await launcher().submit(JobSpec(command: ["true"])).job.id == "8")
      #expect(try Data(contentsOf: URL(filePath: state + "/jobs.sqlite")) == before)
      #expect(throws: LauncherError.self) { try JobStore(folder: state) }
    }
  }
}
