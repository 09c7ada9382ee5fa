import AdapterKit

extension Squeue {
  /// Whether a column that this version does not know made the rows shorter. `squeue` reports it, and exits 0; with a
  /// suffix after it, 22.05.8 prints the column empty, and then the rows are as they should be. Recorded:
  /// unknown-column, and unknown-job of 23.11.11 and 26.05.3.
  static func lacksColumn(_ answer: CommandAnswer, _ columns: [Column]) throws -> Bool {
    guard answer.complaint.contains("Invalid job format specification") else { return false }
    var reader = try SqueueReader(path: answer.result.stdoutPath, columns: columns)
    if case .failure? = try reader.next() { return true }
    return false
  }
}
