import CLinux
import Glibc

/// A process, named so that neither a reused number nor a restarted machine makes it another one.
struct ProcessIdentity: Hashable, Sendable {
  var boot: String
  var pid: Int32
  /// When it started, in the kernel's ticks since the machine did.
  var startTime: UInt64

  init(boot: String, pid: Int32, startTime: UInt64) {
    self.boot = boot
    self.pid = pid
    self.startTime = startTime
  }

  /// The living process with a number now.
  init?(pid: Int32) {
    guard let stat = ProcessStat(pid: pid), !stat.isDead else { return nil }
    self.init(boot: Self.currentBoot, pid: pid, startTime: stat.startTime)
  }

  /// Reads `BOOT/PID/START`.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/")
    guard parts.count == 3, let pid = Int32(parts[1]), let start = UInt64(parts[2]) else { return nil }
    self.init(boot: String(parts[0]), pid: pid, startTime: start)
  }

  var text: String { "\(boot)/\(pid)/\(startTime)" }

  var isOfThisBoot: Bool { boot == Self.currentBoot }

  var isAlive: Bool {
    guard isOfThisBoot, let stat = ProcessStat(pid: pid) else { return false }
    return stat.startTime == startTime && !stat.isDead
  }

  /// Sends a signal to this very process, or to none.
  @discardableResult
  func send(_ signal: Int32) -> Bool {
    let descriptor = clinux_pidfd_open(pid)
    // A kernel before 5.3: the check and the signal are then two steps.
    if descriptor == -ENOSYS { return isAlive && kill(pid, signal) == 0 }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Checked behind the open descriptor: from here on the number cannot come to mean another process.
    return isAlive && clinux_pidfd_send_signal(descriptor, signal) == 0
  }

  static let current: ProcessIdentity =
    ProcessIdentity(pid: getpid()) ?? ProcessIdentity(boot: currentBoot, pid: getpid(), startTime: 0)

  static let currentBoot: String = {
    let text = smallFile("/proc/sys/kernel/random/boot_id")
      .map { String(decoding: $0.filter { $0 > 0x20 && $0 != 0x2F }, as: UTF8.self) }
    return text ?? "unknown"
  }()
}

/// One process as `/proc/PID/stat` shows it.
struct ProcessStat: Sendable {
  let pid: Int32
  let name: String
  let state: UInt8
  let parent: Int32
  let session: Int32
  let startTime: UInt64
  let residentPages: Int64

  /// Ended, and only its record is left.
  var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

  init?(pid: Int32) {
    // The name stands in parentheses and may itself hold any of them: the last one closes it.
    guard let bytes = smallFile("/proc/\(pid)/stat"), let first = bytes.firstIndex(of: UInt8(ascii: "(")),
      let last = bytes.lastIndex(of: UInt8(ascii: ")")), first < last
    else { return nil }
    let fields = bytes[(last + 1)...].split(separator: 0x20)
    func number<Value: FixedWidthInteger>(_ index: Int) -> Value? {
      Value(String(decoding: fields[index], as: UTF8.self))
    }
    guard fields.count > 21, let state = fields[0].first, let parent: Int32 = number(1), let session: Int32 = number(3),
      let startTime: UInt64 = number(19), let pages: Int64 = number(21)
    else { return nil }
    self.pid = pid
    name = String(decoding: bytes[(first + 1)..<last], as: UTF8.self)
    self.state = state
    self.parent = parent
    self.session = session
    self.startTime = startTime
    residentPages = pages
  }
}

/// The bytes of a small file; `nil` when it cannot be read.
func smallFile(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while bytes.count < limit {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { return nil }
    if count == 0 { break }
    bytes.append(contentsOf: buffer[..<count])
  }
  return bytes
}
