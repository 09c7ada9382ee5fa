import AdapterKit

/// Where a job's output goes: the job's script opens the files itself, since LSF writes its report into the file that
/// `-o` names, and everything only when the job has ended; without `-o` it mails it. And if such a file cannot be
/// written, LSF reports the job as DONE nevertheless (recorded: submission-errors).
struct OutputFiles {
  /// The options for `bsub`.
  let options: [String]
  /// The path of standard output, with placeholders; `nil` if the user's own option sets it.
  let output: String?
  /// The path of standard error; `nil` if it goes with standard output.
  let errors: String?
  let input: String?

  init(_ spec: JobSpec, nativeOptions: [String]) throws {
    let isNative = ["-o", "-oo", "-e", "-eo"].contains { nativeOptions.contains($0) }
    let isArray = spec.array != nil
    for (field, path) in [("stdout", spec.standardOutput), ("stderr", spec.standardError)] {
      guard let path, isArray, !path.contains("{index}"), path != "/dev/null" else { continue }
      throw LauncherError.invalid(
        field,
        "the elements of an array would overwrite each other's ‘\(path)’: put {index} into it, such as out-{index}.txt"
      )
    }
    input = spec.standardInput
    errors = spec.standardError
    if isNative, spec.standardOutput == nil, spec.standardError == nil {
      output = nil
      options = []
    } else {
      output = spec.standardOutput ?? (isArray ? "lsf-{id}_{index}.out" : "lsf-{id}.out")
      options = ["-o", "/dev/null"]
    }
  }

  /// A path as shell text, with the job's own values in the placeholders.
  static func word(_ path: String) -> String {
    var text = ""
    var rest = Substring(path)
    let values = [
      ("{id}", "\"$LSB_JOBID\""), ("{index}", "\"${LSB_JOBINDEX:-0}\""), ("{name}", "\"$launcher_name\""),
    ]
    while !rest.isEmpty {
      guard let open = rest.firstIndex(of: "{") else { break }
      if open > rest.startIndex { text += ShellText.quoted(String(rest[..<open])) }
      rest = rest[open...]
      if let (mark, value) = values.first(where: { rest.hasPrefix($0.0) }) {
        text += value
        rest = rest.dropFirst(mark.count)
      } else {
        text += ShellText.quoted("{")
        rest = rest.dropFirst()
      }
    }
    return rest.isEmpty ? text : text + ShellText.quoted(String(rest))
  }
}
