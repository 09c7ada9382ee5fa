import AdapterKit

/// The `#SBATCH` lines at the head of a user's own script, as arguments.
///
/// The script itself travels as data, so that sbatch never sees these lines. They become arguments in front of all
/// others, as sbatch(1) reads them: up to the first line that is neither empty nor a comment; options win over them.
enum Directives {
  static func arguments(in script: String) throws -> [String] {
    let words = JobScriptParts.directives(in: script, prefix: "#SBATCH")
    return try Submission.checkedNative(words, field: "script: #SBATCH")
  }

  /// The job's name among options: `--job-name=N`, abbreviated too, `--job-name N`, `-J N`, `-JN`. The last one counts.
  static func name(in options: [String]) -> String? {
    var name: String?
    for (place, word) in options.enumerated() {
      let next = place + 1 < options.count ? options[place + 1] : nil
      if word.hasPrefix("--job") {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard "--job-name".hasPrefix(parts[0]) else { continue }
        name = parts.count == 2 ? String(parts[1]) : next ?? name
      } else if word == "-J" {
        name = next ?? name
      } else if word.hasPrefix("-J") {
        name = String(word.dropFirst(2))
      }
    }
    return name
  }
}
