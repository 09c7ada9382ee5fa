import AdapterKit
import FoundationEssentials

/// The contents of a job's `.cobaltlog`: the only place where Cobalt itself records how a job ended.
///
/// It is the submitter's file: `qsub` begins it, Cobalt appends to it while the job runs and for up to several seconds
/// after `qstat` has forgotten the job. For an id that was assigned twice, one file has two logs, one after another.
struct CobaltLog: Hashable, Sendable {
  /// The ways in which Cobalt reports a job's end.
  enum End: Hashable, Sendable {
    /// It exited, with a code; `nil` if Cobalt does not know it (`an exit code of None`).
    case exited(Int32?)
    /// A user deleted it.
    case deleted(by: String)
    /// Its time was up.
    case walltime
  }

  /// The job's id.
  var id: String
  /// The arguments of `qsub`.
  var submission = ""
  /// When `qsub` received its answer.
  var submittedAt: Date?
  /// Where it was submitted.
  var directory: String?
  /// Its owner.
  var user: String?
  /// When its command last started.
  var startedAt: Date?
  /// How often it was started.
  var starts = 0
  /// The file with its standard output.
  var standardOutput: String?
  /// The file with its standard error.
  var standardError: String?
  /// How it ended; `nil` while nothing shows it.
  var end: End?
  /// When it exited.
  var endedAt: Date?

  /// When `qdel` was run for it here and reported that it deleted it. For a job that had not started, Cobalt's own log
  /// does not show that.
  var deletedHereAt: Date?

  /// The folder of the logs of jobs that were submitted here, inside the one of their scripts.
  static let folder = ScriptStore.folder

  /// What the commands print when they have read everything.
  static let readMark = "launcher: read"

  /// The command that prints the logs of jobs that were submitted here.
  static func command(ids: [String]) -> NativeCommand {
    let script = """
      cd "\(folder)" 2>/dev/null || { echo "\(readMark)"; exit 0; }
      for id; do
        [ -f "$id.cobaltlog" ] && cat "$id.cobaltlog" && echo
        [ -f "$id.deleted" ] && echo "\(deleted)$(cat "$id.deleted")"
      done
      echo "\(readMark)"
      """
    return NativeCommand(["sh", "-c", script, "sh"] + ids, timeLimit: CobaltPatience.file)
  }

  private static let deleted = "launcher: deleted "

  /// The command that notes, beside the logs of jobs that were submitted here, that `qdel` deleted them.
  static func noting(deleted ids: [String]) -> NativeCommand {
    let script = """
      cd "\(folder)" 2>/dev/null || exit 0
      for id; do [ ! -f "$id.cobaltlog" ] || date +%s >"$id.deleted"; done; exit 0
      """
    return NativeCommand(["sh", "-c", script, "sh"] + ids, timeLimit: CobaltPatience.file, effect: .changes)
  }

  /// The command that prints the logs of jobs that were submitted with a token.
  static func command(token: String) -> NativeCommand {
    let script = """
      cd "\(folder)" 2>/dev/null || { echo "\(readMark)"; exit 0; }
      grep -lF -e "/$1.sh" -- *.cobaltlog 2>/dev/null | while IFS= read -r file; do cat "$file" && echo; done
      echo "\(readMark)"
      """
    return NativeCommand(["sh", "-c", script, "sh", token], timeLimit: CobaltPatience.file)
  }

  /// The command that prints logs of jobs that were not submitted here, where `qsub` puts them: in the folder of their
  /// submission, which is only searched for here.
  ///
  /// Other users may write to a shared folder: a log only counts if it belongs to the user who asks, as one that `qsub`
  /// began for that user does.
  static func commandHere(ids: [String]) -> NativeCommand {
    let script = """
      user=$(id -un)
      for file; do
        [ -f "$file" ] && [ ! -L "$file" ] && [ -O "$file" ] || continue
        cat "$file" && echo && echo "\(owner)$user" || { echo "$file cannot be read" >&2; exit 1; }
      done
      echo "\(readMark)"
      """
    return NativeCommand(["sh", "-c", script, "sh"] + files(ids), timeLimit: CobaltPatience.file)
  }

  /// The same for a recording, which holds only the logs.
  static func plainCommandHere(ids: [String]) -> NativeCommand {
    NativeCommand(["cat"] + files(ids), timeLimit: CobaltPatience.file)
  }

  private static func files(_ ids: [String]) -> [String] { ids.map { "\($0).cobaltlog" } }

  private static let owner = "launcher: owner "

  /// Whether an answer to these commands is complete.
  static func isWhole(_ output: String) -> Bool {
    output.withPlainLineEnds.split(separator: "\n").last.map { $0 == readMark } ?? false
  }

  /// Whether it is the log of the submission with a token; the token is in the name of the script.
  func isOf(token: String) -> Bool {
    submission.split(whereSeparator: \.isWhitespace).contains { $0.hasSuffix("/\(token).sh") }
  }

