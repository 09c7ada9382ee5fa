import ArgumentParser
import LauncherKit

struct RecordCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Run a program, and record what the scheduler answers it.",
    usage: "launcher record [options] <folder> -- <command> ...",
    discussion: """
      Every native command that LauncherKit runs for the program, launcher itself included, is written to the folder
      with its input and answer; so are the requests to adapters with what they concluded. Recording again to the
      same folder goes on with it. The program's own exit code is passed on.

      EXAMPLES
        launcher record exit-3 -- launcher run -- sh -c 'exit 3'
        launcher record --redact night -- ./workflow.sh
        launcher record --commands NAME,NAME night -- python workflow.py
      """
  )

  @Flag(
    name: .long,
    help: "Replace your name, home and groups, this machine's name and domain, and the values of jobs' variables."
  )
  var redact = false

  @Option(name: .long, help: ArgumentHelp("Replace this word too; may be repeated.", valueName: "word"))
  var redactWord: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Record these commands too when the program runs them itself.", valueName: "names")
  )
  var commands: String?

  @Argument(help: "The folder for the recording.")
  var folder: String

  @Argument(parsing: .postTerminator, help: "The program and its arguments.")
  var command: [String]

  func run() async throws {
    guard !command.isEmpty else {
      throw Failure(
        .usage,
        "there is no program to run",
        advice: "For instance: launcher record DIR -- launcher detect"
      )
    }
    let folder = ProgramPaths.absolute(folder)
    let before = (try? Recording(folder: folder))?.exchanges.count ?? 0
    var variables = ["LAUNCHER_RECORD": folder]
    let secrets = redaction == nil ? nil : try TemporaryFolder()
    defer { secrets?.remove() }
    if let secrets {
      if let word = redactWord.first(where: { $0.contains(":") }) {
        throw Failure(.usage, "‘\(word)’ cannot be redacted: it holds a colon")
      }
      variables["LAUNCHER_RECORD_REDACT"] = redactWord.joined(separator: ":")
      variables["LAUNCHER_RECORD_SECRETS"] = secrets.path + "/variables"
    }
    // Fails at once when the folder cannot be used.
    try RecordingHost.prepare(folder: folder, redaction: redaction)
    let standIns = try commands.map { try StandIns(names: $0.split(separator: ",").map(String.init)) }
    defer { standIns?.remove() }
    let code = try await ChildProgram(command, environment: variables, standIns: standIns).run()
    let after = (try? Recording(folder: folder))?.exchanges.count ?? 0
    if after == before {
      StandardError.write(
        "launcher: nothing was recorded: the program ran no native command through LauncherKit. "
          + "Work on the local adapter needs none."
      )
    }
    throw ExitCode(code)
  }

  private var redaction: Redaction? {
    redact || !redactWord.isEmpty ? Redaction(of: .current, words: redactWord) : nil
  }
}
