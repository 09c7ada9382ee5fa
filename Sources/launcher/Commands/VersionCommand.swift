import ArgumentParser
import LauncherKit

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the program's version.")

  @OptionGroup var format: FormatOptions

  func run() throws {
    if format.json {
      let range = ProtocolRange.current
      try JSONOutput.write(Version(version: launcherKitVersion, protocol: range))
    } else {
      StandardOutput.write("launcher \(launcherKitVersion)")
    }
  }

  private struct Version: Encodable {
    let version: String
    let `protocol`: ProtocolRange
  }
}