  /// Reads logs, one after another.
  static func parse(_ output: String) -> [CobaltLog] {
    var logs: [CobaltLog] = []
    var log: CobaltLog?
    for line in output.withPlainLineEnds.split(separator: "\n") {
      if line.hasPrefix("Jobid: "), CobaltID.isWellFormed(String(line.dropFirst(7))) {
        if let log { logs.append(log) }
        log = CobaltLog(id: String(line.dropFirst(7)))
      } else if line.hasPrefix(deleted) {
        log?.deletedHereAt = Int64(line.dropFirst(deleted.count)).map { Date(timeIntervalSince1970: Double($0)) }
      } else if line.hasPrefix(owner) {
        // It says nothing about another user's job, however it came to be here.
        if let user = log?.user, user != line.dropFirst(owner.count) { log = nil }
      } else if line != readMark {
        log?.read(line)
      }
    }
    if let log { logs.append(log) }
    return logs
  }

  private mutating func read(_ line: Substring) {
    guard let (instant, words) = Self.stamped(line) else {
      // `qsub` writes its arguments, and a name among them may contain line breaks.
      if submittedAt == nil { submission += submission.isEmpty ? "\(line)" : "\n\(line)" }
      return
    }
    if let path = Self.rest(words, behind: "submitted with cwd set to: ") {
      (submittedAt, directory) = (instant, path)
    } else if words.hasPrefix("Command: ") {
      // Started, or started again: the end so far was that of an earlier attempt.
      (startedAt, end, endedAt) = (instant, nil, nil)
      starts += 1
    } else if let name = Self.rest(words, behind: "USER=") {
      user = name
    } else if let path = Self.rest(words, behind: "Info: stdout sent to ") {
      standardOutput = path
    } else if let path = Self.rest(words, behind: "Info: stderr sent to ") {
      standardError = path
    } else if words.hasPrefix("Info: ") {
      readEnd(words, at: instant)
    }
  }

  private mutating func readEnd(_ words: Substring, at instant: Date) {
    if let place = words.firstRange(of: "with an exit code of ") {
      let rest = words[place.upperBound...]
      // A code with nothing after it may be the beginning of a longer one, in a line that is still being written.
      guard let semicolon = rest.firstIndex(of: ";") else { return }
      let code = Int32(rest[..<semicolon])
      endedAt = instant
      // It was ended by the signal that the deletion or the time limit sent, whatever code the program exited with.
      if end != nil { return }
      end = .exited(code)
    } else if words.contains("maximum execution time exceeded") {
      end = end ?? .walltime
    } else if let place = words.firstRange(of: " delete requested with signal "),
      let name = words[place.upperBound...].firstRange(of: " by user ")
    {
      end = end ?? .deleted(by: String(words[name.upperBound...]))
    }
  }

  private static func rest(_ words: Substring, behind prefix: String) -> String? {
    words.hasPrefix(prefix) ? String(words.dropFirst(prefix.count)) : nil
  }

  /// A line's instant and its words: `Sat Nov 21 00:53:28 2026 +0000 (UTC) Info: …`.
  private static func stamped(_ line: Substring) -> (Date, Substring)? {
    guard let close = line.firstIndex(of: ")"), line.utf8.distance(from: line.startIndex, to: close) < 60,
      let instant = CobaltTime.instant(line[...close])
    else { return nil }
    return (instant, line[line.index(after: close)...].drop { $0 == " " })
  }
}

extension CobaltLog {
  /// The job's status as far as the log shows its end; `nil` if it does not.
  func status(reportedID id: String) -> JobStatus? {
    guard let end else { return deletedStatus(id) }
    var status = JobStatus(id: id, state: .finished(.unknown))
    switch end {
    case .exited(nil): status.reason = JobReason(nil, "Cobalt does not know its exit code")
    case .exited(let code?):
      // Cobalt writes a signal as 128 plus its number (recorded: killed-by-signal, 139).
      if code > 128, code <= 192, let signal = UnixSignal(number: code - 128) {
        status.exitStatus = .signal(signal)
      } else {
        status.exitStatus = .code(code)
      }
      status.state = .finished(code == 0 ? .succeeded : .failed)
    case .deleted(let name):
      status.state = .finished(.cancelled(by: canceller(name)))
      status.reason = JobReason(nil, "deleted by \(name)")
    case .walltime: status.state = .finished(.walltimeExceeded)
    }
    status.source = ".cobaltlog"
    status.startedAt = startedAt
    status.endedAt = endedAt
    status.attempt = starts > 0 ? starts : nil
    add(to: &status)
    return status
  }

  /// The status of a job that was deleted here before it started.
  private func deletedStatus(_ id: String) -> JobStatus? {
    // An earlier job with its number may have been deleted. Both times come from hosts where commands run.
    guard starts == 0, let deletedHereAt, let submittedAt, deletedHereAt >= submittedAt - 60 else { return nil }
    var status = JobStatus(id: id, state: .finished(.cancelled(by: .user)))
    status.reason = JobReason(nil, "deleted before it started")
    status.endedAt = deletedHereAt
    status.source = "qdel"
    add(to: &status)
    return status
  }

  /// Fills in what another source does not report.
  func add(to status: inout JobStatus) {
    status.submittedAt = status.submittedAt ?? submittedAt
    status.user = status.user ?? user
    status.directory = status.directory ?? directory
    status.standardOutput = status.standardOutput ?? standardOutput
    status.standardError = status.standardError ?? standardError
  }

  /// Who deleted the job, by the name that Cobalt gives.
  func canceller(_ name: String) -> JobOutcome.Canceller {
    guard let user else { return .unknown }
    return user == name ? .user : .administrator
  }
}
