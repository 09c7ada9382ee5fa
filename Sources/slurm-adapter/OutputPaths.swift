import AdapterKit

/// Slurm's patterns in the names of output files, filename pattern in sbatch(1).
enum OutputPaths {
  /// An absolute path: 26.05 shows default names relative to the job's folder. Recorded: array-of-many-reasons.
  static func whole(_ path: String, in directory: String?) -> String {
    path.hasPrefix("/") ? path : (directory.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? "") + path
  }

  /// The path that the job writes to. `squeue` shows the pattern if a job was given one, in 22.05 and later.
  static func filled(_ path: String, _ status: JobStatus, id: SlurmID, number: Int) -> String? {
    let usual = "/slurm-\(number).out"
    if path.hasSuffix(usual) {
      // `squeue` 22.05 shows a task's default name as that of a plain job; what the task writes is slurm-%A_%a.out
      // (sbatch(1)). Recorded: story-array. An explicit name would be shown as its pattern.
      switch id {
      case .task(let array, let index): return path.dropLast(usual.utf8.count) + "/slurm-\(array)_\(index).out"
      case .tasks: return nil
      case .job, .component: break
      }
    }
    guard path.contains("%") || path.contains("_4294967294") else { return path }
    let index: Int? = if case .task(_, let index) = id { index } else { nil }
    let array = id.number
    var filled = ""
    var rest = Substring(path)
    while let sign = rest.firstIndex(of: "%") {
      filled += rest[..<sign]
      rest = rest[rest.index(after: sign)...]
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard let letter = rest.first else { return filled + "%" + digits }
      rest = rest.dropFirst()
      let value: String?
      switch letter {
      case "%": value = "%"
      case "j", "J": value = "\(number)"
      case "A": value = "\(array)"
      case "a": value = index.map { "\($0)" }
      case "x": value = status.name
      case "u": value = status.user
      case "N": value = status.nodes.first
      case "n", "t", "s": value = "0"
      default: value = "%" + digits + String(letter)
      }
      guard let value else { return nil }
      filled += String(repeating: "0", count: max(0, min(10, Int(digits) ?? 0) - value.utf8.count)) + value
    }
    filled += rest
    // 22.05 prints an array's default name with a task number that means “none”.
    if let place = filled.firstRange(of: "_4294967294") {
      guard let index else { return nil }
      filled.replaceSubrange(place, with: "_\(index)")
    }
    return filled
  }
}
