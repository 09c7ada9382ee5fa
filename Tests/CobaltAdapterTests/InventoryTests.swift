import AdapterKit
import AdapterTestSupport
import Testing

@testable import cobalt_adapter

@Suite("Queues and nodes")
struct InventoryTests {
  @Test func `queues say whether they take and start jobs`() async throws {
    let queues = try await CobaltAdapter().queues(on: try ScriptedHost(recordings: "cobalt-1.0.33/queues-and-nodes"))
      .queues
    #expect(queues.map(\.name) == ["dead", "default", "draining", "private", "short", "stopped"])
    #expect(queues.map(\.accepts) == [false, true, false, true, true, true])
    #expect(queues.map(\.starts) == [false, true, true, true, true, false])
    #expect(queues.filter { $0.isDefault == true }.map(\.name) == ["default"])
    #expect(queues[4].walltimeLimit?.seconds == 1800)
  }

  @Test func `the table of queues says the same as the list`() throws {
    let list = try Inventory.queues(path: Fixture.folder + "/cobalt-1.0.33/queues-and-nodes/05-qstat-Q-l/stdout")
    #expect(try Inventory.queues(table: Fixture.text("queues-and-nodes/01-qstat-Q")) == list)
  }

  @Test func `nodes of a cluster, idle and allocated`() throws {
    let nodes = try #require(Inventory.nodes(try Fixture.text("done/14-running-nodelist")))
    #expect(nodes.map(\.name) == (1...8).map { "node0\($0)" })
    #expect(nodes.filter { $0.state == .allocated }.map(\.name) == ["node02", "node03"])
    #expect(nodes[0].queues == ["dead", "default", "draining", "private", "short", "stopped"])
  }

  @Test func `nodes of a Cray, as ALCF documents them`() throws {
    // Constructed: the form of ALCF's user guide of Theta.
    let text = """
      Node_id  Name         Queues   Status           MCDRAM  NUMA  Backfill
      ======================================================================
      20       c0-0c0s5n0   default  cleanup-pending  flat    quad  4:59:44
      21       c0-0c0s5n1   default  idle             flat    quad  4:59:44
      22       c0-0c0s5n2   default  haunted          flat    quad  4:59:44
      """
    let nodes = try #require(Inventory.nodes(text))
    #expect(nodes.map(\.name) == ["nid00020", "nid00021", "nid00022"])
    #expect(nodes.map(\.state) == [.allocated, .idle, .unknown])
    #expect(nodes[2].nativeState == "haunted")
  }

  @Test func `a server that is down is not an empty machine`() async throws {
    let down = try ScriptedHost.Answer.recorded("components-down/09-all-down-nodelist")
    let error = await #expect(throws: LauncherError.self) {
      _ = try await CobaltAdapter().nodes(on: ScriptedHost { _ in down })
    }
    #expect(error?.code == .schedulerUnreachable)
  }
}
