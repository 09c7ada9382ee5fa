import Foundation
import LauncherKit
import LauncherTestKit

/// A scheduler whose answers to looks are given beforehand, for launchers that share a job store.
struct AnsweringScheduler {
  let folder: TestFolder
  let scheduler = FakeScheduler()
  var state: String { folder.path + "/state" }

  init() throws { folder = try TestFolder() }

  /// A launcher; all of them share a job store.
  ///
  /// - Parameters:
  ///   - least: the least interval between two looks, in seconds.
  ///   - answers: the scheduler's, one after another, the last one again and again: the jobs of a report, those of an
  ///     incomplete one after `part`, or an error after `fail`.
  func launcher(least: Double = 0.5, answers: String..., isTracked: Bool = true) async throws -> Launcher {
    scheduler.leastPollingInterval = .seconds(least)
    scheduler.answerLooks(try answers.map(Self.answer))
    return try await again(isTracked: isTracked)
  }

  /// Another launcher, for which the scheduler answers as before.
  func again(isTracked: Bool = true) async throws -> Launcher {
    try await Launcher.detect(scheduler.options(tracking: isTracked ? .folder(state) : .none))
  }

  private static func answer(_ text: String) throws -> FakeLook.Answer {
    func decoded<Value: Decodable>(_ type: Value.Type, after prefix: String) throws -> Value {
      try JSONDecoder().decode(type, from: Data(text.dropFirst(prefix.count).utf8))
    }
    if text.hasPrefix("fail ") { return .fails(try decoded(LauncherError.self, after: "fail ")) }
    if text.hasPrefix("part ") { return .part(try decoded([JobStatus].self, after: "part ")) }
    return .jobs(try decoded([JobStatus].self, after: ""))
  }

  /// The looks at jobs.
  var looks: [FakeLook] { scheduler.looks }

  static let running = #"[{"id":"1","state":"running"},{"id":"2","state":"queued"}]"#
  static let ended = #"""
    [{"id":"1","state":"finished","outcome":"succeeded","exitCode":0},{"id":"2","state":"finished","outcome":"failed"}]
    """#
}
