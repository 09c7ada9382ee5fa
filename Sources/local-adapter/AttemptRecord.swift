import AdapterKit
import FoundationEssentials
import Processes

/// How an attempt of a job ended: the record that the supervisor writes beside the job before it informs the queue, so
/// that the end is known even if the queue never learns it.
struct AttemptRecord: Codable, Sendable {
  var id: String
  var token: String
  var attempt: Int
  var host: String
  var outcome: String
  var cancelledBy: JobOutcome.Canceller?
  var exitCode: Int32?
  var signal: UnixSignal?
  var coreDumped: Bool?
  var reason: String?
  var reasonCode: JobReason.Code?
  var startedAt: Double?
  var endedAt: Double?
  var cpuSeconds: Double?
  var peakMemoryBytes: Int64?
  var walltimeSeconds: Double?

  init(_ key: TaskKey, token: String, attempt: Int, host: String, outcome: JobOutcome) {
    id = key.text
    self.token = token
    self.attempt = attempt
    self.host = host
    self.outcome = outcome.word
    if case .cancelled(let canceller) = outcome { cancelledBy = canceller }
  }

  mutating func set(_ status: JobExitStatus) {
    switch status {
    case .code(let code): exitCode = code
    case .signal(let signal, let coreDumped):
      self.signal = signal
      self.coreDumped = coreDumped
    }
  }

  static func path(in folder: String) -> String { folder + "/exit.json" }

  /// The record of a job's attempt; `nil` when there is none, or when it belongs to another attempt or another job.
  static func read(in folder: String, token: String, attempt: Int) -> AttemptRecord? {
    guard let bytes = smallFile(path(in: folder)),
      let record = try? JSON.value(AttemptRecord.self, from: bytes),
      record.token == token, record.attempt == attempt
    else { return nil }
    return record
  }

  /// Writes the record to a temporary file and moves it into place: a reader sees all of it or nothing.
  func write(in folder: String) throws {
    try writeFile(JSON.bytes(of: self) + [0x0A], to: Self.path(in: folder), mode: 0o600)
  }
}
