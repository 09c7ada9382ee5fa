import Glibc
import Synchronization

/// Groups whose only member is the user.
///
/// Debian, Ubuntu and Fedora give each user a group of the same name and let it write.
enum PrivateGroup {
  /// The system's functions for users and groups share one buffer for all threads.
  private static let lock = Mutex(())

  /// The user's name, as the system knows it.
  static var userName: String? {
    lock.withLock { _ in getpwuid(geteuid())?.pointee.pw_name.map { String(cString: $0) } }
  }

  /// Whether a group is the user's own, and has no other member.
  static func isPrivate(_ group: gid_t) -> Bool {
    lock.withLock { _ in
      guard let user = getpwuid(geteuid())?.pointee, user.pw_gid == group else { return false }
      let name = String(cString: user.pw_name)
      guard let entry = getgrgid(group)?.pointee, String(cString: entry.gr_name) == name else { return false }
      if let members = entry.gr_mem {
        var index = 0
        while let member = members[index] {
          if String(cString: member) != name { return false }
          index += 1
        }
      }
      return !isPrimaryGroupOfOthers(group)
    }
  }

  /// Whether another user has the group without being in its list of members.
  private static func isPrimaryGroupOfOthers(_ group: gid_t) -> Bool {
    setpwent()
    defer { endpwent() }
    while let user = getpwent()?.pointee {
      if user.pw_gid == group, user.pw_uid != 0, user.pw_uid != geteuid() { return true }
    }
    return false
  }
}
