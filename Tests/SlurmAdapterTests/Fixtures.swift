import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

/// Recorded exchanges, bytes as they came.
enum Fixture {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .path + "/Fixtures"

  /// The path of a stream of a recorded exchange: `22.05.8/job-array/15-running-squeue-O`.
  static func path(_ exchange: String, _ stream: String = "stdout") -> String {
    "\(folder)/slurm-\(exchange)/\(stream)"
  }

  static func text(_ exchange: String, _ stream: String = "stdout") throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path(exchange, stream))), as: UTF8.self)
  }

  static func exitCode(_ exchange: String) throws -> Int32 {
    struct Command: Decodable { let exit: Int32 }
    return try JSONDecoder().decode(Command.self, from: Data(contentsOf: URL(filePath: path(exchange, "command.json"))))
      .exit
  }

  /// The columns of the recorded `squeue -O`.
  static let columns: [Squeue.Column] = [
    .jobID, .jobArrayID, .arrayTaskID, .state, .reason, .partition, .user, .timeLimit, .timeUsed, .submitted, .started,
    .ended, .nodes, .exitCode, .restarts, .name, .comment, .directory,
  ]

  /// The columns of the recorded `sacct`.
  static let accountingColumns =
    ("JobID,JobIDRaw,State,ExitCode,DerivedExitCode,Reason,Partition,User,Account,QOS,NNodes,NCPUS,AllocTRES,ReqMem,"
    + "MaxRSS,Timelimit,ElapsedRaw,TotalCPU,Submit,Eligible,Start,End,NodeList,WorkDir,Comment,JobName")
    .split(separator: ",").map(String.init)

  /// The rows of a recorded `squeue -O`.
  static func queue(_ exchange: String) throws -> [SqueueRow] {
    var reader = try SqueueReader(path: path(exchange), columns: columns, delimiter: 0x7C)
    var rows: [SqueueRow] = []
    while let record = try reader.next() { if case .success(let row) = record { rows.append(row) } }
    return rows
  }

  /// The one row of a recorded `squeue -O`.
  static func job(_ exchange: String) throws -> JobStatus {
    let rows = try queue(exchange)
    return try #require(rows.count == 1 ? rows.first : nil, "\(exchange) has \(rows.count) rows").status
  }

  /// What a recorded `sacct` shows, by id.
  static func accounting(_ exchange: String, delimiter: UInt8 = 0x7C) throws -> [String: SacctRow] {
    var reader = SacctReader(columns: accountingColumns)
    try reader.read(path: path(exchange), delimiter: delimiter)
    return Dictionary(uniqueKeysWithValues: reader.rows.values.map { ($0.status.id, $0) })
  }
}

extension ScriptedHost.Answer {
  /// A recorded exchange.
  static func recorded(_ exchange: String) throws -> Self {
    .text(
      try Fixture.text(exchange),
      stderr: try Fixture.text(exchange, "stderr"),
      exit: try Fixture.exitCode(exchange)
    )
  }
}

/// Polls by this adapter.
extension Polled {
  init(_ ids: [String]?, on host: some CommandHost) async throws {
    try await self.init(ids, on: host, by: SlurmAdapter())
  }

  init(references: [JobReference]?, on host: some CommandHost) async throws {
    try await self.init(references: references, on: host, by: SlurmAdapter())
  }
}

/// Rows in the form that this adapter asks for: constructed, as `squeue -O` of 22.05.8 was seen to print them.
enum Made {
  static func queueRow(
    _ id: String,
    _ state: String,
    number: String? = nil,
    exit: String = "0",
    restarts: String = "0",
    submitted: String = "1795220000",
    nodes: String = "",
    dependency: String = "(null)",
    reason: String = "None",
    name: String = "job"
  ) -> String {
    let own = number ?? String(id.prefix { $0.isNumber })
    return [
      id, own, state, exit, restarts, submitted, "1795220010", "1795220020", "0:10", "ada", "1001", "main", "lk", nodes,
      dependency, reason,
      "/home/ada", "/home/ada/slurm-%j.out", "/home/ada/slurm-%j.out", name,
    ].joined(separator: "\u{1F}") + "\u{1F}\n"
  }

  static func accountingRow(
    _ id: String,
    _ state: String,
    number: String? = nil,
    exit: String = "0:0",
    partition: String = "main",
    submitted: String = "1795220000",
    eligible: String = "1795220000",
    start: String = "1795220010",
    memory: String = "",
    user: String = "1001",
    reason: String = "None"
  ) -> String {
    let own = number ?? String(id.prefix { $0.isNumber })
    return [
      id, own, state, exit, partition, eligible, submitted, start, "1795220020", "10", "00:01.500", memory, "ada", user,
      "lk", "00:10:00", "node1", reason, "/home/ada", "job",
    ].joined(separator: "\u{1F}") + "\n"
  }

  /// An exit record as the shell prints it.
  static func record(_ id: String, code: Int, token: String = "t") -> String {
    "record=lk/\(id)\ntoken=\(token)\ncode=\(code)\nrestarts=0\nstarted=1795220010\nended=1795220020\nhost=node1\n"
      + "directory=/home/ada\nwhole=yes\n"
  }

  /// A Slurm with these listings.
  static func slurm(
    queue: ScriptedHost.Answer = .text(""),
    accounting: ScriptedHost.Answer = .text(""),
    records: ScriptedHost.Answer = .text("")
  ) -> ScriptedHost {
    ScriptedHost { command in
      switch command.argv.first {
      case "squeue": queue
      case "sacct": accounting
      case "sh": records
      case "scontrol": .text("ClusterName = lk\n")
      default: .text("")
      }
    }
  }
}
