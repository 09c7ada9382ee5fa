import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("An array that the script itself asks for")
struct ScriptArrayTests {
  private func spec(_ directive: String, native: [String] = [], output: String? = nil) -> JobSpec {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH \(directive)\ntrue\n")
    spec.native = ["slurm": native]
    spec.standardOutput = output
    return spec
  }

  @Test(arguments: [
    "--array=1-10", "--array 1-10%2", "-a 1-10", "-a1-10", "-Ha 1-10", "--arr=1-10", "--array=1-3 --array=1-10",
  ])
  func `its tasks have names, ids and output of their own`(directive: String) throws {
    let submission = try SbatchCommand(spec(directive, output: "out-{id}-{index}.txt"), token: "t")
    #expect(submission.arguments.contains("--output=out-%A-%a.txt"))
    #expect(submission.array?.indices == Array(1...10))
    #expect(submission.script.contains("LAUNCHER_JOB_ID=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"))
  }

  @Test func `the specification's indices win over the script's, and a native option over both`() throws {
    var both = spec("--array=1-10")
    both.array = ArrayIndices(1...2)
    #expect(try SbatchCommand(both, token: "t").array?.indices == [1, 2])
    both.native = ["slurm": ["-a", "5,7"]]
    #expect(try SbatchCommand(both, token: "t").array?.indices == [5, 7])
  }

  @Test func `a name without index is refused, since the tasks would overwrite each other's output`() {
    for (directive, native) in [("--array=1-2", []), ("--time=5", ["--array=1-2"])] {
      let error = #expect(throws: LauncherError.self) {
        try SbatchCommand(spec(directive, native: native, output: "out.txt"), token: "t")
      }
      #expect(error?.message.hasPrefix("stdout: ") == true)
      #expect(error?.message.contains("{index}") == true)
    }
  }

  @Test func `a list that only sbatch can read gives no indices, and sbatch fills the names`() throws {
    let submission = try SbatchCommand(spec("--array=[1-3]", output: "out-{index}.txt"), token: "t")
    #expect(submission.array == nil)
    #expect(submission.arguments.contains("--output=out-%a.txt"))
  }

  @Test func `a list that only sbatch can read does not stand beside the specification's array`() throws {
    var spec = JobSpec(command: ["true"])
    spec.array = ArrayIndices(1...2)
    spec.native["slurm"] = ["--array=[1-3]"]
    let error = #expect(throws: LauncherError.self) { try SbatchCommand(spec, token: "t") }
    #expect(error?.message.hasPrefix("array: native.slurm holds ‘--array=[1-3]’ too") == true)
  }

  @Test func `an array without indices is refused by the name of its field`() {
    let inScript = #expect(throws: LauncherError.self) { try SbatchCommand(spec("--array="), token: "t") }
    #expect(inScript?.message.hasPrefix("script: #SBATCH: ") == true)
    let native = #expect(throws: LauncherError.self) { try SbatchCommand(spec("-H", native: ["--array="]), token: "t") }
    #expect(native?.message.hasPrefix("native.slurm: ") == true)
  }

  @Test func `the reference of the job holds the indices`() async throws {
    let host = ScriptedHost { $0.argv.first == "sbatch" ? .text("900\n") : .text("") }
    let request = SubmitRequest(spec: spec("--array=2-4:2"), token: "t")
    #expect(try await SlurmAdapter().submit(request, on: host).job?.array?.indices == [2, 4])
    let plain = SubmitRequest(spec: JobSpec(command: ["true"]), token: "t")
    #expect(try await SlurmAdapter().submit(plain, on: host).job?.array == nil)
  }
}
