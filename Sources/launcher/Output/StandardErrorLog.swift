import LauncherKit
import Logging

/// What `-v` shows: a line on standard error for each native command and each irregularity.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let line = (["\(event.message)"] + details).joined(separator: " ")
    StandardError.write("launcher: " + Terminal.harmless(line))
  }
}
