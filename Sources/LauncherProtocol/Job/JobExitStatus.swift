/// What the kernel reported when a job's command ended.
public enum JobExitStatus: Hashable, Sendable {
  /// It exited, with a code from 0 to 255.
  case code(Int32)
  /// A signal ended it.
  case signal(UnixSignal, coreDumped: Bool = false)

  /// The status as a shell shows it in `$?`: the code, or 128 plus the signal's number.
  public var shellValue: Int32 {
    switch self {
    case .code(let code): code
    case .signal(let signal, _): 128 + signal.number
    }
  }

  /// Reads the status word of `wait(2)` on Linux: low seven bits the signal, then the core flag, then the code.
  public init(waitStatus: Int32) {
    if let signal = UnixSignal(number: waitStatus & 0x7F) {
      self = .signal(signal, coreDumped: waitStatus & 0x80 != 0)
    } else {
      self = .code((waitStatus >> 8) & 0xFF)
    }
  }
}

extension JobExitStatus: CustomStringConvertible {
  public var description: String {
    switch self {
    case .code(let code): "exit code \(code)"
    case .signal(let signal, let coreDumped): coreDumped ? "\(signal.name), core dumped" : signal.name
    }
  }
}
