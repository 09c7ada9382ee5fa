import CYaml

/// Checks the aliases of a YAML text before it is read: the reader compares the names of a mapping's fields with all
/// that they contain, and a few lines of aliases to aliases stand for more than any machine can compare.
struct AliasCheck {
  /// What is wrong with a text, and where.
  struct Problem: Error {
    let message: String
    /// The line and the column, from 1; `nil` when the whole text is at fault.
    let place: (line: Int, column: Int)?
  }

  /// How many values the whole text may stand for: more than a long list of jobs needs.
  private static let greatestSize = 2_000_000

  /// An open list or mapping.
  private struct Container {
    let anchor: String?
    let isMapping: Bool
    /// Whether the next value of a mapping is a field's name.
    var awaitsName: Bool
    var size = 1
  }

  /// What an anchor stands for.
  private struct Anchor {
    var size: Int
    var isScalar: Bool
  }

  private var open: [Container] = []
  private var anchors: [String: Anchor] = [:]
  private var size = 0

  /// Checks a text. Other errors in it are left for its reader to find.
  ///
  /// - Throws: `Problem`.
  static func check(_ text: String) throws {
    let bytes = Array(text.utf8)
    // Without both, nothing is repeated.
    guard bytes.contains(UInt8(ascii: "&")), bytes.contains(UInt8(ascii: "*")) else { return }
    var check = AliasCheck()
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { return }
    defer { yaml_parser_delete(&parser) }
    try bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      var isOver = false
      while !isOver {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { return }
        defer { yaml_event_delete(&event) }
        isOver = event.type == YAML_STREAM_END_EVENT
        try check.take(event)
      }
    }
  }

  private mutating func take(_ event: yaml_event_t) throws {
    switch event.type {
    case YAML_SCALAR_EVENT:
      try add(1, isScalar: true, event)
      if let name = Self.text(event.data.scalar.anchor) { anchors[name] = Anchor(size: 1, isScalar: true) }
    case YAML_ALIAS_EVENT:
      guard let anchor = Self.text(event.data.alias.anchor).flatMap({ anchors[$0] }) else { return }
      try add(anchor.size, isScalar: anchor.isScalar, event)
    case YAML_SEQUENCE_START_EVENT:
      try begin(event, isMapping: false, anchor: Self.text(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT:
      try begin(event, isMapping: true, anchor: Self.text(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      guard let container = open.popLast() else { return }
      if let name = container.anchor { anchors[name] = Anchor(size: container.size, isScalar: false) }
      if let last = open.indices.last { open[last].size = Self.sum(open[last].size, container.size) }
    default: break
    }
  }

  private mutating func begin(_ event: yaml_event_t, isMapping: Bool, anchor: String?) throws {
    try count(1, isScalar: false, event)
    open.append(Container(anchor: anchor, isMapping: isMapping, awaitsName: isMapping))
  }

  private mutating func add(_ size: Int, isScalar: Bool, _ event: yaml_event_t) throws {
    try count(size, isScalar: isScalar, event)
    if let last = open.indices.last { open[last].size = Self.sum(open[last].size, size) }
  }

  private mutating func count(_ added: Int, isScalar: Bool, _ event: yaml_event_t) throws {
    let place = (line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    if let last = open.indices.last, open[last].isMapping {
      if open[last].awaitsName, !isScalar {
        throw Problem(message: "a field's name has to be a text", place: place)
      }
      open[last].awaitsName.toggle()
    }
    size = Self.sum(size, added)
    guard size <= Self.greatestSize else {
      throw Problem(
        message: "with its aliases it stands for more than \(Self.greatestSize) values; write out what it needs",
        place: place
      )
    }
  }

  private static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, isTooLarge) = first.addingReportingOverflow(second)
    return isTooLarge ? .max : sum
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
