import FoundationEssentials
import LauncherProtocol

extension ExitRecord {
  /// The folder of all records, as a shell finds it.
  static let folder = #"${HOME:-.}/.local/state/launcher/exit"#

  /// What jobs recorded about their ends, and why that may be incomplete.
  public struct Found: Sendable {
    /// The records.
    public var records: [ExitRecord] = []
    /// If this is set, a job without a record may have left one nevertheless.
    public var fault: LauncherError?
  }

  /// Asks a host for the records of some jobs, including those of an array's tasks for the array's own id.
  ///
  /// - Parameters:
  ///   - ids: the ids of the jobs.
  ///   - server: the server whose records are meant; `nil` for those of all servers.
  ///   - host: the host whose user's records are read. A recording without them counts as one of a machine that had
  ///     none.
  ///   - failure: the error for a command that failed.
  public static func records(
    of ids: [String],
    server: String?,
    on host: some CommandHost,
    failure: (CommandAnswer) -> LauncherError
  ) async throws -> Found {
    var found = Found()
    for list in IDLists.split(ids) {
      guard let answer = try await host.answerIfRecorded(to: command(ids: list, server: server)) else { continue }
      guard answer.succeeded else {
        found.fault = found.fault ?? failure(answer)
        continue
      }
      let output = answer.output(limit: 1 << 26)
      if !output.isEmpty, !output.endsWithLine {
        let sentence = "the jobs' own records are cut"
        found.fault = found.fault ?? LauncherError(.truncatedOutput, sentence, command: answer.failed)
      }
      found.records += parse(output)
    }
    return found
  }

  /// Asks a host for the records of the jobs that carry a token: several for the tasks of an array.
  ///
  /// - Parameters:
  ///   - token: the submission's token.
  ///   - host: the host whose user's records are read. A recording without them counts as one of a machine that had
  ///     none.
  ///   - failure: the error for a command that failed.
  /// - Throws: `LauncherError` if they could not be read.
  public static func records(
    with token: String,
    on host: some CommandHost,
    failure: (CommandAnswer) -> LauncherError
  ) async throws -> [ExitRecord] {
    let answer = try await host.answer(to: command(token: token))
    guard answer.succeeded else { throw failure(answer) }
    return parse(answer.output(limit: 1 << 22)).filter { $0.token == token }
  }

  /// The command that prints the records of some jobs, including those of an array's tasks for the array's own id.
  static func command(ids: [String], server: String?) -> NativeCommand {
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
  static func command(token: String) -> NativeCommand {
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
}
