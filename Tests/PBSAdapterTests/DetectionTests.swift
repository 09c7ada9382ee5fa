import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Detection of PBS")
struct DetectionTests {
  private func detect(_ recording: String) async throws -> Detection {
    try await PBSAdapter().detect(on: ScriptedHost(recordings: recording))
  }

  @Test func `OpenPBS is reported with version, server, default queue and history`() async throws {
    let detection = try await detect("openpbs-23.06.06/detect")
    #expect(detection.presence == .responding)
    #expect(detection.flavour == "OpenPBS")
    #expect(detection.version == "23.06.06")
    #expect(detection.server == "pbs01")
    #expect(detection.evidence.contains(.for("jobs go to the queue workq by default")))
    #expect(detection.evidence.contains(.for("finished jobs are kept")))
  }

  @Test func `Torque is reported with version, server, default queue and how long it keeps what ended`() async throws {
    let detection = try await detect("torque-6.1.3.h5/detect")
    #expect(detection.presence == .responding)
    #expect(detection.flavour == "Torque")
    #expect(detection.version == "6.1.3.h5")
    #expect(detection.server == "torque01")
    #expect(detection.evidence.contains(.for("finished jobs are kept for 300 s")))
  }

  @Test func `Torque 4.2, which prints its version on standard error, is Torque too`() async throws {
    // Constructed: the recordings of 4.2.10 are not here; the stream is what they show.
    let host = ScriptedHost { command in
      command.argv == ["qstat", "--version"] ? .text("", stderr: "Version: 4.2.10\n") : .text("", exit: 1)
    }
    let detection = try await PBSAdapter().detect(on: host)
    #expect(detection.flavour == "Torque")
    #expect(detection.presence == .installed)
  }

  @Test(
    arguments: [
      ("cobalt-1.0.33/detect", "Cobalt"), ("sge-8.1.9/detect", "Grid Engine"),
      ("slurm-22.05.8/torque-wrappers", "Slurm's wrappers"),
    ]
  )
  func `Look-alikes are not PBS, and it is said whose qstat it is`(recording: String, owner: String) async throws {
    let detection = try await detect(recording)
    #expect(detection.presence == .absent)
    #expect(detection.evidence.first?.direction == .against)
    #expect(detection.evidence.first?.fact.contains(owner) == true)
  }

  @Test func `of all recorded qstat --version those of PBS are PBS's, of the right family, and no other is`() throws {
    struct Command: Decodable { let argv: [String] }
    var families: [String: Set<PBSFamily?>] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: Fixture.folder)
    where path.hasSuffix("/command.json") && !path.hasPrefix("cases/") {
      let data = try Data(contentsOf: URL(filePath: "\(Fixture.folder)/\(path)"))
      guard String(decoding: data, as: UTF8.self).contains("--version"),
        try JSONDecoder().decode(Command.self, from: data).argv == ["qstat", "--version"]
      else { continue }
      let folder = "\(Fixture.folder)/\(path.dropLast("command.json".count))"
      let said = try ["stdout", "stderr"].map { stream in
        try String(contentsOfFile: folder + stream, encoding: .utf8)
      }
      let family = PBSDetection.version(in: said.joined(separator: "\n"))?.0
      families[String(path.prefix { $0 != "-" }), default: []].insert(family)
    }
    #expect(families == ["openpbs": [.pro], "torque": [.torque], "cobalt": [nil], "sge": [nil], "slurm": [nil]])
  }

  @Test func `commands without a server that answers are installed, and no more`() async throws {
    let detection = try await detect("openpbs-23.06.06/server-down")
    #expect(detection.presence == .installed)
    #expect(detection.evidence.contains { $0.direction == .against && $0.fact.contains("cannot connect") })
  }

  @Test func `a server that hangs costs less than the two seconds of all adapters`() async throws {
    let host = ScriptedHost { command in
      command.argv.contains("--version")
        ? .text("pbs_version = 23.06.06\n") : ScriptedHost.Answer(ending: .timedOut)
    }
    let detection = try await PBSAdapter().detect(on: host)
    #expect(detection.presence == .installed)
    let limits = await host.commands.compactMap(\.timeLimit)
    #expect(limits.count == 4)
    #expect(limits.allSatisfy { $0 <= .seconds(1) })
  }

  @Test(
    arguments: [
      ScriptedHost.Answer(ending: .timedOut), ScriptedHost.Answer(ending: .signalled(.kill)),
      .text("", stderr: "pbs conf variables not found\n", exit: 1), .text("", exit: 1),
      .text("", stderr: "qstat: error while loading shared libraries: libpbs.so.0: cannot open\n", exit: 127),
    ]
  )
  func `a qstat that is there and does not report its version is installed: it may be a PBS that is slow or not set up`(
    answer: ScriptedHost.Answer
  ) async throws {
    let detection = try await PBSAdapter().detect(on: ScriptedHost { _ in answer })
    #expect(detection.presence == .installed)
    #expect(detection.version == nil)
    #expect(detection.evidence.map(\.direction) == [.against])
  }

  @Test func `another program called qstat is not PBS`() async throws {
    // Constructed: the words of a program that queries game servers.
    let said = "unknown option '--version'\nUsage: qstat [options] host\n"
    let host = ScriptedHost { _ in .text("", stderr: said, exit: 1) }
    #expect(try await PBSAdapter().detect(on: host).presence == .absent)
  }

  @Test func `what a site says around the answers is neither a server nor a queue`() async throws {
    let table = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/queues-and-nodes/\(Self.queueExchange)")
    var told = Array("Welcome to Sol.\nBe kind.\n".utf8)
    told += table.stdout + Array("\nHelp: help@sol\n".utf8)
    let answer = told
    let queues = try await PBSAdapter().queues(
      on: Torque.host { argv in
        argv.contains("-Q") ? ScriptedHost.Answer(stdout: answer) : nil
      }
    ).queues
    #expect(queues.map(\.name) == ["batch", "short", "stopped", "disabled"])
  }

  private static let queueExchange = "02-qstat-Q-f"

  @Test func `where there is no qstat there is no PBS`() async throws {
    let host = ScriptedHost { _ in ScriptedHost.Answer(ending: .notFound) }
    #expect(try await PBSAdapter().detect(on: host).presence == .absent)
  }

  @Test(
    arguments: [
      ("23.06.06", "OpenPBS"), ("19.1.1", "OpenPBS"), ("2022.1.1", "PBS Pro"), ("PBSPro_13.0.2.153173", "PBS Pro"),
      ("14.1.0", "PBS Pro"),
    ]
  )
  func `OpenPBS and PBS Pro are distinguished by their counting of years`(version: String, flavour: String) {
    #expect(PBSDetection.flavour(.pro, version) == flavour)
  }
}

