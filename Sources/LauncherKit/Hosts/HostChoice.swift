import FoundationEssentials
import LauncherProtocol
import Logging

/// Where native commands run when a program does not specify it: on this machine or on one that is reached over ssh,
/// recorded or answered from a recording if the environment asks for it.
///
/// | Variable | |
/// |---|---|
/// | `LAUNCHER_HOST` | the machine to reach over ssh: `ssh://[user@]host[:port]` |
/// | `LAUNCHER_RECORD` | the folder to record to |
/// | `LAUNCHER_RECORD_REDACT` | set: names and hosts are replaced, and the words in it, separated by colons |
/// | `LAUNCHER_RECORD_SECRETS` | the file by which the programs of one redacted recording know the variables of their jobs |
/// | `LAUNCHER_REPLAY` | the folders of recordings to answer from, separated by colons |
/// | `LAUNCHER_REPLAY_STATE` | the file that programs of one replay share |
/// | `LAUNCHER_REPLAY_SPEED` | `full` or `recorded` |
/// | `LAUNCHER_REPLAY_EXPECT` | the recording whose `expected.json` takes what adapters are asked and conclude |
package struct HostChoice: Sendable {
  package let host: any CommandHost
  /// Where native commands run, as the job store distinguishes one scheduler from another: empty for this machine.
  var endpoint: String { remote.map { "\($0.destination)" } ?? "" }
  /// Whether findings are about this machine.
  let isThisMachine: Bool
  package let replay: ReplayingHost?
  package let recorder: RecordingHost?
  /// The machine on which the commands run, if that is not this one.
  package let remote: SSHHost?

  /// A host that a program named.
  init(named host: any CommandHost) {
    self.host = host
    isThisMachine = false
    replay = host as? ReplayingHost
    recorder = host as? RecordingHost
    remote = host as? SSHHost
  }

  /// The host that the environment asks for.
  ///
  /// - Parameter destination: the machine to reach over ssh; without it, the one that `LAUNCHER_HOST` names.
  /// - Throws: `LauncherError` when a recording cannot be read, the folder cannot be written to, or the host is not
  ///   valid.
  package init(
    from variables: [String: String],
    destination: SSHDestination? = nil,
    outputs: CommandOutputs,
    lock: SubmissionLock? = nil,
    logger: Logger
  ) throws {
    let (record, folders) = (variables["LAUNCHER_RECORD"] ?? "", variables["LAUNCHER_REPLAY"] ?? "")
    if !record.isEmpty, !folders.isEmpty {
      throw LauncherError(
        .notRecorded,
        "LAUNCHER_RECORD and LAUNCHER_REPLAY are both set; a recording of a replay is not a recording",
        advice: "Unset one of them."
      )
    }
    if !folders.isEmpty {
      let speed = try Self.speed(variables["LAUNCHER_REPLAY_SPEED"])
      let state = variables["LAUNCHER_REPLAY_STATE"].flatMap { $0.isEmpty ? nil : $0 }
      let expect = variables["LAUNCHER_REPLAY_EXPECT"].flatMap { $0.isEmpty ? nil : $0 }
      let replay = ReplayingHost(
        try folders.split(separator: ":").map { try Recording(folder: String($0)) },
        speed: speed,
        progress: state.map { ReplayProgress(path: $0) } ?? ReplayProgress(),
        outputs: outputs,
        writer: try expect.map { try RecordingWriter(folder: $0, redaction: nil) }
      )
      (host, self.replay, recorder, remote, isThisMachine) = (replay, replay, nil, nil, false)
      return
    }
    let named = variables["LAUNCHER_HOST"].flatMap { $0.isEmpty ? nil : $0 }
    remote = try (destination ?? named.map(Self.destination(inVariable:)))
      .map { SSHHost($0, outputs: outputs, logger: logger) }
    let commands: any CommandHost = remote ?? LocalHost(outputs: outputs, lock: lock, logger: logger)
    if !record.isEmpty {
      let words = variables["LAUNCHER_RECORD_REDACT"]
      let redaction = words.map { Redaction(of: .current, words: $0.split(separator: ":").map(String.init)) }
      let recorder = try RecordingHost(
        commands,
        folder: record,
        redaction: redaction,
        secrets: RecordedSecrets(path: variables["LAUNCHER_RECORD_SECRETS"]),
        logger: logger
      )
      (host, replay, self.recorder, isThisMachine) = (recorder, nil, recorder, false)
    } else {
      (host, replay, recorder, isThisMachine) = (commands, nil, nil, remote == nil)
    }
  }

  /// Keeps the values of a job's variables out of a redacted recording, or recognizes them in one.
  func conceal(_ variables: [String: String]) {
    guard !variables.isEmpty else { return }
    recorder?.conceal(variables)
    replay?.conceal(variables)
  }

  private static func destination(inVariable text: String) throws -> SSHDestination {
    do {
      return try SSHDestination(text)
    } catch let error as LauncherError {
      throw LauncherError(error.code, "LAUNCHER_HOST is set wrongly: \(error.message)", advice: error.advice)
    }
  }

  /// The minimum wait between two looks, if that is not for the scheduler to decide: a recording can bear any number of
  /// looks.
  var leastPollingInterval: Duration? { replay?.speed == .full ? .milliseconds(10) : nil }

  /// How many looks at a recording can show nothing new although it still holds something new: each look takes at least
  /// one answer from it.
  var greatestUnchanged: Int? { replay.map { $0.recordings.reduce(1) { $0 + $1.exchanges.count } } }

  /// Whether adapters that run nothing on their host are ignored: they would report on this machine although another
  /// one is meant.
  var excludesActing: Bool { remote != nil }

  /// Opens what has to be open before time is measured.
  ///
  /// - Returns: how much longer a short question may take than on this machine.
  /// - Throws: `LauncherError` (`schedulerUnreachable`) when the other machine cannot be reached.
  func prepare() async throws -> Duration {
    guard let remote else { return .zero }
    try await remote.connect()
    // Adapters ask several questions, one after another, and all adapters do so at once.
    return remote.delay * 10
  }

  /// Refuses an adapter that runs nothing on its host: it would act on this machine during a replay or in place of
  /// another machine, and leave a recording empty.
  func check(_ description: AdapterDescription, name: String) throws {
    if description.commands == .adapter, let remote {
      throw LauncherError(
        .adapterUnknown,
        "the \(name) adapter acts itself, without native commands: it knows this machine alone, and cannot be used over ssh",
        advice: "Name the adapter of the scheduler on \(remote.destination), or let it be detected: "
          + "launcher detect --host \(remote.destination)"
      )
    }
    guard description.commands == .adapter, replay != nil || recorder != nil else { return }
    throw LauncherError(
      .notRecorded,
      "the \(name) adapter acts itself, without native commands: there is nothing to \(replay != nil ? "replay" : "record")",
      advice: replay != nil
        ? "Name the adapter that the recording is of, with --adapter or LAUNCHER_ADAPTER."
        : "Name the adapter of a scheduler, with --adapter or LAUNCHER_ADAPTER."
    )
  }

  private static func speed(_ word: String?) throws -> ReplayingHost.Speed {
    guard let word, !word.isEmpty else { return .full }
    if let speed = ReplayingHost.Speed(rawValue: word) { return speed }
    throw LauncherError(.notRecorded, "LAUNCHER_REPLAY_SPEED is ‘\(word)’, and should be full or recorded")
  }
}
