import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Queues, hosts, and jobs by their token")
struct InventoryTests {
  @Test func `queues have their whole names, their limits, and whether they take and start jobs`() async throws {
    let host = try Fixture.recorded("queues-and-nodes", "detect")
    let queues = try await LSFAdapter().queues(on: host).queues
    #expect(queues.map(\.name).contains("long_jobs_of_the_physics_department"))
    #expect(queues.count == 6)
    #expect(queues.filter { $0.isDefault == true }.map(\.name) == ["normal"])
    #expect(queues.first { $0.name == "short" }?.walltimeLimit == Walltime(.seconds(600)))
    #expect(queues.first { $0.name == "maintenance" }?.accepts == false)
    #expect(queues.first { $0.name == "inactive" }?.starts == false)
    #expect(queues.first { $0.name == "inactive" }?.nativeState == "Open:Inact")
  }

  @Test func `hosts have their slots and memory`() async throws {
    let nodes = try await LSFAdapter().nodes(on: try Fixture.recorded("queues-and-nodes")).nodes
    #expect(nodes.map(\.name) == ["vm"])
    #expect(nodes.first?.state == .idle)
    #expect(nodes.first?.cpus == 4 && nodes.first?.cpusUsed == 0)
    #expect(nodes.first?.memory == .mebibytes(24_105))
  }

  @Test(
    arguments: [
      ("ok", 4, 0, NodeStatus.State.idle), ("ok", 4, 2, .mixed), ("ok", 4, 4, .allocated), ("closed", 4, 4, .allocated),
      ("closed_Full", 4, 4, .allocated), ("closed_Adm", 4, 2, .draining), ("closed_Adm", 4, 0, .drained),
      ("unavail", 4, 0, .down), ("unreach", 4, 2, .down), ("odd", 4, 0, .unknown),
    ]
  )
  func `a host's word, bhosts(1)`(word: String, slots: Int, used: Int, state: NodeStatus.State) {
    #expect(Inventory<ScriptedHost>.state(word, slots: slots, used: used) == state)
  }

  @Test func `daemons that are down report no queues`() async throws {
    let host = ScriptedHost { _ in .text("", stderr: "Connection refused by server\n", exit: 255) }
    let error = await #expect(throws: LauncherError.self) { _ = try await LSFAdapter().queues(on: host) }
    #expect(error?.code == .schedulerUnreachable)
  }

  private let token = "0123456789abcdef0123456789abcdef"

  private func listing(_ number: String) -> String {
    "\nJob <\(number)>, Job Name <j>, User <ada>, Project <default>, Status <PEND>, Queue <normal>, "
      + "Command <#!/bin/sh;# launcher:token=\(token);true>\n"
      + "Sat Nov 21 00:27:53: Submitted from host <vm>, CWD <$HOME>;\n"
  }

  @Test(arguments: ["34", "34[2]"])
  func `a job is found by the token in its script, an array by any of its elements`(number: String) async throws {
    let text = listing(number)
    let host = ScriptedHost { $0.argv[0] == "bjobs" ? .text(text) : .text(IBM.lsid) }
    let jobs = try await LSFAdapter().find(FindRequest(token: token), on: host).jobs
    #expect(jobs.map(\.id) == ["34"])
    #expect(jobs.first?.server == "lk")
  }

  @Test func `where bsub wants a file, a job is found by the name of its script`() async throws {
    let text =
      "\nJob <35>, Job Name <j>, User <ada>, Project <default>, Status <PEND>, Queue <batch>, "
      + "Command </home/ada/.local/state/launcher/script/\(token)>\n"
      + "Sat Nov 21 00:27:53: Submitted from host <login1>, CWD <$HOME>;\n"
    let host = ScriptedHost { $0.argv[0] == "bjobs" ? .text(text) : .text(IBM.lsid) }
    #expect(try await LSFAdapter().find(FindRequest(token: token), on: host).jobs.map(\.id) == ["35"])
  }

  @Test func `the token is found in folded lines too`() async throws {
    let header = listing("34").split(separator: "\n")
    let long = String(header[0])
    let fold = long.prefix(150) + "\n" + String(repeating: " ", count: 21) + long.dropFirst(150)
    let text = "\n\(fold)\n\(header[1])\n"
    let host = ScriptedHost { command in
      guard command.argv[0] == "bjobs" else { return .text("OpenLava Project 3.3\nMy cluster name is lk\n") }
      return command.argv.contains("-UF") ? .text("", stderr: "bjobs: illegal option -- U\n", exit: 255) : .text(text)
    }
    #expect(try await LSFAdapter().find(FindRequest(token: token), on: host).jobs.map(\.id) == ["34"])
  }

  @Test func `another token, or none, finds no job; and a job from before the search is not the one`() async throws {
    let text = listing("34")
    let host = ScriptedHost { $0.argv[0] == "bjobs" ? .text(text) : .text("") }
    #expect(try await LSFAdapter().find(FindRequest(token: "f" + token.dropFirst()), on: host).jobs.isEmpty)
    let late = FindRequest(token: token, since: RFC3339.date(from: "2026-11-21T02:00:00Z"))
    #expect(try await LSFAdapter().find(late, on: host).jobs.isEmpty)
    let empty = ScriptedHost { $0.argv[0] == "bjobs" ? .text("", stderr: "No job found\n", exit: 255) : .text("") }
    #expect(try await LSFAdapter().find(FindRequest(token: token), on: empty).jobs.isEmpty)
  }

  @Test func `a listing that fails does not say that there is no such job`() async throws {
    let host = ScriptedHost { _ in .text("", stderr: "Connection refused by server\n", exit: 255) }
    await #expect(throws: LauncherError.self) { _ = try await LSFAdapter().find(FindRequest(token: token), on: host) }
  }

  @Test func `a job that LSF has forgotten is found by its exit record`() async throws {
    let record = "record=lsf/34_2\ntoken=\(token)\ncode=0\nsignal=0\nwhole=yes\n"
    let host = ScriptedHost { command in
      switch command.argv[0] {
      case "bjobs": .text("", stderr: "No job found\n", exit: 255)
      case "sh": .text(record)
      default: .text("")
      }
    }
    #expect(try await LSFAdapter().find(FindRequest(token: token), on: host).jobs.map(\.id) == ["34"])
  }
}
