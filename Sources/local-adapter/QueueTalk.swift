import AdapterKit
import Processes

/// What a supervisor reports to the queue, and asks it, while its job runs. What fails (the queue is locked, the disk
/// is full) is kept and tried again.
struct QueueTalk {
  let settings: Settings
  let key: TaskKey

  /// When to try again, on the steady clock; `nil` when nothing is left to say.
  private(set) var retryAt: Double?
  private var start: (leader: ProcessIdentity, time: Double)?
  private var pause: Bool?
  private var asks = false

  init(settings: Settings, key: TaskKey) {
    self.settings = settings
    self.key = key
  }

  mutating func tellStart(of leader: ProcessIdentity, at time: Double) {
    start = (leader, time)
    tell()
  }

  mutating func tellPause(_ isPaused: Bool) {
    pause = isPaused
    tell()
  }

  /// What users want now; `nil` when it cannot be read yet.
  mutating func askForWishes() -> Wishes? {
    asks = true
    return ask()
  }

  /// Repeats the reports and questions that failed before.
  mutating func retry() -> Wishes? {
    retryAt = nil
    tell()
    return ask()
  }

  private mutating func tell() {
    guard start != nil || pause != nil else { return }
    do {
      try Queue(settings: settings).change { transaction in
        if let start { try transaction.started(key, leader: start.leader, at: start.time) }
        if let pause { try transaction.paused(key, pause) }
      }
      (start, pause) = (nil, nil)
    } catch {
      // The command runs, whether that can be recorded or not: it is supervised to its end nevertheless.
      tryLater("its state could not be recorded", error)
    }
  }

  private mutating func ask() -> Wishes? {
    guard asks else { return nil }
    do {
      let wishes = try Queue(settings: settings).change { try $0.takeWishes(key) }
      asks = false
      return wishes
    } catch {
      tryLater("a wish could not be read", error)
      return nil
    }
  }

  private mutating func tryLater(_ what: String, _ error: any Error) {
    AdapterLog.write("job \(key.text): \(what): \(error)")
    retryAt = steadyClock() + 5
  }
}
