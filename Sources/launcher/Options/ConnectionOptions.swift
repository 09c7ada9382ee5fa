import ArgumentParser
import FoundationEssentials
import LauncherKit
import Logging

/// Which scheduler to talk to, and how much to log about it. Every command has these.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "The adapter to use, by name or by the path of its executable (default: $LAUNCHER_ADAPTER, or what is detected)."
  )
  var adapter: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The machine with the scheduler, reached over ssh: ssh://[user@]login[:port] (default: $LAUNCHER_HOST, or this one).",
      valueName: "host"
    ),
    transform: readHost
  )
  var host: SSHDestination?

  @Flag(name: .shortAndLong, help: "Show native commands as they run, and what adapters log.")
  var verbose = false

  /// Connects to the chosen or detected scheduler.
  ///
  /// - Parameters:
  ///   - announcesLocal: whether to report that jobs will run on this machine because it has no scheduler.
  ///   - settlesLeftovers: whether to check the results of submissions whose answer was lost.
  ///   - tracksJobs: whether to record what is seen of jobs.
  func connect(
    announcesLocal: Bool = false,
    settlesLeftovers: Bool = true,
    tracksJobs: Bool = true
  ) async throws -> Launcher {
    var options = options
    options.settlesLeftovers = settlesLeftovers
    if !tracksJobs { options.tracking = .none }
    let launcher = try await Launcher.detect(options)
    if announcesLocal, launcher.detection != nil, launcher.adapterName == "local" {
      StandardError.write("launcher: no scheduler is here; the job runs on this machine")
    }
    for other in launcher.detection?.tied ?? [] {
      StandardError.write(
        "launcher: \(launcher.adapterName) and \(other.file.name) both respond here; "
          + "\(launcher.adapterName) is used. Choose with --adapter."
      )
    }
    return launcher
  }

  /// Connects to the schedulers that know some jobs.
  func connect(to ids: [String], tracksJobs: Bool = true) async throws -> JobGroups {
    var options = options
    if !tracksJobs { options.settlesLeftovers = false }
    return JobGroups(ids: ids, groups: try await Launcher.groups(of: ids, options))
  }

  /// The options in the library's form.
  var options: Launcher.Options {
    Launcher.Options(adapter: adapter, destination: host, logger: logger)
  }

  @Sendable
  private static func readHost(_ text: String) throws -> SSHDestination {
    do {
      return try SSHDestination(text)
    } catch let error as LauncherError {
      throw ValidationError(error.descriptionWithAdvice)
    }
  }

  private var logger: Logger {
    let level: Logger.Level = verbose ? .debug : .notice
    return Logger(label: "launcher") { _ in StandardErrorLog(logLevel: level) }
  }
}

/// Whether the result is for a program.
struct FormatOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false
}

/// How old an answer may be.
struct LookOptions: ParsableArguments {
  @Flag(name: .long, help: "Ask the scheduler, even if somebody did so a moment ago.")
  var fresh = false
}
