import Glibc
import LauncherProtocol

/// Why a file that looks like an adapter is not started.
public struct TrustProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or folder at fault.
  public let path: String
  /// What is wrong with it and how to mend it.
  public let description: String
}

/// Decides whether a file may be started as an adapter: whoever can change it can do all that the user can.
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
    try checkOwnership(of: resolved, information, isFolderOfAdapter: true)
    // The link itself can be replaced by whoever can write to the folder it lies in.
    for start in Set([parent(of: absolute(path)), parent(of: resolved)]) {
      try checkFolders(from: start)
    }
    return resolved
  }

  private static func checkFolders(from start: String) throws(TrustProblem) {
    var folder = start
    var holdsAdapter = true
    while true {
      var information = stat()
      guard stat(folder, &information) == 0 else {
        throw TrustProblem(path: folder, description: "its folder cannot be looked at: \(errnoText())")
      }
      try checkOwnership(of: folder, information, isFolderOfAdapter: holdsAdapter)
      if folder == "/" { return }
      folder = parent(of: folder)
      holdsAdapter = false
    }
  }

  private static func checkOwnership(
    of path: String,
    _ information: stat,
    isFolderOfAdapter: Bool
  ) throws(TrustProblem) {
    guard information.st_uid == 0 || information.st_uid == geteuid() else {
      throw TrustProblem(
        path: path,
        description: "\(path) belongs to user \(information.st_uid), neither to you nor to root"
      )
    }
    // In a sticky folder such as /tmp others can add entries, but not replace what belongs to us.
    let isSticky = information.st_mode & S_ISVTX != 0 && information.st_mode & S_IFMT == S_IFDIR
    if isSticky, !isFolderOfAdapter { return }
    if information.st_mode & S_IWOTH != 0 {
      throw TrustProblem(path: path, description: "\(path) can be written by everybody; run chmod o-w on it")
    }
    if information.st_mode & S_IWGRP != 0, !isPrivateGroup(information.st_gid) {
      throw TrustProblem(
        path: path,
        description: "\(path) can be written by group \(information.st_gid); run chmod g-w on it"
      )
    }
  }

  /// Debian and Ubuntu give each user a group of their own name and let it write: nobody else is in it.
  private static func isPrivateGroup(_ group: gid_t) -> Bool {
    if group == 0 { return true }
    guard let user = getpwuid(geteuid()), let entry = getgrgid(group), group == user.pointee.pw_gid,
      strcmp(user.pointee.pw_name, entry.pointee.gr_name) == 0
    else { return false }
    guard let members = entry.pointee.gr_mem else { return true }
    var index = 0
    while let member = members[index] {
      if strcmp(member, user.pointee.pw_name) != 0 { return false }
      index += 1
    }
    return true
  }

  private static func realPath(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  private static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let pointer = getcwd(nil, 0) else { return path }
    defer { free(pointer) }
    return String(cString: pointer) + "/" + path
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func errnoText() -> String { String(cString: strerror(errno)) }
}
