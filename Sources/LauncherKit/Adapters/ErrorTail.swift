import Logging
import Synchronization

/// The end of what an adapter writes to its standard error: its log, and the explanation when it dies.
final class ErrorTail: Sendable {
  private static let greatestSize = 64 << 10
  private let bytes = Mutex<[UInt8]>([])
  private let name: String
  private let logger: Logger

  init(name: String, logger: Logger) {
    self.name = name
    self.logger = logger
  }

  func append(_ new: [UInt8]) {
    bytes.withLock { bytes in
      bytes += new
      if bytes.count > Self.greatestSize { bytes.removeFirst(bytes.count - Self.greatestSize) }
    }
    logger.debug("\(String(decoding: new, as: UTF8.self))", metadata: ["adapter": "\(name)"])
  }

  /// The last lines as part of a sentence; `nil` when there are none.
  var quoted: String? {
    let lines = bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").suffix(5)
    return lines.isEmpty ? nil : "Its standard error ends:\n    " + lines.joined(separator: "\n    ")
  }
}
