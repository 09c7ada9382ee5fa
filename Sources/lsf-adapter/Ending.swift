import AdapterKit
import FoundationEssentials

/// What LSF's commands report about a job's end, collected from all that were asked.
///
/// EXIT alone says nothing: jobs that failed, were removed, ran into a limit or never started all end with it.
struct JobEnding: Hashable, Sendable {
  /// The exit code as LSF writes it: 128 plus a number, both for a signal and for a program that exits with that code.
  var code: Int32?
  /// The signal, if LSF reports that one ended the job.
  var signal: Int32?
  /// Why LSF or a user ended it: `TERM_RUNLIMIT`. Only IBM LSF reports it.
  var term: String?
  /// The sentence with it: `TERM_RUNLIMIT: job killed after reaching LSF run time limit`.
  var sentence: String?
  /// Who asked for its end, and with which signal: `Signal <KILL> requested by user or administrator <ada>` in `bhist`.
  var killer: (name: String, signal: String)? {
    get { killerName.map { ($0, killerSignal) } }
    set { (killerName, killerSignal) = (newValue?.name, newValue?.signal ?? "") }
  }
  private var killerName: String?
  private var killerSignal = ""
  /// Whether it ever started; `nil` if that is not known.
  var hasStarted: Bool?
  /// Its run limit.
  var runLimit: Duration?
  /// It waited for jobs that did not end as required.
  var waitedInVain = false

  /// Takes over a reason, from a field or a sentence with `TERM_…` in it.
  mutating func note(reason: String?) {
    guard let reason, term == nil, let mark = reason.firstRange(of: "TERM_") else { return }
    let word = reason[mark.lowerBound...].prefix { $0 == "_" || $0.isUppercase || $0.isNumber }
    term = String(word)
    var rest = reason[mark.lowerBound...].prefix { $0 != ";" }
    while rest.last == "." || rest.last == " " { rest.removeLast() }
    sentence = String(rest)
  }

  /// Adds what another source knows and this one does not.
  mutating func fill(from other: JobEnding) {
    code = code ?? other.code
    signal = signal ?? other.signal
    if term == nil { (term, sentence) = (other.term, other.sentence) }
    killer = killer ?? other.killer
    hasStarted = hasStarted ?? other.hasStarted
    runLimit = runLimit ?? other.runLimit
    waitedInVain = waitedInVain || other.waitedInVain
  }

  /// Whether it explains the job's end, so that nothing more has to be asked.
  var isExplained: Bool { term.flatMap { Self.outcomes[$0] } != nil }

  /// What a reason means.
  enum Meaning: Hashable, Sendable {
    /// The job ended with this outcome.
    case outcome(JobOutcome)
    /// The exit code says how the job ended.
    case byCode
    /// The job goes back into the queue.
    case requeued
  }

  /// Source: IBM's page “Termination reasons displayed by bacct”, of LSF 10.1; none of them was recorded, since volclava
  /// has none.
  static let outcomes: [String: Meaning] = [
    "TERM_PREEMPT": .outcome(.preempted),
    "TERM_WINDOW": .outcome(.cancelled(by: .scheduler)),  // the queue's run window closed
    "TERM_LOAD": .outcome(.cancelled(by: .scheduler)),  // load above the threshold
    "TERM_RUNLIMIT": .outcome(.walltimeExceeded),
    "TERM_DEADLINE": .outcome(.deadlineMissed),
    "TERM_PROCESSLIMIT": .outcome(.failed),
    "TERM_THREADLIMIT": .outcome(.failed),
    "TERM_CPULIMIT": .outcome(.failed),
    "TERM_FORCE_OWNER": .outcome(.cancelled(by: .user)),
    "TERM_OWNER": .outcome(.cancelled(by: .user)),
    "TERM_FORCE_ADMIN": .outcome(.cancelled(by: .administrator)),
    "TERM_ADMIN": .outcome(.cancelled(by: .administrator)),
    "TERM_BUCKET_KILL": .outcome(.cancelled(by: .administrator)),
    "TERM_REQUEUE_OWNER": .requeued,
    "TERM_REQUEUE_ADMIN": .requeued,
    "TERM_RC_RECLAIM": .requeued,
    "TERM_CHKPNT": .outcome(.cancelled(by: .unknown)),
    "TERM_MEMLIMIT": .outcome(.memoryExceeded),
    "TERM_SWAP": .outcome(.memoryExceeded),
    "TERM_EXTERNAL_SIGNAL": .byCode,
    "TERM_UNKNOWN": .byCode,
    "TERM_OTHER": .byCode,
    "TERM_RMS": .outcome(.failed),
    "TERM_SLURM": .outcome(.failed),
    "TERM_ZOMBIE": .outcome(.unknown),  // it ended while LSF was unavailable
    "TERM_CWD_NOTEXIST": .outcome(.launchFailed),
    "TERM_PRE_EXEC_FAIL": .outcome(.launchFailed),
    "TERM_DATA": .outcome(.launchFailed),
    "TERM_CSM_ALLOC": .outcome(.launchFailed),
    "TERM_KUBE": .outcome(.launchFailed),
    "TERM_REMOVE_HUNG_JOB": .outcome(.nodeFailure),
    "TERM_ORPHAN_SYSTEM": .outcome(.dependencyFailed),
    "TERM_MC_RECALL": .outcome(.movedElsewhere),
    "TERM_RC": .outcome(.nodeFailure),
  ]

