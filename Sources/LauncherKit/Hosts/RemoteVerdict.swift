import Glibc
import LauncherProtocol
import SystemPackage

/// What the marks of a `RemoteScript` say, taken out of the files with the command's output.
struct RemoteVerdict: Hashable, Sendable {
  /// Whether the command was started, as far as the mark of that came back.
  var hasBegun = false
  /// How it ended; `nil` when that was never told.
  var word: RemoteScript.Word?
  /// The exit code or the signal's number.
  var number: Int32 = 0

  /// What a file holds above this is not looked through: only its end is.
  private static let greatestWhole = 16 << 20

  /// Reads the marks in what was written to standard error.
  ///
  /// - Returns: the verdict, and the bytes that the command itself wrote.
  static func read(_ bytes: [UInt8], mark: String) -> (verdict: RemoteVerdict, own: ArraySlice<UInt8>) {
    var verdict = RemoteVerdict()
    var own = bytes[...]
    let begun = Array("\(mark) \(RemoteScript.Word.begun.rawValue)\n".utf8)
    if let range = own.firstRange(of: begun) {
      verdict.hasBegun = true
      own = own[range.upperBound...]
    }
    guard let range = lastRange(of: Array("\(mark) ".utf8), in: own) else { return (verdict, own) }
    guard let end = own[range.upperBound...].firstIndex(of: 0x0A) else { return (verdict, own[..<range.lowerBound]) }
    let words = String(decoding: own[range.upperBound..<end], as: UTF8.self).split(separator: " ")
    verdict.word = words.first.flatMap { RemoteScript.Word(rawValue: String($0)) }
    verdict.number = words.dropFirst().first.flatMap { Int32($0) } ?? 0
    // What somebody whom it left behind wrote after its end, or ssh itself, is not the command's.
    return (verdict, own[..<range.lowerBound])
  }

  /// Reads the marks in a file, and takes them out of it.
  static func take(from path: String, mark: String) throws -> (verdict: RemoteVerdict, complaint: String) {
    let file = try FileDescriptor.open(FilePath(path), .readWrite, options: .closeOnExec)
    return try file.closeAfter {
      let size = try Int(file.seek(offset: 0, from: .end))
      let from = size > greatestWhole ? size - (1 << 16) : 0
      var bytes = [UInt8](repeating: 0, count: size - from)
      var count = 0
      while count < bytes.count {
        let more = try bytes.withUnsafeMutableBytes { buffer in
          try file.read(fromAbsoluteOffset: Int64(from + count), into: .init(rebasing: buffer[count...]))
        }
        guard more > 0 else { break }
        count += more
      }
      var (verdict, own) = read(Array(bytes[..<count]), mark: mark)
      if from > 0 { verdict.hasBegun = true }
      let complaint = String(decoding: bytes[..<count].suffix(4096), as: UTF8.self)
      if own.startIndex == 0 {
        if own.count < count { try cut(file, to: from + own.count) }
      } else {
        try cut(file, to: from)
        try file.writeAll(toAbsoluteOffset: Int64(from), Array(own))
      }
      return (verdict, complaint)
    }
  }

  /// Takes out of a file what somebody else wrote before the mark, and the mark.
  static func takeNoise(from path: String, mark: String) throws {
    let file = try FileDescriptor.open(FilePath(path), .readWrite, options: .closeOnExec)
    try file.closeAfter {
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      let head = try buffer.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
      guard let range = buffer[..<head].firstRange(of: Array("\(mark)\n".utf8)) else { return }
      // The file moves up within itself, piece by piece, however long it is.
      var from = Int64(range.upperBound)
      var to: Int64 = 0
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: from, into: $0) }
        if count == 0 { break }
        try file.writeAll(toAbsoluteOffset: to, buffer[..<count])
        from += Int64(count)
        to += Int64(count)
      }
      try cut(file, to: Int(to))
    }
  }

  private static func cut(_ file: FileDescriptor, to size: Int) throws {
    guard ftruncate(file.rawValue, off_t(size)) == 0 else { throw Errno(rawValue: errno) }
  }

  private static func lastRange(of word: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    guard let first = word.first, bytes.count >= word.count else { return nil }
    var index = bytes.endIndex - word.count
    while index >= bytes.startIndex {
      if bytes[index] == first, bytes[index..<index + word.count].elementsEqual(word) {
        return index..<index + word.count
      }
      index -= 1
    }
    return nil
  }
}
