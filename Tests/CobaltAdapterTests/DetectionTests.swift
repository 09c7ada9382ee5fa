import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

@Suite("Cobalt among schedulers that share its commands' names")
struct DetectionTests {
  /// A host that answers from a recording; a command that was not recorded is not installed, or was not recorded.
  private func host(_ recordings: [String], otherwise: ScriptedHost.Answer?) throws -> ScriptedHost {
    let exchanges = try recordings.flatMap { try Fixture.recording($0) }
    return ScriptedHost { command in
      if let exchange = exchanges.first(where: { $0.argv == command.argv }) { return exchange.answer }
      guard let otherwise else { throw LauncherError(.notRecorded, "not recorded") }
      return otherwise
    }
  }

  @Test(arguments: [
    "openpbs-23.06.06/detect", "sge-8.1.9/detect", "slurm-22.05.8/detect", "slurm-22.05.8/torque-wrappers",
    "slurm-23.11.11/detect", "slurm-26.05.3/detect", "torque-6.1.3.h5/detect", "volclava-2.2/detect",
  ])
  func `another scheduler is not Cobalt, whatever its qstat says`(recording: String) async throws {
    for otherwise in [ScriptedHost.Answer(ending: .notFound), nil] {
      let host = try host([recording], otherwise: otherwise)
      let detection = try await CobaltAdapter().detect(on: host)
      #expect(detection.presence == .absent, "\(recording)")
      #expect(detection.evidence.allSatisfy { $0.direction == .against })
      // Elsewhere, these words would mean something else.
      #expect(await host.commands.allSatisfy { $0.argv != ["qstat", "-Q"] })
    }
  }

  @Test func `the recordings distinguish it from those that have a qstat by what that says`() throws {
    let names = [
      "openpbs-23.06.06/detect", "sge-8.1.9/detect", "slurm-22.05.8/torque-wrappers", "torque-6.1.3.h5/detect",
    ]
    for name in names {
      let exchange = try #require(try Fixture.recording(name).first { $0.argv == ["qstat", "--version"] })
      #expect(!CobaltDetection.isCobalts(String(decoding: exchange.answer.stdout, as: UTF8.self)), "\(name)")
    }
    #expect(CobaltDetection.isCobalts(try Fixture.text("detect/02-qstat-version")))
    #expect(CobaltDetection.isCobalts(try Fixture.text("detect/13-cqstat-version")))
  }

  @Test func `a queue manager that lists its queues responds`() async throws {
    let host = try host(
      ["cobalt-1.0.33/detect", "cobalt-1.0.33/queues-and-nodes"],
      otherwise: .text("", exit: 1)
    )
    let detection = try await CobaltAdapter().detect(on: host)
    #expect(detection.presence == .responding)
    #expect(detection.flavour == "Cobalt")
    // A Cobalt built from its repository does not know its version: it prints $Version$.
    #expect(detection.version == nil)
    #expect(detection.insideJob == nil)
    #expect(detection.evidence.contains { $0.fact == "the queue manager answers, with 6 queues" })
    for command in await host.commands { #expect(command.timeLimit.map { $0 <= .seconds(1) } == true) }
  }

  @Test func `its commands without a queue manager are installed, not absent`() async throws {
    let version = try ScriptedHost.Answer.recorded("detect/02-qstat-version")
    let down = try ScriptedHost.Answer.recorded("components-down/06-all-down-qstat")
    for silence in [down, ScriptedHost.Answer(ending: .timedOut)] {
      let host = ScriptedHost { $0.argv == ["qstat", "--version"] ? version : silence }
      let detection = try await CobaltAdapter().detect(on: host)
      #expect(detection.presence == .installed)
      #expect(detection.evidence.contains { $0.direction == .against })
    }
  }

  @Test func `commands inside a job say which`() async throws {
    let version = try ScriptedHost.Answer.recorded("detect/02-qstat-version")
    let queues = try ScriptedHost.Answer.recorded("queues-and-nodes/01-qstat-Q")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "printenv": .text("501001\n")
      default: command.argv.last == "-Q" ? queues : version
      }
    }
    #expect(try await CobaltAdapter().detect(on: host).insideJob == "501001")
  }

  @Test func `a version that was filled in is read`() {
    #expect(CobaltDetection.version(in: "version: \"qstat.py \" + $Revision: 2 $ + , Cobalt  + 1.0.33") == "1.0.33")
    #expect(CobaltDetection.version(in: "qstat $Revision$\ncobalt 0.99.4pre1\n") == "0.99.4pre1")
    #expect(!CobaltDetection.isCobalts("pbs_version = 23.06.06\n"))
  }
}
