import LauncherProtocol

/// The script that runs a command on another machine and tells exactly how it ended.
///
/// What ssh itself ends with does not tell: it is 255 for a command that ended with that, for one that a signal ended,
/// and for a connection that was lost. So the script writes a mark to standard error before the command and one behind
/// it, with a random number in them that no command knows.
///
/// A shell's `$?` does not tell a signal from a code above 128. A script that is `exact` finds out, and needs one more
/// process for it; of others such an end is told as `unclear`, and what may be run twice is run again.
struct RemoteScript: Sendable {
  /// The random number of its marks.
  let mark: String
  /// The script.
  let text: String
  /// How many seconds the command has, by the clock there.
  let seconds: Int

  /// What a mark says.
  enum Word: String {
    case begun, exited, signalled, unclear, absent, forbidden, nowhere
  }

  /// A script for a command.
  ///
  /// - Parameters:
  ///   - command: what to run.
  ///   - environment: how the environment of a login differs from the one that sshd gives a command.
  ///   - directory: where to run it when the command does not say.
  ///   - timeLimit: how long it may take.
  ///   - isExact: tell a signal from a code above 128.
  ///   - marksOutput: begin standard output with the mark as well, since something else is written there first.
  init(
    running command: NativeCommand,
    environment: RemoteEnvironment,
    directory: String?,
    timeLimit: Duration,
    isExact: Bool,
    marksOutput: Bool,
    mark: String = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
  ) {
    self.mark = mark
    let whole = timeLimit.components
    seconds = max(1, Int(clamping: whole.seconds) + (whole.attoseconds > 0 ? 1 : 0))
    let changes = Changes(command, environment)
    let program = command.argv.first ?? ""
    var lines = ["M=\(mark)", #"e() { printf '%s %s\n' "$M" "$1" >&2; exit 0; }"#]
    lines += changes.lines
    if let folder = command.directory ?? directory {
      lines.append("cd \(ShellText.quoted(folder)) 2>/dev/null || e \(Word.nowhere)")
    }
    let word = ShellText.quoted(program)
    if program.utf8.contains(UInt8(ascii: "/")) {
      lines.append("[ -x \(word) ] || { [ -e \(word) ] && e \(Word.forbidden); e \(Word.absent); }")
    } else {
      lines.append("command -v \(word) >/dev/null 2>&1 || e \(Word.absent)")
    }
    lines.append(
      #"printf '%s \#(Word.begun)\n' "$M" >&2"# + (marksOutput ? #"; printf '%s\n' "$M""# : "")
    )
    let words = ShellText.quoted(changes.prefix + command.argv)
    lines.append("L=\"timeout -k 2 \(seconds)\"; command -v timeout >/dev/null 2>&1 || L=")
    lines.append(isExact ? Self.exact(words) : Self.quick(words))
    text = lines.joined(separator: "; ")
  }

  /// The words of a shell about its child are not the command's: they go nowhere.
  private static func quick(_ words: String) -> String {
    #"exec 3<&0 4>&2 2>/dev/null; $L \#(words) <&3 2>&4 3<&- 4>&- & P=$!; wait "$P"; S=$?; exec 2>&4; "#
      + #"[ -z "$L" ] || kill -s KILL -- "-$P" 2>/dev/null; [ "$S" -le 128 ] || e "\#(Word.unclear) $S"; "#
      + #"e "\#(Word.exited) $S""#
  }

  private static func exact(_ words: String) -> String {
    #"exec 3>&1 4>&2; W=$({ ( read -r p r </proc/self/stat; echo "$p"; exec $L \#(words) >&3 2>&4 3>&- 4>&- ); "#
      + #"echo "$M $?"; } 2>&1); "# + verdict
  }

  /// A shell's `$?` is 137 both for a program that SIGKILL ended and for one that exited with 137. But a shell says
  /// “Killed”, and only of the first; where it is silent, a child that ends by that signal tells whether it speaks of it
  /// at all. Signals that end nothing are not tried.
  private static let verdict = [
    #"P=${W%%[!0-9]*} S=${W##*"$M "}"#,
    #"[ -z "$P" ] || kill -s KILL -- "-$P" 2>/dev/null"#,
    #"[ "$S" -gt 128 ] && [ "$S" -le 192 ] || e "\#(Word.exited) $S""#,
    #"N=$((S - 128))"#,
    #"case " 17 18 19 20 21 22 23 28 " in *" $N "*) e "\#(Word.exited) $S";; esac"#,
    #"W=${W#"$P"} W=${W%"$M $S"}"#,
    #"case $W in *[A-Za-z]*) e "\#(Word.signalled) $N";; esac"#,
    #"W=$({ ( ulimit -c 0; exec sh -c "kill -$N \$\$" ); :; } 2>&1)"#,
    #"case $W in *[A-Za-z]*) e "\#(Word.exited) $S";; esac"#,
    #"e "\#(Word.signalled) $N""#,
  ].joined(separator: "; ")

  /// How a command's environment differs from the one that sshd gives.
  private struct Changes {
    var lines: [String] = []
    /// `env` and what no shell can set: functions that bash hands on, which is how `module` reaches a job's script.
    var prefix: [String] = []

    init(_ command: NativeCommand, _ environment: RemoteEnvironment) {
      var set = environment.changes
      if command.startingEnvironment == .clean {
        set["LC_ALL"] = .some("C")
        set["TZ"] = .some("UTC")
        set["LANGUAGE"] = .some(nil)
      } else {
        for (name, value) in environment.functions { set[name] = .some(value) }
      }
      set.merge(command.environment) { $1 }
      for (name, value) in set.sorted(by: { $0.key < $1.key }) {
        let isVariable = RemoteEnvironment.isVariable(name)
        switch (value, isVariable) {
        case (let value?, true): lines.append("export \(name)=\(ShellText.quoted(value))")
        case (nil, true): lines.append("unset \(name)")
        case (let value?, false): prefix.append("\(name)=\(value)")
        case (nil, false): prefix = ["-u", name] + prefix
        }
      }
      if !prefix.isEmpty { prefix.insert("env", at: 0) }
    }
  }
}
