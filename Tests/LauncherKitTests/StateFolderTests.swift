import Foundation
import Glibc
import Testing

@testable import LauncherKit

/// The state folder is used only if no one else can put another one in its place.
@Suite struct StateFolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func refusal(_ path: String) -> LauncherError? {
    #expect(throws: LauncherError.self) { try JobStore(folder: path) }
  }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  @Test(arguments: [0o777, 0o757] as [mode_t])
  func `a folder below one that others can write to is not used`(_ mode: mode_t) throws {
    let open = try folder.folder("open", mode: mode)
    let error = refusal(open + "/mine/state")
    #expect(error?.code == .permissionDenied)
    #expect(error?.message.contains("\(open) can be written by everybody") == true, "\(error?.message ?? "")")
    #expect(error?.advice?.contains("LAUNCHER_STATE") == true)
    #expect(!exists(open + "/mine"), "it was made all the same")
    // Also when it already exists.
    _ = try folder.folder("open/mine/state", mode: 0o700)
    #expect(refusal(open + "/mine/state")?.code == .permissionDenied)
    #expect(!exists(open + "/mine/state/jobs.sqlite"))
  }

  @Test func `in a folder where nobody can replace what others have, one's own is used`() throws {
    let shared = try folder.folder("shared", mode: 0o1777)
    _ = try JobStore(folder: shared + "/mine/state")
    var information = stat()
    #expect(stat(shared + "/mine", &information) == 0 && information.st_mode & 0o777 == 0o700)
  }

  @Test func `links of one's own are followed, and where they lead is looked at too`() throws {
    let open = try folder.folder("open", mode: 0o777)
    let good = try folder.folder("good")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/to-good", withDestinationPath: good)
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/to-open", withDestinationPath: open)
    _ = try JobStore(folder: folder.path + "/to-good/state")
    #expect(exists(good + "/state/jobs.sqlite"))
    #expect(refusal(folder.path + "/to-open/state")?.message.contains(open) == true)
    #expect(!exists(open + "/state"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `another user's folder and link on the way are refused`() throws {
    let theirs = try folder.folder("theirs")
    try #require(chown(theirs, 65_534, 65_534) == 0)
    let error = refusal(theirs + "/state")
    #expect(error?.message.contains("belongs to user 65534") == true, "\(error?.message ?? "")")
    #expect(!exists(theirs + "/state"))
    let shared = try folder.folder("shared", mode: 0o1777)
    let elsewhere = try folder.folder("elsewhere")
    try FileManager.default.createSymbolicLink(atPath: shared + "/link", withDestinationPath: elsewhere)
    try #require(lchown(shared + "/link", 65_534, 65_534) == 0)
    #expect(refusal(shared + "/link/state")?.message.contains("is a link that belongs neither to you") == true)
    #expect(!exists(elsewhere + "/state"))
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `a folder that a group can write to is not used, even root's where others are in it`() throws {
    let shared = try folder.folder("team")
    try #require(chown(shared, 0, 100) == 0 && chmod(shared, 0o775) == 0)
    #expect(refusal(shared + "/state")?.message.contains("group 100") == true)
  }
}
