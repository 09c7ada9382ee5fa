import AdapterKit

/// A job's id: `34`, or `34[3]` for an array's element.
struct LSFID: Hashable, Sendable {
  let number: Int
  /// The element's index; `nil` for a job, and for an array as a whole.
  var index: Int?

  /// Beyond it, clients wrap around: volclava 2.2 takes 99999999999 to be 1215752191 (recorded: unknown-id). LSF's own
  /// greatest id is smaller (`MAX_JOBID` in lsb.params(5)).
  static let greatest = Int(Int32.max)

  init(number: Int, index: Int? = nil) {
    self.number = number
    self.index = index
  }

  /// The greatest index that volclava and OpenLava distinguish from others: they store it in 16 bits of an id, and take
  /// `34[65537]` to be `34[1]` (lsbatch.h, `LSB_ARRAY_IDX`).
  static let greatestPlainIndex = 65_535

  /// Parses an id; `nil` for 0, which means all jobs of the user to `bkill`, for several elements, and for a number
  /// that is not written as LSF writes it.
  init?(_ text: String) {
    var copy = text
    guard let id = copy.withUTF8({ LSFID(UnsafeRawBufferPointer($0)) }), id.text == text else { return nil }
    self = id
  }

  /// What is wrong with a text that is not an id.
  static func complaint(about text: String) -> String { "‘\(text)’ is not an id of LSF's: write 34 or 34[3]" }

  /// Whether a server of some kind can have this id; if the kind is not known, any of them.
  func isPossible(on flavour: LSFServer.Flavour?) -> Bool {
    switch flavour {
    case .volclava, .openLava: (index ?? 0) <= Self.greatestPlainIndex
    case .ibm, nil: true
    }
  }

  /// Parses an id; LSF with `LSB_BJOBS_DISPLAY_ENH` lists elements with their index in the id.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let bracket = bytes.firstPlace(of: 0x5B) else {
      guard let number = bytes.natural, number > 0, number <= Self.greatest else { return nil }
      self.init(number: number)
      return
    }
    guard let number = bytes.part(0..<bracket).natural, number > 0, number <= Self.greatest, bytes.last == 0x5D,
      let index = bytes.part((bracket + 1)..<(bytes.count - 1)).natural, index > 0, index <= Self.greatest
    else { return nil }
    self.init(number: number, index: index)
  }

  var text: String { index.map { "\(number)[\($0)]" } ?? "\(number)" }

  /// The name of its exit record: `34_3` for an element, without brackets, which have a meaning in a shell.
  init?(record: String) {
    let parts = record.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count <= 2, let id = LSFID(parts.count == 2 ? "\(parts[0])[\(parts[1])]" : record) else { return nil }
    self = id
  }

  /// An array element's name and index in `sweep[3]`; `nil` for the name of a plain job, such as `odd[name]`.
  static func element(in name: UnsafeRawBufferPointer) -> (length: Int, index: Int)? {
    guard name.last == 0x5D, let bracket = name.lastIndex(of: 0x5B),
      let index = name.part((bracket + 1)..<(name.count - 1)).natural, index > 0
    else { return nil }
    return (bracket, index)
  }
}
