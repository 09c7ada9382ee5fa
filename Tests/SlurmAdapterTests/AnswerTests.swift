import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("What sbatch answers")
struct AnswerTests {
  /// What a version's recorded sbatch answered to a submission, except those exchanges that are not one.
  private static func exchanges(_ scenario: String) throws -> [String] {
    let folder = "\(Fixture.folder)/slurm-\(scenario)"
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { name in
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)/command.json") else { return false }
      let text = String(decoding: data, as: UTF8.self)
      return text.contains("\"sbatch\"")
        && !["--test-only", "--quiet", "-Q", "--wait"].contains { text.contains("\"\($0)\"") }
    }.map { "\(scenario)/\($0)" }
  }

  @Test(arguments: [
    "22.05.8/submit-errors", "22.05.8/submit-inputs", "23.11.11/submit-errors", "26.05.3/submit-errors",
  ])
  func `a job was submitted exactly where sbatch exits 0, and 1 and 255 are refusals`(scenario: String) async throws {
    let names = try Self.exchanges(scenario)
    #expect(names.count > 10)
    for name in names {
      let host = ScriptedHost { $0.effect == .creates ? try .recorded(name) : .text("") }
      let request = SubmitRequest(spec: JobSpec(command: ["true"]), token: "t")
      let exit = try Fixture.exitCode(name)
      do {
        let answer = try await SlurmAdapter().submit(request, on: host)
        #expect(exit == 0, "\(name)")
        #expect(answer.job.flatMap { Int($0.id) } != nil, "\(name)")
      } catch let error as LauncherError {
        #expect(exit == 1 || exit == 255, "\(name)")
        #expect(error.command?.argv.first == "sbatch")
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test(arguments: [
    ("22.05.8/submit-inputs/16-parsable-cluster", "146", "lk"),
    ("23.11.11/submit-errors/41-parsable-cluster", "88", "lk2311"),
    ("26.05.3/submit-errors/41-parsable-cluster", "86", "lknew"),
  ])
  func `with --clusters the id comes with its cluster after a semicolon`(
    exchange: String,
    id: String,
    cluster: String
  ) async throws {
    let host = ScriptedHost { $0.effect == .creates ? try .recorded(exchange) : .text("") }
    var spec = JobSpec(command: ["true"])
    spec.native = ["slurm": ["--clusters=\(cluster)"]]
    let job = try #require(try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host).job)
    #expect(job.id == id)
    #expect(job.server == cluster)
  }

  @Test(arguments: ["04-stdin-no-shebang", "05-stdin-crlf", "06-stdin-empty", "07-stdin-blank", "08-stdin-nul-bytes"])
  func `a script that Slurm does not take is unreadable, and the field is named`(exchange: String) async throws {
    let host = ScriptedHost { _ in try .recorded("22.05.8/submit-inputs/\(exchange)") }
    let error = await #expect(throws: LauncherError.self) {
      _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(script: "x"), token: "t"), on: host)
    }
    #expect(error?.code == .scriptUnreadable)
    #expect(error?.message.hasPrefix("script: ") == true)
  }

  @Test func `sbatch with --wait would exit with the job's code, so that is refused`() throws {
    #expect(try Fixture.exitCode("22.05.8/submit-inputs/22-wait-exit-7") == 7)
    var spec = JobSpec(command: ["true"])
    for option in ["--wait", "-W"] {
      spec.native = ["slurm": [option]]
      #expect(throws: LauncherError.self) { _ = try SbatchCommand(spec, token: "t") }
    }
    #expect(SlurmEnvironment.forSubmission["SBATCH_WAIT"] == .some(nil))
  }

  @Test func `a controller that hangs leaves a submission uncertain, one that is down does not`() async throws {
    func code(_ answer: ScriptedHost.Answer) async -> LauncherError.Code? {
      let host = ScriptedHost { _ in answer }
      let request = SubmitRequest(spec: JobSpec(command: ["true"]), token: "t")
      let error = await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().submit(request, on: host) }
      return error?.code
    }
    let hung = "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n"
    #expect(await code(.text("", stderr: hung, exit: 1)) == .uncertainSubmission)
    for version in ["22.05.8/controller-down/11", "23.11.11/controller-down/14", "26.05.3/controller-down/14"] {
      #expect(await code(try .recorded("\(version)-sbatch")) == .schedulerUnreachable, "\(version)")
    }
  }
}
