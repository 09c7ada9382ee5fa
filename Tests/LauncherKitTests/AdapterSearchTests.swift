import Foundation
import Glibc
import LauncherKit
import Testing

@testable import LauncherKit

@Suite("Finding adapters, and trusting them")
struct AdapterSearchTests {
  private func problem(_ path: String) -> TrustProblem? {
    #expect(throws: TrustProblem.self) { try AdapterTrust.check(path) }
  }

  @Test func `an executable file in a folder of ours is trusted, and its links are resolved`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("fake", "#!/bin/sh\n")
    #expect(try AdapterTrust.check(file) == file)
    let link = try folder.folder("links") + "/fake-adapter"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../fake-adapter")
    #expect(try AdapterTrust.check(link) == file)
  }

  @Test(
    arguments: [
      (0o757, "everybody"), (0o4755, "setuid"), (0o2755, "setuid"), (0o644, "not executable"),
      (0o666, "not executable"),
    ] as [(mode_t, String)]
  )
  func `a file that others can write to, or that no adapter is, is refused with the reason`(
    mode: mode_t,
    reason: String
  ) throws {
    let folder = try TestFolder()
    let file = try folder.write("#!/bin/sh\n", to: "fake-adapter", mode: mode)
    #expect(problem(file)?.description.contains(reason) == true)
  }

  @Test
  func `a program whose name is meant for an adapter's and is not one is listed with the reason, and never started`()
    throws
  {
    let folder = try TestFolder()
    for name in ["my-adapter.py", "My-adapter", "my_tool-adapter"] {
      try folder.write("#!/bin/sh\n", to: name, mode: 0o755)
    }
    // Files that are not programs, or not meant as adapters, are left out.
    try folder.write("", to: "notes-adapter.txt", mode: 0o644)
    try folder.write("#!/bin/sh\n", to: "tool", mode: 0o755)
    try FileManager.default.createDirectory(atPath: folder.path + "/x-adapter.build", withIntermediateDirectories: true)
    try folder.adapter("good", "#!/bin/sh\n")
    let files = AdapterSearch(folders: [folder.path]).files()
    #expect(Set(files.map(\.name)) == ["my-adapter.py", "My-adapter", "my_tool-adapter", "good"])
    for file in files where file.name != "good" {
      guard case .refused(let problem) = file.standing else {
        Issue.record("\(file.name) is not refused")
        continue
      }
      #expect(problem.description.contains("its name is not NAME-adapter"))
    }
  }

  @Test func `a folder is not an adapter, nor is a file that does not exist`() throws {
    let folder = try TestFolder()
    #expect(problem(try folder.folder("fake-adapter"))?.description.contains("not a regular file") == true)
    #expect(problem(folder.path + "/none-adapter")?.description.contains("cannot be resolved") == true)
    let dangling = folder.path + "/dangling-adapter"
    try FileManager.default.createSymbolicLink(atPath: dangling, withDestinationPath: "nowhere")
    #expect(problem(dangling) != nil)
    let fifo = folder.path + "/fifo-adapter"
    try #require(mkfifo(fifo, 0o755) == 0)
    #expect(problem(fifo)?.description.contains("not a regular file") == true)
  }

  @Test(
    arguments: [0o777, 0o1777] as [mode_t]
  )
  func `a folder that everybody can write to spoils what is in it, at any depth`(mode: mode_t) throws {
    let folder = try TestFolder()
    let open = try folder.folder("open", mode: mode)
    let file = try folder.write("#!/bin/sh\n", to: "open/fake-adapter", mode: 0o755)
    #expect(problem(file)?.path == open)
    let deep = try folder.write("#!/bin/sh\n", to: "open/a/b/fake-adapter", mode: 0o755)
    if mode == 0o777 {
      #expect(problem(deep)?.path == open)
    } else {
      // If the sticky bit is set, others cannot replace a folder of ours.
      #expect(try AdapterTrust.check(deep) == deep)
    }
  }

  @Test func `a folder whose name begins with an accent hides no folder above it`() throws {
    let folder = try TestFolder()
    let open = try folder.folder("open", mode: 0o777)
    let file = try folder.write("#!/bin/sh\n", to: "open/\u{301}x/fake-adapter", mode: 0o755)
    #expect(problem(file)?.path == open)
  }

  @Test func `a link into a folder that everybody can write to is refused`() throws {
    let folder = try TestFolder()
    let open = try folder.folder("open", mode: 0o777)
    try folder.write("#!/bin/sh\n", to: "open/fake-adapter", mode: 0o755)
    let link = folder.path + "/fake-adapter"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: open + "/fake-adapter")
    #expect(problem(link)?.path == open)
  }

  @Test func `a link that lies in such a folder can be replaced, and is refused, wherever it leads`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("fake", "#!/bin/sh\n")
    let open = try folder.folder("open", mode: 0o777)
    try FileManager.default.createSymbolicLink(atPath: open + "/fake-adapter", withDestinationPath: file)
    #expect(problem(open + "/fake-adapter")?.path == open)
  }

  @Test func `a link to a link that can be replaced is refused`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("real", "#!/bin/sh\n")
    let open = try folder.folder("open", mode: 0o777)
    try FileManager.default.createSymbolicLink(atPath: open + "/middle", withDestinationPath: file)
    let link = folder.path + "/fake-adapter"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: open + "/middle")
    #expect(problem(link)?.path == open)
    // The same with a folder in place of the file.
    try FileManager.default.createSymbolicLink(atPath: open + "/folder", withDestinationPath: folder.path)
    #expect(problem(open + "/folder/real-adapter")?.path == open)
  }

  @Test func `links in a circle are refused`() throws {
    let folder = try TestFolder()
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/a-adapter", withDestinationPath: "b-adapter")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/b-adapter", withDestinationPath: "a-adapter")
    #expect(problem(folder.path + "/a-adapter") != nil)
  }

  @Test func `a path with dots is checked as the path it means`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("fake", "#!/bin/sh\n")
    _ = try folder.folder("a")
    #expect(try AdapterTrust.check(folder.path + "/a/../fake-adapter") == file)
    #expect(try AdapterTrust.check(folder.path + "/./a/.././/fake-adapter") == file)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `a file or folder of another user's is refused`() throws {
    let folder = try TestFolder()
    let file = try folder.adapter("fake", "#!/bin/sh\n")
    try #require(chown(file, 65_534, 65_534) == 0)
    #expect(problem(file)?.description.contains("belongs to user 65534") == true)
    let theirs = try folder.folder("theirs")
    let inside = try folder.write("#!/bin/sh\n", to: "theirs/fake-adapter", mode: 0o755)
    try #require(chown(theirs, 65_534, 65_534) == 0)
    #expect(problem(inside)?.path == theirs)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
  func `what a shared group can write to is refused`() throws {
    let folder = try TestFolder()
    let file = try folder.write("#!/bin/sh\n", to: "fake-adapter", mode: 0o775)
    try #require(chown(file, 0, 100) == 0)
    try #require(chmod(file, 0o775) == 0)
    #expect(problem(file)?.description.contains("group 100") == true)
    let shared = try folder.folder("shared")
    let inside = try folder.write("#!/bin/sh\n", to: "shared/fake-adapter", mode: 0o755)
    try #require(chown(shared, 0, 100) == 0)
    try #require(chmod(shared, 0o775) == 0)
    #expect(problem(inside)?.path == shared)
  }

  @Test
  func `folders are searched in order, the first usable file of a name wins, and the others are kept with the reason`()
    throws
  {
    let folder = try TestFolder()
    let (first, second) = (try folder.folder("1"), try folder.folder("2"))
    try folder.write("#!/bin/sh\n", to: "1/a-adapter", mode: 0o757)
    try folder.write("#!/bin/sh\n", to: "1/b-adapter", mode: 0o755)
    try folder.write("#!/bin/sh\n", to: "2/a-adapter", mode: 0o755)
    try folder.write("#!/bin/sh\n", to: "2/b-adapter", mode: 0o755)
    try folder.write("#!/bin/sh\n", to: "2/README", mode: 0o755)
    let files = AdapterSearch(folders: [first, second, first, folder.path + "/none"]).files()
    #expect(files.map(\.path) == ["1/a", "1/b", "2/a", "2/b"].map { folder.path + "/\($0)-adapter" })
    #expect(files.map(\.name) == ["a", "b", "a", "b"])
    guard case .refused(let problem) = files[0].standing else { throw TestProblem("\(files[0])") }
    #expect(problem.description.contains("everybody"))
    #expect(files[1].standing == .usable(executable: first + "/b-adapter"))
    #expect(files[2].standing == .usable(executable: second + "/a-adapter"))
    #expect(files[3].standing == .shadowed(by: first + "/b-adapter"))
  }

  @Test(
    arguments: ["-adapter", "A-adapter", "a b-adapter", "a", "adapter", "é-adapter", ".a-adapter"]
  )
  func `names of adapters are plain`(file: String) throws {
    let folder = try TestFolder()
    try folder.write("#!/bin/sh\n", to: file, mode: 0o755)
    #expect(AdapterSearch(folders: [folder.path]).files().allSatisfy { $0.executable == nil })
  }

  @Test func `an adapter that is asked for by name and is not there gets the nearest name, a refused one the reason`()
    throws
  {
    let folder = try TestFolder()
    _ = try folder.adapter("slurm", "#!/bin/sh\n")
    try folder.write("#!/bin/sh\n", to: "pbs-adapter", mode: 0o757)
    let search = AdapterSearch(folders: [folder.path])
    #expect(try AdapterSession.file(named: "slurm", in: search).executable != nil)
    let unknown = #expect(throws: LauncherError.self) { try AdapterSession.file(named: "slrm", in: search) }
    #expect(unknown?.code == .adapterUnknown)
    #expect(unknown?.advice?.contains("‘slurm’") == true)
    for name in ["pbs", folder.path + "/pbs-adapter"] {
      let refused = #expect(throws: LauncherError.self) { try AdapterSession.file(named: name, in: search) }
      #expect(refused?.code == .adapterUntrusted)
      #expect(refused?.message.contains("everybody") == true)
    }
  }
}

/// Why a test cannot continue.
struct TestProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
