import AdapterKit
import Fuzzer

/// The readers of cobalt-adapter by number; `run` writes the numbers before recorded answers.
enum CobaltReaders {
  static func read(_ listing: UnsafeBufferPointer<UInt8>, with reader: UInt8) throws {
    let file = InputFile(listing)
    let text = String(decoding: listing, as: UTF8.self)
    switch reader {
    case UInt8(ascii: "q"): try queue(file.path, Qstat.labels, listing)
    case UInt8(ascii: "c"): try queue(file.path, Qstat.commandLabels, listing)
    case UInt8(ascii: "t"):
      for row in CobaltTable(text)?.rows ?? [] { check(QstatRecord(row)) }
      _ = Inventory.queues(table: text)
      _ = Inventory.nodes(text)
    case UInt8(ascii: "Q"): _ = try Inventory.queues(path: file.path)
    case UInt8(ascii: "l"):
      for log in CobaltLog.parse(text) {
        let isOver = log.status(reportedID: log.id)?.state.isFinished == true
        precondition(!isOver || log.end != nil || log.deletedHereAt != nil, "a log without an end finished a job")
      }
    case UInt8(ascii: "e"): for record in ExitRecord.parse(text) { _ = record.status(id: record.id) }
    default:
      _ = QsubAnswer(stdout: text, stderr: text)
      _ = HoldAnswer(text)
      _ = Failures.sentence(text)
      _ = Locations.hosts(text)
      _ = CobaltTime.instant(text)
      _ = CobaltTime.span(text)
      _ = try? QsubOptions.directives(in: text)
    }
  }

  private static func queue(_ path: String, _ labels: [String], _ listing: UnsafeBufferPointer<UInt8>) throws {
    var reader = try QstatReader(path: path, labels: labels)
    var records = 0
    while let item = try reader.next() {
      records += 1
      if case .record(let record) = item { check(record) }
    }
    precondition(records <= listing.count { $0 == 0x0A } + 1, "more records than lines")
  }

  /// Whatever is read: nothing is over unless its native word means an end.
  private static func check(_ record: QstatRecord) {
    let status = record.status(id: record.id ?? "1")
    let word = status.native.state ?? ""
    precondition(!status.state.isFinished || word == "done", "‘\(word)’ finished a job")
  }
}
