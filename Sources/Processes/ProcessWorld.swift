import Glibc

/// Where a process number means something: in one PID namespace, between two starts of the machine.
package struct ProcessWorld: Hashable, Sendable {
  private let boot: String
  /// The number of the PID namespace; `nil` in records from before it was stored, or if it cannot be read.
  private let namespace: String?

  /// Reads `BOOT@NAMESPACE`, or only `BOOT`.
  package init(_ text: some StringProtocol) {
    let parts = text.split(separator: "@", maxSplits: 1)
    boot = parts.first.map { String($0) } ?? ""
    namespace = parts.count > 1 ? String(parts[1]) : nil
  }

  package var text: String { namespace.map { "\(boot)@\($0)" } ?? boot }

  /// Whether the machine has been restarted since: none of its processes live any more.
  package var isPast: Bool { boot != Self.current.boot }

  /// Whether it exists now but cannot be inspected: a container's, or the one around this container.
  package var isElsewhere: Bool {
    guard !isPast, let namespace, let own = Self.current.namespace else { return false }
    return namespace != own
  }

  /// Whether its process numbers can be looked up here.
  package var isCurrent: Bool { !isPast && !isElsewhere }

  package static let current: ProcessWorld = {
    let boot = smallFile("/proc/sys/kernel/random/boot_id")
      .map { String(decoding: $0.filter { $0 > 0x20 && $0 != 0x2F && $0 != 0x40 }, as: UTF8.self) }
    var link = [CChar](repeating: 0, count: 64)
    // Reads as `pid:[4026531836]`.
    let length = readlink("/proc/self/ns/pid", &link, link.count)
    let digits = link.prefix(max(0, length)).map { UInt8(bitPattern: $0) }.filter { (0x30...0x39).contains($0) }
    let namespace = digits.isEmpty ? "" : "@" + String(decoding: digits, as: UTF8.self)
    return ProcessWorld((boot ?? "unknown") + namespace)
  }()
}
