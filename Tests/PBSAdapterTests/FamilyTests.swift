import AdapterKit
import AdapterTestSupport
import Synchronization
import Testing

@testable import pbs_adapter

@Suite("Which family of PBS it is, without detection before")
struct FamilyTests {
  private static let refusal = ScriptedHost.Answer.text("", stderr: "qstat: invalid option -- 'F'\n", exit: 2)
  private static let xml = ScriptedHost.Answer.text("<Data></Data>\n")
  private static let json = ScriptedHost.Answer.text("{\n\"pbs_server\":\"s\"\n}\n")

  @Test
  func `a command that failed for any reason is not taken for PBS Pro's: Torque is asked in its own words afterwards`()
    async throws
  {
    let isOver = Switch()
    let host = ScriptedHost { command in
      if !command.argv.contains("-F") { return Self.xml }
      return isOver.isOn ? Self.refusal : .text("", stderr: "out of memory\n", exit: 1)
    }
    let adapter = PBSAdapter()
    await #expect(throws: LauncherError.self) { try await Polled(nil, on: host, by: adapter) }
    isOver.turnOn()
    #expect(try await Polled(nil, on: host, by: adapter).answer.complete)
    #expect(await host.commands.last?.argv == ["qstat", "-x"])
  }

  @Test func `an answer in JSON is PBS Pro's, one in XML Torque's; the family is asked for once`() async throws {
    let adapter = PBSAdapter()
    let pro = ScriptedHost { command in command.argv.contains("-F") ? Self.json : .text("") }
    _ = try await Polled(nil, on: pro, by: adapter)
    _ = try await Polled(nil, on: pro, by: adapter)
    #expect(await pro.qstats.isEmpty)

    let second = PBSAdapter()
    let torque = ScriptedHost { command in command.argv.contains("-F") ? Self.refusal : Self.xml }
    _ = try await Polled(nil, on: torque, by: second)
    _ = try await Polled(nil, on: torque, by: second)
    #expect(await torque.commands.count { $0.argv.contains("-F") } == 1)
    #expect(await torque.qstats == ["qstat --version", "qstat -x", "qstat -x"])
  }

  /// Constructed: the words of PBS Pro 12 and 13 are those of getopt(3), their text is that of OpenPBS 23.06.06.
  @Test func `where PBS Pro has no JSON its text is read, and JSON is asked for once`() async throws {
    let text = try ScriptedHost.Answer.recorded("openpbs-23.06.06/complete-0/26-finished-qstat-fx")
    let host = ScriptedHost { command in
      if command.argv.contains("-F") { return .text("", stderr: "qstat: invalid option -- 'F'\n", exit: 2) }
      return command.argv.contains("--version") ? .text("pbs_version = PBSPro_12.2.4\n") : text
    }
    let adapter = PBSAdapter()
    for _ in 0..<2 {
      let job = try await Polled(["1.pbs01"], on: host, by: adapter).jobs["1.pbs01"]
      #expect(job?.state == .finished(.succeeded) && job?.exitStatus == .code(0))
      #expect(job?.source == "qstat -f")
    }
    #expect(await host.commands.count { $0.argv.contains("-F") } == 1)
    #expect(await host.commands.last?.argv == ["qstat", "-fx", "1.pbs01"])
  }

  @Test func `PBS Pro's table of qstat -x is not read as Torque's XML, where a recording has nothing else`()
    async throws
  {
    let table = try ScriptedHost.Answer.recorded("openpbs-23.06.06/complete-0/24-finished-qstat-x")
    let host = ScriptedHost { command in
      guard command.argv == ["qstat", "-x", "1.pbs01"] else {
        throw LauncherError(.notRecorded, "not recorded: \(command.argv)")
      }
      return table
    }
    let error = await #expect(throws: LauncherError.self) { try await Polled(["1.pbs01"], on: host) }
    #expect(error?.code == .notRecorded)
  }
}

/// Something that a test turns on while a host answers.
private final class Switch: Sendable {
  private let state = Mutex(false)
  var isOn: Bool { state.withLock { $0 } }
  func turnOn() { state.withLock { $0 = true } }
}
