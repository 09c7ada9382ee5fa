import AdapterKit
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Arrays that a script's own name makes")
struct WrittenArrayTests {
  private func submission(_ name: String, _ change: (inout JobSpec) -> Void = { _ in }) throws -> BsubCommand {
    var spec = JobSpec(script: "#!/bin/sh\n#BSUB -J \"\(name)\"\ntrue\n")
    change(&spec)
    return try BsubCommand(spec, token: "t")
  }

  @Test(arguments: ["x[1-10]", "x[1-10:3,20]%5"])
  func `each task has its own file by default`(name: String) throws {
    let submission = try submission(name)
    #expect(Directives.value(of: "-J", in: submission.options) == name)
    #expect(submission.script.contains("launcher_output=" + OutputFiles.word("lsf-{id}_{index}.out") + "\n"))
  }

  @Test func `a name of the specification keeps the script's indices`() throws {
    let submission = try submission("x[1-10]") { $0.name = "sweep" }
    #expect(Directives.value(of: "-J", in: submission.options) == "sweep[1-10]")
  }

  @Test func `its tasks do not write one file, and indices that cannot be read are refused`() {
    #expect(throws: LauncherError.self) { _ = try submission("x[1-10]") { $0.standardOutput = "/w/out.txt" } }
    let error = #expect(throws: LauncherError.self) { _ = try submission("x[1-") }
    #expect(error?.message.contains("‘array’") == true)
  }

  @Test func `its indices are known, whoever wrote them`() throws {
    #expect(try submission("x[1-10]%2").array?.description == "1-10%2")
    #expect(try submission("x") { $0.array = ArrayIndices(1...2) }.array?.description == "1-2")
    #expect(try submission("x").array == nil)
  }

  @Test func `a native name beside the specification's array is refused: it would take the array away`() {
    let error = #expect(throws: LauncherError.self) {
      _ = try submission("x") {
        $0.array = ArrayIndices(1...2)
        $0.native["lsf"] = ["-J", "mine"]
      }
    }
    #expect(error?.message.hasPrefix("array: native.lsf holds ‘-J mine’") == true)
  }

  @Test func `brackets without indices are a part of the name`() throws {
    let script = try submission("odd[name]").script
    #expect(script.contains("launcher_output=" + OutputFiles.word("lsf-{id}.out") + "\n"))
  }
}