  /// The signals of a `bkill` that are meant to end a job.
  private static let deadly: Set<String> = ["KILL", "TERM", "INT", "QUIT", "HUP", "ABRT"]

  /// The state of a job that LSF shows as EXIT.
  ///
  /// - Parameters:
  ///   - user: whose job it is.
  ///   - span: how long it ran.
  func state(user: String?, span: Duration?) -> JobState {
    switch term.flatMap({ Self.outcomes[$0] }) {
    case .outcome(let outcome): return .finished(outcome)
    case .requeued: return .finishing
    case .byCode, nil: break
    }
    if let killer, Self.deadly.contains(killer.signal), isKill(killer.signal) {
      return .finished(.cancelled(by: user.map { $0 == killer.name ? .user : .administrator } ?? .unknown))
    }
    // volclava reports no reasons: the run limit ends a job by SIGUSR2, code 140, then by SIGKILL (recorded:
    // run-limit).
    if wasSignalled, let runLimit, let span, span >= runLimit { return .finished(.walltimeExceeded) }
    // A job that ended without ever having started was removed; it cannot have failed.
    if hasStarted == false, code == nil, signal == nil {
      return .finished(waitedInVain ? .dependencyFailed : .cancelled(by: .unknown))
    }
    // EXIT without further details may mean anything except success.
    return .finished(code == nil && signal == nil ? .unknown : .failed)
  }

  private var wasSignalled: Bool { signal != nil || (code ?? 0) > 128 }

  /// `bkill` sends SIGINT, SIGTERM and SIGKILL one after another: 130 or “Exited by signal 2” is far more frequent than
  /// 137 (recorded: finished-jobs). A single signal that was sent and did not end the job is not a removal.
  private func isKill(_ name: String) -> Bool {
    if name == "KILL" || hasStarted == false { return true }
    guard let number = UnixSignal(name)?.number else { return false }
    return signal == number || code == 128 + number
  }

  /// The exit status; `nil` if LSF does not report it.
  var exitStatus: JobExitStatus? {
    if let signal, let named = UnixSignal(number: signal) { return .signal(named) }
    return code.map { .code($0) }
  }
}

extension JobStatus {
  /// A job that LSF shows as DONE.
  mutating func succeed() {
    state = .finished(.succeeded)
    exitStatus = .code(0)
  }

  /// A job that LSF shows as EXIT, as far as is known so far.
  mutating func finish(_ ending: JobEnding) {
    var span: Duration?
    if let startedAt, let endedAt { span = .seconds(endedAt.timeIntervalSince(startedAt)) }
    state = ending.state(user: user, span: span)
    exitStatus = ending.exitStatus
    if let sentence = ending.sentence {
      native.reason = sentence
      reason = JobReason(state == .finished(.launchFailed) ? .launch : nil, sentence)
    }
    if state == .finishing { endedAt = nil }
  }

  /// A job whose host does not respond: it may still run and end well.
  mutating func setLost() {
    state = .running
    reason = JobReason(.nodesUnavailable, "LSF has lost the host that it runs on; whether it still runs is not known")
  }
}
