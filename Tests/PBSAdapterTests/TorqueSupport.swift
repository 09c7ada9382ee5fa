import AdapterKit
import Foundation

@testable import pbs_adapter

/// The recordings of Torque 6.1.3, bytes as they came.
enum Torque {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/Fixtures/torque-6.1.3.h5/"

  struct Command: Decodable {
    let argv: [String]
    let exit: Int32
  }

  static func command(_ exchange: String) throws -> Command {
    try JSONDecoder().decode(Command.self, from: Data(contentsOf: URL(filePath: folder + exchange + "/command.json")))
  }

  static func bytes(_ exchange: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder + exchange + "/stdout")))
  }

  /// All answers in XML about jobs, by their folders.
  static func answers() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix("/stdout") }
      .map { String($0.dropLast("/stdout".count)) }
      .filter { String(decoding: try bytes($0), as: UTF8.self).contains("<Job>") }.sorted()
  }

  /// What a listing tells.
  static func read(_ bytes: [UInt8]) throws -> (jobs: [PBSRecord], unreadable: [UnreadableRecord], isCut: Bool) {
    let path = try file(bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    var listing = try TorqueListing(path: path)
    var jobs: [PBSRecord] = []
    var unreadable: [UnreadableRecord] = []
    while let reading = try listing.next() {
      switch reading {
      case .record(let record): jobs.append(record)
      case .unreadable(let record): unreadable.append(record)
      }
    }
    return (jobs, unreadable, listing.isCut)
  }

  /// The statuses that a recorded listing tells.
  static func statuses(_ exchange: String) throws -> [JobStatus] {
    try read(bytes(exchange)).jobs.map { $0.status(.torque, source: "qstat -x") }
  }

  /// The first job of a listing that is made as 6.1.3 prints it.
  static func made(_ fields: String, id: String = "7.torque01") throws -> JobStatus? {
    let text = "<?xml version=\"1.0\"?>\n<Data><Job><Job_Id>\(id)</Job_Id>\(fields)</Job></Data>\n"
    return try read(Array(text.utf8)).jobs.first?.status(.torque, source: "qstat -x")
  }

  static func file(_ bytes: [UInt8]) throws -> String {
    let path = NSTemporaryDirectory() + "torque-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }
}

/// A host that answers `qstat` from one scenario of the recordings, or with what the test has made; it has no exit
/// records.
final class TorqueHost: CommandHost {
  typealias Answer = ScriptedHost.Answer

  private let answers: @Sendable ([String]) throws -> Answer?
  private let log = Log()

  /// - Parameters:
  ///   - scenario: the recording; of a command that was recorded several times, the last answer counts.
  ///   - exchanges: the numbers of those that count.
  convenience init(_ scenario: String, _ exchanges: ClosedRange<Int> = 0...1000) throws {
    func number(_ name: String) -> Int { Int(name.prefix { $0 != "-" }) ?? -1 }
    let names = try FileManager.default.contentsOfDirectory(atPath: Torque.folder + scenario)
      .filter { exchanges.contains(number($0)) }.sorted { number($0) < number($1) }
    var recorded: [[String]: String] = [:]
    for name in names { recorded[try Torque.command("\(scenario)/\(name)").argv] = "\(scenario)/\(name)" }
    let table = recorded
    self.init { argv in try table[argv].map { try .recorded("torque-6.1.3.h5/" + $0) } }
  }

  init(_ answers: @escaping @Sendable ([String]) throws -> Answer?) { self.answers = answers }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    // What PBS Pro would understand, Torque does not.
    guard !command.argv.contains("-F"), let answer = try answers(command.argv) else {
      throw AdapterError(.notRecorded, "not recorded: \(command.argv)")
    }
    if command.argv[0] == "qstat" { await log.add(command.argv) }
    return CommandResult(
      ending: answer.ending,
      stdoutPath: try Torque.file(answer.stdout),
      stderrPath: try Torque.file(Array(answer.stderr.utf8)),
      duration: .zero
    )
  }

  /// The `qstat` commands that were answered.
  var commands: [String] { get async { await log.commands.map { $0.joined(separator: " ") } } }

  private actor Log {
    private(set) var commands: [[String]] = []
    func add(_ argv: [String]) { commands.append(argv) }
  }
}

/// What a poll of Torque reported.
struct TorquePolled {
  var jobs: [String: JobStatus] = [:]
  var reports = 0
  var unreadable: [UnreadableRecord] = []
  var answer = PollAnswer()

  init(_ ids: [String]?, on host: TorqueHost) async throws {
    try await self.init(references: ids?.map { JobReference(id: $0) }, on: host)
  }

  init(references: [JobReference]?, on host: TorqueHost) async throws {
    let box = Box()
    let reporter = JobReporter { jobs, unreadable in await box.add(jobs, unreadable) }
    answer = try await PBSAdapter().poll(JobQuery(jobs: references), on: host, to: reporter)
    let all = await box.jobs
    reports = all.count
    jobs = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
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
