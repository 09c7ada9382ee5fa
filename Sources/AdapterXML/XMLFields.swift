import AdapterKit
import CLibXML2

/// The texts inside a record, by their paths: `Job_Id`, `Resource_List/walltime`, and `hostvalue@name` for an attribute.
///
/// Parsed by libxml2, which never sees more than the record: no document type, no entity of one, nothing from the
/// network, and no limit but the record's own length. What keeps a record from being XML and has one meaning all the
/// same is mended: bytes that are no UTF-8 become U+FFFD as in every other text; raw control characters (Torque 6.1.3
/// prints those of a job's variables) and references to them stand for themselves, as does an ampersand that begins no
/// reference.
///
/// An element that holds elements has no text of its own here. One parser serves all records of a listing.
public final class XMLFields {
  /// A text and where it stands.
  public struct Field: Hashable, Sendable {
    /// The names from the record down, with slashes between them; the record's own is left out.
    public let path: String
    /// What is written there, escapes undone.
    public let text: String
  }

  private let number: ((String) -> Int?)?
  private var paths: [Path] = [Path(text: "", number: nil)]
  private let context: xmlParserCtxtPtr?
  /// The open elements; the record comes first.
  private var open: [Element] = []
  private var found: [(path: Int, text: Range<Int>)] = []
  private var text: [UInt8] = []
  private var isMended = false
  /// What is wrong with the record that was read last; `nil` when it was read.
  public private(set) var fault: String?

  /// A place in records.
  private struct Path {
    let text: String
    /// What it is handed out under; `nil` when nobody wants it.
    let number: Int?
    /// By the name's address: libxml2 keeps each name once for as long as its parser lives.
    var children: [UnsafePointer<xmlChar>: Int] = [:]
    var attributes: [UnsafePointer<xmlChar>: Int] = [:]
  }

  private struct Element {
    let path: Int
    let start: Int
    var isLeaf = true
  }

