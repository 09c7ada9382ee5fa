import AdapterKit
import Glibc

/// A record whose end is being looked for.
struct RecordScan {
  /// The place of its bracket.
  let start: Int
  /// The bracket after the last record.
  let closer: UInt8
  /// The place after its last byte.
  var end = 0
  var border = JSONRecord.Border.closed
  /// Its first part has been forgotten.
  var isTooLong = false
}

extension JSONRecordReader {
  // MARK: By lines

  /// Finds the end of a record with a line for each member, from the line break after its bracket on.
  ///
  /// A line break inside a string is not JSON, and no scheduler prints one: lines are trusted more than quotes.
  func scanLines(_ scan: inout RecordScan, from lineBreak: Int) throws {
    var line = lineBreak + 1
    var inner: Int?
    while true {
      if indentation != nil { line = skipInnerLines(from: line) }
      if line - scan.start > greatestRecord || scan.isTooLong, line > 1 {
        // The line break stays, for the record to end before it.
        window.drop(line - 1)
        line = 1
        scan.isTooLong = true
      }
      var first = line
      while let byte = try window.byte(first), byte.isIndentation { first += 1 }
      guard let byte = try window.byte(first) else { return scan.cut(at: window.bytes.count) }
      let blanks = first - line
      if let known = indentation {
        if blanks == known.count, window.bytes.part(line..<first).elementsEqual(known) {
          if byte == JSONByte.closeObject, try isEnd(behind: first + 1, greatestDepth: blanks, scan) {
            return scan.close(at: first + 1)
          }
          if try isStart(byte, at: first, scan) { return scan.guess(at: line - 1) }
        } else if blanks < known.count, byte == scan.closer,
          try isEnd(behind: first + 1, greatestDepth: blanks, scan)
        {
          return scan.guess(at: line - 1)
        }
      } else if let members = inner ?? (byte == JSONByte.closeObject ? blanks + 1 : nil), blanks < members {
        let isEnd = try byte == JSONByte.closeObject && self.isEnd(behind: first + 1, greatestDepth: blanks, scan)
        if try isEnd || isStart(byte, at: first, scan) {
          indentation = Array(window.bytes.part(line..<first))
          return isEnd ? scan.close(at: first + 1) : scan.guess(at: line - 1)
        }
        if byte == scan.closer, try self.isEnd(behind: first + 1, greatestDepth: blanks, scan) {
          return scan.guess(at: line - 1)
        }
      } else if inner == nil, byte != JSONByte.lineBreak, byte != 0x0D {
        inner = blanks
      }
      guard let end = try window.find(JSONByte.lineBreak, from: first) else { return scan.cut(at: window.bytes.count) }
      line = end + 1
    }
  }

  /// Skips the lines that are deeper than a record's closing bracket, as far as they are in memory.
  private func skipInnerLines(from start: Int) -> Int {
    guard let indentation, let base = window.bytes.baseAddress else { return start }
    let end = window.bytes.count
    let depth = indentation.count
    var line = start
    indentation.withUnsafeBytes { known in
      while line + depth < end {
        for place in 0..<depth where base.load(fromByteOffset: line + place, as: UInt8.self) != known[place] { return }
        guard base.load(fromByteOffset: line + depth, as: UInt8.self).isIndentation,
          let found = memchr(base + line + depth, 0x0A, end - line - depth)
        else { return }
        line = UnsafeRawPointer(found) - base + 1
      }
    }
    return line
  }

  /// Whether a line that looks like the end of a record, or of all of them, is one: nothing follows the bracket except
  /// the next record, and the next line is no deeper than the one after such an end.
  private func isEnd(behind bracket: Int, greatestDepth: Int, _ scan: RecordScan) throws -> Bool {
    var place = bracket
    while let byte = try window.byte(place), byte != JSONByte.lineBreak {
      if byte == JSONByte.openObject || byte == scan.closer && place == bracket { return true }
      guard byte.isJSONSpace || byte == JSONByte.comma else { return false }
      place += 1
    }
    let line = place + 1
    place = line
    while let byte = try window.byte(place), byte.isIndentation { place += 1 }
    return place - line <= greatestDepth
  }

