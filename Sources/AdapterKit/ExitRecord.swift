import FoundationEssentials
import LauncherProtocol

/// How a job's command ended, as the job's own script wrote it down: for schedulers that forget finished jobs.
///
/// A record is the file `~/.local/state/launcher/exit/SERVER/ID` of the job's owner, written aside and then renamed,
/// with one `name=value` a line. The scheduler's own facts come first; the record fills what is missing.
public struct ExitRecord: Hashable, Sendable {
  /// The job's id, an array task's with its index.
  public var id: String
  /// The submission's token.
  public var token: String
  /// The server or cluster.
  public var server: String
  /// The command's code as a shell shows it: 128 and the signal's number when a signal ended it.
  public var code: Int32
  /// Whether a signal ended the command; `nil` where the script could not tell from a code above 128.
  public var wasSignalled: Bool?
  /// Whether the command could be started; when not, `code` is the shell's 126 or 127.
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
  /// The files with its output, where its script knew them.
  public var standardOutput: String?
  /// The file with its messages; equal to `standardOutput` where the two are merged.
  public var standardError: String?

  /// The exit code of a job's script that could not start its command.
  public static let notLaunched: Int32 = 126

  /// The folder of all records, as a shell finds it.
  public static let folder = #"${HOME:-.}/.local/state/launcher/exit"#

  /// Shell lines that define `launcher_record CODE [SIGNAL [LAUNCHED [WHY]]]`: it writes the record. SIGNAL is the number
  /// of the signal that ended the command, 0 for none; LAUNCHED is `no` when the command could not be started. And
  /// `launcher_fail SENTENCE`: it ends a script that cannot start its command, says why, and writes that down.
  ///
  /// Once a day a job removes what is older than 90 days from its server's folder. Nothing of this fails the job.
  ///
  /// - Parameters:
  ///   - token: the submission's token.
  ///   - id: a shell word that gives the job's id when the job runs.
  ///   - server: a shell word that gives the server's name.
  ///   - restarts: a shell word that gives the number of earlier starts.
  ///   - name: a shell word that gives the job's name.
  ///   - host: a shell word that gives the name of the machine it runs on.
  ///   - output: a shell word that gives the path of its output, for schedulers that forget it; empty where not known.
  ///   - errors: a shell word that gives the path of its messages.
  ///   - walltime: the limit it was submitted with.
  public static func script(
    token: String,
    id: String,
    server: String,
    restarts: String,
    name: String,
    host: String = "$(uname -n)",
    output: String = "",
    errors: String = "",
    walltime: Walltime?
  ) -> String {
    """
    launcher_began=$(date +%s)
    launcher_asked=no
    trap 'launcher_asked=yes' TERM
    launcher_record() {
      (
        umask 077
        folder=\(folder)/\(server)
        mkdir -p "$folder" || exit
        {
          echo "token=\(token)"
          echo "code=$1"
          echo "signal=${2:-}"
          echo "launched=${3:-yes}"
          echo "why=${4:-}"
          echo "restarts=\(restarts)"
          echo "started=$launcher_began"
          echo "ended=$(date +%s)"
          echo "asked=$launcher_asked"
          echo "walltime=\(walltime.map { "\($0.seconds)" } ?? "")"
          printf 'host=%s\\nname=%s\\ndirectory=%s\\n' "\(host)" "\(name)" "$PWD"
          \(output.isEmpty ? "" : "printf 'stdout=%s\\nstderr=%s\\n' \"\(output)\" \"\(errors)\"; ")echo "whole=yes"
        } >"$folder/.\(id).new" && mv -f "$folder/.\(id).new" "$folder/\(id)"
        [ -z "$(find "$folder/.swept" -mtime -1)" ] || exit
        : >"$folder/.swept"
        find "$folder" -maxdepth 1 -type f -mtime +90 -exec rm -f {} +
      ) </dev/null >/dev/null 2>&1
    }
    launcher_fail() {
      echo "launcher: $1" >&2
      launcher_record \(Self.notLaunched) 0 no "$1"
      exit \(Self.notLaunched)
    }
    """
  }

