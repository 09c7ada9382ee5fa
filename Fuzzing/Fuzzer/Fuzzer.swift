import Glibc

/// Feeds inputs to a reader: those in folders, and random mutations of them.
///
/// With libFuzzer, which sees which code an input reaches; its own options are accepted. Without it, by a generator
/// that begins at `-seed=N`, prints it, and continues for `-max_total_time=SECONDS` or `-runs=N`.
public enum Fuzzer {
  /// Reads a listing with the reader of that number.
  public typealias Reading = (_ listing: UnsafeBufferPointer<UInt8>, _ reader: UInt8) throws -> Void

  // A C function cannot capture what it calls. Set once, before the first input.
  private nonisolated(unsafe) static var reading: Reading?

  /// Runs to the end; returns the program's exit code. An input on which a reader crashes is kept as `crash-…`. Its first
  /// byte chooses the reader; the rest is the listing.
  public static func run(_ reading: @escaping Reading) -> CInt {
    self.reading = reading
    let body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { bytes, count in
      let input = UnsafeBufferPointer(start: bytes, count: count)
      guard let reader = input.first else { return 0 }
      // A listing that cannot be read is an error; nothing more is checked here.
      try? Fuzzer.reading?(UnsafeBufferPointer(rebasing: input.dropFirst()), reader)
      return 0
    }
    #if LIBFUZZER
      var count = CommandLine.argc
      var arguments = CommandLine.unsafeArgv
      return runDriver(&count, &arguments, body)
    #else
      var mutator = Mutator(arguments: Array(CommandLine.arguments.dropFirst()))
      return mutator.run(body)
    #endif
  }
}

#if LIBFUZZER
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt
#endif

/// A file in memory that holds one input, for readers that take a path.
public final class InputFile {
  private let descriptor: CInt
  /// Where the input can be read.
  public let path: String

  /// A file with these bytes.
  public init(_ bytes: UnsafeBufferPointer<UInt8>) {
    let name = "/dev/shm/launcher-fuzz-\(getpid())"
    descriptor = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "the input could not be stored")
    unlink(name)
    path = "/proc/self/fd/\(descriptor)"
    var written = 0
    while written < bytes.count {
      let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      precondition(count > 0, "the input could not be stored")
      written += count
    }
  }

  deinit { close(descriptor) }
}
