/// A line for the shell of a user on another machine, whichever it is, that has `/bin/sh` there run a script.
///
/// sshd gives what it is told to the user's own shell: bash, zsh, ksh, csh, tcsh, fish. They agree on words and on single
/// quotes around what is special to none of them: `'` ends the quotes, `\` is special within them to fish, `!` and line
/// breaks are to csh. The first three stand outside of the quotes, with a backslash in front. Where there is a line
/// break, or what is no ASCII, all of these travel as octal numbers, which `printf %b` of the `/bin/sh` there turns back:
/// that costs a process.
struct RemoteCommandLine: Hashable, Sendable {
  /// What sshd is told.
  let line: String
  /// What has to come first on its standard input.
  let input: String

  /// Linux takes no argument above 128 KiB, and sshd gives the shell all in one.
  private static let greatestLine = 120_000

  /// A line that runs a script of POSIX shell.
  init(running script: String) {
    let isPlain = script.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    let word = isPlain ? Self.quoted(script) : "'\(Self.encoded(script))'"
    if word.utf8.count <= Self.greatestLine {
      line = isPlain ? "exec /bin/sh -c \(word)" : #"exec /bin/sh -c 'eval "$(printf %b "$0")"' \#(word)"#
      input = ""
    } else {
      // Byte by byte: what comes behind it on standard input is the command's.
      line = #"exec /bin/sh -c 'eval "$(dd bs=1 count=\#(script.utf8.count) 2>/dev/null)"'"#
      input = script
    }
  }

  private static func quoted(_ script: String) -> String {
    var bytes: [UInt8] = [0x27]
    bytes.reserveCapacity(script.utf8.count * 5 / 4)
    for byte in script.utf8 {
      if byte == 0x27 || byte == 0x5C || byte == 0x21 { bytes += [0x27, 0x5C, byte, 0x27] } else { bytes.append(byte) }
    }
    return String(decoding: bytes + [0x27], as: UTF8.self)
  }

  private static func encoded(_ script: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(script.utf8.count * 5 / 4)
    for byte in script.utf8 {
      if byte < 0x20 || byte > 0x7E || byte == 0x27 || byte == 0x5C || byte == 0x21 {
        bytes += [0x5C, 0x30, 0x30 + byte >> 6, 0x30 + byte >> 3 & 7, 0x30 + byte & 7]
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
