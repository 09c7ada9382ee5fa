import CLinux
import Glibc

/// The users whom the access lists of a file or folder allow to change it, besides its owner. The rights in its mode do
/// not show that: with a list, the group's rights are only the maximum that any entry of the list can have.
package enum AccessList {
  /// A user or group that may write.
  package enum Writer: Hashable, Sendable {
    case user(uid_t)
    case group(gid_t)
    case everybody
    /// A name in the list's own form, or a list that cannot be read.
    case other(String)
  }

  /// The writers in the lists at a path; `nil` if there is no list, and the mode says everything.
  ///
  /// - Parameter group: the group of the file.
  package static func writers(at path: String, group: gid_t) -> Set<Writer>? {
    let posix = bytes(of: "system.posix_acl_access", at: path).map { list in
      list.flatMap { posixWriters(in: $0, group: group) } ?? [.other("an access list that cannot be read")]
    }
    let nfs = bytes(of: "system.nfs4_acl", at: path).map { list in
      list.flatMap { nfsWriters(in: $0) } ?? [.other("an access list that cannot be read")]
    }
    guard posix != nil || nfs != nil else { return nil }
    return (posix ?? []).union(nfs ?? [])
  }

  /// Who may write, according to the list that new entries of a folder start with.
  package static func defaultWriters(at path: String, group: gid_t) -> Set<Writer> {
    guard let list = bytes(of: "system.posix_acl_default", at: path) else { return [] }
    return list.flatMap { posixWriters(in: $0, group: group) } ?? [.other("an access list that cannot be read")]
  }

  /// An attribute; `nil` if there is none, `.some(nil)` when it cannot be read.
  private static func bytes(of name: String, at path: String) -> [UInt8]?? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = clinux_attribute(path, name, &buffer, buffer.count)
    if count >= 0 { return .some(.some(Array(buffer[..<count]))) }
    switch Int32(truncatingIfNeeded: -count) {
    case ENODATA, EOPNOTSUPP, ENOSYS: return nil
    default: return .some(nil)
    }
  }

  /// Reads a list as Linux stores it: a version, then entries of a kind, rights and an id.
  static func posixWriters(in list: [UInt8], group: gid_t) -> Set<Writer>? {
    func number(_ place: Int, _ size: Int) -> UInt32 {
      list[place..<(place + size)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard list.count >= 4, (list.count - 4) % 8 == 0, number(0, 4) == 2 else { return nil }
    let entries = stride(from: 4, to: list.count, by: 8)
      .map { (kind: number($0, 2), rights: number($0 + 2, 2), id: number($0 + 4, 4)) }
    let mask = entries.first { $0.kind == 0x10 }?.rights ?? 7
    var writers: Set<Writer> = []
    for entry in entries {
      switch entry.kind {
      case 0x01, 0x10: continue
      case 0x02 where entry.rights & mask & 2 != 0: writers.insert(.user(entry.id))
      case 0x04 where entry.rights & mask & 2 != 0: writers.insert(.group(group))
      case 0x08 where entry.rights & mask & 2 != 0: writers.insert(.group(entry.id))
      case 0x20 where entry.rights & 2 != 0: writers.insert(.everybody)
      case 0x02, 0x04, 0x08, 0x20: continue
      default: return nil
      }
    }
    return writers
  }

  /// Reads a list in the NFS client's form: entries of a type, flags, rights and a name, all in network order.
  static func nfsWriters(in list: [UInt8]) -> Set<Writer>? {
    var rest = list[...]
    func number() -> Int? {
      guard rest.count >= 4 else { return nil }
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let count = number(), count <= 1 << 12 else { return nil }
    var writers: Set<Writer> = []
    for _ in 0..<count {
      guard let type = number(), let flags = number(), let rights = number(), let length = number(),
        length <= rest.count
      else { return nil }
      let name = String(decoding: rest.prefix(length), as: UTF8.self)
      rest = rest.dropFirst((length + 3) & ~3)
      // A denying entry does not reliably take anything from another one, and an entry for future files grants nothing
      // here.
      guard type == 0, flags & 0x8 == 0, rights & writingRights != 0 else { continue }
      switch name {
      case "OWNER@": continue
      case "EVERYONE@": writers.insert(.everybody)
      // The rights of the file's group are also in its mode.
      case "GROUP@": continue
      default: if !isOwnName(name, isGroup: flags & 0x40 != 0) { writers.insert(.other(name)) }
      }
    }
    return writers
  }

  /// To write, append, delete what is in it or itself, and to change the list or the owner.
  private static let writingRights = 0x2 | 0x4 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000

  private static func isOwnName(_ name: String, isGroup: Bool) -> Bool {
    if isGroup { return false }
    let user = name.split(separator: "@", maxSplits: 1).first.map(String.init) ?? ""
    return user == "root" || user == "0" || user == "\(geteuid())" || user == PrivateGroup.userName
  }
}
