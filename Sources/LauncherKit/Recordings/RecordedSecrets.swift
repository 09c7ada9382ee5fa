import FoundationEssentials
import Glibc
import Synchronization

/// The variables of jobs whose values a redacted recording must not hold. What one program of a recording submits, the
/// scheduler may report to another one: they share the variables in a file, outside the recording, while it is made.
final class RecordedSecrets: Sendable {
  private let path: String?
  private let memory = Mutex<[String: String]>([:])

  /// - Parameter path: the file that the programs of one recording share.
  init(path: String? = nil) { self.path = path.flatMap { $0.isEmpty ? nil : $0 } }

  /// Adds variables.
  func add(_ variables: [String: String]) {
    let new = memory.withLock { memory in
      let new = variables.filter { memory[$0.key] != $0.value }
      memory.merge(new) { _, new in new }
      return new
    }
    guard let path, !new.isEmpty, let line = try? JSON.bytes(of: new) else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = line + [0x0A]
    _ = write(descriptor, bytes, bytes.count)
  }

  /// All that this program and the others of the recording added.
  var variables: [String: String] {
    var variables = memory.withLock { $0 }
    guard let path, let data = try? Data(contentsOf: URL(filePath: path)) else { return variables }
    for line in data.split(separator: 0x0A) {
      guard let others = try? JSON.value([String: String].self, from: line) else { continue }
      variables.merge(others) { own, _ in own }
    }
    return variables
  }
}
