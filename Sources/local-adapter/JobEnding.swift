import AdapterKit
import Glibc

/// The ending of a job before its time: TERM to every process, a grace period, then KILL until none is left.
struct JobEnding {
  /// Why a job is ended.
  enum Cause {
    case cancelled, walltimeExceeded, memoryExceeded, deadlineMissed
    /// The supervisor itself was asked to end.
    case told

    var outcome: JobOutcome {
      switch self {
      case .cancelled: .cancelled(by: .user)
      case .walltimeExceeded: .walltimeExceeded
      case .memoryExceeded: .memoryExceeded
      case .deadlineMissed: .deadlineMissed
      case .told: .cancelled(by: .administrator)
      }
    }
  }

  /// Why, if the end was decided; `nil` when only leftover processes are being removed.
  private(set) var cause: Cause?
  private(set) var isUnderWay = false
  /// When there is something to do next, on the steady clock.
  private(set) var nextStep: Double?
  private var givesUpAt = Double.infinity

  /// Whether KILL has not helped for a minute: the processes hang in the kernel, for instance on a dead file server.
  private(set) var isHopeless = false

  mutating func begin(_ cause: Cause?, grace: Double, on tree: ProcessTree) {
    self.cause = cause
    isUnderWay = true
    nextStep = steadyClock() + grace
    givesUpAt = steadyClock() + grace + 60
    tree.send(SIGTERM)
    // A stopped process acts on TERM only once it continues.
    tree.send(SIGCONT)
  }

  /// Sends KILL when the grace is over, and again while processes are left: new ones may have been started meanwhile.
  mutating func advance(on tree: ProcessTree) {
    let now = steadyClock()
    guard isUnderWay, let step = nextStep, now >= step else { return }
    if tree.send(SIGKILL), now > givesUpAt { isHopeless = true }
    nextStep = now + 0.05
  }

  /// How the job ended, in words for its status; `nil` when it ended on its own and the exit status says everything.
  func reason(of order: JobOrder) -> String? {
    if isHopeless { return "some of its processes could not be ended, and may still be there" }
    switch cause {
    case .walltimeExceeded:
      return "it ran longer than its walltime of \(order.spec.walltime?.description ?? "?") and was ended"
    case .memoryExceeded:
      return "it held more than its \(ByteCount(order.memory)) of memory and was ended"
    case .deadlineMissed: return "its deadline \(order.deadlineAt.map(Instant.text) ?? "?") came while it ran"
    case .cancelled: return "cancelled while running"
    case .told: return "its supervisor was asked to end (SIGTERM), as when the machine goes down or a session is closed"
    case nil:
      guard order.adopted == nil else {
        return "its first supervisor was killed, and no exit record shows how the command ended"
      }
      return nil
    }
  }
}
