import AdapterKit
import CLibXML2

/// Collects the texts of a record while libxml2 parses it.
struct FieldCollector {
  /// A place in records.
  struct Path {
    let text: String
    /// The number under which its texts are passed on; `nil` if they are not wanted.
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

  private let number: ((String) -> Int?)?
  private(set) var paths: [Path] = [Path(text: "", number: nil)]
  /// The open elements; the record comes first.
  private var open: [Element] = []
  var found: [(path: Int, text: Range<Int>)] = []
  private(set) var text: [UInt8] = []
  private var isMended = false
  var fault: String?

  init(number: ((String) -> Int?)?) { self.number = number }

  /// The collector that libxml2 was given.
  static func of(_ user: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<FieldCollector>? {
    user?.assumingMemoryBound(to: FieldCollector.self)
  }

  /// Begins a record.
  mutating func reset(isMended: Bool) {
    self.isMended = isMended
    fault = nil
    open.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
  }

  func string(_ range: Range<Int>) -> String { text.withUnsafeBytes { $0.part(range).text } }

  // MARK: Callbacks of libxml2

  mutating func complain(_ error: xmlError) {
    // A record's namespaces are declared before it.
    guard fault == nil, error.level.rawValue >= XML_ERR_ERROR.rawValue,
      error.domain != Int32(bitPattern: XML_FROM_NAMESPACE.rawValue)
    else { return }
    let message = error.message.map { String(cString: $0) } ?? "it is not XML"
    fault = String(message.prefix { $0 != "\n" })
  }

  mutating func begin(
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
        // Name, prefix, namespace, and where the value begins and ends.
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

  mutating func end() {
    guard let element = open.popLast(), element.isLeaf, !open.isEmpty, paths[element.path].number != nil
    else { return }
    found.append((element.path, element.start..<text.count))
  }

  mutating func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let element = open.last, paths[element.path].number != nil, let bytes else { return }
    append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if isMended { XMLRepair.restore(bytes, to: &text) } else { text.append(contentsOf: bytes) }
  }

  /// While entities are not expanded, libxml2 writes an attribute's ampersands as references, and only these.
  private mutating func append(attribute bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while let place = rest.firstPlace(of: XMLByte.ampersand), rest.part(from: place).hasPrefix("&#38;") {
      append(rest.part(0..<(place + 1)))
      rest = rest.part(from: place + 5)
    }
    append(rest)
  }

  private mutating func child(_ name: UnsafePointer<xmlChar>, of parent: Int) -> Int {
    if let known = paths[parent].children[name] { return known }
    let text = (paths[parent].text.isEmpty ? "" : paths[parent].text + "/") + String(cString: name)
    paths.append(Path(text: text, number: number.map { $0(text) } ?? paths.count))
    paths[parent].children[name] = paths.count - 1
    return paths.count - 1
  }

  private mutating func attribute(_ name: UnsafePointer<xmlChar>, of element: Int) -> Int {
    if let known = paths[element].attributes[name] { return known }
    let text = paths[element].text + "@" + String(cString: name)
    paths.append(Path(text: text, number: number.map { $0(text) } ?? paths.count))
    paths[element].attributes[name] = paths.count - 1
    return paths.count - 1
  }
}
