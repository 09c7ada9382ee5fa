import AdapterKit
import AdapterXML

/// Reads `qstat -x` of Torque, job by job, even if one of them is damaged.
///
/// The answer for several ids is several documents, one after another; an answer without jobs is an empty document
/// (6.1.3), or nothing at all (4.2.10, which prints no prologue either).
struct TorqueListing: PBSRecordReader {
  private let reader: XMLRecordReader
  private let fields: XMLFields
  private let source: String
  private var cache = TextCache()

  init(path: String, source: String = "qstat -x") throws {
    self.source = source
    reader = try XMLRecordReader(path: path, document: "Data", records: ["Job"])
    fields = XMLFields { Self.attribute($0)?.rawValue }
  }

  /// An answer without a document is complete: its command's exit code says whether that means anything.
  var isCut: Bool { reader.ending == .cut }

  mutating func next() throws -> PBSReading? {
    guard let record = try reader.next() else { return nil }
    guard fields.read(record) else {
      return .unreadable(unreadable(record, id: record.spotted("Job_Id"), fields.fault ?? "it is not XML"))
    }
    var job = PBSRecord(id: "", offset: record.offset)
    var hasRepeats = false
    fields.forEach { number, text in
      guard let attribute = PBSAttribute(rawValue: number) else { return }
      guard attribute != .variables else {
        job[.token] =
          text.contains(QsubCommand.tokenVariable)
          ? PBSText.variable(QsubCommand.tokenVariable, in: text.text) : nil
        return
      }
      hasRepeats = hasRepeats || job[attribute] != nil
      job[attribute] = text.count > 15 && text.count < 80 ? cache.text(text) : text.text
    }
    job.id = job[.jobID] ?? ""
    if hasRepeats { return .unreadable(unreadable(record, id: job.id, "two records have run together")) }
    guard PBSID(job.id) != nil else { return .unreadable(unreadable(record, id: nil, "it has no job id")) }
    guard job[.jobState] != nil else { return .unreadable(unreadable(record, id: job.id, "it has no job_state")) }
    job.dropWhatTorqueAdds()
    return .record(job)
  }

  private func unreadable(_ record: XMLRecord, id: String?, _ message: String) -> UnreadableRecord {
    UnreadableRecord(
      id: id.flatMap { PBSID($0) == nil ? nil : $0 },
      source: source,
      offset: record.offset,
      message: message,
      excerpt: record.bytes.excerpt()
    )
  }

  /// The attribute at a path: `Job_Name`, `Resource_List/walltime`.
  private static func attribute(_ path: String) -> PBSAttribute? {
    guard let slash = path.firstIndex(of: "/") else { return PBSAttribute(path) }
    guard let group = PBSAttribute.Group(rawValue: String(path[..<slash])) else { return nil }
    return PBSAttribute(String(path[path.index(after: slash)...]), in: group)
  }
}

extension UnsafeRawBufferPointer {
  /// Whether a text occurs somewhere in the bytes.
  fileprivate func contains(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { wanted in
      guard let first = wanted.first else { return true }
      var place = 0
      while let next = part(from: place).firstPlace(of: first).map({ place + $0 }) {
        if part(from: next).starts(with: wanted) { return true }
        place = next + 1
      }
      return false
    }
  }
}
