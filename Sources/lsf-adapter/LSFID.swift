import AdapterKit

/// A job's id: `34`, or `34[3]` for an array's element.
struct LSFID: Hashable, Sendable {
  let number: Int
  /// The element's index; `nil` for a job, and for an array as a whole.
  var index: Int?

  /// Beyond it clients wrap: volclava 2.2 takes 99999999999 for 1215752191 (recorded: unknown-id). LSF's own greatest id
  /// is smaller (`MAX_JOBID` in lsb.params(5)).
  static let greatest = Int(Int32.max)

  init(number: Int, index: Int? = nil) {
    self.number = number
    self.index = index
  }

  /// Reads an id; `nil` for 0, which means all jobs of the user to `bkill`, and for several elements.
  init?(_ text: String) {
    var text = text
    guard let id = text.withUTF8({ LSFID(UnsafeRawBufferPointer($0)) }) else { return nil }
    self = id
  }

  /// Reads an id; LSF with `LSB_BJOBS_DISPLAY_ENH` lists elements with their index in the id.
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

  /// The name of its exit record: `34_3` for an element, without brackets, which mean something to a shell.
  init?(record: String) {
    let parts = record.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count <= 2, let number = Int(parts[0]) else { return nil }
    self.init(number: number, index: parts.count == 2 ? Int(parts[1]) : nil)
  }

  /// An array element's name and index in `sweep[3]`; `nil` for a name that is a plain job's, such as `odd[name]`.
  static func element(in name: UnsafeRawBufferPointer) -> (length: Int, index: Int)? {
    guard name.last == 0x5D, let bracket = name.lastIndex(of: 0x5B),
      let index = name.part((bracket + 1)..<(name.count - 1)).natural, index > 0
    else { return nil }
    return (bracket, index)
  }
}
