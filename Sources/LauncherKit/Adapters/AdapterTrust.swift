import Glibc
import LauncherProtocol
import StateStorage

/// Why a file that looks like an adapter is not started.
public struct TrustProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder at fault.
  public let path: String
  /// What is wrong with it and how to mend it.
  public let description: String
}

/// Decides whether a file may be started as an adapter: anyone who can change it can do everything that the user can.
enum AdapterTrust {
  /// Checks a file, the folders above it, and where links lead.
  ///
  /// - Returns: the path with its links resolved, which is the one to start.
  /// - Throws: `TrustProblem` with the first thing that is wrong.
  static func check(_ path: String) throws(TrustProblem) -> String {
    guard let resolved = realPath(path) else {
      throw TrustProblem(path: path, description: "it cannot be resolved: \(errnoText())")
    }
    var information = stat()
    guard stat(resolved, &information) == 0 else {
      throw TrustProblem(path: resolved, description: "it cannot be looked at: \(errnoText())")
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw TrustProblem(path: resolved, description: "it is not a regular file")
    }
    guard access(resolved, X_OK) == 0 else {
      throw TrustProblem(path: resolved, description: "it is not executable; run chmod +x on it")
    }
    guard information.st_mode & (S_ISUID | S_ISGID) == 0 else {
      throw TrustProblem(path: resolved, description: "it is setuid or setgid, which no adapter needs")
    }
    do {
      try FileTrust.check(resolved, information, isSharable: false, countsDefaults: true)
      try TrustedPath.follow(path, for: .program)
    } catch let complaint as TrustComplaint {
      throw TrustProblem(path: complaint.path, description: complaint.text)
    } catch let failure as TrustedPath.Failure {
      throw TrustProblem(
        path: failure.path,
        description: "\(failure.path) cannot be looked at: \(String(cString: strerror(failure.number)))"
      )
    } catch {
      throw TrustProblem(path: path, description: "it cannot be looked at: \(error)")
    }
    return resolved
  }

  private static func realPath(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  private static func errnoText() -> String { String(cString: strerror(errno)) }
}
