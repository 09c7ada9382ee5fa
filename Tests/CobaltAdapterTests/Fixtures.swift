import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

/// Recorded exchanges, bytes as they came.
enum Fixture {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .path + "/Fixtures"

  /// A recorded exchange of any scheduler.
  struct Exchange: Decodable {
    let argv: [String]
    let exit: Int32?
    let stopped: String?
    let seconds: Double
    var path = ""

    private enum CodingKeys: String, CodingKey { case argv, exit, stopped, seconds }

    var answer: ScriptedHost.Answer {
      let bytes = Fixture.bytes(path + "/stdout")
      let words = String(decoding: Fixture.bytes(path + "/stderr"), as: UTF8.self)
      let ending: CommandResult.Ending = stopped == "notFound" ? .notFound : .exited(exit ?? 0)
      return ScriptedHost.Answer(stdout: bytes, stderr: words, ending: ending)
    }
  }

  static func bytes(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }

  /// An exchange with Cobalt: `done/28-gone-cobaltlog`.
  static func exchange(_ name: String) throws -> Exchange { try read("\(folder)/cobalt-1.0.33/\(name)") }

  /// All exchanges of a recording, in order: `cobalt-1.0.33/done`.
  static func recording(_ name: String) throws -> [Exchange] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted()
      .filter { FileManager.default.fileExists(atPath: "\(folder)/\(name)/\($0)/command.json") }
      .map { try read("\(folder)/\(name)/\($0)") }
  }

  /// The names of all recordings of a kind: `cobalt-1.0.33`.
  static func recordings(_ kind: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(kind)").sorted().map { "\(kind)/\($0)" }
  }

  private static func read(_ path: String) throws -> Exchange {
    var exchange = try JSONDecoder().decode(Exchange.self, from: Data(bytes(path + "/command.json")))
    exchange.path = path
    return exchange
  }

  static func text(_ name: String) throws -> String {
    String(decoding: bytes("\(folder)/cobalt-1.0.33/\(name)/stdout"), as: UTF8.self)
  }
}

extension ScriptedHost.Answer {
  /// A recorded exchange with Cobalt.
  static func recorded(_ name: String) throws -> Self { try Fixture.exchange(name).answer }

  /// `qstat` knows none of the ids.
  static let noneKnown = Self(ending: .exited(1))
}

extension ScriptedHost {
  /// A host that knows what a recording holds, and the first answer to each command.
  convenience init(recordings: String...) throws {
    let exchanges = try recordings.flatMap { try Fixture.recording($0) }
    self.init { command in
      guard let exchange = exchanges.first(where: { $0.argv == command.argv }) else {
        throw LauncherError(.notRecorded, "this was not recorded: \(command.argv)")
      }
      return exchange.answer
    }
  }
}

/// Polls by this adapter.
extension Polled {
  init(_ ids: [String]?, on host: some CommandHost) async throws {
    try await self.init(ids, on: host, by: CobaltAdapter())
  }

  init(references: [JobReference]?, on host: some CommandHost) async throws {
    try await self.init(references: references, on: host, by: CobaltAdapter())
  }
}

/// Answers in the form that this adapter asks for: constructed, as Cobalt 1.0.33 was seen to print them.
enum Made {
  /// A record of `qstat -l --header=…`.
  static func record(
    _ id: String,
    _ state: String,
    name: String = "N/A",
    user: String = "ada",
    submitted: String = "Sat Nov 21 00:53:16 2026 +0000 (UTC)",
    location: String = "None",
    dependencies: String = ""
  ) -> String {
    let values = [
      "JobName": name, "User": user, "State": state, "SubmitTime": submitted, "Location": location,
      "Dependencies": dependencies, "Queue": "default", "Nodes": "1", "WallTime": "00:10:00", "User_Hold": "False",
      "Admin_Hold": "False",
    ]
    let lines = Qstat.labels.dropFirst().map { label in
      "    " + label + String(repeating: " ", count: 14 - label.count) + " : " + (values[label] ?? "N/A")
    }
    return "JobID: \(id)\n" + lines.joined(separator: "\n") + "\n\n"
  }

  /// An exit record as the shell prints it.
  static func exitRecord(_ id: String, code: Int, signal: Int = 0, asked: Bool = false, ended: Int = 1_795_222_408)
    -> String
  {
    "record=cobalt/\(id)\ntoken=t\ncode=\(code)\nsignal=\(signal)\nlaunched=yes\nrestarts=\nstarted=1795222400\n"
      + "ended=\(ended)\nasked=\(asked ? "yes" : "no")\nwalltime=600\nhost=node02\nname=job\ndirectory=/home/ada\nwhole=yes\n"
  }

  /// A Cobalt with these answers: to `qstat`, for exit records, for logs of its own jobs, for logs in this folder.
  static func cobalt(
    queue: ScriptedHost.Answer = .noneKnown,
    records: String = "",
    logs: String = "",
    here: ScriptedHost.Answer = .text("", stderr: "cat: 7.cobaltlog: No such file or directory\n", exit: 1)
  ) -> ScriptedHost {
    let plain = CobaltLog.commandHere(ids: []).argv[2]
    return ScriptedHost { command in
      // As in a recording, the logs of this folder are printed by cat alone.
      if command.argv.first == "sh", command.argv[2] == plain { throw LauncherError(.notRecorded, "not recorded") }
      return cobalt(command, queue: queue, records: records, logs: logs, here: here)
    }
  }

  private static func cobalt(
    _ command: NativeCommand,
    queue: ScriptedHost.Answer,
    records: String,
    logs: String,
    here: ScriptedHost.Answer
  ) -> ScriptedHost.Answer {
    switch command.argv.first {
    case "qstat": queue
    case "sh": command.argv[2].contains(".cobaltlog") ? .text(logs + "\n\(CobaltLog.readMark)\n") : .text(records)
    case "cat": here
    case "id": .text("ada\n")
    case "date": .text("1795222396\n")
    default: .text("")
    }
  }
}
