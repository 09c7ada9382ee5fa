import AdapterKit
import FoundationEssentials
import Fuzzer

/// The readers of slurm-adapter by number; `run` writes the numbers before recorded answers.
enum SlurmReaders {
  static func read(_ listing: UnsafeBufferPointer<UInt8>, with reader: UInt8) throws {
    let file = InputFile(listing)
    switch reader {
    case UInt8(ascii: "q"): try queue(file.path, Squeue.pollColumns, delimiter: Squeue.delimiter, listing)
    case UInt8(ascii: "b"): try queue(file.path, Squeue.basicColumns, delimiter: Squeue.delimiter, listing)
    case UInt8(ascii: "p"):
      try queue(file.path, [.jobArrayID, .jobID, .state, .exitCode, .reason, .name], delimiter: 0x7C, listing)
    case UInt8(ascii: "a"):
      var reader = SacctReader()
      try reader.read(path: file.path)
      for row in reader.rows.values { check(row.status) }
    case UInt8(ascii: "s"):
      _ = try Inventory.queues(path: file.path)
      _ = try Inventory.nodes(path: file.path)
    case UInt8(ascii: "j"):
      try ControllerRecord.read(path: file.path) { _ in }
      try AccountingRecord.read(path: file.path) { _ in }
    case UInt8(ascii: "e"):
      for record in ExitRecord.parse(String(decoding: listing, as: UTF8.self)) { _ = record.status(id: record.id) }
    default:
      let text = String(decoding: listing, as: UTF8.self)
      _ = SbatchAnswer(stdout: text, stderr: text)
      _ = NodeList.expand(text)
      _ = SlurmID(text)
      _ = Failures.sentence(text)
    }
  }

  private static func queue(
    _ path: String,
    _ columns: [Squeue.Column],
    delimiter: UInt8,
    _ listing: UnsafeBufferPointer<UInt8>
  ) throws {
    var reader = try SqueueReader(path: path, columns: columns, delimiter: delimiter)
    var records = 0
    while let record = try reader.next() {
      records += 1
      if case .success(let row) = record { check(row.status) }
    }
    precondition(records <= listing.count { $0 == 0x0A } + 1, "more records than lines")
  }

  /// Whatever is read: nothing is over unless its native word means an end.
  private static func check(_ status: JobStatus) {
    guard status.state.isFinished else { return }
    let word = status.native.state ?? ""
    let bytes = Array(word.utf8)
    let meaning = bytes.withUnsafeBytes { SlurmState.meaning(of: $0) }
    guard case .ended = meaning else { preconditionFailure("‘\(word)’ finished a job") }
  }
}
