import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("What a job writes")
  struct OutputTests {
    private let folder: TestFolder
    private let job = JobReference(id: "8")

    init() throws { folder = try TestFolder() }

    private var output: String { folder.path + "/job.out" }
    private var errors: String { folder.path + "/job.err" }

    /// A launcher whose scheduler reports what `report(_:)` wrote.
    private func launcher() async throws -> Launcher {
      let script = FakeAdapter.script(
        #"""
        case $line in
          *'"method":"submit"'*) answer '{"job":{"id":"8"}}' ;;
          *'"method":"cancel"'*) : >"${0%/*}/cancelled"; answer '{"results":[{"id":"8"}]}' ;;
          *'"method":"poll"'*) report "[$(cat "${0%/*}/status")]"; answer '{"complete":true}' ;;
        esac
        """#
      )
      return try await Launcher.detect(Launcher.Options(adapter: try folder.adapter("fake", script), tracking: .none))
    }

    private func report(_ status: JobStatus) throws {
      // Atomically: it is read meanwhile.
      try folder.write(String(decoding: JSONEncoder().encode(status), as: UTF8.self), to: "status.new")
      try #require(rename(folder.path + "/status.new", folder.path + "/status") == 0)
    }

    private func status(_ state: JobState, errors: String? = nil) -> JobStatus {
      var status = JobStatus(id: "8", state: state)
      status.startedAt = [.queued, .held].contains(state) ? nil : Date(timeIntervalSince1970: 1_764_000_000)
      status.standardOutput = output
      status.standardError = errors ?? output
      return status
    }

    private func append(_ text: String) throws {
      let file = try FileHandle(forWritingTo: URL(filePath: output))
      try file.seekToEnd()
      try file.write(contentsOf: Data(text.utf8))
      try file.close()
    }

    @Test func `each stream comes in pieces that say where they stand`() async throws {
      try folder.write("one\ntwo\n", to: "job.out")
      try folder.write("oh\n", to: "job.err")
      let known = status(.finished(.succeeded), errors: errors)
      var pieces: [OutputPiece] = []
      for try await piece in try await launcher().output(of: job, known: known) { pieces.append(piece) }
      #expect(
        pieces == [
          OutputPiece(stream: .standardOutput, offset: 0, bytes: Array("one\ntwo\n".utf8)),
          OutputPiece(stream: .standardError, offset: 0, bytes: Array("oh\n".utf8)),
        ]
      )
    }

    @Test func `two streams in one file are read once, and the last lines have the place that they have in the file`()
      async throws
    {
      try folder.write("one\ntwo\nthree\n", to: "job.out")
      var pieces: [OutputPiece] = []
      for try await piece in try await launcher().output(of: job, known: status(.finished(.failed)), last: 2) {
        pieces.append(piece)
      }
      #expect(pieces == [OutputPiece(stream: .standardOutput, offset: 4, bytes: Array("two\nthree\n".utf8))])
    }

    @Test func `a job that is followed is read until it ended, and its last words are not lost`() async throws {
      try report(status(.running))
      try folder.write("one\n", to: "job.out")
      var text = ""
      for try await event in try await launcher().events(of: job) {
        switch event {
        // What arrives with its end is still read.
        case .status(let status): if status.state.isFinished { try append("three\n") }
        case .output(let piece):
          #expect(piece.offset == Int64(text.utf8.count))
          text += String(decoding: piece.bytes, as: UTF8.self)
          if text == "one\n" { try append("two\n") }
          if text == "one\ntwo\n" { try report(status(.finished(.succeeded))) }
        case .unreadable(let error): Issue.record("\(error)")
        }
      }
      #expect(text == "one\ntwo\nthree\n")
    }

    @Test func `before a job's start a file of that name is an earlier job's`() async throws {
      try report(status(.queued))
      try folder.write("of yesterday\n", to: "job.out")
      var text = ""
      var states: [JobState] = []
      for try await event in try await launcher().events(of: job) {
        switch event {
        case .status(let status):
          states.append(status.state)
          if status.state == .queued { try report(self.status(.held)) }
          guard status.state == .held else { break }
          try folder.write("of today\n", to: "job.out")
          try report(self.status(.finished(.succeeded)))
        case .output(let piece): text += String(decoding: piece.bytes, as: UTF8.self)
        case .unreadable(let error): Issue.record("\(error)")
        }
      }
      #expect(states == [.queued, .held, .finished(.succeeded)])
      #expect(text == "of today\n")
    }

    @Test func `a file that was cut off is read anew, and one that comes late is read from its beginning`() async throws
    {
      let file = LocalOutputFile(path: output, last: 1)
      #expect(try file.next().bytes == [])
      try folder.write("one\ntwo\n", to: "job.out")
      #expect(try file.next() == (0, Array("one\ntwo\n".utf8)))
      try #require(truncate(output, 0) == 0)
      try append("new\n")
      #expect(try file.next() == (0, Array("new\n".utf8)))
    }

    @Test func `a stream that cannot be read does not keep the other from being read`() async throws {
      _ = try folder.folder("job.out")
      try folder.write("oh\n", to: "job.err")
      let known = status(.finished(.failed), errors: errors)
      var text = ""
      var problems: [OutputError] = []
      for try await event in try await launcher().output(of: job, known: known).events {
        switch event {
        case .status: break
        case .output(let piece): text += String(decoding: piece.bytes, as: UTF8.self)
        case .unreadable(let error): problems.append(error)
        }
      }
      #expect(text == "oh\n")
      #expect(problems.map(\.description) == ["the job's output at \(output) is a directory, and cannot be shown"])
    }

    @Test func `two streams that are always ready take turns`() async throws {
      let long = String(repeating: "x", count: 200_000)
      try folder.write(long, to: "job.out")
      try folder.write(long, to: "job.err")
      var streams: [JobStream] = []
      for try await piece in try await launcher().output(of: job, known: status(.finished(.failed), errors: errors)) {
        streams.append(piece.stream)
      }
      #expect(streams.prefix(4) == [.standardOutput, .standardError, .standardOutput, .standardError])
    }

    @Test func `a named pipe is an error at once, and says nothing about the job`() async throws {
      try #require(mkfifo(output, 0o600) == 0)
      try report(status(.finished(.succeeded)))
      let launcher = try await launcher()
      let error = await #expect(throws: OutputError.self) {
        for try await _ in try await launcher.output(of: job) {}
      }
      #expect(error?.description.hasSuffix("is a named pipe, and cannot be shown") == true)
      #expect(try await launcher.run(JobSpec(command: ["true"])).state == .finished(.succeeded))
    }

    @Test func `output that nobody knows the place of, and that of a whole array, is an error with the reason`()
      async throws
    {
      let launcher = try await launcher()
      let error = await #expect(throws: OutputError.self) {
        _ = try await launcher.output(of: job, known: JobStatus(id: "8", state: .running))
      }
      #expect(error == .placeUnknown(job: "8"))
      var array = JobStatus(id: "8", state: .running)
      array.tasks = [JobStatus(id: "8_3", state: .running)]
      let other = await #expect(throws: OutputError.self) { _ = try await launcher.output(of: job, known: array) }
      #expect(other == .isArray(job: "8", task: "8_3"))
    }

    @Test
    @MainActor
    func `a run submits, passes the output on, and returns how the job ended`() async throws {
      try folder.write("said\n", to: "job.out")
      var failed = status(.finished(.failed))
      failed.exitStatus = .code(3)
      try report(failed)
      var text = ""
      let last = try await launcher().run(JobSpec(command: ["true"])) {
        text += String(decoding: $0.bytes, as: UTF8.self)
      }
      #expect(text == "said\n")
      #expect(last.exitStatus == .code(3))
    }

    @Test func `a run whose reader gives up leaves the job alone`() async throws {
      struct Enough: Error {}
      try folder.write("said\n", to: "job.out")
      try report(status(.running))
      let launcher = try await launcher()
      await #expect(throws: Enough.self) {
        _ = try await launcher.run(JobSpec(command: ["true"])) { _ in throw Enough() }
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/cancelled"))
    }
  }
}
