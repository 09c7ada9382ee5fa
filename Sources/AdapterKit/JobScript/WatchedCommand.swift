/// Shell lines that run a command and learn how it ended: whether it started at all, and whether a signal ended it.
///
/// A shell's `$?` is 137 both for a program that SIGKILL ended and for one that exited with 137. But a shell writes
/// “Killed” to its own standard error, and only for the first; so that is read here, while the command keeps the job's.
/// A child that ends by the same signal shows whether this shell reports that signal at all: shells are silent about
/// SIGINT and SIGPIPE, and then a code above 128 is taken for the signal. `$?` is 127 or 126 both for a program that
/// cannot be started and for one that exited with that code; what is not an executable file was not started.
public enum WatchedCommand {
  /// Lines that leave `launcher_status` (as `$?`), `launcher_signal` (empty if no signal ended the command) and
  /// `launcher_launched`.
  ///
  /// - Parameters:
  ///   - program: the program, as a shell word.
  ///   - line: the command with the program, as a shell line without redirections. A function of the user's prologue
  ///     works too.
  ///   - input: the file that the command reads as its standard input, as a shell word; if `nil`, the job's own. A file
  ///     that cannot be opened ends the job with `launcher_fail` before the command starts.
  ///   - repeatsWords: whether the job's standard error gets this shell's message about a signal. Not if a shell of the
  ///     scheduler writes the same message about this one.
  public static func lines(
    program: String,
    line: String,
    input: String? = nil,
    repeatsWords: Bool = true
  ) -> [String] {
    // bash quotes the line below; the job's standard error gets only the shell's message.
    let words = "sed -n '1s/  *( *$launcher_exec .*//;1p' \"/proc/$$/fd/2\" >&8"
    // The file is already open: no message about it can get among the shell's own.
    let given = input == nil ? "" : " <&9 9<&-"
    return opening(input) + [
      "launcher_signal= launcher_launched=yes launcher_exec=exec",
      "launcher_program=$(command -v -- \(program) 2>/dev/null) || launcher_program=\(program)",
      "case $launcher_program in */*) ;; *) command -v -- \(program) >/dev/null 2>&1 && launcher_exec= ;; esac",
      "launcher_words=$(\(temporaryFile("launcher-words")) 2>/dev/null) || launcher_words=/dev/null",
      "{",
      "  [ \"$launcher_words\" = /dev/null ] || rm -f \"$launcher_words\"",
      // The subshell becomes the program, so that its end is seen; and a `set -e` of the prologue ends nothing.
      "  ( $launcher_exec \(line)\(given) 2>&8 8>&- ) && launcher_status=0 || launcher_status=$?",
      "  if [ \"$launcher_status\" -gt 128 ] && [ \"$launcher_status\" -le 192 ]; then",
      "    launcher_signal=$((launcher_status - 128))",
      "    if [ -s \"/proc/$$/fd/2\" ]; then",
      "      \(repeatsWords ? words : ":")",
      "    else",
      // These end no process; and the shell that tries one would stop forever.
      "      case $launcher_signal in 17|18|19|20|21|22|23|28) launcher_signal= ;; esac",
      // A process that survives a signal, because it is ignored here, was not ended by it.
      "      [ -z \"$launcher_signal\" ] || { sh -c 'ulimit -c 0; kill -\"$1\" $$' sh \"$launcher_signal\" && launcher_signal=; } || :",
      "      [ ! -s \"/proc/$$/fd/2\" ] || launcher_signal=",
      "    fi",
      "  elif [ \"$launcher_status\" -eq 126 ] || [ \"$launcher_status\" -eq 127 ]; then",
      "    if [ -n \"$launcher_exec\" ] && ! { [ -f \"$launcher_program\" ] && [ -x \"$launcher_program\" ]; }; then",
      "      launcher_launched=no",
      "    fi",
      "  fi",
      "} 8>&2 2>|\"$launcher_words\"",
    ] + (input == nil ? [] : ["exec 9<&-"])
  }

  /// Lines that open the command's standard input, once: opening a pipe twice would lose what is written to it.
  private static func opening(_ input: String?) -> [String] {
    guard let input else { return [] }
    // A shell exits when `exec` itself fails to open a file, but not when `command` runs it.
    return ["command exec 9<\(input) || launcher_fail \"the file for its standard input cannot be opened\""]
  }

  /// A shell command that creates a file and prints its name. `TMPDIR` may name a folder of the submitting host.
  public static func temporaryFile(_ name: String) -> String {
    "mktemp \"${TMPDIR:-/tmp}/\(name).XXXXXX\" 2>/dev/null || mktemp /tmp/\(name).XXXXXX"
  }
}
