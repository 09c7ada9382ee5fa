import Foundation

/// A folder of this process's own for what tests write. It is removed when the process ends.
public enum Scratch {
  /// Where it is.
  public static let folder: String = {
    let path = NSTemporaryDirectory() + "adapter-tests-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: Scratch.folder) }
    return path
  }()

  /// An unused path in it.
  public static func path(_ name: String) -> String { "\(folder)/\(name)-\(UUID().uuidString)" }
}

/// The path of a new file with these bytes.
public func temporaryFile(_ bytes: [UInt8]) throws -> String {
  let path = Scratch.path("file")
  try Data(bytes).write(to: URL(filePath: path))
  return path
}