  /// Whether the next record begins at a place, although the one before has no end.
  private func isStart(_ byte: UInt8, at place: Int, _ scan: RecordScan) throws -> Bool {
    if scan.closer == JSONByte.closeArray { return byte == JSONByte.openObject }
    guard let start = try keyedStart(at: place), let key = start.key else { return false }
    return isKey(window.bytes.part(key))
  }

  // MARK: By brackets

  /// Finds the end of a record by its brackets.
  func scanBrackets(_ scan: inout RecordScan) throws {
    try learnPrefix(scan)
    var place = scan.start
    var depth = 0
    var isInString = false
    while try window.has(place + 1) {
      let bytes = window.bytes
      pieces: while place < bytes.count {
        let byte = bytes[place]
        if isInString {
          if byte == JSONByte.backslash {
            place += 2
            continue
          }
          if byte == JSONByte.quote {
            isInString = false
            if let next = try nextByte(behind: place), !Self.followsString(next) {
              return try resynchronise(&scan, from: place)
            }
            place += 1
            break pieces
          }
        } else if byte == JSONByte.quote {
          isInString = true
        } else if byte == JSONByte.openObject || byte == JSONByte.openArray {
          depth += 1
        } else if byte == JSONByte.closeObject || byte == JSONByte.closeArray {
          depth -= 1
          if depth == 0 {
            if let next = try nextByte(behind: place), next != JSONByte.comma, next != scan.closer {
              return try resynchronise(&scan, from: place)
            }
            return scan.close(at: place + 1)
          }
        }
        place += 1
      }
      if place - scan.start > greatestRecord || scan.isTooLong {
        let known = min(place, window.bytes.count)
        window.drop(known)
        place -= known
        scan.isTooLong = true
      }
    }
    scan.cut(at: window.bytes.count)
  }

  private func nextByte(behind place: Int) throws -> UInt8? {
    var place = place + 1
    while let byte = try window.byte(place) {
      if !byte.isJSONSpace { return byte }
      place += 1
    }
    return nil
  }

  private static func followsString(_ byte: UInt8) -> Bool {
    byte == JSONByte.comma || byte == JSONByte.colon || byte == JSONByte.closeObject || byte == JSONByte.closeArray
  }

  /// Remembers how the first record begins: no text can contain that, since its quotes would be escaped.
  private func learnPrefix(_ scan: RecordScan) throws {
    guard prefix.isEmpty, scan.closer == JSONByte.closeArray else { return }
    var end = scan.start + 1
    while let byte = try window.byte(end), byte.isJSONSpace { end += 1 }
    guard try window.byte(end) == JSONByte.quote else { return }
    repeat {
      end += 1
      guard let byte = try window.byte(end), byte != JSONByte.backslash else { return }
    } while window.bytes[end] != JSONByte.quote
    prefix = Array(window.bytes.part(scan.start..<(end + 1)))
  }

  /// Finds the next record after a place where the quotes stopped making sense.
  private func resynchronise(_ scan: inout RecordScan, from start: Int) throws {
    var place = start
    while true {
      if let found = prefixPlace(from: place) { return scan.guess(at: found) }
      place = max(place, window.bytes.count - prefix.count)
      if place - scan.start > greatestRecord || scan.isTooLong {
        window.drop(place)
        place = 0
        scan.isTooLong = true
      }
      guard try window.fill() else { return scan.cut(at: window.bytes.count) }
    }
  }
}

extension JSONRecordReader {
  private func prefixPlace(from start: Int) -> Int? {
    let bytes = window.bytes
    guard !prefix.isEmpty, let base = bytes.baseAddress else { return nil }
    var place = start
    while place + prefix.count <= bytes.count,
      let found = memchr(base + place, Int32(JSONByte.openObject), bytes.count - place - prefix.count + 1)
    {
      place = UnsafeRawPointer(found) - base
      if memcmp(base + place, prefix, prefix.count) == 0 { return place }
      place += 1
    }
    return nil
  }
}

extension RecordScan {
  fileprivate mutating func close(at place: Int) { end = place }

  fileprivate mutating func guess(at place: Int) {
    end = place
    border = .guessed
  }

  fileprivate mutating func cut(at place: Int) {
    end = place
    border = .cut
  }
}
