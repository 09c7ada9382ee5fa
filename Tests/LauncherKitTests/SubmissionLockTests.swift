import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Locks of programs that submit")
  struct SubmissionLockTests {
    private let folder: TestFolder
    private var state: String { folder.path + "/state" }

    init() throws { folder = try TestFolder() }

    @Test func `an input that a program has made and not yet locked is left to it`() throws {
      let lock = SubmissionLock(in: try JobStore(folder: state).folder)
      let owner = try lock.hold()
      try folder.write("", to: "state/submitting/\(owner).1")
      #expect(SubmissionLock.isHeld(owner, in: state))
      #expect(FileManager.default.fileExists(atPath: "\(state)/submitting/\(owner).1"))
    }

    @Test func `what a command of a killed program still holds counts, and what nobody holds is removed`() throws {
      _ = try JobStore(folder: state)
      try folder.write("", to: "state/submitting/dead.1")
      try folder.write("", to: "state/submitting/dead.2")
      let input = open(state + "/submitting/dead.1", O_RDWR)
      #expect(flock(input, LOCK_EX) == 0)
      #expect(SubmissionLock.isHeld("dead", in: state))
      #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/submitting") == ["dead.1"])
      close(input)
      #expect(!SubmissionLock.isHeld("dead", in: state))
      #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/submitting").isEmpty)
    }

    @Test func `the input that a command is done with serves the next one, which sees nothing of it`() throws {
      let lock = SubmissionLock(in: try JobStore(folder: state).folder)
      try lock.beginSeries()
      for text in ["a long script\n", "short\n", "", "longer again\n"] {
        let files = try CommandFiles(stdin: text, lock: lock)
        #expect(FileHandle(fileDescriptor: files.stdin.rawValue).readDataToEndOfFile() == Data(text.utf8))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/submitting").count == 2)
      lock.endSeries()
      _ = try CommandFiles(stdin: "alone\n", lock: lock)
      // Only the lock itself is left, without a script.
      let name = try lock.hold()
      #expect(try FileManager.default.contentsOfDirectory(atPath: state + "/submitting") == [name])
    }

    @Test func `what earlier programs left behind goes after a day, unless somebody still holds it`() throws {
      let submitting = try JobStore(folder: state).folder + "/submitting"
      for name in ["living", "living.1", "dead", "dead.1", "dead.2", "gone.1", "fresh", "fresh.1"] {
        try folder.write("", to: "state/submitting/\(name)")
        guard !name.hasPrefix("fresh") else { continue }
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -2 * 86_400)]
        try FileManager.default.setAttributes(old, ofItemAtPath: "\(submitting)/\(name)")
      }
      let held = ["living", "dead.2"].map { open("\(submitting)/\($0)", O_RDWR) }
      for descriptor in held { #expect(flock(descriptor, LOCK_EX) == 0) }
      let own = try SubmissionLock(in: state).hold()
      let left = Set(try FileManager.default.contentsOfDirectory(atPath: submitting))
      #expect(left.subtracting([own]) == ["living", "living.1", "dead.2", "fresh", "fresh.1"])
      for descriptor in held { close(descriptor) }
    }

    @Test func `an input that something left behind still holds serves nobody else`() throws {
      let lock = SubmissionLock(in: try JobStore(folder: state).folder)
      try lock.beginSeries()
      let first = try lock.makeInput()
      let left = dup(first.descriptor)
      lock.take(back: first)
      let second = try lock.makeInput()
      #expect(second.path != first.path)
      #expect(!FileManager.default.fileExists(atPath: first.path))
      close(left)
      lock.take(back: second)
      let third = try lock.makeInput()
      #expect(third.path == second.path)
      lock.take(back: third)
      lock.endSeries()
    }
  }
}
