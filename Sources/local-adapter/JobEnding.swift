import AdapterKit
import Glibc

/// The ending of a job before its time: TERM to every process, some grace, then KILL until none is left.
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

  /// Why, where somebody or something decided it; `nil` when only leftovers are being cleared away.
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
    // A stopped process acts on TERM only once it goes on.
    tree.send(SIGCONT)
  }

  /// Sends KILL when the grace is over, and again while processes are left: new ones may have been made meanwhile.
  mutating func advance(on tree: ProcessTree) {
    let now = steadyClock()
    guard isUnderWay, let step = nextStep, now >= step else { return }
    if tree.send(SIGKILL), now > givesUpAt { isHopeless = true }
    nextStep = now + 0.05
  }
}

/// What a job's processes used, as the kernel told it when each ended.
struct UsageCount {
  var cpuSeconds = 0.0
  /// The largest process, or the largest sum over all of them where it was measured; in bytes.
  var peakMemory: Int64 = 0

  mutating func add(_ used: rusage) {
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    cpuSeconds += seconds(used.ru_utime) + seconds(used.ru_stime)
    peakMemory = max(peakMemory, Int64(used.ru_maxrss) * 1024)
  }
}
