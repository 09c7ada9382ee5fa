import Glibc

/// Why someone other than the user and root can change what is at a path.
package struct TrustComplaint: Error, Hashable, Sendable {
  /// The file or folder at fault.
  package let path: String
  /// What is wrong with it and how to mend it.
  package let text: String
}

/// Decides whether anyone except the user and root can change a file or folder.
package enum FileTrust {
  /// Checks a file or folder.
  ///
  /// - Parameters:
  ///   - path: its path, for sentences.
  ///   - place: where its access lists can be read; if `nil`, its path.
  ///   - information: what the system reports about it.
  ///   - isSharable: whether others may add entries to it, as to `/tmp`, if they cannot replace what belongs to the
  ///     user.
  ///   - countsDefaults: whether the rights that its new entries start with count.
  package static func check(
    _ path: String,
    at place: String? = nil,
    _ information: stat,
    isSharable: Bool,
    countsDefaults: Bool
  ) throws(TrustComplaint) {
    guard information.st_uid == 0 || information.st_uid == geteuid() else {
      throw TrustComplaint(
        path: path,
        text: "\(path) belongs to user \(information.st_uid), neither to you nor to root"
      )
    }
    let isFolder = information.st_mode & S_IFMT == S_IFDIR
    if isSharable, isFolder, information.st_mode & S_ISVTX != 0 { return }
    if information.st_mode & S_IWOTH != 0 {
      throw TrustComplaint(path: path, text: "\(path) can be written by everybody; run chmod o-w on it")
    }
    let place = place ?? path
    if let writers = AccessList.writers(at: place, group: information.st_gid) {
      try check(path, writers, "by its access list")
    }
    // With a list, the group's bits in the mode are not the rights of the group alone; a group to which they give
    // rights is refused nevertheless, since other systems go by these bits.
    if information.st_mode & S_IWGRP != 0, !PrivateGroup.isPrivate(information.st_gid) {
      throw TrustComplaint(
        path: path,
        text: "\(path) can be written by group \(information.st_gid); run chmod g-w on it"
      )
    }
    if countsDefaults, isFolder {
      let writers = AccessList.defaultWriters(at: place, group: information.st_gid)
      try check(path, writers, "by the access list for what is made in it")
    }
  }

  private static func check(_ path: String, _ writers: Set<AccessList.Writer>, _ how: String) throws(TrustComplaint) {
    for writer in writers {
      let who: String
      switch writer {
      case .user(let id) where id == 0 || id == geteuid(): continue
      case .group(let id) where PrivateGroup.isPrivate(id): continue
      case .user(let id): who = "user \(id)"
      case .group(let id): who = "group \(id)"
      case .everybody: who = "everybody"
      case .other(let name): who = name
      }
      throw TrustComplaint(
        path: path,
        text: "\(path) can be written by \(who), \(how); look with getfacl (nfs4_getfacl), and take that right away"
      )
    }
  }
}
