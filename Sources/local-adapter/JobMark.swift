import Processes

/// The variables that identify the processes of a job. The tasks of an array share its token, so the id has to match as
/// well.
struct JobMark: Sendable {
  private static let tokenName = Array("LAUNCHER_TOKEN=".utf8)
  private let entries: [[UInt8]]

  init(_ key: TaskKey, token: String) {
    entries = ["LAUNCHER_TOKEN=\(token)", "LAUNCHER_JOB_ID=\(key.text)"].map { Array($0.utf8) }
  }

  /// Whether a process was started with these variables.
  func isCarried(by pid: Int32) -> Bool {
    guard let bytes = smallFile("/proc/\(pid)/environ"), !bytes.isEmpty else { return false }
    let variables = bytes.split(separator: 0)
    return entries.allSatisfy { entry in variables.contains { $0.elementsEqual(entry) } }
  }

  /// Whether a process was started with the mark of any job; also if that cannot be read.
  static func isAnyCarried(by pid: Int32) -> Bool {
    guard let bytes = smallFile("/proc/\(pid)/environ") else { return true }
    return bytes.split(separator: 0).contains { $0.starts(with: tokenName) }
  }
}
