import FoundationEssentials
import Glibc

/// A file that looks like an adapter, and how it was judged.
public struct AdapterFile: Hashable, Sendable {
  /// The adapter's name: the file's name without `-adapter`.
  public let name: String
  /// Where it was found, links not resolved.
  public let path: String
  /// How it was judged.
  public let standing: Standing

  /// The verdict on a file that was found.
  public enum Standing: Hashable, Sendable {
    /// It is the one to start for its name; links are resolved in `executable`.
    case usable(executable: String)
    /// It is not started, and why.
    case refused(TrustProblem)
    /// Another file of the same name, in a place that is searched earlier, is used.
    case shadowed(by: String)
  }

  /// The file to start; `nil` when it is refused or shadowed.
  public var executable: String? {
    if case .usable(let executable) = standing { return executable }
    return nil
  }
}

/// Where adapters are looked for, in order.
///
/// `LAUNCHER_ADAPTER_PATH`; beside the program (`../libexec/launcher`, or its own folder when that is a build folder);
/// `~/.local/libexec/launcher`; `/usr/local/libexec/launcher`; `/usr/libexec/launcher`. Never `PATH`.
public struct AdapterSearch: Hashable, Sendable {
  /// The folders, the first one first.
  public var folders: [String]

  /// A search in these folders alone.
  public init(folders: [String]) { self.folders = folders }

  /// The documented places, for this program and user.
  public static var standard: AdapterSearch {
    var folders: [String] = []
    if let path = ProcessInfo.processInfo.environment["LAUNCHER_ADAPTER_PATH"] {
      folders += path.split(separator: ":").map(String.init)
    }
    if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      let own = URL(filePath: program).deletingLastPathComponent()
      folders.append(own.deletingLastPathComponent().appending(path: "libexec/launcher").path)
      if program.contains("/.build/") { folders.append(own.path) }
    }
    if let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") {
      folders.append(home + "/.local/libexec/launcher")
    }
    folders += ["/usr/local/libexec/launcher", "/usr/libexec/launcher"]
    return AdapterSearch(folders: folders)
  }

  /// Every file called `NAME-adapter` in the folders, refused and shadowed ones included, in the order of the search;
  /// and, as refused, programs whose name is meant to be one but does not have that form.
  public func files() -> [AdapterFile] {
    var found: [AdapterFile] = []
    var chosen: [String: String] = [:]
    var seenFolders = Set<String>()
    for folder in folders where seenFolders.insert(folder).inserted {
      for entry in Self.entries(of: folder) {
        guard let name = Self.adapterName(ofFile: entry) else {
          if let file = Self.misnamed(entry, in: folder) { found.append(file) }
          continue
        }
        let path = folder + "/" + entry
        let standing = Self.standing(of: path, earlier: chosen[name])
        if case .usable = standing { chosen[name] = path }
        found.append(AdapterFile(name: name, path: path, standing: standing))
      }
    }
    return found
  }

  /// The file at an explicit path, checked like any other.
  public static func file(at path: String) -> AdapterFile {
    AdapterFile(
      name: path.contains("/") ? name(of: path) : adapterName(ofFile: path) ?? path,
      path: path,
      standing: standing(of: path, earlier: nil)
    )
  }

  /// The name of an adapter that is given by its name or by the path of its executable.
  static func name(of adapter: String) -> String {
    guard adapter.contains("/") else { return adapter }
    let file = adapter.split(separator: "/").last.map(String.init) ?? adapter
    return adapterName(ofFile: file) ?? file
  }

  private static func standing(of path: String, earlier: String?) -> AdapterFile.Standing {
    do throws(TrustProblem) {
      let executable = try AdapterTrust.check(path)
      if let earlier { return .shadowed(by: earlier) }
      return .usable(executable: executable)
    } catch {
      return .refused(error)
    }
  }

  /// `local` for `local-adapter`; `nil` for a file whose name is not an adapter's.
  static func adapterName(ofFile file: String) -> String? {
    guard file.hasSuffix("-adapter") else { return nil }
    let name = file.dropLast("-adapter".count)
    let isWellFormed = name.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }
    return isWellFormed && !name.isEmpty && name.utf8.count <= 32 ? String(name) : nil
  }

  /// A program in an adapter folder whose name says that it is an adapter, but in a form that no adapter's name has:
  /// `my-adapter.py`, `My-adapter`.
  private static func misnamed(_ entry: String, in folder: String) -> AdapterFile? {
    let path = folder + "/" + entry
    var information = stat()
    guard entry.lowercased().contains("-adapter"), stat(path, &information) == 0,
      information.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0
    else { return nil }
    let problem = TrustProblem(
      path: path,
      description: "its name is not NAME-adapter, with 1 to 32 lower-case letters, digits and hyphens; rename it"
    )
    return AdapterFile(name: entry, path: path, standing: .refused(problem))
  }

  private static func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted()
  }
}
