import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

/// The variables of a job that this program runs in, and those that influence sbatch.
@Suite("Submitting from inside a job")
struct SurroundingJobTests {
  private static let nested = "bugreports/01-nested-array-task"
  private static let outer = "bugreports/02-slurm-variables-of-outer-job"
  private static let task = ["SLURM_JOB_ID": "53", "SLURM_ARRAY_JOB_ID": "50", "SLURM_ARRAY_TASK_ID": "3"]

  private func follow() -> SubmitRequest {
    var spec = JobSpec(command: [
      "sh", "-c", "echo \"$LAUNCHER_JOB_ID ${LAUNCHER_ARRAY_INDEX-none}\" >$HOME/seen; exit 7",
    ])
    spec.name = "follow"
    return SubmitRequest(spec: spec, token: "tok")
  }

  @Test(arguments: [EnvironmentSpec.Inheritance.all, .none])
  func `a job that a task of an array submits is itself, and not that task`(inherit: EnvironmentSpec.Inheritance)
    async throws
  {
    let host = try StandIns(Self.nested, environment: Self.task)
    var request = follow()
    request.spec.environment.inherit = inherit
    let answer = try await SlurmAdapter().submit(request, on: host)
    #expect(answer.job?.id == "900")
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.records + "/lk").sorted() == [".swept", "900"])
    #expect(try String(contentsOfFile: (host.environment["HOME"] ?? "") + "/seen", encoding: .utf8) == "900 none\n")
    let polled = try await Polled(["900", "50_3"], on: host)
    #expect(polled.jobs["900"]?.state == .finished(.failed))
    #expect(polled.jobs["900"]?.exitStatus == .code(7))
    #expect(polled.jobs["50_3"]?.state == .unknown(.gone))
  }

  @Test func `when sbatch's answer is lost, the id is the new job's and not the submitting one's`() async throws {
    let host = try StandIns(Self.nested, bin: "bin-timedout", environment: Self.task)
    #expect(await refusal(of: follow().spec, on: host)?.code == .uncertainSubmission)
    let found = try await SlurmAdapter().find(FindRequest(token: "tok"), on: host)
    #expect(found.jobs.map(\.id) == ["900"])
  }

  @Test func `the script of a job that is not an array ignores an array's variables`() throws {
    let script = try JobScriptText.make(JobSpec(command: ["true"]), token: "t")
    #expect(!script.contains("SLURM_ARRAY_JOB_ID}"))
    #expect(script.contains("LAUNCHER_JOB_ID=$SLURM_JOB_ID\n"))
    var arrays = [JobSpec(command: ["true"]), JobSpec(command: ["true"]), JobSpec(script: "#SBATCH -a 1-2\n")]
    arrays[0].array = ArrayIndices(1...3)
    arrays[1].native = ["slurm": ["--arr=1-3"]]
    for spec in arrays {
      let text = try SbatchCommand(spec, token: "t").script
      #expect(text.contains("LAUNCHER_JOB_ID=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"))
    }
  }

  @Test(arguments: [EnvironmentSpec.Inheritance.all, .none])
  func `nothing of the outer job reaches sbatch`(inherit: EnvironmentSpec.Inheritance) async throws {
    let outer = [
      "SLURM_JOB_ID": "53", "SLURM_STEP_ID": "0", "SLURM_CPU_BIND": "quiet,mask_cpu:0x3", "SLURM_CPU_BIND_LIST": "0x3",
      "SLURM_MEM_PER_CPU": "100", "SLURM_NTASKS": "1", "SLURM_CPUS_PER_TASK": "1", "SRUN_CPUS_PER_TASK": "1",
      "SLURM_TRES_PER_TASK": "cpu=1", "SLURM_GPUS": "1", "SLURM_EXPORT_ENV": "NONE", "SLURM_RESTART_COUNT": "2",
      "SLURM_PROCID": "1", "SLURM_LOCALID": "1", "SLURMD_NODENAME": "n1", "PMI_RANK": "1", "PMIX_RANK": "1",
      "SLURM_OF_A_LATER_VERSION": "1", "SLURM_JOB_START_TIME": "1",
    ]
    let kept = [
      "SLURM_CONF": "/etc/slurm/slurm.conf", "SLURM_CLUSTERS": "lk", "SLURM_JWT": "secret", "PMIX_MCA_gds": "hash",
    ]
    let steering = [
      "SBATCH_TIMELIMIT": "5", "SBATCH_MEM_PER_NODE": "100M", "SBATCH_CLUSTERS": "other", "SBATCH_NEW": "1",
    ]
    let sites = ["SBATCH_ACCOUNT": "a", "SBATCH_PARTITION": "p", "SBATCH_QOS": "q", "SBATCH_RESERVATION": "r"]
    let environment = outer.merging(kept) { $1 }.merging(steering) { $1 }.merging(sites) { $1 }
    let host = try StandIns(Self.outer, environment: environment)
    var spec = JobSpec(command: ["hostname"])
    spec.environment.inherit = inherit
    let answer = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "tok"), on: host)
    // The stand-in prints what it was given to standard error, and that becomes remarks.
    let names = Set(answer.remarks.filter { $0.contains("=") }.map { String($0.prefix { $0 != "=" }) })
    #expect(names == Set(kept.keys).union(sites.keys))
    #expect(answer.remarks.contains { $0.hasPrefix("submitted from inside a job") })
    for name in steering.keys {
      #expect(answer.remarks.contains { $0.contains(name) && $0.contains("not reach sbatch") }, "\(name)")
    }
  }

  @Test func `outside a job each variable that is taken away is named`() throws {
    let remarks = SlurmEnvironment.remarks(on: ["SLURM_HINT", "SBATCH_EXCLUSIVE"])
    #expect(
      remarks == ["SLURM_HINT, SBATCH_EXCLUSIVE do not reach sbatch: what is asked for stands in the specification"]
    )
    #expect(SlurmEnvironment.remarks(on: []).isEmpty)
  }
}
