import AdapterXML
import Foundation

/// Recorded answers, bytes as they came.
enum Recorded {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/Fixtures/torque-6.1.3.h5/"

  static func bytes(_ exchange: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder + exchange + "/stdout")))
  }

  /// All answers in XML, by their folders.
  static func answers() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix("/stdout") }
      .map { String($0.dropLast("/stdout".count)) }
      .filter { try Recorded.bytes($0).starts(with: Array("<?xml".utf8)) }.sorted()
  }
}

/// What is read from a listing.
struct Read: Equatable {
  struct Record: Equatable {
    var name: String
    var border: XMLRecord.Border
    var offset: Int
    var spotted: String?
    var fault: String?
    var fields: [XMLFields.Field]

    subscript(path: String) -> String? { fields.first { $0.path == path }?.text }
  }

  var records: [Record] = []
  var ending = XMLRecordReader.Ending.missing

  init(
    _ bytes: [UInt8],
    document: String = "Data",
    records names: [String] = ["Job"],
    id: String = "Job_Id",
    piece: Int = 1 << 18,
    greatestRecord: Int = 64 << 20,
    number: ((String) -> Int?)? = nil
  ) throws {
    let path = NSTemporaryDirectory() + "adapter-xml-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(filePath: path))
    let reader = try XMLRecordReader(
      path: path,
      document: document,
      records: names,
      piece: piece,
      greatestRecord: greatestRecord
    )
    let fields = XMLFields(number: number)
    while let record = try reader.next() {
      let isRead = fields.read(record)
      records.append(
        Record(
          name: record.name,
          border: record.border,
          offset: record.offset,
          spotted: record.spotted(id),
          fault: isRead ? nil : fields.fault ?? "no reason",
          fields: fields.fields
        )
      )
    }
    ending = reader.ending
  }

  init(_ text: String, document: String = "Data", records: [String] = ["Job"], piece: Int = 1 << 18) throws {
    try self.init(Array(text.utf8), document: document, records: records, piece: piece)
  }

  /// The ids of the records that were read.
  var ids: [String?] { records.filter { $0.fault == nil }.map { $0["Job_Id"] } }
}
