import AdapterKit
import AdapterTestSupport
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

  /// What a reader reads from a file.
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
}

extension ScriptedHost.Answer {
  /// A recorded exchange.
  static func recorded(_ name: String) throws -> Self {
    let exchange = try Fixture.Exchange(name)
    return Self(
      stdout: Array(try Data(contentsOf: URL(filePath: exchange.path))),
      stderr: try exchange.text("stderr"),
      ending: .exited(exchange.command.exit)
    )
  }
}

extension ScriptedHost {
  /// A host that answers what recordings hold, each command with what was recorded last, and reports everything else as
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
        throw LauncherError(.notRecorded, "this was not recorded: \(command.argv.joined(separator: " "))")
      }
      return try .recorded(name)
    }
  }
}

/// Polls by this adapter.
extension Polled {
  init(_ ids: [String]?, on host: some CommandHost) async throws {
    try await self.init(ids, on: host, by: PBSAdapter())
  }

  init(references: [JobReference]?, on host: some CommandHost) async throws {
    try await self.init(references: references, on: host, by: PBSAdapter())
  }
}
