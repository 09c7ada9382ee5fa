import AdapterKit
import Testing

@testable import slurm_adapter

@Suite("The job's name in the paths of its output")
struct OutputNameTests {
  private func output(_ spec: JobSpec) throws -> String? {
    var spec = spec
    spec.standardOutput = "/d/{name}.txt"
    return try SbatchCommand(spec, token: "t").arguments.last { $0.hasPrefix("--output=") }
  }

  @Test(arguments: ["--job-name=mine", "--job-name mine", "-J mine", "-Jmine", "--job-n=mine", "-J other -J 'mine'"])
  func `a script's own directive names it`(directive: String) throws {
    let spec = JobSpec(script: "#!/bin/sh\n#SBATCH \(directive)\ntrue\n")
    #expect(try output(spec) == "--output=/d/mine.txt")
  }

  @Test func `the specification's name wins over the directive's, and a native option over both`() throws {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH -J directive\ntrue\n")
    spec.name = "field"
    #expect(try output(spec) == "--output=/d/field.txt")
    spec.native = ["slurm": ["--job-name=native"]]
    #expect(try output(spec) == "--output=/d/native.txt")
  }

  @Test func `slashes and percent signs make no folders and no patterns`() throws {
    let spec = JobSpec(script: "#!/bin/sh\n#SBATCH -J a/b%j\ntrue\n")
    #expect(try output(spec) == "--output=/d/a_b%%j.txt")
  }

  @Test func `options that may hide a name leave it to sbatch, and without any the program's name stands`() throws {
    #expect(try output(JobSpec(script: "#!/bin/sh\n#SBATCH -HJ found\ntrue\n")) == "--output=/d/found.txt")
    #expect(try output(JobSpec(script: "#!/bin/sh\n#SBATCH -!J hidden\ntrue\n")) == "--output=/d/%x.txt")
    #expect(try output(JobSpec(command: ["/bin/true"])) == "--output=/d/true.txt")
    #expect(try output(JobSpec(script: "#!/bin/sh\ntrue\n")) == "--output=/d/script.txt")
  }
}
