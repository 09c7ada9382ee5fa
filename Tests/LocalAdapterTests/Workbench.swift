import Foundation
import GRDB
import LauncherProtocol
import Testing

/// A test's own state folder, and the real adapter speaking its real protocol.
final class Workbench {
  let folder: String
  let adapter: AdapterClient
  private let environment: [String: String]

  init(cores: Int = 4, grace: String = "1s", environment: [String: String] = [:]) throws {
    folder = NSTemporaryDirectory() + "local-adapter-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder + "/work", withIntermediateDirectories: true)
    self.environment = [
      "LAUNCHER_STATE": folder + "/state", "LAUNCHER_LOCAL_CORES": "\(cores)", "LAUNCHER_LOCAL_GRACE": grace,
    ].merging(environment) { _, new in new }
    adapter = try AdapterClient(environment: self.environment)
  }

  deinit {
    if let jobs = try? adapter.poll() {
      _ = try? adapter.act("cancel", jobs.map(\.id))
      for job in jobs { _ = try? finished(job.id) }
    }
    adapter.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  var work: String { folder + "/work" }

  func anotherAdapter() throws -> AdapterClient { try AdapterClient(environment: environment) }

  var host: String {
    get throws { try #require(FileManager.default.contentsOfDirectory(atPath: folder + "/state/local").first) }
  }

  /// The queue's database, to be inspected and manipulated.
  func database() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    return try DatabaseQueue(path: "\(folder)/state/local/\(try host)/queue.sqlite", configuration: configuration)
  }

  /// What the queue's own processes logged; empty when they had nothing to report.
  var log: String {
    guard let host = try? host else { return "" }
    return (try? String(contentsOfFile: "\(folder)/state/local/\(host)/log", encoding: .utf8)) ?? ""
  }

  /// The living processes that look after a job of this queue.
  func supervisors(of id: String) -> [Int32] {
    processes(marked: "supervise\0\(id)\0").filter { pid in
      let variables = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      return String(decoding: variables, as: UTF8.self).contains(folder)
    }
  }

  func jobFolder(_ id: String) throws -> String { "\(folder)/state/local/\(try host)/jobs/\(id)" }

  func spec(_ command: String...) -> JobSpec {
    var spec = JobSpec(command: command)
    spec.directory = work
    return spec
  }

  func submit(_ spec: JobSpec) throws -> String { try adapter.submit(spec) }

  func submit(shell text: String, _ change: (inout JobSpec) -> Void = { _ in }) throws -> String {
    var spec = spec("sh", "-c", text)
    change(&spec)
    return try submit(spec)
  }

  func status(_ id: String) throws -> JobStatus { try #require(try adapter.poll([id]).first) }

  /// Waits until a job's status is as wanted; records an issue if that does not happen.
  @discardableResult
  func wait(
    _ id: String,
    _ seconds: Double = patience,
    sourceLocation: SourceLocation = #_sourceLocation,
    until isMet: (JobStatus) -> Bool
  ) throws -> JobStatus {
    let end = Date().addingTimeInterval(seconds)
    var status = try status(id)
    while !isMet(status), Date() < end {
      usleep(20_000)
      status = try self.status(id)
    }
    if !isMet(status) { Issue.record("job \(id) stays \(status)", sourceLocation: sourceLocation) }
    return status
  }

  @discardableResult
  func finished(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JobStatus {
    try wait(id, sourceLocation: sourceLocation) { $0.state.isFinished }
  }

  func running(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait(id, sourceLocation: sourceLocation) { $0.state == .running }
  }

  /// The number of a process that the queue knows for a job: its `owner`, which is the supervisor, or its `leader`.
  func process(_ column: String, of id: String) throws -> Int32 {
    let key = id.split(separator: "_")
    let text = try database().read { db in
      try String.fetchOne(
        db,
        sql: "SELECT \(column) FROM task WHERE submission = ? AND position = ?",
        arguments: [Int64(key[0]), key.count > 1 ? Int64(key[1]) : -1]
      )
    }
    let parts = try #require(text).split(separator: "/")
    return try #require(Int32(parts[1]))
  }

  func output(_ id: String) throws -> String {
    try String(contentsOfFile: #require(try status(id).standardOutput), encoding: .utf8)
  }
}

/// How many seconds a test waits for something that has to happen. A loaded machine takes many times as long as a quiet
/// one, so this is far more than is ever needed: only what never happens takes as long.
let patience: Double = 300

/// How long something takes, and its result.
func clocked<Value>(_ body: () throws -> Value) rethrows -> (duration: Duration, value: Value) {
  let begun = ContinuousClock.now
  let value = try body()
  return (ContinuousClock.now - begun, value)
}

/// Waits for a condition; returns whether it was met.
func eventually(_ seconds: Double = patience, _ isMet: () throws -> Bool) rethrows -> Bool {
  let end = Date().addingTimeInterval(seconds)
  while Date() < end {
    if try isMet() { return true }
    usleep(20_000)
  }
  return try isMet()
}

/// The living processes that have a marker among their arguments.
func processes(marked marker: String) -> [Int32] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap { Int32($0) }.filter { pid in
    guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
    return String(decoding: line, as: UTF8.self).contains(marker)
  }
}
