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
    try checkSteps(to: absolute(path))
    return resolved
  }

  /// Goes the way that the system goes, link by link: whoever can replace a folder or a link on it chooses where it ends.
  private static func checkSteps(to path: String) throws(TrustProblem) {
    var folder = "/"
    var rest = components(of: path)
    var links = 0
    while !rest.isEmpty {
      let step = rest.removeFirst()
      if step == ".." {
        folder = parent(of: folder)
        continue
      }
      try checkFolder(folder, holdsAdapter: rest.isEmpty)
      let next = folder == "/" ? "/" + step : folder + "/" + step
      guard let target = try linkTarget(next) else {
        folder = next
        continue
      }
      links += 1
      guard links <= 40 else { throw TrustProblem(path: path, description: "too many links lead from it") }
      if target.utf8.first == slash { folder = "/" }
      rest = components(of: target) + rest
    }
  }

  private static func checkFolder(_ folder: String, holdsAdapter: Bool) throws(TrustProblem) {
    var information = stat()
    guard stat(folder, &information) == 0 else {
      throw TrustProblem(path: folder, description: "its folder cannot be looked at: \(errnoText())")
    }
    try checkOwnership(of: folder, information, isFolderOfAdapter: holdsAdapter)
  }

  /// Where a link leads; `nil` for what is no link.
  private static func linkTarget(_ path: String) throws(TrustProblem) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    var information = stat()
    guard lstat(path, &information) == 0, information.st_uid == 0 || information.st_uid == geteuid() else {
      throw TrustProblem(path: path, description: "\(path) is a link that belongs neither to you nor to root")
    }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
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

  // Paths are taken apart byte by byte: a slash with an accent behind it is one `Character`, and no slash.
  private static let slash = UInt8(ascii: "/")

  private static func components(of path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
  }

  private static func parent(of path: String) -> String {
    guard let index = path.utf8.lastIndex(of: slash), index != path.startIndex else { return "/" }
    return String(decoding: path.utf8[..<index], as: UTF8.self)
  }

  private static func errnoText() -> String { String(cString: strerror(errno)) }
}
