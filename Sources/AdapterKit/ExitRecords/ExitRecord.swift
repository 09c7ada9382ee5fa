import FoundationEssentials
import LauncherProtocol

/// How a job's command ended, as the job's own script recorded it: for schedulers that forget finished jobs.
///
/// A record is the file `~/.local/state/launcher/exit/SERVER/ID` of the job's owner, written under a temporary name and
/// then renamed, with one `name=value` per line. The scheduler's own facts take precedence; the record fills in what is
/// missing.
public struct ExitRecord: Hashable, Sendable {
  /// The job's id, for an array task, with its index.
  public var id: String
  /// The submission's token.
  public var token: String
  /// The server or cluster.
  public var server: String
  /// The command's code as a shell shows it: 128 and the signal's number when a signal ended it.
  public var code: Int32
  /// Whether a signal ended the command; `nil` if the script could not distinguish that from a code above 128.
  public var wasSignalled: Bool?
  /// Whether the command could be started; if not, `code` is the shell's 126 or 127.
  public var wasLaunched = true
  /// How often the job was started before.
  public var restarts: Int?
  /// When the command started.
  public var startedAt: Date?
  /// When it ended.
  public var endedAt: Date?
  /// The scheduler asked the whole job to end (SIGTERM to its shell too): it was removed, or its time was up.
  public var wasAskedToEnd = false
  /// The walltime it was submitted with.
  public var walltime: Duration?
  /// The job's name.
  public var name: String?
  /// The host it ran on.
  public var host: String?
  /// Where it ran.
  public var directory: String?
  /// Why the command could not be started, in the words of the job's script.
  public var failure: String?
  /// The files with its output, if its script knew them.
  public var standardOutput: String?
  /// The file with its messages; equal to `standardOutput` if the two are merged.
  public var standardError: String?

  /// The exit code of a job's script that could not start its command.
  public static let notLaunched: Int32 = 126

  /// What the code says about the command's end.
  public var exitStatus: JobExitStatus {
    if wasSignalled != false, code > 128, code <= 192, let signal = UnixSignal(number: code - 128) {
      return .signal(signal)
    }
    return .code(code)
  }

  /// How the job ended, as far as its own script can know.
  ///
  /// The script sees its command's code, but not why the command ended. So a code of 0 is not a success if the whole
  /// job was asked to end, or ran past its limit: many programs write a checkpoint on SIGTERM and exit with 0.
  private var outcome: JobOutcome {
    if !wasLaunched { return .launchFailed }
    let isOver = ranPastItsLimit
    if code == 0 { return isOver ? .walltimeExceeded : wasAskedToEnd ? .unknown : .succeeded }
    guard wasAskedToEnd else { return .failed }
    if isOver { return .walltimeExceeded }
    return exitStatus == .signal(.terminate) ? .cancelled(by: .unknown) : .unknown
  }

  /// Whether it ran longer than it was allowed to. Schedulers count limits in whole minutes.
  private var ranPastItsLimit: Bool {
    guard let walltime, let startedAt, let endedAt else { return false }
    let minutes = (walltime.inSeconds / 60).rounded(.up)
    return endedAt.timeIntervalSince(startedAt) >= (wasAskedToEnd ? walltime.inSeconds : minutes * 60)
  }

  /// Why the command could not be started; `nil` when it was.
  public var launchFailure: JobReason? {
    guard !wasLaunched else { return nil }
    return JobReason(.launch, failure ?? "the program could not be started; the job's standard error says why")
  }

  /// Why the code does not say how the job ended; `nil` when it does.
  private var doubt: JobReason? {
    guard outcome == .unknown else { return nil }
    return JobReason(nil, "the job was asked to end and its command ended with \(exitStatus); nothing says who asked")
  }

  /// A job's status as far as the record shows it.
  public func status(id: String) -> JobStatus {
    var status = JobStatus(id: id, state: .finished(outcome))
    status.name = name
    status.exitStatus = wasLaunched ? exitStatus : nil
    status.reason = launchFailure ?? doubt
    status.server = server
    status.startedAt = startedAt
    status.endedAt = endedAt
    status.attempt = restarts.map { $0 + 1 }
    status.nodes = host.map { [$0] } ?? []
    status.directory = directory
    status.standardOutput = standardOutput
    status.standardError = standardError
    status.source = JobStatus.exitRecordSource
    return status
  }
}
