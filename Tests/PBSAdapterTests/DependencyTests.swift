import AdapterKit
import AdapterTestSupport
import Testing

@testable import pbs_adapter

@Suite("Dependencies of a submission to PBS on jobs that have ended")
struct DependencyTests {
  /// A host with what the server and the record say about job 41.
  private static func host(_ record: String, status: Int? = nil) -> ScriptedHost {
    Submitting.host(version: "Version: 6.1.3") { argv in
      if argv.first == "sh", argv != PBS<ScriptedHost>.namesCommand { return .text(record) }
      guard argv.first == "qstat", argv.last == "41.torque01" else { return nil }
      guard let status else { return .text("", stderr: "qstat: Unknown Job Id Error 41.torque01\n", exit: 153) }
      return .text(
        "<Data><Job><Job_Id>41.torque01</Job_Id><job_state>C</job_state><exit_status>\(status)</exit_status></Job></Data>"
      )
    }
  }

  private func submit(_ condition: JobDependency.Condition, on host: ScriptedHost) async throws -> SubmitAnswer {
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(condition, "41.torque01")]
    return try await Submitting.submit(spec, on: host)
  }

  private static func isHandedOn(_ host: ScriptedHost) async throws -> Bool {
    try await Submitting.qsub(host)?.argv.contains { $0.hasPrefix("depend=") } == true
  }

  @Test func `what is known to have met the condition is not waited for, whether the server or the record knows it`()
    async throws
  {
    let record = "record=torque01/41\ntoken=t\ncode=0\nwhole=yes\n"
    for (host, condition) in [
      (Self.host(record), JobDependency.Condition.afterok), (Self.host("", status: 0), .afterok),
      (Self.host("", status: 1), .afternotok), (Self.host("", status: 1), .afterany),
    ] {
      let answer = try await submit(condition, on: host)
      #expect(answer.job?.id == "7.pbs01" || answer.job?.id == "7")
      #expect(answer.remarks.contains { $0.contains("41.torque01") })
      #expect(try await !Self.isHandedOn(host))
    }
  }

  @Test func `what can never be met is refused by the job's name`() async throws {
    for (host, condition) in [
      (Self.host("", status: 1), JobDependency.Condition.afterok), (Self.host("", status: 0), .afternotok),
    ] {
      let error = await #expect(throws: LauncherError.self) { _ = try await submit(condition, on: host) }
      #expect(error?.code == .invalidValue)
      #expect(error?.message.hasPrefix("dependencies: ‘\(condition.rawValue):41.torque01’") == true)
      #expect(try await Submitting.qsub(host) == nil)
    }
  }

  @Test func `what nobody knows is the server's affair`() async throws {
    let host = Self.host("")
    _ = try await submit(.afterok, on: host)
    #expect(try await Self.isHandedOn(host))
  }
}
