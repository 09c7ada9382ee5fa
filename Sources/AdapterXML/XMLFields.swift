import AdapterKit
import CLibXML2

/// The texts inside a record, by their paths: `Job_Id`, `Resource_List/walltime`, and `hostvalue@name` for an attribute.
///
/// Parsed by libxml2, which never sees more than the record: no document type and none of its entities, nothing from
/// the network, and no limit except the record's own length. Text that is not valid XML but has only one meaning is
/// repaired: invalid UTF-8 becomes U+FFFD as in every other text; raw control characters (Torque 6.1.3 prints those of
/// a job's variables) and references to them stand for themselves, as does an ampersand that begins no reference.
///
/// An element that contains elements has no text of its own here. One parser serves all records of a listing.
public final class XMLFields {
  /// A text and its path.
  public struct Field: Hashable, Sendable {
    /// The names from the record down, with slashes between them; the record's own is left out.
    public let path: String
    /// The text there, with escapes resolved.
    public let text: String
  }

  private let context: xmlParserCtxtPtr?
  /// Filled by libxml2's callbacks; at an address of its own, which is passed to them.
  private let collector: UnsafeMutablePointer<FieldCollector>

  /// What is wrong with the record that was read last; `nil` if it could be read.
  public var fault: String? { collector.pointee.fault }

  /// - Parameter number: the number under which a path's texts are passed on, `nil` for a path that is not wanted;
  ///   asked once for each path. Without it, all paths are kept.
  public init(number: ((String) -> Int?)? = nil) {
    collector = .allocate(capacity: 1)
    collector.initialize(to: FieldCollector(number: number))
    xmlInitParser()
    context = xmlNewParserCtxt()
    guard let context else { return }
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { user, name, _, _, _, _, count, _, attributes in
      FieldCollector.of(user)?.pointee.begin(name, count, attributes)
    }
    handler.endElementNs = { user, _, _, _ in FieldCollector.of(user)?.pointee.end() }
    handler.characters = { user, bytes, count in FieldCollector.of(user)?.pointee.add(bytes, count) }
    handler.ignorableWhitespace = handler.characters
    handler.cdataBlock = handler.characters
    handler.serror = { user, error in
      guard let error else { return }
      FieldCollector.of(user)?.pointee.complain(error.pointee)
    }
    context.pointee.sax.pointee = handler
    context.pointee.userData = UnsafeMutableRawPointer(collector)
  }

  deinit {
    xmlFreeParserCtxt(context)
    collector.deinitialize(count: 1)
    collector.deallocate()
  }

  /// Parses a record.
  ///
  /// - Returns: whether it could be read; if not, there are no fields, and `fault` says why.
  public func read(_ record: XMLRecord) -> Bool {
    collector.pointee.reset(isMended: false)
    switch record.border {
    case .tooLong: collector.pointee.fault = "it is longer than is kept in memory"
    case .cut: collector.pointee.fault = "the listing ends inside it"
    case .broken: collector.pointee.fault = "the tag that begins or ends it is lost"
    case .closed:
      if parse(record.bytes) { return true }
      collector.pointee.reset(isMended: true)
      let mended = XMLRepair.mended(record.bytes)
      if mended.withUnsafeBytes({ parse($0) }) { return true }
    }
    collector.pointee.found.removeAll(keepingCapacity: true)
    return false
  }

  /// The fields of the record that was read last, in their order.
  public var fields: [Field] {
    let collector = collector.pointee
    return collector.found.map { Field(path: collector.paths[$0.path].text, text: collector.string($0.text)) }
  }

  /// Passes on each field of the record that was read last, in order: its path's number, and its text's bytes.
  public func forEach(_ body: (_ number: Int, _ text: UnsafeRawBufferPointer) throws -> Void) rethrows {
    let collector = collector.pointee
    try collector.text.withUnsafeBytes { bytes in
      for field in collector.found {
        if let number = collector.paths[field.path].number { try body(number, bytes.part(field.text)) }
      }
    }
  }

  /// The first text at a path.
  public subscript(path: String) -> String? {
    let collector = collector.pointee
    return collector.found.first { collector.paths[$0.path].text == path }.map { collector.string($0.text) }
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let context, bytes.count <= Int(Int32.max) else {
      collector.pointee.fault = "it is too long"
      return false
    }
    let options = Int32(bitPattern: XML_PARSE_NONET.rawValue | XML_PARSE_HUGE.rawValue | XML_PARSE_NOCDATA.rawValue)
    let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    // No document is built; freeing none is harmless.
    xmlFreeDoc(xmlCtxtReadMemory(context, base, Int32(bytes.count), nil, "UTF-8", options))
    if fault == nil, context.pointee.wellFormed == 0 { collector.pointee.fault = "it is not XML" }
    return fault == nil
  }
}
