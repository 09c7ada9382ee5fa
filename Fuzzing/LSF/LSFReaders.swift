import AdapterKit
import FoundationEssentials
import Fuzzer

/// The readers of lsf-adapter by number; `run` writes the numbers before recorded answers.
enum LSFReaders {
  static func read(_ listing: UnsafeBufferPointer<UInt8>, with reader: UInt8) throws {
    let file = InputFile(listing)
    switch reader {
    case UInt8(ascii: "j"): try jobs(file.path, listing)
    case UInt8(ascii: "s"):
      let stories = try JobStory.read(path: file.path).stories
      precondition(stories.count <= listing.count { $0 == 0x0A } + 1, "more records than lines")
      for story in stories {
        check(BjobsRow(story, observedAt: Date()).status)
        if let status = JobStatus(ended: story, observedAt: Date()) { check(status) }
        _ = JobFiles.isScript(story.command ?? "", of: "t")
      }
    case UInt8(ascii: "e"):
      for record in ExitRecord.parse(String(decoding: listing, as: UTF8.self)) { _ = record.status(id: record.id) }
    default: text(String(decoding: listing, as: UTF8.self), UnsafeRawBufferPointer(listing))
    }
  }

  private static func jobs(_ path: String, _ listing: UnsafeBufferPointer<UInt8>) throws {
    var reader = try JSONListing(path: path)
    var records = 0
    while let record = try reader.next() {
      records += 1
      if case .job(let row) = record { check(row.status) }
    }
    precondition(records <= listing.count { $0 == 0x7B } + 1, "more records than braces")
  }

  private static func text(_ text: String, _ bytes: UnsafeRawBufferPointer) {
    _ = BsubAnswer(stdout: text, stderr: text)
    _ = LSFControl<NoHost>.lines(text)
    _ = LSFServer(lsid: text)
    _ = LSFSettings(text)
    _ = QueueDetails(text)
    _ = WordTable(text, first: "QUEUE_NAME")
    _ = WordTable(text, first: "HOST_NAME")
    _ = Failures.sentence(text)
    _ = HostList.expand(text)
    _ = LSFID(text)
    _ = LSFTime(now: Date(timeIntervalSince1970: 1_795_280_000)).instant(bytes)
    _ = LSFTime.span(bytes)
    _ = LSFTime.memory(bytes)
    _ = try? Directives.options(in: text)
  }

  /// Whatever is read: nothing is over unless its native word means an end.
  private static func check(_ status: JobStatus) {
    guard status.state.isFinished else { return }
    let word = status.native.state ?? ""
    precondition(word == "DONE" || word == "EXIT", "‘\(word)’ finished a job")
  }
}

/// Runs nothing.
struct NoHost: CommandHost {
  func run(_ command: NativeCommand) async throws -> CommandResult { fatalError("nothing is run here") }
}
