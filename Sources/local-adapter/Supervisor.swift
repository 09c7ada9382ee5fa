import AdapterKit
import CLinux
import Glibc
import Processes
import StateStorage

/// The process that looks after one running job: starts it, waits for it, ends it in time, and records how it ended.
///
/// It sleeps until a signal, its job's end or a time limit. The queue is open only while it reads or writes it.
final class Supervisor {
  static let argument = "supervise"

  private let settings: Settings
  private let order: JobOrder
  private let signals: Int32
  private var talk: QueueTalk
  private var ending = JobEnding()
  private var usage = UsageCount()
  private var tree: ProcessTree
  /// The adopted command's descriptor; a command of our own reports its end by SIGCHLD.
  private var adoptedDescriptor: Int32 = -1
  /// When to check an adopted command for which the kernel provides no descriptor.
  private var nextLook: Double?
  private var leader: pid_t = 0
  private var leaderStatus: Int32?
  private var leaderIsGone = false
  private var startedAt = wallClock()
  private var walltimeAt: Double?
  private var pausedAt: Double?
  private var pausedTotal = 0.0
  private var nextSample: Double?

  private init(settings: Settings, order: JobOrder, signals: Int32) {
    self.settings = settings
    self.order = order
    self.signals = signals
    talk = QueueTalk(settings: settings, key: order.key)
    tree = ProcessTree(root: .subreaper(getpid()))
  }

  static func main(_ words: [String]) -> Int32 {
    let signals = clinux_signal_descriptor()
    guard words.count == 4, let key = TaskKey(words[2]), signals >= 0 else { return 64 }
    _ = clinux_become_subreaper()
    signal(SIGXFSZ, SIG_IGN)
    let settings = Settings.current()
    do {
      let order = try Queue(settings: settings).change { try $0.take(key, claim: words[3]) }
      guard let order else { return 0 }
      try Supervisor(settings: settings, order: order, signals: signals).run()
      return 0
    } catch {
      AdapterLog.write("the supervisor of job \(key.text) ends: \(error)")
      return 1
    }
  }

  private func run() throws {
    guard try order.adopted.map(adopt) ?? start() else { return }
    if let walltime = order.spec.walltime {
      // An adopted job has used up part of it.
      walltimeAt = steadyClock() + walltime.duration.inSeconds - max(0, wallClock() - startedAt)
    }
    if order.memory > 0 { nextSample = steadyClock() }
    if let deadline = order.deadlineAt { _ = clinux_alarm_at(deadline) }
    fulfil(order.wishes)
    clinux_trim_memory()
    while try !isOver() { wait() }
    try finish()
  }

  // MARK: Beginning

  private func start() throws -> Bool {
    do {
      do {
        try PrivateFolder.make(order.folder)
        try PrivateFolder.check(order.folder)
      } catch {
        throw LaunchFailure(reason: "\(error)")
      }
      unlink(AttemptRecord.path(in: order.folder))
      leader = try JobProcess(order: order).start()
    } catch let failure as LaunchFailure {
      var record = record(as: .launchFailed)
      record.reason = failure.reason
      record.reasonCode = .launch
      record.endedAt = wallClock()
      try report(record)
      return false
    }
    startedAt = wallClock()
    // A command that ended already has no living identity; its number is still its own until it is reaped.
    let start = ProcessStat(pid: leader)?.startTime ?? 0
    talk.tellStart(of: ProcessIdentity(pid: leader, startTime: start), at: startedAt)
    return true
  }

  private func adopt(_ command: ProcessIdentity) throws -> Bool {
    startedAt = order.startedAt ?? startedAt
    leader = command.pid
    tree = ProcessTree(root: .adopted(leader: command, mark: JobMark(order.key, token: order.token)))
    adoptedDescriptor = clinux_pidfd_open(command.pid)
    leaderIsGone = !command.isAlive
    if adoptedDescriptor < 0 { nextLook = steadyClock() }
    return true
  }

  // MARK: Waiting

  private func wait() {
    let until = [
      ending.nextStep,
      leaderIsGone ? nil : nextLook,
      ending.isUnderWay || pausedAt != nil ? nil : walltimeAt,
      pausedAt == nil ? nextSample : nil,
      talk.retryAt,
    ]
    let milliseconds = until.compactMap { $0 }.min().map { max(0, min(($0 - steadyClock()) * 1000 + 1, 1e9)) }
    var descriptors = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    // Once the command is gone its descriptor stays readable, and would never let this process sleep.
    if adoptedDescriptor >= 0, !leaderIsGone {
      descriptors.append(pollfd(fd: adoptedDescriptor, events: Int16(POLLIN), revents: 0))
    }
    poll(&descriptors, nfds_t(descriptors.count), milliseconds.map { Int32($0) } ?? -1)
    if descriptors.count > 1, descriptors[1].revents != 0 { leaderIsGone = true }
    var signal = clinux_next_signal(signals)
    while signal != 0 {
      take(signal)
      signal = clinux_next_signal(signals)
    }
    let now = steadyClock()
    if let retry = talk.retryAt, now >= retry { talk.retry().map(fulfil) }
    if let look = nextLook, now >= look {
      nextLook = now + 1
      if order.adopted?.isAlive != true { leaderIsGone = true }
    }
    if let walltimeAt, now >= walltimeAt, pausedAt == nil { end(.walltimeExceeded) }
    if let sample = nextSample, now >= sample, pausedAt == nil { sampleMemory() }
  }

