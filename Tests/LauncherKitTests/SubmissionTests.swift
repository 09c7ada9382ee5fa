import Foundation
import LauncherKit
import Testing

extension ProcessTests {
  @Suite("Submitted once, and known to be")
  struct SubmissionTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// An adapter whose submit command is a real one, and which then does `after`; it finds what `find` says.
    private func launcher(after: String, find: String = #"{"jobs":[{"id":"7"}]}"#, creates: Bool = true) async throws
      -> Launcher
    {
      // The command's answer comes as a line of its own, with an id that is not the host's.
      let run =
        #"printf '{"jsonrpc":"2.0","id":"c","method":"run","params":{"argv":["true"],"effect":"creates"}}\n'; read -r result"#
      let script = FakeAdapter.script(
        """
        case $line in
          *'"method":"find"'*) answer '\(find)' ;;
          *'"method":"submit"'*) \(creates ? run : ":"); \(after) ;;
        esac
        """
      )
      return try await Launcher.detect(Launcher.Options(adapter: folder.adapter("fake", script), tracking: .none))
    }

    @Test(
      arguments: [
        #"answer '{"job":{"id":41}}'"#,
        #"answer '{}'"#,
        #"fail '{"code":-32603,"message":"list index out of range"}'"#,
        #"fail '{"code":22,"message":"the scheduler took too long"}'"#,
        "exit 1",
      ]
    )
    func `after an unclear end the job is looked up by its token`(after: String) async throws {
      let job = try await launcher(after: after).submit(JobSpec(command: ["true"])).job
      #expect(job.id == "7")
    }

    @Test func `a job that is not found after its command ran is uncertain, and its token is named`() async throws {
      let launcher = try await launcher(after: "exit 1", find: #"{"jobs":[]}"#)
      let error = await #expect(throws: LauncherError.self) {
        try await launcher.submit(JobSpec(command: ["true"]), token: "t0k3n")
      }
      #expect(error?.code == .uncertainSubmission)
      #expect(error?.advice?.contains("t0k3n") == true)
    }

    @Test(
      arguments: [
        "whether the job was submitted is not known: signalled", "signalled", "signalled; nothing was submitted",
        "nothing was submitted: signalled", "nothing was submitted, signalled",
      ]
    )
    func `what is said of it is one verdict, whatever the adapter said before`(message: String) async throws {
      let launcher = try await launcher(
        after: #"fail '{"code":34,"message":"\#(message)"}'"#,
        find: #"{"jobs":[]}"#
      )
      let error = await #expect(throws: LauncherError.self) { try await launcher.submit(JobSpec(command: ["true"])) }
      #expect(error?.message == "whether the job was submitted is not known: signalled")
    }

    @Test func `when no command was started, nothing was submitted, and that is said`() async throws {
      let launcher = try await launcher(after: "exit 1", creates: false)
      let error = await #expect(throws: LauncherError.self) { try await launcher.submit(JobSpec(command: ["true"])) }
      #expect(error?.code == .adapterDied)
      #expect(error?.message.hasPrefix("nothing was submitted") == true)
      let doubt = #"fail '{"code":34,"message":"whether the job was submitted is not known: no answer"}'"#
      let other = try await self.launcher(after: doubt, creates: false)
      let said = await #expect(throws: LauncherError.self) { try await other.submit(JobSpec(command: ["true"])) }
      #expect(said?.message == "nothing was submitted: no answer")
    }

    @Test func `a refusal is a refusal: nothing is looked up`() async throws {
      let launcher = try await launcher(after: #"fail '{"code":12,"message":"there is no queue x"}'"#)
      let error = await #expect(throws: LauncherError.self) { try await launcher.submit(JobSpec(command: ["true"])) }
      #expect(error?.code == .unknownQueue)
    }

    @Test func `a submission whose task is cancelled goes on to its end`() async throws {
      let launcher = try await launcher(after: #"answer '{"job":{"id":"8"}}'"#)
      let task = Task { try await launcher.submit(JobSpec(command: ["true"])) }
      task.cancel()
      let job = try await task.value.job
      #expect(job.id == "8")
    }
  }
}