@Suite("Queues and nodes of PBS")
struct InventoryTests {
  @Test func `queues of OpenPBS, with limits and which is the default`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/queues-and-nodes")
    let queues = try await PBSAdapter().queues(on: host).queues
    #expect(queues.map(\.name) == ["workq", "short", "stopped", "disabled", "routing"])
    #expect(queues[0].isDefault == true)
    #expect(queues[1].walltimeLimit == Walltime(.seconds(600)))
    #expect(queues[2].starts == false && queues[2].accepts == true)
    #expect(queues[3].accepts == false)
  }

  @Test func `nodes of OpenPBS, with what is free of them`() async throws {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/array/30-pbsnodes-a-json")
    let nodes = try await PBSAdapter().nodes(on: ScriptedHost { _ in answer }).nodes
    #expect(nodes.map(\.name) == ["node01", "node02", "node03"])
    #expect(nodes[0].state == .mixed)
    #expect(nodes[0].cpus == 4 && nodes[0].cpusUsed == 3)
    #expect(nodes[0].memory == .gibibytes(8))
  }

  @Test(
    arguments: [
      ("38-offline-pbsnodes-a-json", NodeStatus.State.drained), ("42-down-pbsnodes-a-json", .down),
    ]
  )
  func `an offline node takes nothing, and a node that is down is down`(exchange: String, state: NodeStatus.State)
    async throws
  {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/queues-and-nodes/\(exchange)")
    let nodes = try await PBSAdapter().nodes(on: ScriptedHost { _ in answer }).nodes
    #expect(nodes.contains { $0.state == state })
  }

  @Test func `numbers of jobs and processors that cannot be reckoned with are none`() async throws {
    let queue = #"{"Queue":{"workq":{"state_count":"Queued:\#(Int.max) Held:\#(Int.max) Running:2 "}}}"#
    let queues = try await PBSAdapter().queues(on: ScriptedHost { _ in .text(queue) }).queues
    #expect(queues.first?.queuedJobs == 0 && queues.first?.runningJobs == 2)
  }

  @Test func `queues and nodes of Torque, from what people read`() async throws {
    let host = try ScriptedHost(recordings: "torque-6.1.3.h5/queues-and-nodes")
    let adapter = PBSAdapter()
    let queues = try await adapter.queues(on: host).queues
    #expect(queues.map(\.name) == ["batch", "short", "stopped", "disabled"])
    #expect(queues[0].isDefault == true)
    #expect(queues[1].walltimeLimit == Walltime(.seconds(600)))
    let nodes = try await adapter.nodes(on: host).nodes
    #expect(nodes.count == 3)
    #expect(nodes.allSatisfy { $0.cpus == 4 })
  }

  @Test func `a server that is down reports no nodes, which is an error and not an empty list`()
    async throws
  {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/server-down")
    let error = await #expect(throws: LauncherError.self) { try await PBSAdapter().nodes(on: host) }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test func `a list that is cut is an error, not fewer queues`() async throws {
    let text = try Fixture.Exchange("openpbs-23.06.06/queues-and-nodes/03-qstat-Q-f-json").text()
    let host = ScriptedHost { _ in .text(String(text.prefix(600))) }
    let error = await #expect(throws: LauncherError.self) { _ = try await PBSAdapter().queues(on: host) }
    #expect(error?.code == .truncatedOutput)
  }
}
