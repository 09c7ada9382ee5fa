import AdapterKit
import AdapterTestSupport
import Foundation
import LauncherKit
import Testing

@testable import lsf_adapter

/// Recorded exchanges, bytes as they came.
enum Fixture {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

  /// The path of a stream of a recorded exchange of volclava: `done/01-bsub`.
  static func path(_ exchange: String, _ stream: String = "stdout") -> String {
    "\(folder)/volclava-2.2/\(exchange)/\(stream)"
  }

  static func text(_ exchange: String, _ stream: String = "stdout") throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path(exchange, stream))), as: UTF8.self)
  }

  /// A host that answers from recordings of volclava, searched in order.
  static func recorded(_ scenarios: String...) throws -> ReplayingHost {
    ReplayingHost(try scenarios.map { try Recording(folder: "\(folder)/volclava-2.2/\($0)") })
  }
}

extension ScriptedHost.Answer {
  /// A recorded exchange.
  static func recorded(_ exchange: String) throws -> Self {
    struct Command: Decodable {
      let exit: Int32
      let at: String
    }
    let command = try JSONDecoder().decode(
      Command.self,
      from: Data(contentsOf: URL(filePath: Fixture.path(exchange, "command.json")))
    )
    var answer = text(try Fixture.text(exchange), stderr: try Fixture.text(exchange, "stderr"), exit: command.exit)
    answer.begunAt = RFC3339.date(from: command.at)
    return answer
  }
}

/// Polls by this adapter.
extension Polled {
  init(_ ids: [String]?, on host: some CommandHost) async throws {
    try await self.init(ids, on: host, by: LSFAdapter())
  }

  init(references: [JobReference]?, on host: some CommandHost) async throws {
    try await self.init(references: references, on: host, by: LSFAdapter())
  }
}

/// Answers as IBM Spectrum LSF 10.1 gives them: constructed from its documentation; none of them was recorded.
enum IBM {
  static let lsid = """
    IBM Spectrum LSF Standard 10.1.0.14, Dec 18 2023
    Copyright International Business Machines Corp. 1992, 2016.
    US Government Users Restricted Rights - Use, duplication or disclosure restricted by GSA ADP Schedule Contract.

    My cluster name is lk
    My master name is lk1

    """

  /// A record of `bjobs -o … -json`; every value is a text, an absent one empty.
  static func record(_ number: Int, _ state: String, index: Int = 0, _ fields: [String: String] = [:]) -> String {
    var all = [
      ("JOBID", "\(number)"), ("JOBINDEX", "\(index)"), ("USER", "ada"), ("STAT", state), ("QUEUE", "normal"),
      ("EXEC_HOST", ""), ("SUBMIT_TIME", "Sep 30 20:32:14 2026"), ("START_TIME", ""), ("FINISH_TIME", ""),
      ("CPU_USED", ""), ("MAX_MEM", ""), ("RUN_TIME", "0 second(s)"), ("EXIT_CODE", ""), ("EXIT_REASON", ""),
      ("KILL_REASON", ""), ("SUSPEND_REASON", ""), ("PEND_REASON", ""),
      ("JOB_NAME", index == 0 ? "job" : "job[\(index)]"),
    ]
    for (place, field) in all.enumerated() { if let value = fields[field.0] { all[place].1 = value } }
    return "    {\n" + all.map { "      \"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",\n") + "\n    }"
  }

  static func listing(_ records: [String]) -> String {
    "{\n  \"COMMAND\":\"bjobs\",\n  \"JOBS\":\(records.count),\n  \"RECORDS\":[\n"
      + records.joined(separator: ",\n") + "\n  ]\n}\n"
  }

  /// An LSF with these jobs.
  static func lsf(
    _ records: [String],
    stories: String = "",
    history: ScriptedHost.Answer = .text("No matching job found\n", exit: 255),
    exitRecords: String = ""
  ) -> ScriptedHost {
    ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(lsid)
      case "bjobs" where command.argv.contains("-json"): .text(listing(records))
      case "bjobs": .text(stories)
      case "bhist": history
      case "sh": .text(exitRecords)
      default: .text("")
      }
    }
  }
}

/// The clock of the recordings, some hours later.
let evening = Date(timeIntervalSince1970: 1_795_280_000)