  /// The command that prints the records of some jobs, those of an array's tasks with the array's own id.
  public static func command(ids: [String], server: String?) -> NativeCommand {
    let place = server.map { ShellText.quoted($0) } ?? "*"
    let script = """
      cd "\(folder)" 2>/dev/null || exit 0
      for id; do for file in \(place)/"$id" \(place)/"$id"_*; do
      [ -f "$file" ] && echo "record=$file" && cat "$file"
      done; done; exit 0
      """
    return NativeCommand(["sh", "-c", script, "sh"] + ids, timeLimit: .seconds(20))
  }

  /// The command that prints the records with a token.
  public static func command(token: String) -> NativeCommand {
    let script = """
      cd "\(folder)" 2>/dev/null || exit 0
      grep -rlxF -e "token=$1" . 2>/dev/null | while IFS= read -r file; do
      echo "record=${file#./}" && cat "$file"
      done; exit 0
      """
    return NativeCommand(["sh", "-c", script, "sh", token], timeLimit: .seconds(20))
  }

  /// Reads what the commands print; a record that is not whole is left out.
  public static func parse(_ output: String) -> [ExitRecord] {
    var records: [ExitRecord] = []
    var fields: [Substring: Substring] = [:]
    func finish() {
      guard let name = fields["record"], fields["whole"] == "yes", let code = fields["code"].flatMap({ Int32($0) }),
        let slash = name.lastIndex(of: "/")
      else { return }
      var record = ExitRecord(
        id: String(name[name.index(after: slash)...]),
        token: fields["token"].map(String.init) ?? "",
        server: String(name[..<slash].split(separator: "/").last ?? ""),
        code: code
      )
      record.wasSignalled = fields["signal"].flatMap { Int32($0) }.map { $0 != 0 }
      record.wasLaunched = fields["launched"] != "no"
      record.restarts = fields["restarts"]?.natural
      record.startedAt = fields["started"].flatMap { Double($0) }.map(Date.init(timeIntervalSince1970:))
      record.endedAt = fields["ended"].flatMap { Double($0) }.map(Date.init(timeIntervalSince1970:))
      record.wasAskedToEnd = fields["asked"] == "yes"
      record.walltime = fields["walltime"].flatMap { Int64($0) }.map { .seconds($0) }
      record.name = fields["name"].flatMap { $0.isEmpty ? nil : String($0) }
      record.host = fields["host"].map(String.init)
      record.directory = fields["directory"].map(String.init)
      record.failure = fields["why"].flatMap { $0.isEmpty ? nil : String($0) }
      record.standardOutput = fields["stdout"].flatMap { $0.hasPrefix("/") ? String($0) : nil }
      record.standardError = fields["stderr"].flatMap { $0.hasPrefix("/") ? String($0) : nil }
      records.append(record)
    }
    for line in output.split(separator: "\n") {
      guard let sign = line.firstIndex(of: "=") else { continue }
      if line.hasPrefix("record=") {
        finish()
        fields = [:]
      }
      fields[line[..<sign]] = line[line.index(after: sign)...]
    }
    finish()
    return records
  }

  /// What the code says about the command's end.
  public var exitStatus: JobExitStatus {
    if wasSignalled != false, code > 128, code <= 192, let signal = UnixSignal(number: code - 128) {
      return .signal(signal)
    }
    return .code(code)
  }

  /// How the job ended, as far as its own script can know.
  ///
  /// The script sees its command's code, and not why the command ended. So a code of 0 is no success where the whole
  /// job was asked to end, or ran past its limit: many programs write a checkpoint on SIGTERM and end with 0.
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

  /// Whether it is the record of that job: where the reference names a server or a token, the record has the same. Native
  /// ids are not enough: two schedulers of one home give the same numbers, and numbers come back.
  public func belongs(to job: JobReference) -> Bool {
    if let token = job.token, token != self.token { return false }
    if let server = job.server, !self.server.isEmpty, server != self.server { return false }
    return true
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

  /// A job's status as far as the record tells it.
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
