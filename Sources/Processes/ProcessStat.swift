import Glibc

/// One process as `/proc/PID/stat` shows it.
package struct ProcessStat: Sendable {
  package let pid: Int32
  package let name: String
  package let state: UInt8
  package let parent: Int32
  package let group: Int32
  package let session: Int32
  package let startTime: UInt64
  /// The memory it holds, including all that it shares with others.
  package let residentBytes: Int64

  /// Whether it has ended, with only its record left.
  package var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

  /// Exactly this process, even if its number is reused.
  package var identity: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime) }

  /// The process that has a number now, ended or not; `nil` when there is none.
  package init?(pid: Int32) {
    // The name is in parentheses and may itself contain parentheses: the last one closes it.
    guard let bytes = smallFile("/proc/\(pid)/stat"), let first = bytes.firstIndex(of: UInt8(ascii: "(")),
      let last = bytes.lastIndex(of: UInt8(ascii: ")")), first < last
    else { return nil }
    let fields = bytes[(last + 1)...].split(separator: 0x20)
    func number<Value: FixedWidthInteger>(_ index: Int) -> Value? {
      Value(String(decoding: fields[index], as: UTF8.self))
    }
    guard fields.count > 21, let state = fields[0].first, let parent: Int32 = number(1), let group: Int32 = number(2),
      let session: Int32 = number(3), let startTime: UInt64 = number(19), let pages: Int64 = number(21)
    else { return nil }
    self.pid = pid
    name = String(decoding: bytes[(first + 1)..<last], as: UTF8.self)
    self.state = state
    self.parent = parent
    self.group = group
    self.session = session
    self.startTime = startTime
    residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// The memory it holds, including its part of what it shares with others; `nil` if the kernel does not report it.
  package func proportionalBytes() -> Int64? {
    guard let bytes = smallFile("/proc/\(pid)/smaps_rollup") else { return nil }
    let line = bytes.split(separator: 0x0A).first { $0.starts(with: Array("Pss:".utf8)) }
    let words = line?.split { $0 == 0x20 || $0 == 0x09 } ?? []
    return words.count > 1 ? Int64(String(decoding: words[1], as: UTF8.self)).map { $0 << 10 } : nil
  }

  /// Every process that can be seen from here, including ended ones.
  package static func all() -> [ProcessStat] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var all: [ProcessStat] = []
    while let entry = readdir(stream) {
      let first = UInt8(bitPattern: entry.pointee.d_name.0)
      guard (0x31...0x39).contains(first) else { continue }
      let pid = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      if let stat = ProcessStat(pid: pid) { all.append(stat) }
    }
    return all
  }
}
