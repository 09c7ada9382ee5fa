import AdapterKit

/// Where a job's output goes, in words of the job's own script: PBS forgets it if it keeps no history.
struct OutputFiles {
  private let family: PBSFamily
  private let isArray: Bool
  private var output: String?
  private var errors: String?

  init(family: PBSFamily, isArray: Bool) {
    self.family = family
    self.isArray = isArray
  }

  /// Notes a path that the specification names, which may contain `{index}`.
  mutating func set(_ field: String, _ path: String) {
    if field == "stdout" { output = path } else { errors = path }
  }

  /// Shell lines that set `launcher_output` and `launcher_errors`, which are empty if the paths are not known.
  var lines: [String] {
    let out = output.map { word(for: $0) } ?? byDefault("o")
    return [
      "launcher_output=\(out)",
      // Without a file of its own, standard error goes to the output.
      "launcher_errors=\(errors.map { word(for: $0) } ?? "$launcher_output")",
    ]
  }

  private func word(for path: String) -> String {
    guard isArray, path != "/dev/null" else { return ShellText.quoted(path.replacing("{index}", with: "0")) }
    if family == .torque { return ShellText.quoted(path) + "-$LAUNCHER_ARRAY_INDEX" }
    return path.split(separator: "{index}", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : ShellText.quoted(String($0)) }.joined(separator: "\"$LAUNCHER_ARRAY_INDEX\"")
  }

  /// `NAME.o41`, for an array's task `NAME.o41.3` in PBS Pro and `NAME.o41-3` in Torque (recorded: array of both), in
  /// the folder that it was submitted from.
  private func byDefault(_ letter: String) -> String {
    let index = isArray ? (family == .pro ? "." : "-") + "$LAUNCHER_ARRAY_INDEX" : ""
    return "\"$PBS_O_WORKDIR/$launcher_name.\(letter)${launcher_record_id%%_*}\(index)\""
  }
}
