import FoundationEssentials
import LauncherProtocol

/// What a login on another machine sets and a command over ssh does not get: for a command, sshd starts the user's
/// shell without reading the login files, in which sites set the `PATH` of their scheduler and define `module`.
struct RemoteEnvironment: Hashable, Sendable {
  /// Variables to set, or to remove if the value is `nil`.
  var changes: [String: String?] = [:]
  /// Entries whose name is not a shell variable's: functions that bash exports.
  var functions: [String: String] = [:]
  /// The home folder.
  var home: String?
  /// How far the clock there is ahead of this machine's, in seconds; `nil` when it was not reported.
  var clockAhead: Double?
  /// Whether the login reported its environment.
  var hasLogin = false

  /// Nothing is known.
  init() {}

  /// Lines for a shell there that print both environments. The login shell, whichever it is, runs `env` itself: a shell
  /// in between may drop entries that are not variables of its own.
  static func script(mark: String) -> String {
    """
    printf '%s begin\\n' \(mark)
    env -0
    echo "echo '\(mark) login'; env -0; echo '\(mark) end'" | ${T:+timeout -k 2 30} "${SHELL:-/bin/sh}" -l 2>/dev/null
    printf '%s clock %s\\n' \(mark) "$(date +%s)"

    """
  }

  /// Lines that give a shell the variables of a login.
  var steps: String {
    changes.sorted { $0.key < $1.key }.map { Self.step($0.key, $0.value) + "\n" }.joined()
  }

  /// The names of the variables that a login sets and that a command asks to have removed.
  func unset(for command: NativeCommand) -> [String] {
    let unwanted = command.environment.filter { $0.value == nil }.keys
    return changes.filter { name, value in
      value != nil && unwanted.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
    }.keys.sorted()
  }

  /// Removes all variables whose names begin with one of these, as far as a shell knows them. A value of several lines
  /// may look like a variable of that name, and nothing is lost by removing what is not set.
  static func step(unsettingAll beginnings: [String]) -> String {
    let expressions = beginnings.map { #"-e 's/^\(\#($0)[A-Za-z0-9_]*\)=.*/\1/p'"# }.joined(separator: " ")
    return "for launcher_name in $(env | sed -n \(expressions)); do unset \"$launcher_name\"; done"
  }

  /// Sets a variable, or removes it.
  static func step(_ name: String, _ value: String?) -> String {
    value.map { "export \(name)=\(ShellText.quoted($0))" } ?? "unset \(name)"
  }

  /// Reads what the script printed.
  ///
  /// - Parameter now: when its end arrived.
  /// - Returns: `nil` when it did not get as far as its first mark.
  init?(reading output: [UInt8], mark: String, now: Date = Date()) {
    func place(of word: String, end: String = "\n") -> Range<Int>? {
      output.firstRange(of: Array("\(mark) \(word)\(end)".utf8))
    }
    guard let begin = place(of: "begin") else { return nil }
    let login = place(of: "login")
    let base = Self.variables(in: output[begin.upperBound..<(login?.lowerBound ?? output.count)])
    var full = base
    if let login, let end = place(of: "end"), end.lowerBound >= login.upperBound {
      full = Self.variables(in: output[login.upperBound..<end.lowerBound])
      hasLogin = true
    }
    for (name, value) in full where !Self.ofTheProcess.contains(name) {
      if !Self.isVariable(name) {
        functions[name] = value
      } else if base[name] != value {
        changes[name] = .some(value)
      }
    }
    for name in base.keys where full[name] == nil && Self.isVariable(name) && !Self.ofTheProcess.contains(name) {
      changes[name] = .some(nil)
    }
    if let told = place(of: "clock", end: " ") {
      let digits = output[told.upperBound...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      clockAhead = Double(String(decoding: digits, as: UTF8.self)).map { $0 - now.timeIntervalSince1970 }
    }
    home = full["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// Variables that describe one process or connection rather than the user, and those that belong to the shell.
  private static let ofTheProcess: Set = [
    "_", "OLDPWD", "PWD", "SHLVL", "SSH_CLIENT", "SSH_CONNECTION", "SSH_ORIGINAL_COMMAND", "SSH_TTY",
    // A shell that tries to set these exits.
    "BASHOPTS", "EUID", "PPID", "SHELLOPTS", "UID",
  ]

  private static func variables(in bytes: ArraySlice<UInt8>) -> [String: String] {
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let sign = entry.firstIndex(of: UInt8(ascii: "=")), sign > entry.startIndex,
        let text = String(validating: entry, as: UTF8.self)
      else { continue }
      let name = String(decoding: entry[..<sign], as: UTF8.self)
      variables[name] = String(text.utf8.dropFirst(sign - entry.startIndex + 1)) ?? ""
    }
    return variables
  }

  /// Whether a shell can set a variable of that name.
  static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }
}
