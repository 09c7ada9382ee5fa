import ArgumentParser
import CLinux
import Glibc
import LauncherKit

/// The program's entry: finds the subcommand, runs it, and turns errors into a sentence and an exit code.
@main
enum Main {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // A heap for each thread costs more than the threads gain: a third of the memory that ten thousand jobs need.
    clinux_use_one_heap()
    CommandGuard.start()
    let result: Result<Void, any Error>
    do {
      try checkEncoding()
      if let mistake = LauncherCommand.mistake(in: arguments) { throw mistake }
      result = .success(try await Interrupts.around { try await run(arguments) })
    } catch {
      result = .failure(error)
    }
    await ChildProcesses.endAll(within: .seconds(3))
    if case .failure(let error) = result { Failure.exit(with: error) }
  }
}

extension Main {
  private static func run(_ arguments: [String]) async throws {
    var command = try LauncherCommand.parseAsRoot(arguments)
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      try command.run()
    }
  }

  /// Refuses words that are not valid UTF-8: they would reach a job changed.
  private static func checkEncoding() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let word = CommandLine.unsafeArgv[index], String(validatingCString: word) == nil else { continue }
      throw Failure(
        .usage,
        "word \(index) is not UTF-8 text: \(Terminal.harmless(String(cString: word)))",
        advice: "Put such a name into a script, and submit that."
      )
    }
  }
}

/// `launcher`: the subcommands in the order in which a user meets them.
struct LauncherCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launcher",
    abstract: "Submit jobs to this machine's batch scheduler, follow them, end them: the same on every scheduler.",
    discussion: """
      EXAMPLES
        launcher detect
        launcher run -- python train.py
        launcher submit --walltime 2h --cpus-per-task 4 -- ./simulate
        launcher status 41
        launcher cancel 41

      Exit codes are listed in Documentation/ExitCodes.md.
      """,
    version: "launcher \(launcherKitVersion)",
    subcommands: [
      DetectCommand.self, AdaptersCommand.self, SubmitCommand.self, RunCommand.self, StatusCommand.self,
      WaitCommand.self, WatchCommand.self, CancelCommand.self, HoldCommand.self, ReleaseCommand.self,
      SuspendCommand.self, ResumeCommand.self, LogsCommand.self, HistoryCommand.self, ReconcileCommand.self,
      PruneCommand.self, QueuesCommand.self, NodesCommand.self,
      RecordCommand.self, ReplayCommand.self, ConformanceCommand.self, StandInCommand.self, VersionCommand.self,
    ]
  )

  /// The failure for a first word that is not a subcommand, with the nearest one.
  static func mistake(in arguments: [String]) -> Failure? {
    guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
    let names = configuration.subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    if word == "help", let topic = arguments.dropFirst().first, !topic.hasPrefix("-"), !names.contains(topic) {
      let nearest = NearestWord.to(topic, among: names)
      return Failure(
        .usage,
        "there is no command ‘\(topic)’",
        advice: nearest.map { "Did you mean: launcher help \($0)" } ?? "Commands are \(names.joined(separator: ", "))."
      )
    }
    guard word != "help", word != StandInCommand._commandName, !names.contains(word) else { return nil }
    guard let nearest = NearestWord.to(word, among: names) else {
      return Failure(.usage, "there is no command ‘\(word)’", advice: "Commands are \(names.joined(separator: ", ")).")
    }
    let rest = ([nearest] + arguments.dropFirst()).joined(separator: " ")
    return Failure(.usage, "there is no command ‘\(word)’", advice: "Did you mean: launcher \(rest)")
  }
}
