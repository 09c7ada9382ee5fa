import AdapterKit
import FoundationEssentials
import Fuzzer

/// The readers of pbs-adapter by number; `run` writes the numbers before recorded answers.
enum PBSReaders {
  static func read(_ listing: UnsafeBufferPointer<UInt8>, with reader: UInt8) throws {
    let file = InputFile(listing)
    switch reader {
    case UInt8(ascii: "j"): try jobs(JSONListing(path: file.path), .pro, listing)
    case UInt8(ascii: "f"):
      for family in [PBSFamily.pro, .torque] { try jobs(TextListing(path: file.path, family: family), family, listing) }
    case UInt8(ascii: "x"): try jobs(TorqueListing(path: file.path), .torque, listing)
    case UInt8(ascii: "q"):
      for family in [PBSFamily.pro, .torque] { _ = try? Inventory.queues(family, path: file.path) }
      _ = ServerSettings(String(decoding: listing, as: UTF8.self))["default_queue"]
    case UInt8(ascii: "n"):
      for family in [PBSFamily.pro, .torque] { _ = try? Inventory.nodes(family, path: file.path) }
    case UInt8(ascii: "e"):
      for record in ExitRecord.parse(String(decoding: listing, as: UTF8.self)) { _ = record.status(id: record.id) }
    default:
      let text = String(decoding: listing, as: UTF8.self)
      _ = QsubAnswer(stdout: text, stderr: text)
      _ = PBSID(text)
      _ = PBSDetection.version(in: text)
      _ = PBSDetection.servers(in: text)
      _ = PBSTime.instant(text)
      _ = PBSTime.span(text)
      _ = PBSTime.bytes(text)
      _ = PBSText.variable("A", in: text)
      _ = Failures.sentence(text)
    }
  }

  private static func jobs(
    _ reader: some PBSRecordReader,
    _ family: PBSFamily,
    _ listing: UnsafeBufferPointer<UInt8>
  ) throws {
    var reader = reader
    var records = 0
    while let reading = try reader.next() {
      records += 1
      if case .record(let record) = reading {
        check(record.status(family, source: "qstat"), record)
        _ = ArrayStatus.counts(record[.arrayCounts])
      }
    }
    precondition(records <= listing.count { $0 == 0x0A || $0 == 0x3C } + 1, "more records than lines or elements")
  }

  /// Whatever is read: nothing is over unless its letter means an end, and each job has an id.
  private static func check(_ status: JobStatus, _ record: PBSRecord) {
    precondition(PBSID(record.id) != nil, "‘\(record.id)’ is no id")
    guard status.state.isFinished else { return }
    let letter = record[.jobState] ?? ""
    precondition(["F", "X", "C", "M"].contains(letter), "‘\(letter)’ finished a job")
  }
}
