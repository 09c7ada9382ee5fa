import AdapterKit
import Testing

@testable import slurm_adapter

@Suite("A signal before the end of a job")
struct SignalOptionTests {
  private func submission(_ words: [String], directive: String = "--time=5") throws -> SbatchCommand {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH \(directive)\ntrue\n")
    spec.native = ["slurm": words]
    return try SbatchCommand(spec, token: "t")
  }

  @Test(arguments: ["--signal=B:USR1@60", "--sig=B:10", "--signal=RB:USR1@60", "--signal b:TERM"])
  func `to the batch shell alone would not reach the command, and is refused`(text: String) {
    let words = text.split(separator: " ").map(String.init)
    let native = #expect(throws: LauncherError.self) { try submission(words) }
    #expect(native?.message.hasPrefix("native.slurm: ‘--signal=") == true)
    let inScript = #expect(throws: LauncherError.self) { try submission([], directive: text) }
    #expect(inScript?.message.hasPrefix("script: #SBATCH: ") == true)
    #expect(inScript?.message.contains("without B:") == true)
  }

  @Test(arguments: ["--signal=USR1@60", "--signal=R:USR1@60"])
  func `to the steps of a job stays`(word: String) throws {
    #expect(try submission([word]).arguments.contains(word))
    // The last one counts.
    #expect(try submission(["--signal=B:USR1", word]).arguments.contains(word))
  }
}