  /// - Parameter number: the number that a path's texts are handed out under, `nil` for a path that nobody wants; asked
  ///   once for each path. Without it all paths are kept.
  public init(number: ((String) -> Int?)? = nil) {
    self.number = number
    xmlInitParser()
    context = xmlNewParserCtxt()
    guard let context else { return }
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { user, name, _, _, _, _, count, _, attributes in
      XMLFields.of(user)?.begin(name, count, attributes)
    }
    handler.endElementNs = { user, _, _, _ in XMLFields.of(user)?.end() }
    handler.characters = { user, bytes, count in XMLFields.of(user)?.add(bytes, count) }
    handler.ignorableWhitespace = handler.characters
    handler.cdataBlock = handler.characters
    handler.serror = { user, error in
      guard let error else { return }
      XMLFields.of(user)?.complain(error.pointee)
    }
    context.pointee.sax.pointee = handler
    context.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { xmlFreeParserCtxt(context) }

  /// Parses a record.
  ///
  /// - Returns: whether it could be read; if not, there are no fields, and `fault` says why.
  public func read(_ record: XMLRecord) -> Bool {
    isMended = false
    switch record.border {
    case .tooLong:
      reset()
      fault = "it is longer than is kept in memory"
    case .cut:
      reset()
      fault = "the listing ends inside it"
    case .broken:
      reset()
      fault = "the tag that begins or ends it is lost"
    case .closed:
      if parse(record.bytes) { return true }
      isMended = true
      let mended = XMLRepair.mended(record.bytes)
      if mended.withUnsafeBytes({ parse($0) }) { return true }
    }
    found.removeAll(keepingCapacity: true)
    return false
  }

  /// The fields of the record that was read last, in their order.
  public var fields: [Field] { found.map { Field(path: paths[$0.path].text, text: string($0.text)) } }

  /// Hands out each field of the record that was read last, in their order: its path's number, and its text's bytes.
  public func forEach(_ body: (_ number: Int, _ text: UnsafeRawBufferPointer) throws -> Void) rethrows {
    try text.withUnsafeBytes { bytes in
      for field in found {
        if let number = paths[field.path].number { try body(number, bytes.part(field.text)) }
      }
    }
  }

  /// The first text at a path.
  public subscript(path: String) -> String? {
    found.first { paths[$0.path].text == path }.map { string($0.text) }
  }

  private func string(_ range: Range<Int>) -> String { text.withUnsafeBytes { $0.part(range).text } }

  private func reset() {
    (fault, open) = (nil, [])
    found.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) -> Bool {
    reset()
    guard let context, bytes.count <= Int(Int32.max) else {
      fault = "it is too long"
      return false
    }
    let options = Int32(bitPattern: XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue | XML_PARSE_NOCDATA.rawValue)
    let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    // Nobody builds a document; freeing none is harmless.
    xmlFreeDoc(xmlCtxtReadMemory(context, base, Int32(bytes.count), nil, "UTF-8", options))
    if fault == nil, context.pointee.wellFormed == 0 { fault = "it is no XML" }
    return fault == nil
  }

  // MARK: What libxml2 tells

  private static func of(_ user: UnsafeMutableRawPointer?) -> XMLFields? {
    user.map { Unmanaged<XMLFields>.fromOpaque($0).takeUnretainedValue() }
  }

  private func complain(_ error: xmlError) {
    // A record's name spaces are declared in front of it.
    guard fault == nil, error.level.rawValue >= XML_ERR_ERROR.rawValue,
      error.domain != Int32(bitPattern: XML_FROM_NAMESPACE.rawValue)
    else { return }
    let message = error.message.map { String(cString: $0) } ?? "it is no XML"
    fault = String(message.prefix { $0 != "\n" })
  }

  private func begin(
    _ name: UnsafePointer<xmlChar>?,
    _ attributeCount: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  ) {
    guard let name else { return }
    var path = 0
    if let parent = open.last {
      open[open.count - 1].isLeaf = false
      path = child(name, of: parent.path)
    }
    if attributeCount > 0, let attributes {
      for index in 0..<Int(attributeCount) {
        // Name, prefix, name space, and where the value begins and ends.
        guard let name = attributes[5 * index], let start = attributes[5 * index + 3],
          let end = attributes[5 * index + 4]
        else { continue }
        let path = attribute(name, of: path)
        guard paths[path].number != nil else { continue }
        let place = text.count
        append(attribute: UnsafeRawBufferPointer(start: start, count: end - start))
        found.append((path, place..<text.count))
      }
    }
    open.append(Element(path: path, start: text.count))
  }

  private func end() {
    guard let element = open.popLast(), element.isLeaf, !open.isEmpty, paths[element.path].number != nil
    else { return }
    found.append((element.path, element.start..<text.count))
  }

  private func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let element = open.last, paths[element.path].number != nil, let bytes else { return }
    append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  }

  private func append(_ bytes: UnsafeRawBufferPointer) {
    if isMended { XMLRepair.restore(bytes, to: &text) } else { text.append(contentsOf: bytes) }
  }

  /// While entities are not expanded, libxml2 writes an attribute's ampersands as references, and these alone.
  private func append(attribute bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while let place = rest.firstPlace(of: XMLByte.ampersand), rest.part(from: place).hasPrefix("&#38;") {
      append(rest.part(0..<(place + 1)))
      rest = rest.part(from: place + 5)
    }
    append(rest)
  }

  private func child(_ name: UnsafePointer<xmlChar>, of parent: Int) -> Int {
    if let known = paths[parent].children[name] { return known }
    let text = (paths[parent].text.isEmpty ? "" : paths[parent].text + "/") + String(cString: name)
    paths.append(Path(text: text, number: number.map { $0(text) } ?? paths.count))
    paths[parent].children[name] = paths.count - 1
    return paths.count - 1
  }

  private func attribute(_ name: UnsafePointer<xmlChar>, of element: Int) -> Int {
    if let known = paths[element].attributes[name] { return known }
    let text = paths[element].text + "@" + String(cString: name)
    paths.append(Path(text: text, number: number.map { $0(text) } ?? paths.count))
    paths[element].attributes[name] = paths.count - 1
    return paths.count - 1
  }
}
