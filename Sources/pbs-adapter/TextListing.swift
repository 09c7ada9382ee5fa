import AdapterKit

/// Reads `qstat -f` of both families: the second route, for records that the first one cannot read.
///
/// A value may hold line breaks and then look like attributes, or like the beginning of a record. A record begins after
/// an empty line, or where `RecordStarts` knows that nothing else can occur. Attributes come in a fixed order, so for
/// those before the variables the first occurrence counts, for those after them the last, and nothing counts after the
/// arguments of `qsub` (recorded: odd-values/126 of OpenPBS 23.06.06, a variable with `job_state = F` in it), except
/// what only Torque writes there.
struct TextListing: PBSRecordReader {
  private let reader: RecordReader
  private let source: String
  private let family: PBSFamily

  init(path: String, family: PBSFamily = .pro, source: String = "qstat -f") throws {
    self.source = source
    self.family = family
    let starts = try RecordStarts.lines(of: path)
    var isAfterEmptyLine = false
    // The reader takes the first line as a record's whatever it is, and asks about those after it.
    var number = 0
    reader = try RecordReader(path: path) { line in
      defer { isAfterEmptyLine = line.isEmpty }
      number += 1
      return line.hasPrefix("Job Id: ") && (isAfterEmptyLine || starts.contains(number))
    }
  }

  var isCut: Bool { reader.endsMidLine }

  mutating func next() throws -> PBSReading? {
    while let record = try reader.next() {
      guard record.hasPrefix("Job Id: ") else { continue }
      let reading = Self.read(record, offset: reader.offset, source: source)
      guard family == .torque, case .record(var job) = reading else { return reading }
      job.dropWhatTorqueAdds()
      return .record(job)
    }
    return nil
  }

  /// What Torque writes after the arguments of `qsub` (recorded: complete-0/14 of 6.1.3).
  private static let behindArguments: Set<PBSAttribute> = [
    .started, .runCount, .ended, .arrayID, .arrayIndices, .workingDirectory,
  ]

  private static func read(_ record: UnsafeRawBufferPointer, offset: Int, source: String) -> PBSReading {
    var lines = record.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      UnsafeRawBufferPointer(rebasing: $0)
    }
    // An empty line with no attribute after it ends the record: what follows is the site's text.
    let last = lines.lastIndex { name(in: $0) != nil } ?? 0
    if let end = lines.indices.first(where: { $0 > last && lines[$0].isEmpty }) { lines.removeSubrange(end...) }
    let id = lines.removeFirst().part(from: 8).text.filter { !$0.isWhitespace }
    guard PBSID(id) != nil else {
      return .unreadable(
        UnreadableRecord(source: source, offset: offset, message: "it has no job id", excerpt: record.excerpt())
      )
    }
    var job = PBSRecord(id: id, offset: offset)
    var beforeVariables: Set<PBSAttribute> = []
    var isBehindVariables = false
    var isBehindArguments = false
    var value: (attribute: PBSAttribute?, bytes: [UInt8])?
    func finish() {
      guard let (attribute, bytes) = value, let attribute else { return }
      if attribute == .variables { isBehindVariables = true }
      if beforeVariables.contains(attribute) { return }
      if !isBehindVariables { beforeVariables.insert(attribute) }
      job[attribute] = bytes.withUnsafeBytes { PBSText.ofText($0) }
    }
    for line in lines {
      guard let name = name(in: line) else {
        value?.bytes.append(0x0A)
        value?.bytes.append(contentsOf: line)
        continue
      }
      finish()
      if name.text == "Submit_arguments" {
        value = nil
        break
      }
      var attribute = PBSAttribute(dotted: name.text)
      if isBehindArguments, attribute.map({ !behindArguments.contains($0) }) == true { attribute = nil }
      if name.text == "submit_args" { isBehindArguments = true }
      value = (attribute, Array(line.part(from: 4 + name.count + 3)))
    }
    finish()
    for attribute in PBSAttribute.allCases {
      // The empty line after a record belongs to no value.
      while job[attribute]?.last?.isNewline == true { job[attribute]?.removeLast() }
    }
    guard job[.jobState] != nil else {
      let message = "the record has no job_state"
      return .unreadable(
        UnreadableRecord(id: id, source: source, offset: offset, message: message, excerpt: record.excerpt())
      )
    }
    return .record(job)
  }

  /// The name in `    Resource_List.walltime = 01:00:00`.
  static func name(in line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard line.count > 7, line.hasPrefix("    "), line[4] != 0x20, let sign = line.firstPlace(of: 0x3D), sign > 5,
      line[sign - 1] == 0x20
    else { return nil }
    let name = line.part(4..<(sign - 1))
    return name.firstPlace(of: 0x20) == nil && sign + 1 < line.count && line[sign + 1] == 0x20 ? name : nil
  }
}
