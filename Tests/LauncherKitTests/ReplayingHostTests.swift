import Foundation
import LauncherKit
import Testing

@Suite("Answers from recordings")
struct ReplayingHostTests {
  private func host(_ scenarios: String...) throws -> ReplayingHost {
    ReplayingHost(try scenarios.map { try Recording(folder: Fixtures.folder + "/" + $0) })
  }

  private func stdout(_ result: CommandResult) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: result.stdoutPath)))
  }

  @Test func `a recorded command gets its recorded answer, byte by byte`() async throws {
    let host = try host("slurm-22.05.8/invalid-utf8")
    let result = try await host.run(NativeCommand(["squeue", "-h", "-o", "%i|%T|%k|%j"]))
    #expect(result.ending == .exited(0))
    #expect(try stdout(result).contains(0xE9))
    #expect(String(validating: try stdout(result), as: UTF8.self) == nil)
  }

  @Test func `an exit code is replayed, and the time it took`() async throws {
    let result = try await host("cobalt-1.0.33/failed-exit-3").run(NativeCommand(["qstat", "501002"]))
    #expect(result.ending == .exited(1))
    #expect(result.duration > .zero)
  }

  @Test func `an answer says when it was recorded, which is the present for the times in it`() async throws {
    let result = try await host("cobalt-1.0.33/failed-exit-3").run(NativeCommand(["qstat", "501002"]))
    let recorded = try Recording(folder: Fixtures.folder + "/cobalt-1.0.33/failed-exit-3").exchanges
    #expect(result.begunAt != nil)
    #expect(recorded.contains { $0.argv == ["qstat", "501002"] && $0.begun == result.begunAt })
  }

  @Test func `the same arguments with another input get another answer`() async throws {
    let scenario = "slurm-22.05.8/submit-inputs"
    func recordedInput(_ exchange: String) throws -> String {
      try String(contentsOfFile: Fixtures.folder + "/\(scenario)/\(exchange)/stdin", encoding: .utf8)
    }
    let host = try host(scenario)
    let command = ["sbatch", "--parsable"]
    let good = try await host.run(NativeCommand(command, stdin: try recordedInput("01-stdin")))
    #expect(good.ending == .exited(0))
    let bad = try await host.run(NativeCommand(command, stdin: try recordedInput("09-stdin-bad-directive")))
    #expect(bad.ending == .exited(255))
    // When asked again, a recorded input keeps its own answer: one without input is not mixed in.
    let again = try await host.run(NativeCommand(command, stdin: try recordedInput("01-stdin")))
    #expect(again.ending == .exited(0))
  }

  @Test func `a command that was recorded several times is answered in order, and the last answer stays`() async throws
  {
    let folder = try TestFolder()
    for (number, text) in ["queued", "running", "done"].enumerated() {
      try folder.write(#"{"argv": ["qstat", "1"], "exit": 0}"#, to: "0\(number)-qstat/command.json")
      try folder.write(text, to: "0\(number)-qstat/stdout")
      try folder.write("", to: "0\(number)-qstat/stderr")
    }
    let host = try ReplayingHost(folders: folder.path)
    var answers: [String] = []
    for _ in 0..<5 {
      answers.append(String(decoding: try stdout(try await host.run(NativeCommand(["qstat", "1"]))), as: UTF8.self))
    }
    #expect(answers == ["queued", "running", "done", "done", "done"])
  }

  @Test func `of several recordings the first that knows a command answers`() async throws {
    let folder = try TestFolder()
    try folder.write(#"{"argv": ["qstat", "501002"], "exit": 0}"#, to: "01-qstat/command.json")
    try folder.write("overlaid", to: "01-qstat/stdout")
    let below = try Recording(folder: Fixtures.folder + "/cobalt-1.0.33/failed-exit-3")
    let host = ReplayingHost([try Recording(folder: folder.path), below])
    #expect(try stdout(try await host.run(NativeCommand(["qstat", "501002"]))) == Array("overlaid".utf8))
    #expect(try await host.run(NativeCommand(["cat", "501002.output"])).ending == .exited(0))
  }

  @Test func `what was not recorded is an error that names the nearest recorded`() async throws {
    let host = try host("cobalt-1.0.33/failed-exit-3")
    let error = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["qstat", "999"])) }
    #expect(error?.code == .notRecorded)
    #expect(error?.message.contains("qstat 999") == true)
    #expect(error?.advice?.contains("qstat 501002 (05-gone-qstat)") == true)
    let other = await #expect(throws: LauncherError.self) { try await host.run(NativeCommand(["bjobs"])) }
    #expect(other?.advice?.contains("Nothing like it") == true)
  }

  @Test func `a command that was recorded only with another input is reported as that`() async throws {
    let folder = try TestFolder()
    try folder.write(#"{"argv": ["qsub"], "exit": 0}"#, to: "01-qsub/command.json")
    for (name, text) in [("stdin", "echo 1"), ("stdout", "7"), ("stderr", "")] {
      try folder.write(text, to: "01-qsub/\(name)")
    }
    let host = try ReplayingHost(folders: folder.path)
    let error = await #expect(throws: LauncherError.self) {
      try await host.run(NativeCommand(["qsub"], stdin: "echo 2"))
    }
    #expect(error?.code == .notRecorded)
    #expect(error?.message == "this was recorded with another input: qsub")
  }

  @Test func `a signal is replayed as a negative exit code, the lowest number included`() async throws {
    for (number, ending) in [(-9, CommandResult.Ending.signalled(.kill)), (-2_147_483_648, .exited(.min))] {
      let folder = try TestFolder()
      try folder.write(#"{"argv": ["x"], "exit": \#(number)}"#, to: "01-x/command.json")
      #expect(try await ReplayingHost(folders: folder.path).run(NativeCommand(["x"])).ending == ending)
    }
  }

  @Test func `a folder that is not a recording is an error that names it`() throws {
    let folder = try TestFolder()
    for path in [folder.path, folder.path + "/nowhere"] {
      let error = #expect(throws: LauncherError.self) { try Recording(folder: path) }
      #expect(error?.code == .notRecorded)
      #expect(error?.message.contains(path) == true)
    }
    try folder.write("{", to: "01-x/command.json")
    let error = #expect(throws: LauncherError.self) { try Recording(folder: folder.path) }
    #expect(error?.message.contains("01-x/command.json") == true)
  }

  @Test func `a dry run looks, and notes down what it would change`() async throws {
    let dry = DryRunHost(try host("cobalt-1.0.33/failed-exit-3"))
    #expect(try await dry.run(NativeCommand(["qstat", "501002"])).ending == .exited(1))
    for effect in [NativeCommand.Effect.changes, .creates] {
      let command = NativeCommand(["qsub", "x"], stdin: "script", effect: effect)
      let error = await #expect(throws: LauncherError.self) { try await dry.run(command) }
      #expect(error?.code == .dryRun)
    }
    #expect(dry.steps == Array(repeating: PlannedStep(argv: ["qsub", "x"], stdin: "script"), count: 2))
  }
}
