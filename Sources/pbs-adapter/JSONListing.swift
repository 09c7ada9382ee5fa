import AdapterJSON
import AdapterKit

/// Reads `qstat -f -F json` of PBS Pro and OpenPBS, job by job, even if one of them is damaged.
struct JSONListing: PBSRecordReader {
  /// What is looked for among a job's variables.
  static let variables = ["PBS_O_WORKDIR", QsubCommand.tokenVariable]

  private let reader: JSONRecordReader
  private let source: String
  private var members: JSONMembers
  private var groups: [(place: Int, attributes: [PBSAttribute], members: JSONMembers)]
  private var variablesMembers = JSONMembers(Self.variables)
  private var cache = TextCache()

  private static let plain = PBSAttribute.allCases.filter { $0.group == nil && $0 != .jobID && $0 != .variables }
  private static let names: [(name: String, attribute: PBSAttribute, isPath: Bool)] = plain.compactMap { attribute in
    attribute.names.first.map { ($0, attribute, attribute.isPath) }
  }
  private static let variablesPlace = names.count

  init(path: String, source: String = "qstat") throws {
    self.source = source
    reader = try JSONRecordReader(path: path, member: "Jobs", isKey: Self.isID)
    let groupNames = PBSAttribute.Group.allCases.map(\.rawValue)
    members = JSONMembers(Self.names.map(\.name) + ["Variable_List"] + groupNames)
    groups = PBSAttribute.Group.allCases.enumerated().map { offset, group in
      let attributes = PBSAttribute.allCases.filter { $0.group == group }
      return (Self.names.count + 1 + offset, attributes, JSONMembers(attributes.compactMap(\.names.first)))
    }
  }

  var isCut: Bool { reader.ending == .cut || reader.ending == .missing }

  /// The server's own name.
  var server: String? { reader.member("pbs_server")?.text }

  mutating func next() throws -> PBSReading? {
    guard let record = try reader.next() else { return nil }
    var id = record.key ?? ""
    if id.utf8.contains(0x5C) { id = id.replacing("\\", with: "") }
    let isID = PBSID(id) != nil
    func unreadable(_ message: String) -> PBSReading {
      .unreadable(
        UnreadableRecord(
          id: isID ? id : nil,
          source: source,
          offset: record.offset,
          message: message,
          excerpt: record.bytes.excerpt()
        )
      )
    }
    if record.border == .tooLong { return unreadable("the record is too long") }
    if record.border == .cut { return unreadable("the answer ends inside the record") }
    guard isID else { return unreadable("the record's name is not a job id") }
    members.read(record.bytes)
    if members.hasRepeats { return unreadable("two records have run together") }
    var job = PBSRecord(id: id, offset: record.offset)
    for (place, entry) in Self.names.enumerated() {
      guard let value = members.bytes(place, of: record.bytes) else { continue }
      job[entry.attribute] = entry.isPath ? path(value) : text(value)
    }
    for index in groups.indices {
      guard let object = members.bytes(groups[index].place, of: record.bytes) else { continue }
      groups[index].members.read(object)
      for (place, attribute) in groups[index].attributes.enumerated() {
        guard let value = groups[index].members.bytes(place, of: object) else { continue }
        job[attribute] = text(value)
      }
    }
    if let object = members.bytes(Self.variablesPlace, of: record.bytes) {
      variablesMembers.read(object)
      job[.workingDirectory] = variable(0, of: object)
      job[.token] = variable(1, of: object)
    }
    guard job[.jobState] != nil else { return unreadable("the record has no job_state") }
    return .record(job)
  }

  private mutating func variable(_ place: Int, of object: UnsafeRawBufferPointer) -> String? {
    // The folder and the token: neither has an escaped character.
    if let value = variablesMembers.bytes(place, of: object) { return path(value) }
    return Self.glued(Array(",\(Self.variables[place])=".utf8), in: object)
  }

  /// A variable inside the value of the one before it.
  private static func glued(_ mark: [UInt8], in object: UnsafeRawBufferPointer) -> String? {
    var rest = object
    while let comma = rest.firstPlace(of: 0x2C) {
      rest = rest.part(from: comma)
      if rest.starts(with: mark) {
        rest = rest.part(from: mark.count)
        return rest.firstIndex { $0 == 0x22 || $0 == 0x2C }.map { rest.part(0..<$0).text }
      }
      rest = rest.part(from: 1)
    }
    return nil
  }

  private mutating func path(_ value: UnsafeRawBufferPointer) -> String {
    value.firstPlace(of: 0x5C) == nil ? text(value) : PBSText.path(ofJSON: value)
  }

  private mutating func text(_ value: UnsafeRawBufferPointer) -> String {
    // Short texts need no memory of their own; longer ones that recur are created once.
    guard value.count > 17, value.count < 80, value.first == 0x22, value.last == 0x22,
      value.firstPlace(of: 0x5C) == nil, value.firstPlace(of: 0x5E) == nil
    else { return PBSText.ofJSON(value) }
    return cache.text(value.part(1..<(value.count - 1)))
  }

  /// Whether a name may be that of a job: `41.pbs01`, `41[].pbs01`.
  private static func isID(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first, first >= 0x30, first <= 0x39 else { return false }
    return PBSID(name) != nil
  }
}
