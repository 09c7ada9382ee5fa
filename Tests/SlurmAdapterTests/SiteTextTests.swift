import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("A site's text around Slurm's rows")
struct SiteTextTests {
  @Test func `text before and after the rows of squeue is not a part of them`() async throws {
    let polled = try await Polled(
      ["4104", "4105", "4199"],
      on: try StandIns("peertests/04-slurm-text-behind-squeue-rows")
    )
    for id in ["4104", "4105"] {
      #expect(polled.jobs[id]?.state == .running, "\(id)")
      #expect(polled.jobs[id]?.name == "orbit")
    }
    #expect(polled.jobs["4199"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
    #expect(polled.unreadable.isEmpty)
  }

  private static let texts = [
    "\n\nMaintenance on Monday.\n", "Maintenance on Monday.\n", "-----\n| Welcome |\n-----\n", "\r\nWelcome\r\n",
    "12 nodes are down\n", "CLUSTER: lk\n",
  ]

  @Test(arguments: texts) func `rows of squeue are read wherever a site prints its text`(text: String) async throws {
    let first = Made.queueRow("7", "RUNNING", name: "two\nlines")
    let second = Made.queueRow("8", "PENDING", name: "plain")
    for listing in [text + first + second, first + text + second, first + second + text, text + first + text] {
      let polled = try await Polled(["7", "8"], on: Made.slurm(queue: .text(listing, stderr: text)))
      #expect(polled.jobs["7"]?.name == "two\nlines", "\(listing.debugDescription)")
      #expect(polled.jobs["7"]?.state == .running)
      if listing.contains("plain") { #expect(polled.jobs["8"]?.name == "plain", "\(listing.debugDescription)") }
      #expect(polled.answer.complete && polled.unreadable.isEmpty)
    }
  }

  @Test(arguments: texts) func `rows of sacct are read wherever a site prints its text`(text: String) async throws {
    let rows = Made.accountingRow("7", "FAILED", exit: "3:0")
    let steps = Made.accountingRow("7.batch", "FAILED", number: "7", exit: "3:0")
    for listing in [text + rows, rows + text, text + rows + steps + text, rows + steps + text] {
      let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(listing, stderr: text)))
      #expect(polled.jobs["7"]?.exitStatus == .code(3), "\(listing.debugDescription)")
      #expect(polled.jobs["7"]?.name == "job", "\(listing.debugDescription)")
      #expect(polled.answer.complete && polled.unreadable.isEmpty)
    }
  }

  @Test func `the rest of a damaged row after another is not text of a site`() async throws {
    let columns = Made.queueRow("8", "RUNNING").dropLast().split(separator: "\u{1F}")
    let torn = columns.suffix(4).joined(separator: "\u{1F}") + "\u{1F}\n"
    let polled = try await Polled(["7", "8"], on: Made.slurm(queue: .text(Made.queueRow("7", "RUNNING") + torn)))
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["8"] == nil)
    #expect(!polled.answer.complete)
    #expect(polled.unreadable.count == 1)
  }

  @Test func `a token is found between a site's lines, and text alone is not an answer of a busy controller`()
    async throws
  {
    let row = "47\u{1F}47\u{1F}PENDING\u{1F}1795220000\u{1F}lk\u{1F}launcher:tok\u{1F}\n"
    let host = Made.slurm(queue: .text("Welcome\n" + row + "\nBye\n"))
    #expect(try await SlurmAdapter().find(FindRequest(token: "tok"), on: host).jobs.map(\.id) == ["47"])
    let busy = Made.slurm(queue: .text("Welcome\n", stderr: "slurm_load_jobs error: Socket timed out\n"))
    await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().find(FindRequest(token: "tok"), on: busy) }
    await #expect(throws: LauncherError.self) { _ = try await Polled(["47"], on: busy) }
  }

  @Test func `queues and nodes are read between a site's lines`() throws {
    let queues = "Welcome\nmain\u{1F}main*\u{1F}up\u{1F}1:00:00\u{1F}3/1/0/4\u{1F}6/10/0/16\n\nBye\n"
    #expect(try Inventory.queues(path: try temporaryFile(Array(queues.utf8))).map(\.name) == ["main"])
    let nodes = "Welcome\nnode3\u{1F}main\u{1F}drained\u{1F}0/0/4/4\u{1F}4000\u{1F}(null)\u{1F}disk\nBye\n"
    let found = try Inventory.nodes(path: try temporaryFile(Array(nodes.utf8)))
    #expect(found.map(\.reason) == ["disk"])
  }

  @Test(arguments: ["(null)", "N/A", "None"]) func `a job may be called so`(name: String) async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING", name: name)))
    #expect(try await Polled(["7"], on: host).jobs["7"]?.name == name)
  }

  @Test func `peak memory counts in all of sacct's units`() async throws {
    let polled = try await Polled(["4107"], on: try StandIns("peertests/06-slurm-maxrss-above-a-million-k"))
    #expect(polled.jobs["4107"]?.usage?.peakMemory == ByteCount(1_650_778_112))
    func bytes(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { SacctReader.bytes($0) } }
    #expect(bytes("999999K") == 1_023_998_976)
    #expect(bytes("1000000K") == 1_024_000_000)
    #expect(bytes("1.50G") == 1_610_612_736)
    #expect(bytes("4720640") == 4_720_640)
    #expect(bytes("99999999999999P") == nil)
  }
}
