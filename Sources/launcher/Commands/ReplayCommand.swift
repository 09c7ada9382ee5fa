import ArgumentParser
import LauncherKit

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run a program with a scheduler that is only a recording.",
    usage: "launcher replay [options] <folders> ... -- <command> ...",
    discussion: """
      Every native command that LauncherKit would run for the program, launcher itself included, is answered from the
      recordings, searched in order. A command recorded several times is answered in order, and the last answer stays.
      What was not recorded is an error that names what was. The program's own exit code is passed on.

      EXAMPLES
        launcher replay exit-3 -- launcher run -- sh -c 'exit 3'
        launcher replay done/ detect/ -- launcher status 41
        launcher replay --commands night -- python workflow.py
      """
  )

  @Flag(name: .long, help: "Also put the recorded commands on PATH, for a program that runs them itself.")
  var commands = false

  @Flag(name: .long, help: "Add what adapters are asked and conclude to expected.json of the first recording.")
  var expect = false

  @Option(
    name: .long,
    help: ArgumentHelp("How fast answers come: full, or recorded.", valueName: "speed"),
    transform: { word in
      guard let speed = ReplayingHost.Speed(rawValue: word) else {
        throw ValidationError("‘\(word)’ is not a speed: full or recorded")
      }
      return speed
    }
  )
  var speed: ReplayingHost.Speed = .full

  @Argument(help: ArgumentHelp("The folders of recordings, and after ‘--’ the program.", valueName: "folders"))
  var words: [String] = []

  func run() async throws {
    // The parser gives one list; what follows the first ‘--’ is the program.
    let command =
      CommandLine.arguments.split(separator: "--", maxSplits: 1, omittingEmptySubsequences: false)
      .dropFirst().first.map(Array.init) ?? []
    let folders = words.dropLast(command.count)
    guard !folders.isEmpty else {
      throw Failure(.usage, "there is no recording", advice: "For instance: launcher replay DIR -- launcher detect")
    }
    guard !command.isEmpty else {
      throw Failure(
        .usage,
        "there is no program to run",
        advice: "For instance: launcher replay DIR -- launcher detect"
      )
    }
    let paths = folders.map { ProgramPaths.absolute($0) }
    if let folder = paths.first(where: { $0.contains(":") }) {
      throw Failure(.usage, "\(folder) has a colon in its path, which separates folders", advice: "Rename the folder.")
    }
    let recordings = try paths.map { try Recording(folder: $0) }
    let state = try TemporaryFolder()
    defer { state.remove() }
    let progress = state.path + "/progress"
    let standIns =
      commands ? try StandIns(names: recordings.flatMap { $0.exchanges.compactMap(\.argv.first) }) : nil
    defer { standIns?.remove() }
    let variables = [
      "LAUNCHER_REPLAY": paths.joined(separator: ":"),
      "LAUNCHER_REPLAY_STATE": progress,
      "LAUNCHER_REPLAY_SPEED": speed.rawValue,
      "LAUNCHER_REPLAY_EXPECT": expect ? paths[0] : "",
    ]
    let code = try await ChildProgram(command, environment: variables, standIns: standIns).run()
    for argv in try ReplayProgress(path: progress).missing {
      StandardError.write("launcher: asked and not recorded: \(Terminal.harmless(ShellText.quoted(argv)))")
    }
    throw ExitCode(code)
  }
}
