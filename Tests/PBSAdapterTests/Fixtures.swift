import AdapterKit
import Foundation
import Testing

@testable import pbs_adapter

/// Recorded exchanges, bytes as they came.
enum Fixture {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .path + "/Fixtures"

  /// What `command.json` holds.
  struct Command: Decodable {
    let argv: [String]
    let exit: Int32
  }

  /// A recorded exchange: its name such as `openpbs-23.06.06/array/80-finished-qstat-t-x-f-json`, and its command.
  struct Exchange: CustomStringConvertible {
    let name: String
    let command: Command
    var description: String { name }

    init(_ name: String) throws {
      self.name = name
      let url = URL(filePath: "\(folder)/\(name)/command.json")
      command = try JSONDecoder().decode(Command.self, from: Data(contentsOf: url))
    }

    var path: String { "\(folder)/\(name)/stdout" }

    func text(_ stream: String = "stdout") throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)/\(stream)")), as: UTF8.self)
    }

    /// The moment of the recording that it belongs to, and the ids asked for: `array/middle 149[].pbs01`.
    var scenario: Substring { name.split(separator: "/")[1] }
  }

  /// All exchanges of a folder of recordings.
  static func exchanges(_ recordings: String = "openpbs-23.06.06") throws -> [Exchange] {
    let manager = FileManager.default
    var all: [Exchange] = []
    for scenario in try manager.contentsOfDirectory(atPath: "\(folder)/\(recordings)").sorted() {
      let path = "\(recordings)/\(scenario)"
      for name in try manager.contentsOfDirectory(atPath: "\(folder)/\(path)").sorted()
      where manager.fileExists(atPath: "\(folder)/\(path)/\(name)/command.json") {
        all.append(try Exchange("\(path)/\(name)"))
      }
    }
    return all
  }

  /// What a reader makes of a file.
  static func read(_ reader: any PBSRecordReader) throws -> (jobs: [PBSRecord], unreadable: [UnreadableRecord]) {
    var reader = reader
    var jobs: [PBSRecord] = []
    var unreadable: [UnreadableRecord] = []
    while let reading = try reader.next() {
      switch reading {
      case .record(let job): jobs.append(job)
      case .unreadable(let fault): unreadable.append(fault)
      }
    }
    return (jobs, unreadable)
  }

  /// The jobs of a recorded answer of OpenPBS, in JSON.
  static func jobs(_ exchange: String) throws -> [PBSRecord] {
    try read(JSONListing(path: Exchange("openpbs-23.06.06/\(exchange)").path)).jobs
  }

  /// The one job of a recorded answer of OpenPBS, in JSON.
  static func job(_ exchange: String, _ id: String? = nil) throws -> PBSRecord {
    let jobs = try jobs(exchange).filter { id == nil || $0.id == id }
    return try #require(jobs.count == 1 ? jobs.first : nil, "\(exchange) has \(jobs.count) jobs")
  }

  /// The status of the one job of a recorded answer of OpenPBS.
  static func status(_ exchange: String, _ id: String? = nil) throws -> JobStatus {
    try job(exchange, id).status(.pro, source: "qstat")
  }

  /// A file with these bytes.
  static func file(_ bytes: [UInt8]) throws -> String {
    let path = NSTemporaryDirectory() + "pbs-adapter-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}

/// A host whose answers are made by the test.
final class ScriptedHost: CommandHost {
  struct Answer {
    var stdout: [UInt8] = []
    var stderr = ""
    var ending = CommandResult.Ending.exited(0)

    static func text(_ stdout: String, stderr: String = "", exit: Int32 = 0) -> Answer {
      Answer(stdout: Array(stdout.utf8), stderr: stderr, ending: .exited(exit))
    }

    /// A recorded exchange.
    static func recorded(_ name: String) throws -> Answer {
      let exchange = try Fixture.Exchange(name)
      return Answer(
        stdout: Array(try Data(contentsOf: URL(filePath: exchange.path))),
        stderr: try exchange.text("stderr"),
        ending: .exited(exchange.command.exit)
      )
    }
  }

  private let answer: @Sendable (NativeCommand) throws -> Answer
  private let log = Log()

  init(_ answer: @escaping @Sendable (NativeCommand) throws -> Answer) { self.answer = answer }

  /// A host that answers what recordings hold, each command with what was recorded last, and says of all else that it was
  /// not recorded.
  convenience init(recordings: String..., made: [[String]: Answer] = [:]) throws {
    var known: [[String]: Fixture.Exchange] = [:]
    for recording in recordings {
      let parts = recording.split(separator: "/")
      for exchange in try Fixture.exchanges(String(parts[0])) where exchange.scenario == parts[1] {
        known[exchange.command.argv] = exchange
      }
    }
    let names = known.mapValues(\.name)
    self.init { command in
      if let answer = made[command.argv] { return answer }
      guard let name = names[command.argv] else {
        throw AdapterError(.notRecorded, "this was not recorded: \(command.argv.joined(separator: " "))")
      }
      return try .recorded(name)
    }
  }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    await log.add(command)
    let answer = try answer(command)
    return CommandResult(
      ending: answer.ending,
      stdoutPath: try Fixture.file(answer.stdout),
      stderrPath: try Fixture.file(Array(answer.stderr.utf8)),
      duration: .zero
    )
  }

  /// The commands that were asked for.
  var commands: [NativeCommand] { get async { await log.commands } }

  private actor Log {
    private(set) var commands: [NativeCommand] = []
    func add(_ command: NativeCommand) { commands.append(command) }
  }
}

/// What a poll reported.
struct Polled {
  var jobs: [String: JobStatus] = [:]
  var unreadable: [UnreadableRecord] = []
  var answer = PollAnswer()

  /// Polls some jobs.
  init(_ ids: [String]?, on host: ScriptedHost) async throws {
    try await self.init(references: ids?.map { JobReference(id: $0) }, on: host)
  }

  init(references: [JobReference]?, on host: ScriptedHost) async throws {
    let box = Box()
    answer = try await PBSAdapter().poll(
      JobQuery(jobs: references),
      on: host,
      to: JobReporter { jobs, unreadable in await box.add(jobs, unreadable) }
    )
    jobs = Dictionary(uniqueKeysWithValues: await box.jobs.map { ($0.id, $0) })
    unreadable = await box.unreadable
  }

  private actor Box {
    var jobs: [JobStatus] = []
    var unreadable: [UnreadableRecord] = []
    func add(_ jobs: [JobStatus], _ unreadable: [UnreadableRecord]) {
      self.jobs += jobs
      self.unreadable += unreadable
    }
  }
}
