import Foundation

/// The path of a new file with these bytes.
public func temporaryFile(_ bytes: [UInt8]) throws -> String {
  let path = NSTemporaryDirectory() + "adapter-test-\(UUID().uuidString)"
  try Data(bytes).write(to: URL(filePath: path))
  return path
}
