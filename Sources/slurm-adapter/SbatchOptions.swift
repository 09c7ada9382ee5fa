import AdapterKit

/// Options of `sbatch`, read as its getopt reads them: abbreviated, several letters in one word, with their values.
struct SbatchOptions: Sendable {
  /// An option as it was written.
  struct Option: Hashable, Sendable {
    /// Its whole name, `mem-per-cpu`; for an unknown option, what was written.
    let name: String
    /// Its value, if it has one.
    let value: String?
    /// The words that it was written with.
    let words: [String]
  }

  private(set) var options: [Option] = []
  /// A word that is neither an option nor the value of one: sbatch would take it to be the name of a script, and all
  /// words after it for the script's arguments.
  private(set) var stray: String?

  /// Reads options.
  init(_ words: [String]) {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        // The word after an unknown option may be its value.
        if let last = options.last, Self.kind(of: last.name) == nil {
          options.append(Option(name: word, value: nil, words: [word]))
        } else if stray == nil {
          stray = word
        }
        continue
      }
      var (name, value) = word.hasPrefix("--") ? Self.long(word) : Self.short(word)
      var own = [word]
      if value == nil, Self.kind(of: name) == .required, let next = rest.popFirst() {
        value = next
        own.append(next)
      }
      if name.isEmpty { name = word }
      options.append(Option(name: name, value: value, words: own))
    }
  }

  /// All words, in their order.
  var words: [String] { options.flatMap(\.words) }

  /// The value of an option; the last one written counts.
  func value(of name: String) -> String? { options.last { $0.name == name }?.value }

  /// Whether an option is among them.
  func has(_ name: String) -> Bool { options.contains { $0.name == name } }

  /// Leaves out what sbatch does not accept together with an option of `others`.
  ///
  /// - Returns: what was left out.
  mutating func yield(to others: SbatchOptions) -> [(left: Option, for: Option)] {
    var left: [(left: Option, for: Option)] = []
    options.removeAll { option in
      guard let other = others.options.last(where: { Self.excluded[$0.name]?.contains(option.name) == true }) else {
        return false
      }
      left.append((option, other))
      return true
    }
    return left
  }

  /// Which options sbatch calls “mutually exclusive”: slurm_opt.c.
  private static let excluded: [String: Set<String>] = [
    "mem": ["mem-per-cpu", "mem-per-gpu"], "mem-per-cpu": ["mem", "mem-per-gpu"],
    "mem-per-gpu": ["mem", "mem-per-cpu"],
    "cpus-per-task": ["cpus-per-gpu"], "cpus-per-gpu": ["cpus-per-task"],
    "gpus-per-task": ["ntasks-per-gpu"], "ntasks-per-node": ["ntasks-per-gpu"],
    "ntasks-per-gpu": ["gpus-per-task", "gpus-per-socket", "ntasks-per-node"],
  ]

  // MARK: Names

  private enum Kind { case none, required, optional }

  private static func long(_ word: String) -> (name: String, value: String?) {
    let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let written = String(parts.first ?? "")
    return (whole(written) ?? written, parts.count == 2 ? String(parts[1]) : nil)
  }

  /// The whole name of an option that may be abbreviated; `nil` for an unknown or ambiguous one.
  static func whole(_ written: String) -> String? {
    if kinds[written] != nil { return written }
    let fitting = kinds.keys.filter { $0.hasPrefix(written) }
    return fitting.count == 1 && !written.isEmpty ? fitting[0] : nil
  }

  /// The last option in a word of letters, `-Ht5`, with its value.
  private static func short(_ word: String) -> (name: String, value: String?) {
    var letters = word.dropFirst()
    var name = word
    while let letter = letters.popFirst() {
      guard let known = byLetter[letter] else { return (word, nil) }
      name = known
      switch kinds[known] {
      case .required?, .optional?: return (name, letters.isEmpty ? nil : String(letters))
      case Kind.none?, nil: break
      }
    }
    return (name, nil)
  }

  /// The letters of options in a word, up to the first that takes a value.
  static func letters(in word: String) -> [Character] {
    var letters: [Character] = []
    for letter in word.dropFirst() {
      letters.append(letter)
      if let name = byLetter[letter], kinds[name] != Kind.none { break }
    }
    return letters
  }

  private static func kind(of name: String) -> Kind? { kinds[name] }

  private static let byLetter: [Character: String] = [
    "A": "account", "a": "array", "b": "begin", "B": "extra-node-info", "C": "constraint", "c": "cpus-per-task",
    "d": "dependency", "D": "chdir", "e": "error", "F": "nodefile", "G": "gpus", "h": "help", "H": "hold", "i": "input",
    "J": "job-name", "k": "no-kill", "L": "licenses", "M": "clusters", "m": "distribution", "N": "nodes",
    "n": "ntasks", "o": "output", "O": "overcommit", "p": "partition", "q": "qos", "Q": "quiet", "S": "core-spec",
    "s": "oversubscribe", "t": "time", "u": "usage", "v": "verbose", "V": "version", "w": "nodelist", "W": "wait",
    "x": "exclude",
  ]

  /// The options of sbatch(1), 22.05 to 26.05.
  private static let kinds: [String: Kind] = {
    var kinds: [String: Kind] = [:]
    let flags = [
      "contiguous", "consolidate-segments", "help", "hold", "ignore-pbs", "no-requeue", "overcommit", "oversubscribe",
      "parsable", "quiet", "reboot", "requeue", "share", "spread-job", "spread-segments", "stepmgr", "test-only",
      "usage", "use-min-nodes", "verbose", "version", "wait",
    ]
    for name in flags { kinds[name] = Kind.none }
    for name in ["exclusive", "get-user-env", "nice", "no-kill", "propagate", "resv-ports"] { kinds[name] = .optional }
    let others = [
      "account", "acctg-freq", "array", "batch", "bb", "bbf", "begin", "chdir", "cluster-constraint", "clusters",
      "comment", "constraint", "container", "container-id", "core-spec", "cores-per-socket", "cpu-freq",
      "cpus-per-gpu", "cpus-per-task", "deadline", "delay-boot", "dependency", "distribution", "error", "exclude",
      "export", "export-file", "extra", "extra-node-info", "gid", "gpu-bind", "gpu-freq", "gpus", "gpus-per-node",
      "gpus-per-socket", "gpus-per-task", "gres", "gres-flags", "hint", "input", "job-name", "kill-on-invalid-dep",
      "licenses", "mail-type", "mail-user", "mcs-label", "mem", "mem-bind", "mem-per-cpu", "mem-per-gpu", "mincpus",
      "network", "nodefile", "nodelist", "nodes", "ntasks", "ntasks-per-core", "ntasks-per-gpu", "ntasks-per-node",
      "ntasks-per-socket", "open-mode", "output", "partition", "power", "prefer", "priority", "profile", "qos",
      "reservation", "segment", "signal", "sockets-per-node", "switches", "tasks-per-node", "thread-spec",
      "threads-per-core", "time", "time-min", "tmp", "tres-bind", "tres-per-task", "uid", "umask", "wait-all-nodes",
      "wckey", "workdir", "wrap",
    ]
    for name in others { kinds[name] = .required }
    return kinds
  }()

  // MARK: What is not possible

  /// Options that would remove what the adapter relies on: the id on standard output, at once, and the token.
  private static let refused: Set = [
    "comment", "wait", "wrap", "test-only", "quiet", "parsable", "help", "usage", "version", "uid", "gid",
  ]

  /// Refuses what would remove what the adapter relies on, even when abbreviated, and what is not an option.
  ///
  /// - Throws: `LauncherError` that names the word.
  static func check(_ words: [String], field: String) throws {
    for word in words where word.hasPrefix("-") && word != "-" {
      let isRefused: Bool
      if word.hasPrefix("--") {
        let name = String(word.dropFirst(2).prefix { $0 != "=" })
        let isOther = kinds[name] != nil && !refused.contains(name)
        isRefused = !isOther && refused.contains { $0.hasPrefix(name) }
      } else {
        isRefused = letters(in: word).contains { byLetter[$0].map(refused.contains) == true }
      }
      if isRefused {
        throw LauncherError.invalid(field, "‘\(word)’ is not possible here: the job's id and token travel that way")
      }
    }
    guard let stray = SbatchOptions(words).stray else { return }
    if ["hetjob", "packjob", ":"].contains(stray) {
      throw LauncherError.invalid(
        field,
        "‘\(stray)’ separates the parts of a heterogeneous job, which cannot be submitted here"
      )
    }
    throw LauncherError.invalid(field, "‘\(stray)’ is not an option: sbatch would take it for the name of a script")
  }
}
