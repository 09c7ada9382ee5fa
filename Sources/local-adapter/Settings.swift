import AdapterKit
import CLinux
import FoundationEssentials
import Glibc
import StateStorage

/// What the environment and the machine decide.
struct Settings: Sendable {
  /// Where everything of this host's queue is.
  let folder: StateFolder
  /// This machine's name.
  let host: String
  /// How many cores the queue allocates.
  let cores: Int
  /// How much memory the machine has.
  let memory: ByteCount
  /// How long processes have between TERM and KILL.
  let grace: Duration
  /// The variables that a supervisor gets: those that define these settings, and none of the submitter's.
  let supervisorEnvironment: [String: String]

  static func current() -> Settings {
    let environment = ProcessInfo.processInfo.environment
    let host = hostName()
    let root = StateRoot.path(in: environment)
    var handedOn = environment.filter { handedOnNames.contains($0.key) }
    handedOn["LAUNCHER_STATE"] = root
    return Settings(
      folder: StateFolder(path: root + "/local/" + host),
      host: host,
      cores: environment["LAUNCHER_LOCAL_CORES"].flatMap { Int($0) }.map { max(1, $0) }
        ?? Int(clinux_processor_count()),
      memory: physicalMemory(),
      grace: environment["LAUNCHER_LOCAL_GRACE"].flatMap { try? DurationGrammar.parse($0, bareNumber: .seconds) }
        ?? .seconds(5),
      supervisorEnvironment: handedOn
    )
  }

  // LD_LIBRARY_PATH because the supervisor is this very program and may need it to be loaded at all.
  private static let handedOnNames: Set<String> = [
    "LAUNCHER_LOCAL_CORES", "LAUNCHER_LOCAL_GRACE", "HOME", "PATH", "TZ", "LD_LIBRARY_PATH",
  ]

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = text(buffer)
    return name.isEmpty || name.contains("/") || name.hasPrefix(".") ? "localhost" : name
  }

  private static func physicalMemory() -> ByteCount {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return ByteCount(Int64(pages) * Int64(size))
  }

  static func currentDirectory() -> String {
    guard let buffer = getcwd(nil, 0) else { return "/" }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
