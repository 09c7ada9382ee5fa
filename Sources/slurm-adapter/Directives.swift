import AdapterKit

/// The `#SBATCH` lines at the head of a user's own script, as arguments.
///
/// The script itself travels as data, so that sbatch never sees these lines. They become arguments before all others,
/// as sbatch(1) reads them: up to the first line that is neither empty nor a comment; options win over them.
enum Directives {
  static func options(in script: String) throws -> SbatchOptions {
    let words = DirectiveLines.words(in: script, prefix: "#SBATCH")
    try SbatchOptions.check(words, field: "script: #SBATCH")
    return SbatchOptions(words)
  }
}
