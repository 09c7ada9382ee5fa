import Foundation
import Glibc
import Testing

@testable import LauncherKit
@testable import StateStorage

/// What access lists allow others to do counts, whatever the mode of a file shows.
@Suite struct AccessListTests {
  private static let somebody: UInt32 = 54_321

  /// A POSIX list as the kernel stores it.
  private static func list(_ entries: [(kind: UInt16, rights: UInt16, id: UInt32)]) -> [UInt8] {
    var bytes: [UInt8] = [2, 0, 0, 0]
    for entry in entries {
      withUnsafeBytes(of: entry.kind.littleEndian) { bytes += Array($0) }
      withUnsafeBytes(of: entry.rights.littleEndian) { bytes += Array($0) }
      withUnsafeBytes(of: entry.id.littleEndian) { bytes += Array($0) }
    }
    return bytes
  }

  /// A list that gives a named user or group rights.
  private static func list(kind: UInt16 = 2, id: UInt32 = somebody, rights: UInt16, mask: UInt16 = 7) -> [UInt8] {
    let nobody = UInt32.max
    let entries: [(UInt16, UInt16, UInt32)] = [
      (0x01, 7, nobody), (kind, rights, id), (0x04, 5, nobody), (0x10, mask, nobody), (0x20, 5, nobody),
    ]
    return list(entries.sorted { $0.0 < $1.0 })
  }

  /// Gives a file or folder a list; returns whether the file system supports it.
  private static func set(_ list: [UInt8], as name: String, on path: String) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let hex = list.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    let code = "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))"
    process.arguments = ["python3", "-c", code, path, name, hex]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private static let hasLists: Bool = {
    guard let folder = try? TestFolder() else { return false }
    return set(list(rights: 5), as: "system.posix_acl_access", on: folder.path)
  }()

  @Test(
    .enabled(if: hasLists, "the file system has no access lists"),
    arguments: ["file", "folder", "parent", "default"]
  )
  func `an adapter that a named user can change is refused`(_ place: String) throws {
    let folder = try TestFolder()
    let parent = try folder.folder("parent")
    let file = try folder.write("#!/bin/sh\n", to: "parent/folder/fake-adapter", mode: 0o755)
    #expect(try AdapterTrust.check(file) == file)
    let places = ["file": file, "folder": parent + "/folder", "parent": parent, "default": parent + "/folder"]
    let path = try #require(places[place])
    let name = place == "default" ? "system.posix_acl_default" : "system.posix_acl_access"
    #expect(Self.set(Self.list(rights: 7), as: name, on: path))
    let problem = #expect(throws: TrustProblem.self) { try AdapterTrust.check(file) }
    #expect(problem?.path == path)
    #expect(problem?.description.contains("user \(Self.somebody)") == true, "\(problem?.description ?? "")")
  }

  @Test(.enabled(if: hasLists, "the file system has no access lists"))
  func `a list that lets nobody else write is not a reason to refuse`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("fake", "#!/bin/sh\n")
    #expect(Self.set(Self.list(rights: 5, mask: 5), as: "system.posix_acl_access", on: file))
    #expect(try AdapterTrust.check(file) == file)
  }

  @Test func `who may write is read from each kind of entry, under the mask`() {
    func writers(_ list: [UInt8]) -> Set<AccessList.Writer>? { AccessList.posixWriters(in: list, group: 100) }
    #expect(writers(Self.list(rights: 7)) == [.user(Self.somebody)])
    #expect(writers(Self.list(kind: 8, rights: 2)) == [.group(Self.somebody)])
    #expect(writers(Self.list(rights: 7, mask: 5)) == [])
    #expect(writers(Self.list(rights: 5)) == [])
    #expect(writers(Self.list([(1, 6, .max), (4, 6, .max), (0x20, 6, .max)])) == [.group(100), .everybody])
    #expect(writers([2, 0, 0]) == nil)
    #expect(writers([9, 0, 0, 0]) == nil)
    #expect(writers(Self.list([(0x77, 7, 1)])) == nil)
  }

  /// A list in the NFS client's form.
  private func nfsList(_ entries: [(type: UInt32, flags: UInt32, rights: UInt32, who: String)]) -> [UInt8] {
    func number(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    var bytes = number(UInt32(entries.count))
    for entry in entries {
      let name = Array(entry.who.utf8)
      bytes += number(entry.type) + number(entry.flags) + number(entry.rights) + number(UInt32(name.count)) + name
      bytes += [UInt8](repeating: 0, count: (4 - name.count % 4) % 4)
    }
    return bytes
  }

  @Test func `lists of NFS are read too`() {
    let usual: [(UInt32, UInt32, UInt32, String)] = [
      (0, 0, 0x1F_01FF, "OWNER@"), (0, 0x40, 0x12_00A9, "GROUP@"), (0, 0, 0x12_00A9, "EVERYONE@"),
    ]
    #expect(AccessList.nfsWriters(in: nfsList(usual)) == [])
    #expect(AccessList.nfsWriters(in: nfsList(usual + [(0, 0, 0x2, "bob@site.org")])) == [.other("bob@site.org")])
    #expect(AccessList.nfsWriters(in: nfsList(usual + [(0, 0x40, 0x40, "team@site.org")])) == [.other("team@site.org")])
    #expect(AccessList.nfsWriters(in: nfsList(usual + [(0, 0, 0x4, "EVERYONE@")])) == [.everybody])
    // Rights that are only for entries created later, or that are denied.
    #expect(AccessList.nfsWriters(in: nfsList(usual + [(0, 0xB, 0x2, "bob@site.org")])) == [])
    #expect(AccessList.nfsWriters(in: nfsList(usual + [(1, 0, 0x2, "bob@site.org")])) == [])
    #expect(AccessList.nfsWriters(in: nfsList([(0, 0, 0x2, "0@site.org")])) == [])
    #expect(AccessList.nfsWriters(in: Array(nfsList(usual).dropLast(4))) == nil)
    #expect(AccessList.nfsWriters(in: []) == nil)
  }
}
