import AdapterKit
import AdapterTestSupport
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

  /// What a listing shows.
  static func read(_ bytes: [UInt8]) throws -> (jobs: [PBSRecord], unreadable: [UnreadableRecord], isCut: Bool) {
    let path = try temporaryFile(bytes)
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

  /// The statuses that a recorded listing shows.
  static func statuses(_ exchange: String) throws -> [JobStatus] {
    try read(bytes(exchange)).jobs.map { $0.status(.torque, source: "qstat -x") }
  }

  /// The first job of a listing made in the form that 6.1.3 prints.
  static func made(_ fields: String, id: String = "7.torque01") throws -> JobStatus? {
    let text = "<?xml version=\"1.0\"?>\n<Data><Job><Job_Id>\(id)</Job_Id>\(fields)</Job></Data>\n"
    return try read(Array(text.utf8)).jobs.first?.status(.torque, source: "qstat -x")
  }

  /// A host that answers `qstat` from one scenario of the recordings; it has no exit records.
  ///
  /// - Parameters:
  ///   - scenario: the recording; for a command that was recorded several times, the last answer counts.
  ///   - exchanges: the numbers of those that count.
  static func host(_ scenario: String, _ exchanges: ClosedRange<Int> = 0...1000) throws -> ScriptedHost {
    func number(_ name: String) -> Int { Int(name.prefix { $0 != "-" }) ?? -1 }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + scenario)
      .filter { exchanges.contains(number($0)) }.sorted { number($0) < number($1) }
    var recorded: [[String]: String] = [:]
    for name in names { recorded[try command("\(scenario)/\(name)").argv] = "\(scenario)/\(name)" }
    let table = recorded
    return host { argv in try table[argv].map { try .recorded("torque-6.1.3.h5/" + $0) } }
  }

  /// A host with made answers; it does not understand what only PBS Pro does.
  static func host(_ answers: @escaping @Sendable ([String]) throws -> ScriptedHost.Answer?) -> ScriptedHost {
    ScriptedHost { command in
      guard !command.argv.contains("-F"), let answer = try answers(command.argv) else {
        throw LauncherError(.notRecorded, "not recorded: \(command.argv)")
      }
      return answer
    }
  }
}

extension ScriptedHost {
  /// The `qstat` commands that Torque understood.
  var qstats: [String] {
    get async {
      await commands.map(\.argv).filter { $0.first == "qstat" && !$0.contains("-F") }.map { $0.joined(separator: " ") }
    }
  }
}
