import AdapterKit
import Testing

@testable import pbs_adapter

@Suite("Arrays that a script's own options make")
struct WrittenArrayTests {
  private func arguments(_ directive: String, _ family: PBSFamily, output: String? = nil) throws -> [String] {
    var spec = JobSpec(script: "#!/bin/sh\n#PBS \(directive)\ntrue\n")
    spec.environment.inherit = .none
    spec.standardOutput = output
    return try QsubCommand(spec, token: "t", family: family).arguments
  }

  private func value(_ option: String, _ arguments: [String]) -> String? {
    arguments.firstIndex(of: option).map { arguments[$0 + 1] }
  }

  @Test func `{index} follows the script's array`() throws {
    let arguments = try arguments("-J 1-10", .pro, output: "/w/out-{index}.txt")
    #expect(value("-J", arguments) == "1-10")
    #expect(value("-o", arguments) == "/w/out-^array_index^.txt")
    #expect(try value("-t", self.arguments("-t 1-10%2", .torque)) == "1-10%2")
  }

  @Test func `its indices are known, whoever wrote them`() throws {
    let script = try QsubCommand(JobSpec(script: "#!/bin/sh\n#PBS -J 1-10:3\ntrue\n"), token: "t", family: .pro)
    #expect(script.array?.description == "1-10:3")
    var spec = JobSpec(script: "true\n")
    spec.native["pbs"] = ["-t", "1,5"]
    #expect(try QsubCommand(spec, token: "t", family: .torque).array?.description == "1,5")
    spec.native = [:]
    #expect(try QsubCommand(spec, token: "t", family: .torque).array == nil)
  }

  @Test func `its tasks do not write one file, and Torque is not asked for indices in a path`() {
    let error = #expect(throws: LauncherError.self) { _ = try arguments("-J 1-10", .pro, output: "/w/out.txt") }
    #expect(error?.message.contains("{index}") == true)
    #expect(throws: LauncherError.self) { _ = try arguments("-t 1-10", .torque, output: "/w/out-{index}.txt") }
  }

  @Test func `indices that cannot be read are refused, and the field that takes them is named`() {
    let error = #expect(throws: LauncherError.self) { _ = try arguments("-J 1-x", .pro) }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.contains("‘-J 1-x’") == true && error?.message.contains("‘array’") == true)
  }

  @Test func `an array in the specification and one in native arguments contradict each other`() {
    var spec = JobSpec(command: ["true"])
    spec.array = ArrayIndices(1...4)
    spec.native = ["pbs": ["-J", "1-10"]]
    #expect(throws: LauncherError.self) { _ = try QsubCommand(spec, token: "t", family: .pro) }
  }
}
