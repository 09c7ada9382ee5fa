import LauncherProtocol

/// The script that makes a shell on another machine run one command and report exactly how it ended.
///
/// Marks with a random number, which no command knows, end both outputs. A shell's `$?` does not distinguish a signal
/// from a code above 128. A script that is `exact` finds out, and needs one more process for it; other scripts report
/// such an end as `unclear`, and what may be run twice is run again.
struct RemoteScript: Sendable {
  /// The random number of its marks.
  let mark: String
  /// Lines for the shell.
  let text: String
  /// How many seconds the command has, by the remote clock.
  let seconds: Int

  /// What a mark says.
  enum Word: String {
    case exited, signalled, unclear, absent, forbidden, nowhere
  }

  /// A script for a command.
  ///
  /// - Parameters:
  ///   - command: what to run.
  ///   - environment: how a login's environment differs from the shell's; the shell already has its variables.
  ///   - directory: where to run it if the command does not specify a folder.
  ///   - timeLimit: how long it may take.
  ///   - isExact: distinguish a signal from a code above 128.
  init(
    running command: NativeCommand,
    environment: RemoteEnvironment,
    directory: String?,
    timeLimit: Duration,
    isExact: Bool,
    mark: String = Self.makeMark()
  ) {
    self.mark = mark
    let whole = timeLimit.components
    seconds = max(1, Int(clamping: whole.seconds) + (whole.attoseconds > 0 ? 1 : 0))
    let changes = Changes(command, environment)
    let word = ShellText.quoted(command.argv.first ?? "")
    func tell(_ word: Word) -> String { #"{ printf '%s!%s' "$M" \#(word) >&3; exit; }"# }
    var steps = changes.steps
    if let folder = command.directory ?? directory {
      steps.append("cd \(ShellText.quoted(folder)) 2>/dev/null || \(tell(.nowhere))")
    }
    if command.argv.first?.utf8.contains(UInt8(ascii: "/")) == true {
      steps.append("[ -x \(word) ] || [ -e \(word) ] || \(tell(.absent))")
      steps.append("[ -x \(word) ] || \(tell(.forbidden))")
    } else {
      steps.append("command -v \(word) >/dev/null 2>&1 || \(tell(.absent))")
    }
    // `timeout` makes a group of its own, which ends with the command. Without it, only the group is missing.
    steps.append(
      "exec ${T:+timeout -k 2 \(seconds)} \(ShellText.quoted(changes.prefix + command.argv)) >&3 2>&4 3>&- 4>&-"
    )
    let body = steps.joined(separator: "\n")
    let input = command.stdin.map { "printf %s \(ShellText.quoted($0)) | " } ?? ""
    let source = command.stdin == nil ? "</dev/null" : ""
    text =
      "M=\(mark)\n" + (isExact ? Self.exact(body, input, source) : Self.quick(body, input, source))
      + #"printf '%s %s\n' "$M" "$E"; printf '%s \n' "$M" >&2"# + "\n"
  }

  /// The word that says that a command was not started; the output holds nothing else then.
  func refusal(in output: [UInt8]) -> Word? {
    let words = String(decoding: output, as: UTF8.self).split(separator: "!", maxSplits: 1)
    return words.count == 2 && words[0] == mark[...] ? Word(rawValue: String(words[1])) : nil
  }

  /// A new random number.
  static func makeMark() -> String { String(UInt64.random(in: 1 << 60 ... .max), radix: 16) }

  private static func quick(_ body: String, _ input: String, _ source: String) -> String {
    """
    \(input)(
    \(body)
    ) \(source) 2>/dev/null &
    P=$!
    wait "$P" 2>/dev/null
    E="\(Word.exited) $?"
    [ -z "$T" ] || kill -s KILL -- "-$P" 2>/dev/null
    [ "${E#* }" -le 128 ] || E="\(Word.unclear) ${E#* }"

    """
  }

  /// A shell says “Killed” of a child that a signal ended, and of no other. If it is silent, a child that ends by the
  /// same signal shows whether the shell reports that signal at all. Signals that end nothing are not tried.
  private static func exact(_ body: String, _ input: String, _ source: String) -> String {
    """
    W=$({ \(input)(
    read -r p r </proc/self/stat
    echo "$p"
    \(body)
    ) \(source); echo "$M $?"; } 2>&1)
    P=${W%%[!0-9]*} S=${W##*"$M "} E=
    [ -z "$T" ] || kill -s KILL -- "-$P" 2>/dev/null
    N=$((S - 128))
    if [ "$S" -le 128 ] || [ "$S" -gt 192 ]; then E="\(Word.exited) $S"; fi
    case " 17 18 19 20 21 22 23 28 " in *" $N "*) E="\(Word.exited) $S" ;; esac
    W=${W#"$P"} W=${W%"$M $S"}
    case $E$W in *[A-Za-z]*) E=${E:-"\(Word.signalled) $N"} ;; esac
    [ -n "$E" ] || W=$({ ( ulimit -c 0; exec sh -c "kill -$N \\$\\$" ); :; } 2>&1)
    case $E$W in *[A-Za-z]*) E=${E:-"\(Word.exited) $S"} ;; esac
    E=${E:-"\(Word.signalled) $N"}

    """
  }

  /// How a command's environment differs from the shell's.
  private struct Changes {
    var steps: [String] = []
    /// `env` and the entries that no shell can set: functions that bash exports, which is how `module` reaches a job's
    /// script.
    var prefix: [String] = []

    init(_ command: NativeCommand, _ environment: RemoteEnvironment) {
      var set: [String: String?] = [:]
      if command.startingEnvironment == .clean {
        set["LC_ALL"] = .some("C")
        set["TZ"] = .some("UTC")
        set["LANGUAGE"] = .some(nil)
      } else {
        for (name, value) in environment.functions { set[name] = .some(value) }
      }
      set.merge(command.environment) { $1 }
      let beginnings = set.keys.filter { $0.hasSuffix("*") && RemoteEnvironment.isVariable(String($0.dropLast())) }
      for name in beginnings { set[name] = nil }
      if !beginnings.isEmpty {
        steps.append(RemoteEnvironment.step(unsettingAll: beginnings.map { String($0.dropLast()) }.sorted()))
      }
      for (name, value) in set.sorted(by: { $0.key < $1.key }) {
        if RemoteEnvironment.isVariable(name) {
          steps.append(RemoteEnvironment.step(name, value))
        } else if let value {
          prefix.append("\(name)=\(value)")
        } else {
          prefix = ["-u", name] + prefix
        }
      }
      if !prefix.isEmpty { prefix.insert("env", at: 0) }
    }
  }
}
