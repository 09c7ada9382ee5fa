import FoundationEssentials
import Glibc
import LauncherProtocol
import Synchronization

/// How far a replay has come: which answer to a repeated command is next, which token of this run stands for which
/// recorded one, and which questions had no answer.
///
/// Kept in memory, or in a file that all programs of one replay share.
public final class ReplayProgress: Sendable {
  struct State: Codable {
    /// How often a command was asked, by the first exchange that matches it.
    var timesAsked: [String: Int] = [:]
    /// The token that stands for a recorded one, by the recorded one.
    var tokens: [String: String] = [:]
    /// Commands that were not recorded.
    var missing: [[String]] = []
  }

  private let path: String?
  private let memory = Mutex(State())

  /// Progress that this process keeps for itself.
  public init() { path = nil }

  /// Progress that is kept in a file, shared by all programs that name it.
  public init(path: String) { self.path = path }

  /// Commands that were asked and not recorded, in order.
  ///
  /// - Throws: `LauncherError` when the shared file cannot be read.
  public var missing: [[String]] { get throws { try change { $0.missing } } }

  func change<Result: Sendable>(_ body: @Sendable (inout State) -> Result) throws -> Result {
    guard let path else { return memory.withLock { body(&$0) } }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
      throw LauncherError(.internalFailure, "the replay's progress at \(path) cannot be kept: \(Self.complaint)")
    }
    // Closing releases the lock.
    defer { close(descriptor) }
    let data = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
    var state = (try? JSON.value(from: data)) ?? State()
    let result = body(&state)
    let changed = try JSON.bytes(of: state)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, changed, changed.count, 0) == changed.count else {
      throw LauncherError(.diskFull, "the replay's progress at \(path) cannot be kept: \(Self.complaint)")
    }
    return result
  }

  private static var complaint: String { String(cString: strerror(errno)) }
}
