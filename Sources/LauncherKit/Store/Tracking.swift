import LauncherProtocol
import Logging

/// The job store, as one launcher uses it.
struct Tracking: Sendable {
  let store: JobStore
  /// The scheduler whose jobs are the launcher's.
  let scope: StoreScope
  let logger: Logger

  /// Records something; a failure to do so is not worth an error of its own.
  func note(_ what: String, _ change: () throws -> Void) {
    do {
      try change()
    } catch {
      logger.error("that \(what) could not be written down: \(error.sentence)")
    }
  }
}
