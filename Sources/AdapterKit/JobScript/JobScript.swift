import LauncherProtocol

/// The script that a scheduler runs as a job: variables, the user's prologue, the command, the exit record, the user's
/// epilogue.
///
/// The frame is the same for all schedulers. An adapter fills in what differs, as lines and words of its own.
public struct JobScript: Sendable {
  private let spec: JobSpec
  private let token: String
  /// How the job's end is recorded.
  public var record: ExitRecordScript
  /// Comments after the first line.
  public var heading = ["# Made by LauncherKit."]
  /// Lines that set the job's own variables; those that the specification asks for come after them.
  public var variables: [String] = []
  /// Lines that enter the folder and open the files. They may end the job with `launcher_fail`.
  public var preparation: [String] = []
  /// The words before the command, from ``TaskStarter``.
  public var starter: [String] = []
  /// The file that the command reads as its standard input; if `nil`, the job's own.
  public var input: String?
  /// See ``WatchedCommand/lines(program:line:input:repeatsWords:)``.
  public var repeatsWords = true
  /// Whether each line of a user's script travels with a `|` before it, so that a submit command that looks for
  /// directives in its whole input finds none at the beginning of a line.
  public var hidesLines = false
  /// Whether carriage returns travel in another form, for submit commands that remove them.
  public var hidesReturns = false
  /// Lines that come after the exit record is written.
  public var cleaning: [String] = []
  /// Whether a script whose command ended by a signal ends by the same signal, for schedulers that report it.
  public var endsBySignal = true

  /// The script of a job.
  public init(_ spec: JobSpec, token: String, record: ExitRecordScript) {
    self.spec = spec
    self.token = token
    self.record = record
  }

  /// The shell that a job's script runs in.
  public static func shell(for spec: JobSpec) -> String {
    // `module` and the like are bash functions.
    spec.prologue == nil && spec.epilogue == nil ? "/bin/sh" : "/bin/bash"
  }

  /// The whole script.
  ///
  /// - Throws: `LauncherError` (`invalidValue`) for a variable that no shell can set.
  public func text() throws -> String {
    var lines = ["#!\(Self.shell(for: spec))"] + heading
    // The job's own variables may change HOME.
    lines.append(record.place)
    lines += variables + (try ShellVariables.exports(of: spec.environment, quoted: quoted))
    lines.append(record.functions(token: token))
    // The shell survives a signal to the whole job, so that the end is recorded; the command receives it as usual.
    lines.append("trap : HUP INT QUIT USR1 USR2 XCPU")
    lines += preparation
    if let prologue = spec.prologue { lines.append(prologue) }
    lines += commandLines
    lines.append("launcher_record \"$launcher_status\" \"${launcher_signal:-0}\" \"$launcher_launched\" || :")
    lines += cleaning
    if let epilogue = spec.epilogue { lines.append(epilogue) }
    lines += ending
    return lines.joined(separator: "\n") + "\n"
  }

  /// A text as a shell word that arrives as it is.
  public func quoted(_ text: String) -> String {
    guard hidesReturns, text.utf8.contains(0x0D) else { return ShellText.quoted(text) }
    return text.utf8.split(separator: 0x0D, omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : ShellText.quoted(String(decoding: Array($0), as: UTF8.self)) }
      .joined(separator: "\"$(printf '\\015')\"")
  }

  private var commandLines: [String] {
    let input = input.map(quoted)
    switch spec.work {
    case .command(let words):
      return WatchedCommand.lines(
        program: starter.first ?? quoted(words.first ?? ""),
        line: (starter + words.map(quoted)).joined(separator: " "),
        input: input,
        repeatsWords: repeatsWords
      )
    case .script(let text):
      let script = CarriedScript(text: text, token: token, hidesLines: hidesLines, hidesReturns: hidesReturns)
      return script.lines(input: input, repeatsWords: repeatsWords)
    }
  }

  /// Lines that end the script the way the command ended, as ``WatchedCommand`` found out.
  private var ending: [String] {
    let bySignal = [
      "if [ -n \"$launcher_signal\" ]; then",
      "  ulimit -c 0 2>/dev/null",
      "  trap - HUP INT QUIT USR1 USR2 TERM XCPU",
      "  kill -\"$launcher_signal\" $$",
      "fi",
    ]
    return (endsBySignal ? bySignal : []) + ["exit \"$launcher_status\""]
  }
}
