import LauncherProtocol

extension JobSpec {
  /// The job's name: the requested one, or that of its program, so that a listing shows what a job runs.
  public var nameOrProgram: String {
    if let name { return name }
    guard case .command(let words) = work, let program = words.first?.split(separator: "/").last else {
      return "script"
    }
    let harmless = program.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
    return harmless.isEmpty ? "job" : String(String.UnicodeScalarView(harmless))
  }
}
