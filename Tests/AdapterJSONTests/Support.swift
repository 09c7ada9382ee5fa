import AdapterJSON
import Foundation

/// Recorded answers, bytes as they came.
enum Recorded {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/"

  static func bytes(_ exchange: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder + exchange + "/stdout")))
  }

  /// The answers of Slurm in JSON.
  static func slurm() throws -> [String] {
    let keys = ["--json"]
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { path in
      guard path.hasPrefix("slurm-"), path.hasSuffix("/command.json") else { return false }
      let text = try String(contentsOfFile: folder + path, encoding: .utf8)
      return keys.contains { text.contains("\"\($0)") } && !text.contains("=list")
    }
    .map { String($0.dropLast("/command.json".count)) }.sorted()
  }
}

/// What is read from a document.
struct Read: Equatable {
  struct Record: Equatable {
    var key: String?
    var border: JSONRecord.Border
    var values: [JSONValue?]
    var hasRepeats = false
  }

  /// In memory if possible: thousands of documents are written.
  private static let folder =
    FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()

  var records: [Record] = []
  var ending = JSONRecordReader.Ending.missing
  var hasRecords = false
  var others: [JSONValue?] = []

  init(
    _ bytes: [UInt8],
    in member: String,
    wanted: [String],
    others: [String] = [],
    piece: Int = 1 << 18,
    greatestRecord: Int = 16 << 20,
    isKey: @escaping (UnsafeRawBufferPointer) -> Bool = { _ in true }
  ) throws {
    let path = Self.folder + "adapter-json-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(filePath: path))
    let reader = try JSONRecordReader(
      path: path,
      member: member,
      piece: piece,
      greatestRecord: greatestRecord,
      isKey: isKey
    )
    var members = JSONMembers(wanted)
    while let record = try reader.next() {
      members.read(record.bytes)
      records.append(
        Record(
          key: record.key,
          border: record.border,
          values: wanted.indices.map { members.value($0, of: record.bytes) },
          hasRepeats: members.hasRepeats
        )
      )
    }
    ending = reader.ending
    hasRecords = reader.hasRecords
    self.others = others.map { reader.member($0) }
  }

  /// The complete records, by the value of their first wanted member.
  var whole: [JSONValue: Record] {
    Dictionary(
      records.filter { $0.border == .closed }.compactMap { record in record.values[0].map { ($0, record) } },
      uniquingKeysWith: { first, _ in first }
    )
  }
}

/// The same three records as each scheduler lays them out.
enum Layout: String, CaseIterable, Sendable {
  /// As Slurm prints it (recorded: squeue --json).
  case slurm
  /// As OpenPBS prints it (recorded: odd-names).
  case pbs
  /// As LSF prints it (recorded: array-mixed).
  case lsf
  /// Without a line break, as `SLURM_JSON=compact` makes Slurm print it (recorded: json-versions of 26.05.3).
  case compact

  var member: String { self == .pbs ? "Jobs" : self == .lsf ? "RECORDS" : "jobs" }

  static let wanted = ["id", "name", "list", "inner"]

  /// The document's text, with the text of the second record's name as written.
  func document(name: String = "a } ] \\\" b") -> [UInt8] {
    let text =
      switch self {
      case .slurm:
        """
        {
          "meta": {
            "command": ["show", "{"]
          },
          "jobs": [
            {
              "id": 1,
              "name": "one",
              "list": [
              ],
              "inner": {
                "id": 9
              }
            },
            {
              "id": 2,
              "name": "\(name)",
              "list": [
                "x"
              ],
              "inner": {
                "id": 9
              }
            },
            {
              "id": 3,
              "name": "three",
              "list": [
              ],
              "inner": {
                "id": 9
              }
            }
          ],
          "errors": [
          ]
        }

        """
      case .pbs:
        """
        {
            "meta":12,
            "Jobs":{
                "1.server":{
                    "id":1,
                    "name":"one",
                    "list":0,
                    "inner":{
                        "id":9
                    }
                },
                "2.server":{
                    "id":2,
                    "name":"\(name)",
                    "list":0,
                    "inner":{
                        "id":9
                    }
                },
                "3.server":{
                    "id":3,
                    "name":"three",
                    "list":0,
                    "inner":{
                        "id":9
                    }
                }
            },
            "errors":[]
        }

        """
      case .lsf:
        """
        {
        \t"meta":\t3,
        \t"RECORDS":\t[{
        \t\t\t"id":\t1,
        \t\t\t"name":\t"one",
        \t\t\t"list":\t[1, 2],
        \t\t\t"inner":\t{
        \t\t\t\t"id":\t9
        \t\t\t}
        \t\t}, {
        \t\t\t"id":\t2,
        \t\t\t"name":\t"\(name)",
        \t\t\t"list":\t[],
        \t\t\t"inner":\t{
        \t\t\t\t"id":\t9
        \t\t\t}
        \t\t}, {
        \t\t\t"id":\t3,
        \t\t\t"name":\t"three",
        \t\t\t"list":\t[],
        \t\t\t"inner":\t{
        \t\t\t\t"id":\t9
        \t\t\t}
        \t\t}],
        \t"errors":\t[]
        }

        """
      case .compact:
        #"{"meta":{"a":"}"},"jobs":[{"id":1,"name":"one","list":[],"inner":{"id":9}},"#
          + #"{"id":2,"name":"\#(name)","list":["x"],"inner":{"id":9}},"#
          + #"{"id":3,"name":"three","list":[],"inner":{"id":9}}],"errors":[]}"# + "\n"
      }
    return Array(text.utf8)
  }

  func read(_ bytes: [UInt8], piece: Int = 1 << 18, greatestRecord: Int = 16 << 20) throws -> Read {
    try Read(
      bytes,
      in: member,
      wanted: Self.wanted,
      others: ["meta", "errors"],
      piece: piece,
      greatestRecord: greatestRecord,
      isKey: { $0.firstPlace(of: 0x2E) != nil }
    )
  }
}
