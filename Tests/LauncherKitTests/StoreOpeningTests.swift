import Foundation
import Testing

@testable import LauncherKit

@Suite("A store that a program opens more than once")
struct StoreOpeningTests {
  @Test func `keeps its locks: another program would take it for unused, and reset a log that is read here`() throws {
    let folder = try TestFolder()
    let first = try JobStore(folder: folder.path + "/state")
    #expect(try first.job(token: "none") == nil)
    let held = try locks(on: folder.path + "/state/jobs.sqlite")
    try #require(!held.isEmpty)
    let second = try JobStore(folder: folder.path + "/state")
    #expect(try second.job(token: "none") == nil)
    #expect(try locks(on: folder.path + "/state/jobs.sqlite") == held)
    withExtendedLifetime((first, second)) {}
  }

  /// The locks of this process on a file, as the kernel lists them: their kinds and places.
  private func locks(on path: String) throws -> Set<String> {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let number = try #require(attributes[.systemFileNumber] as? Int)
    // 1: POSIX  ADVISORY  READ 4711 fe:00:123456 1073741826 1073742335
    let lines = try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
    let words = lines.map { $0.split(separator: " ") }.filter { $0.count >= 8 }
    return Set(
      words.filter { Int($0[4]) == Int(getpid()) && $0[5].hasSuffix(":\(number)") }
        .map { $0[3...].dropFirst(2).joined(separator: " ") + " \($0[3])" }
    )
  }
}
