import Logging
import Synchronization

/// Keeps what is logged.
final class CollectedLog: LogHandler {
  private let kept = Mutex<[String]>([])

  /// The lines at `notice` and above.
  var lines: [String] { kept.withLock { $0 } }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  var logLevel: Logger.Level {
    get { .notice }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}
