import Foundation
import LauncherTestKit

/// Where adapters and recordings are.
enum Places {
  /// The folder that SwiftPM builds into: the test runner is in it.
  static let buildFolder: String = {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: runner).deletingLastPathComponent().path
  }()

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

  /// The tiny adapters, including `broken` ones.
  static func tiny(_ name: String) -> String { "\(tests)/Adapters/\(name)-adapter" }

  /// All recordings, by scheduler.
  static let fixtures = "\(tests)/Fixtures"

  /// Every recording with an `expected.json`: a new one is a new test without a line of Swift.
  static let recordings: [String] = {
    let schedulers = (try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []
    return schedulers.flatMap { scheduler in
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(fixtures)/\(scheduler)")) ?? [])
        .map { "\(fixtures)/\(scheduler)/\($0)" }
    }
    .filter { FileManager.default.fileExists(atPath: $0 + "/expected.json") }
    .sorted()
  }()
}
