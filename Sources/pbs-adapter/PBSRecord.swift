import AdapterKit

/// One job as a listing shows it, whatever the listing's form: JSON, XML or text.
struct PBSRecord: Sendable, Hashable {
  /// The job's id as the server writes it: `41.pbs01`, `41[].pbs01`, `41[3].pbs01`.
  var id: String
  /// Where it begins, in bytes from the start of the answer.
  var offset: Int
  private var values: [String?]

  /// A job of which nothing is known yet.
  init(id: String, offset: Int = 0) {
    self.id = id
    self.offset = offset
    values = Array(repeating: nil, count: PBSAttribute.allCases.count)
  }

  /// An attribute's value as text, exactly as the scheduler means it: unescaped, and with names that look like numbers
  /// kept.
  subscript(attribute: PBSAttribute) -> String? {
    get { values[attribute.rawValue] }
    set { values[attribute.rawValue] = newValue }
  }

  /// The folder it was submitted from.
  var directory: String? { self[.workingDirectory] ?? variable("PBS_O_WORKDIR") }

  /// The mark of its submission.
  var submissionMark: String? { self[.token] ?? variable(QsubCommand.tokenVariable) }

  /// The token of its submission, if LauncherKit submitted it.
  var token: String? {
    submissionMark.flatMap { mark in
      mark.hasPrefix(QsubCommand.tokenPrefix) ? String(mark.dropFirst(QsubCommand.tokenPrefix.count)) : nil
    }
  }

  private func variable(_ name: String) -> String? {
    self[.variables].flatMap { PBSText.variable(name, in: $0) }
  }
}

/// What a reader gets from the next record of a listing.
enum PBSReading: Sendable {
  /// A job.
  case record(PBSRecord)
  /// A job that could not be read; its neighbours were.
  case unreadable(UnreadableRecord)
}

/// Reads a listing record by record, so that memory use stays constant.
protocol PBSRecordReader {
  /// The next record; `nil` at the end.
  mutating func next() throws -> PBSReading?
  /// Whether the listing ended before it was complete; known once there is no next record.
  var isCut: Bool { get }
}
