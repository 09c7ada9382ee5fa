import Testing

@testable import pbs_adapter

@Suite("A job's attributes")
struct AttributeTests {
  @Test func `both families' names mean the same attribute`() {
    #expect(PBSAttribute("Exit_status") == .exitStatus)
    #expect(PBSAttribute("exit_status") == .exitStatus)
    #expect(PBSAttribute("obittime") == .ended)
    #expect(PBSAttribute("comp_time") == .ended)
  }

  @Test func `the walltime asked for and the one used are two attributes`() {
    #expect(PBSAttribute(dotted: "Resource_List.walltime") == .walltimeLimit)
    #expect(PBSAttribute(dotted: "resources_used.walltime") == .usedWalltime)
    #expect(PBSAttribute(dotted: "walltime") == nil)
    #expect(PBSAttribute(dotted: "Walltime.Remaining") == nil)
  }
}
