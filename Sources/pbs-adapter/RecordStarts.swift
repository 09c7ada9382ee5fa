import AdapterKit

/// Where records of `qstat -f` begin without an empty line before them: after a site's leading text, and in an answer
/// that went through a filter.
enum RecordStarts {
  /// A job's own words may look like anything, even like a record.
  private static let freeText: Set = [
    "Account_Name", "comment", "Submit_arguments", "submit_args", "Variable_List",
  ]

  /// The numbers of the lines that begin such a record; the very first line has 0.
  static func lines(of path: String) throws -> Set<Int> {
    var starts: Set<Int> = []
    let reader = try RecordReader(path: path)
    var number = -1
    var candidate: Int?
    var previous = Line.other
    var hasRecord = false
    // Whether this record has already had a value with the job's own words.
    var hasFreeText = false
    while let bytes = try reader.next() {
      number += 1
      let line = Line(bytes)
      if let place = candidate, case .attribute(let name) = line {
        // After a job's own words, only a whole record counts, which begins with its name.
        if !hasFreeText || name == "Job_Name" {
          starts.insert(place)
          (hasRecord, hasFreeText) = (true, false)
        }
      }
      candidate = nil
      switch line {
      case .start:
        if previous == .empty { (hasRecord, hasFreeText) = (true, false) }
        if !hasRecord || previous.isPlainAttribute(besides: freeText) { candidate = number }
      case .attribute(let name): hasFreeText = hasFreeText || freeText.contains(name)
      case .empty, .other: break
      }
      previous = line
    }
    return starts
  }

  private enum Line: Equatable {
    case empty, start, other
    case attribute(String)

    init(_ bytes: UnsafeRawBufferPointer) {
      if bytes.isEmpty {
        self = .empty
      } else if bytes.hasPrefix("Job Id: "), PBSID(bytes.part(from: 8).text.filter { !$0.isWhitespace }) != nil {
        self = .start
      } else if let name = TextListing.name(in: bytes) {
        self = .attribute(name.text)
      } else {
        self = .other
      }
    }

    /// Whether it is a whole attribute that contains none of the job's own words.
    func isPlainAttribute(besides others: Set<String>) -> Bool {
      if case .attribute(let name) = self { !others.contains(name) } else { false }
    }
  }
}
