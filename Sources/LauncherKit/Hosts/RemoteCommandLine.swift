/// A line for the shell of a user on another machine, whichever it is, that has `/bin/sh` there run a script.
///
/// sshd gives what it is told to the user's own shell: bash, zsh, ksh, csh, tcsh, fish. They agree on words and on
/// single quotes around characters that are special to none of them: `'` ends the quotes, `\` is special within them to
/// fish, `!` and line breaks are to csh. So these, and what is no ASCII, travel as octal numbers, which `printf %b` of
/// the `/bin/sh` there turns back.
struct RemoteCommandLine: Hashable, Sendable {
  /// What sshd is told.
  let line: String
  /// What has to come first on its standard input.
  let input: String

  /// Linux takes no argument above 128 KiB, and sshd gives the shell all in one.
  private static let greatestLine = 120_000

  /// A line that runs a script of POSIX shell.
  init(running script: String) {
    let encoded = Self.encoded(script)
    if encoded.utf8.count <= Self.greatestLine {
      line = #"exec /bin/sh -c 'eval "$(printf %b "$0")"' '\#(encoded)'"#
      input = ""
    } else {
      // Byte by byte: what comes behind it on standard input is the command's.
      line = #"exec /bin/sh -c 'eval "$(dd bs=1 count=\#(script.utf8.count) 2>/dev/null)"'"#
      input = script
    }
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
