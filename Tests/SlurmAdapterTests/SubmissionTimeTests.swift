import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("The time of a submission, which tells a job from a later one with its number")
struct SubmissionTimeTests {
  private func submitted(clock: ScriptedHost.Answer, dryRun: Bool = false) async throws -> (JobReference?, [[String]]) {
    let host = ScriptedHost { $0.argv.first == "date" ? clock : .text("7\n") }
    let request = SubmitRequest(spec: JobSpec(command: ["true"]), token: "t", dryRun: dryRun)
    let answer = try await SlurmAdapter().submit(request, on: host)
    return (answer.job, await host.commands.map(\.argv))
  }

  @Test func `it is the host's, not this process's`() async throws {
    let (job, _) = try await submitted(clock: .text("1795220000\n"))
    #expect(job?.submittedAt == Date(timeIntervalSince1970: 1_795_220_000))
  }

  @Test func `a host that reports when sbatch ran is not asked`() async throws {
    let host = ScriptedHost { _ in
      var answer = ScriptedHost.Answer.text("7\n")
      answer.begunAt = Date(timeIntervalSince1970: 1_795_220_000.75)
      return answer
    }
    let answer = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    #expect(answer.job?.submittedAt == Date(timeIntervalSince1970: 1_795_220_000))
    #expect(await host.commands.map(\.argv.first) == ["sbatch"])
  }

  @Test func `a host that cannot report the time costs the time alone`() async throws {
    for clock in [ScriptedHost.Answer.text("", exit: 1), .text("noon\n"), ScriptedHost.Answer(ending: .notFound)] {
      let (job, _) = try await submitted(clock: clock)
      #expect(job?.id == "7")
      #expect(job?.submittedAt == nil)
    }
  }

  @Test func `a dry run asks for no time`() async throws {
    let (_, commands) = try await submitted(clock: .text("1795220000\n"), dryRun: true)
    #expect(commands.map(\.first) == ["sbatch"])
  }

  @Test func `clocks that differ by minutes are the same job's, days are another's`() async throws {
    let slurms = 1_795_220_000.0
    for (apart, isSame) in [(0, true), (290, true), (-290, true), (86_400, false), (-86_400, false)] {
      let reference = JobReference(id: "7", submittedAt: Date(timeIntervalSince1970: slurms + Double(apart)))
      let queued = try await Polled(
        references: [reference],
        on: Made.slurm(queue: .text(Made.queueRow("7", "RUNNING")))
      )
      #expect(queued.jobs["7"]?.state == (isSame ? .running : .unknown(.gone)), "\(apart) s")
    }
    let later = JobReference(id: "7", submittedAt: Date(timeIntervalSince1970: slurms + 86_400))
    let finished = Made.slurm(accounting: .text(Made.accountingRow("7", "COMPLETED")))
    #expect(try await Polled(references: [later], on: finished).jobs["7"]?.state == .unknown(.gone))
  }
}
