import FoundationEssentials
import Glibc
import LauncherProtocol
import StateStorage

/// A copy of an adapter next to its target, to be inspected before it is put in place.
///
/// It is the copy that is compared, checked and installed: nothing can exchange it in between.
public struct AdapterInstallation: Sendable {
  /// The adapter's name.
  public let name: String
  /// The copy.
  public let copy: AdapterFile
  /// Where it will be installed.
  public let target: String
  private let scratch: String

  /// The folder of the user's own adapters.
  ///
  /// - Throws: `LauncherError` (`directoryUnusable`) when there is no home.
  public static func userFolder() throws -> String {
    guard let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") else {
      throw LauncherError(.directoryUnusable, "there is no home to install to: HOME is not set")
    }
    return home + "/.local/libexec/launcher"
  }

  /// Copies an adapter.
  ///
  /// - Parameters:
  ///   - path: the adapter, called `NAME-adapter`. Without a checksum, it has to be trusted where it is.
  ///   - folder: where it is to be installed; created when it is missing.
  ///   - sha256: what the digest of its bytes has to be, in hexadecimal.
  /// - Throws: `LauncherError` that says why it is not installed; nothing is left over then.
  public init(of path: String, to folder: String, sha256: String? = nil) async throws {
    let file = AdapterSearch.file(at: path)
    guard AdapterSearch.adapterName(ofFile: path.split(separator: "/").last.map(String.init) ?? "") == file.name else {
      throw LauncherError(
        .adapterUnknown,
        "\(path) is not called NAME-adapter, with a name of lower-case letters, digits and hyphens",
        advice: "Its name is what --adapter takes; rename the file."
      )
    }
    if sha256 == nil, case .refused(let problem) = file.standing { throw LauncherError(refused: file, problem) }
    name = file.name
    target = "\(folder)/\(name)-adapter"
    scratch = "\(folder)/.new-\(String(UInt64.random(in: .min ... .max), radix: 16))"
    let copyPath = "\(scratch)/\(name)-adapter"
    try Self.make(folder)
    do {
      let access: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
      try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true, attributes: access)
      let bytes = try Data(contentsOf: URL(filePath: path))
      guard FileManager.default.createFile(atPath: copyPath, contents: bytes), chmod(copyPath, 0o755) == 0 else {
        throw LauncherError(.permissionDenied, "\(copyPath) cannot be written")
      }
      copy = AdapterSearch.file(at: copyPath)
      if case .refused(let problem) = copy.standing { throw LauncherError(refused: copy, problem) }
      if let sha256 { try await Self.compare(copyPath, of: path, with: sha256) }
    } catch {
      try? FileManager.default.removeItem(atPath: scratch)
      if error is LauncherError { throw error }
      throw LauncherError(.permissionDenied, "\(path) cannot be copied to \(folder): \(error.localizedDescription)")
    }
  }

  /// Creates the folder to install to, in a place where no other user can replace it.
  private static func make(_ folder: String) throws {
    do {
      try TrustedPath.follow(folder, for: .program, making: 0o755)
    } catch let complaint as TrustComplaint {
      throw LauncherError(
        .adapterUntrusted,
        "nothing is installed in \(folder): \(complaint.text)",
        advice: "An adapter there would not be started. Where HOME is another user's, as after ‘sudo’, set it to yours."
      )
    } catch let failure as TrustedPath.Failure {
      throw LauncherError(.permissionDenied, "\(folder) cannot be made: \(String(cString: strerror(failure.number)))")
    }
  }

  /// Puts the copy in its place; it replaces an adapter of the same name.
  public func finish() throws {
    defer { discard() }
    guard rename(copy.path, target) == 0 else {
      throw LauncherError(.permissionDenied, "\(target) cannot be written: \(String(cString: strerror(errno)))")
    }
  }

  /// Deletes the copy.
  public func discard() { try? FileManager.default.removeItem(atPath: scratch) }

  private static func compare(_ copy: String, of path: String, with expected: String) async throws {
    let outputs = CommandOutputs()
    let result = try await LocalHost(outputs: outputs).run(NativeCommand(["sha256sum", "--binary", copy]))
    let said = String(decoding: try Data(contentsOf: URL(filePath: result.stdoutPath)), as: UTF8.self)
    guard result.ending == .exited(0), let found = said.split(separator: " ").first.map(String.init) else {
      throw LauncherError(.commandMissing, "the checksum of \(path) cannot be computed: ‘sha256sum’ gave none")
    }
    guard found.drop(while: { $0 == "\\" }) == expected.lowercased() else {
      throw LauncherError(
        .adapterUntrusted,
        "\(path) is not the expected file: its SHA-256 is \(found), and not \(expected.lowercased())",
        advice: "Get it again from where the checksum is from. Nothing was installed."
      )
    }
  }
}
