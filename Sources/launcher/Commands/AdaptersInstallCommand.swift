import ArgumentParser
import LauncherKit

struct AdaptersInstallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Check an adapter, and put a copy of it into your own folder of adapters.",
    discussion: """
      The copy goes to ~/.local/libexec/launcher once it holds against the protocol, and replaces one of the same name.
      With --sha256 the file may lie anywhere, since its bytes are known; without, it has to lie where nobody else can
      write. Only that one file is copied.

      EXAMPLES
        launcher adapters install ./my-adapter
        launcher adapters install ~/Downloads/my-adapter --sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
      """
  )

  @Option(name: .long, help: ArgumentHelp("What its SHA-256 has to be, in hexadecimal.", valueName: "hex"))
  var sha256: String?

  @Argument(help: "The adapter's file, called NAME-adapter.")
  var path: String

  func validate() throws {
    guard let sha256 else { return }
    guard sha256.utf8.count == 64, sha256.allSatisfy(\.isHexDigit) else {
      throw ValidationError("‘\(sha256)’ is not a SHA-256: 64 hexadecimal digits")
    }
  }

  func run() async throws {
    let installation = try await AdapterInstallation(
      of: ProgramPaths.absolute(path),
      to: try AdapterInstallation.userFolder(),
      sha256: sha256
    )
    do {
      let report = try await AdaptersCheckCommand.check(installation.copy.path, called: path) { check in
        if !check.holds { for line in check.lines { StandardError.write(line) } }
      }
      guard report.holds else {
        throw Failure(
          .protocol,
          "\(path) does not hold against the protocol; it was not installed",
          advice: "All checks: launcher adapters check \(path)"
        )
      }
      try installation.finish()
    } catch {
      installation.discard()
      throw error
    }
    StandardOutput.write(installation.target)
    try warn(of: installation)
  }

  /// Warns when another file is still used for its name.
  private func warn(of installation: AdapterInstallation) throws {
    guard let file = AdapterSearch.standard.files().first(where: { $0.path == installation.target }) else { return }
    switch file.standing {
    case .usable: break
    case .shadowed(let other):
      StandardError.write("launcher: \(other) comes first, and is used for ‘\(installation.name)’")
    case .refused(let problem): throw LauncherError(refused: file, problem)
    }
  }
}
