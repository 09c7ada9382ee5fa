import AdapterKit
import AdapterTestSupport
import Testing

@testable import cobalt_adapter

@Suite("Jobs that wait for others")
struct DependencyTests {
  private func submit(_ spec: JobSpec, on host: ScriptedHost) async throws -> SubmitAnswer {
    try await CobaltAdapter().submit(SubmitRequest(spec: spec, token: SubmissionTests.token), on: host)
  }

  @Test func `an unknown dependency would hold the job forever, and is refused`() async throws {
    #expect(try Fixture.exchange("dependency/24-qsub-unknown-dependency").exit == 0)
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, "999999")]
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "qstat": .noneKnown
      case "sh": .text(command.effect == .creates ? "8\n" : CobaltLog.readMark + "\n")
      default: .text("")
      }
    }
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(spec, on: host) }
    #expect(error?.code == .unknownJob)
    #expect(await host.commands.allSatisfy { $0.effect == .reads })
    for condition in [JobDependency.Condition.after, .afterany, .afternotok, .aftercorr] {
      spec.dependencies = [JobDependency(condition, "41")]
      let refusal = await #expect(throws: LauncherError.self) { _ = try await submit(spec, on: host) }
      #expect(refusal?.message.hasPrefix("dependencies: ") == true)
    }
  }

  @Test func `a job that waits is waited for; one that ended well is not; one that failed never will do`() async throws
  {
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, "41"), JobDependency(.afterok, "42")]
    func host(code: Int) -> ScriptedHost {
      ScriptedHost { command in
        switch command.argv.first {
        case "qstat": return .text(Made.record("41", "running"))
        case "sh" where command.effect == .creates: return .text("43\n")
        case "sh":
          return .text(command.argv[2].contains(".cobaltlog") ? CobaltLog.readMark : Made.exitRecord("42", code: code))
        default: return .text("")
        }
      }
    }
    let well = host(code: 0)
    let answer = try await submit(spec, on: well)
    #expect(answer.remarks.contains("job 42 has ended with success and is not waited for"))
    let qsub = try #require(await well.commands.first { $0.effect == .creates })
    #expect(qsub.argv.contains("--dependencies=41"))
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(spec, on: host(code: 1)) }
    #expect(error?.message.contains("‘afterok:42’ can never be met") == true)
  }
}
