/// One output of a shell that runs one command after another: passes on what comes before a mark, and finds the mark
/// however it is cut into pieces.
struct MarkedStream {
  /// The mark and a blank; what follows up to the line's end are the mark's words.
  private let mark: [UInt8]
  private var held: [UInt8] = []
  /// What followed the mark, once it has been seen.
  private(set) var words: String?

  init(mark: String) { self.mark = Array("\(mark) ".utf8) }

  /// Takes a piece, and returns the part of it and of earlier pieces that certainly came before the mark.
  mutating func take(_ piece: ArraySlice<UInt8>) -> [UInt8] {
    guard words == nil else { return [] }
    held += piece
    var from = held.startIndex
    while let start = held[from...].firstIndex(of: mark[0]) {
      let end = min(start + mark.count, held.endIndex)
      guard held[start..<end].elementsEqual(mark[..<(end - start)]) else {
        from = start + 1
        continue
      }
      // The mark, or what may become one: it stays until its line is whole.
      if end == start + mark.count, let line = held[end...].firstIndex(of: 0x0A) {
        words = String(decoding: held[end..<line], as: UTF8.self)
      }
      defer { held.removeSubrange(..<start) }
      return Array(held[..<start])
    }
    defer { held = [] }
    return held
  }

  /// What was held back and is not a mark, at the end of the stream.
  mutating func rest() -> [UInt8] {
    defer { held = [] }
    return words == nil ? held : []
  }
}
