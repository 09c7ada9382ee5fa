import Testing

@testable import LauncherKit

@Suite("Which machine native commands run on")
struct HostChoiceTests {
  private func choice(_ variables: [String: String], _ destination: String? = nil) throws -> HostChoice {
    try HostChoice(
      from: variables,
      destination: try destination.map { try SSHDestination($0) },
      outputs: CommandOutputs(),
      logger: .silent
    )
  }

  @Test func `this one where nobody names another; LAUNCHER_HOST names one, and a named one comes before it`() throws {
    #expect(try choice([:]).remote == nil)
    #expect(try choice(["LAUNCHER_HOST": ""]).remote == nil)
    #expect(try choice(["LAUNCHER_HOST": "ssh://a"]).remote?.destination.host == "a")
    #expect(try choice(["LAUNCHER_HOST": "ssh://a"], "ssh://b").remote?.destination.host == "b")
    #expect(try choice([:], "ssh://b").isThisMachine == false)
    let error = #expect(throws: LauncherError.self) { try choice(["LAUNCHER_HOST": "a"]) }
    #expect(error?.code == .invalidValue)
    #expect(error?.message.contains("LAUNCHER_HOST") == true)
  }

  @Test func `a replay needs no machine, and a recording takes down what the other machine answers`() throws {
    let folder = try TestFolder()
    let recording = try choice(["LAUNCHER_HOST": "ssh://a", "LAUNCHER_RECORD": folder.path + "/recording"])
    #expect(recording.remote?.destination.host == "a")
    #expect(recording.host is RecordingHost)
    try folder.write("{}", to: "made/scenario.json")
    try folder.write("{\"argv\":[\"true\"],\"exit\":0}", to: "made/01-true/command.json")
    let replay = try choice(["LAUNCHER_HOST": "ssh://a", "LAUNCHER_REPLAY": folder.path + "/made"])
    #expect(replay.remote == nil)
    #expect(replay.host is ReplayingHost)
  }

  @Test func `an adapter that acts itself is refused for another machine, and one that asks its host is not`() throws {
    func description(_ commands: AdapterDescription.CommandPolicy) -> AdapterDescription {
      AdapterDescription(
        adapter: ProgramIdentity(name: "fake-adapter", version: "1"),
        scheduler: "fake",
        commands: commands,
        operations: [],
        fields: []
      )
    }
    let there = try choice([:], "ssh://login")
    let error = #expect(throws: LauncherError.self) { try there.check(description(.adapter), name: "fake") }
    #expect(error?.code == .adapterUnknown)
    #expect(error?.advice?.contains("launcher detect --host ssh://login") == true)
    try there.check(description(.host), name: "fake")
    try choice([:]).check(description(.adapter), name: "fake")
  }

  @Test func `relative paths of a job begin where they are asked to, and not in this process's folder`() throws {
    let description = AdapterDescription(
      adapter: ProgramIdentity(name: "fake-adapter", version: "1"),
      scheduler: "fake",
      operations: [],
      fields: [.directory]
    )
    var spec = JobSpec(command: ["true"])
    #expect(try spec.resolved(for: description, from: "/home/ada").directory == "/home/ada")
    spec.directory = "runs/1"
    #expect(try spec.resolved(for: description, from: "/home/ada").directory == "/home/ada/runs/1")
    spec.directory = "/scratch"
    #expect(try spec.resolved(for: description, from: "/home/ada").directory == "/scratch")
  }
}