  private func take(_ signal: Int32) {
    switch signal {
    case SIGUSR1: talk.askForWishes().map(fulfil)
    case SIGALRM:
      if let deadline = order.deadlineAt, wallClock() >= deadline { end(.deadlineMissed) }
    case SIGTERM: end(.told)
    default: break
    }
  }

  private func fulfil(_ wishes: Wishes) {
    for signal in wishes.signals { tree.send(signal) }
    if wishes.isCancelled { end(.cancelled) }
    if wishes.isPaused != (pausedAt != nil), !ending.isUnderWay { pause(wishes.isPaused) }
  }

  private func pause(_ isPaused: Bool) {
    tree.send(isPaused ? SIGSTOP : SIGCONT)
    let now = steadyClock()
    if isPaused {
      pausedAt = now
    } else if let began = pausedAt {
      pausedAt = nil
      pausedTotal += now - began
      walltimeAt = walltimeAt.map { $0 + now - began }
    }
    talk.tellPause(isPaused)
  }

  private func sampleMemory() {
    let now = tree.memory(limit: order.memory)
    usage.peakMemory = max(usage.peakMemory, now)
    nextSample = steadyClock() + 0.5
    if now > order.memory { end(.memoryExceeded) }
  }

  // MARK: Ending

  private func end(_ cause: JobEnding.Cause) {
    // A command that ended on its own was not ended by this supervisor.
    guard !leaderIsGone, !ending.isUnderWay else { return }
    reap()
    guard !leaderIsGone else { return }
    ending.begin(cause, grace: settings.grace.inSeconds, on: tree)
    if let began = pausedAt {
      pausedTotal += steadyClock() - began
      pausedAt = nil
    }
  }

  /// Whether nothing of the job is left; advances the ending while something is.
  private func isOver() throws -> Bool {
    let hasChildren = reap()
    guard leaderIsGone else {
      ending.advance(on: tree)
      return false
    }
    if order.adopted == nil, !hasChildren { return true }
    guard !tree.members().isEmpty else { return true }
    // The command is gone and has left processes running: they have had their time.
    if !ending.isUnderWay { ending.begin(nil, grace: min(2, settings.grace.inSeconds), on: tree) }
    ending.advance(on: tree)
    return ending.isHopeless
  }

  /// Reaps every process that has ended; returns whether there are others.
  @discardableResult
  private func reap() -> Bool {
    while true {
      var information = siginfo_t()
      guard waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return false }
      let pid = information._sifields._sigchld.si_pid
      guard pid > 0 else { return true }
      // The supervisor of a job that this job submitted: its usage is not ours.
      let isOther = pid != leader && ProcessStat(pid: pid).map(ProcessTree.isOurs) ?? false
      var status: Int32 = 0
      var used = rusage()
      guard wait4(pid, &status, 0, &used) == pid else { return true }
      if pid == leader {
        leaderStatus = status
        leaderIsGone = true
      }
      if !isOther { usage.add(used) }
    }
  }

  private func finish() throws {
    var record = record(as: outcome())
    if let leaderStatus { record.set(JobExitStatus(waitStatus: leaderStatus)) }
    record.startedAt = startedAt
    record.endedAt = wallClock()
    record.reason = ending.reason(of: order)
    record.walltimeSeconds = max(0, wallClock() - startedAt - pausedTotal)
    if order.adopted == nil {
      record.cpuSeconds = usage.cpuSeconds
      record.peakMemoryBytes = usage.peakMemory
    }
    try report(record)
  }

  private func outcome() -> JobOutcome {
    if let cause = ending.cause { return cause.outcome }
    guard let leaderStatus else { return .unknown }
    return leaderStatus == 0 ? .succeeded : .failed
  }

  private func record(as outcome: JobOutcome) -> AttemptRecord {
    AttemptRecord(order.key, token: order.token, attempt: order.attempt, host: settings.host, outcome: outcome)
  }

  private func report(_ record: AttemptRecord) throws {
    try EndReport(settings: settings, order: order, signals: signals, isShutdown: ending.cause == .told).tell(record)
  }
}
