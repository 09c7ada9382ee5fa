/// A signal by its Linux number, written and read as its name (`SIGKILL`).
public struct UnixSignal: Hashable, Sendable {
  /// The number that Linux gives the signal on x86 and ARM.
  public let number: Int32

  /// Any number from 1 to 64; `nil` for others.
  public init?(number: Int32) {
    guard (1...64).contains(number) else { return nil }
    self.number = number
  }

  private init(_ number: Int32) { self.number = number }

  /// Reads `SIGKILL`, `KILL`, `kill`, `9`, `SIGRTMIN+3` or `SIG32`; `nil` for anything that is not a signal.
  public init?(_ text: some StringProtocol) {
    if let number = Int32(text) {
      self.init(number: number)
      return
    }
    let upper = text.uppercased()
    let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    if let index = Self.names.firstIndex(of: bare) {
      self.init(Int32(index + 1))
    } else if bare.hasPrefix("RTMIN+"), let offset = Int32(bare.dropFirst(6)), (0...30).contains(offset) {
      self.init(34 + offset)
    } else if let number = Int32(bare), number > Self.names.count {
      self.init(number: number)
    } else {
      return nil
    }
  }

  /// `SIGKILL`; `SIGRTMIN+3` for a real-time signal.
  public var name: String {
    if number <= Self.names.count { return "SIG" + Self.names[Int(number) - 1] }
    return number >= 34 ? "SIGRTMIN+\(number - 34)" : "SIG\(number)"
  }

  /// Asks a process to hang up.
  public static let hangUp = UnixSignal(1)
  /// Interrupts from the keyboard.
  public static let interrupt = UnixSignal(2)
  /// Ends a process at once; it cannot be caught.
  public static let kill = UnixSignal(9)
  /// Asks a process to end.
  public static let terminate = UnixSignal(15)
  /// Continues a stopped process.
  public static let `continue` = UnixSignal(18)
  /// Stops a process; it cannot be caught.
  public static let stop = UnixSignal(19)

  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
    "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
    "WINCH", "IO", "PWR", "SYS",
  ]
}

extension UnixSignal: CustomStringConvertible {
  public var description: String { name }
}

extension UnixSignal: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let signal = UnixSignal(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "‘\(text)’ is not a signal")
    }
    self = signal
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
