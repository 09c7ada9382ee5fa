import CLinux
import Glibc
import LauncherProtocol

/// A folder for its owner's eyes alone.
package enum PrivateFolder {
  /// Makes a folder with those above it.
  package static func make(_ path: String) throws {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw error(errno, "the folder \(path) cannot be made")
    }
    try make(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw error(errno, "the folder \(path) cannot be made") }
  }

  /// Looks whether a folder is the user's alone to write: what is in it decides what is run in the user's name.
  package static func check(_ folder: String) throws {
    var information = stat()
    guard lstat(folder, &information) == 0 else { throw error(errno, "the folder \(folder) cannot be used") }
    let complaint: String
    if information.st_mode & S_IFMT != S_IFDIR {
      complaint = "is no folder"
    } else if information.st_uid != geteuid() {
      complaint = "belongs to another user"
    } else if information.st_mode & 0o022 != 0 {
      complaint = "can be written by others, who could have commands run in your name"
    } else {
      return
    }
    throw AdapterError(
      .permissionDenied,
      "\(folder) \(complaint)",
      advice: "Look at what is in it and take the rights away (chmod go-w), or set LAUNCHER_STATE to another folder."
    )
  }

  /// Whether SQLite's shared memory cannot be trusted there.
  package static func isOnNetwork(_ path: String) -> Bool {
    // NFS, SMB, CIFS, Lustre, GPFS, BeeGFS, AFS, Ceph, FUSE, 9p, PanFS, OrangeFS
    let kinds: Set<UInt> = [
      0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x0BD0_0BD0, 0x4750_4653, 0x1983_0326, 0x5346_414F, 0x00C3_6400,
      0x6573_5546, 0x0102_1997, 0xAAD7_AAEA, 0x2003_0528,
    ]
    return kinds.contains(UInt(clinux_file_system_kind(path)))
  }

  /// What the system said, as an error with advice.
  package static func error(_ number: Int32, _ what: String) -> AdapterError {
    let text = String(cString: strerror(number))
    return switch number {
    case ENOSPC, EDQUOT, EFBIG:
      AdapterError(.diskFull, "\(what): \(text)", advice: "Make room, then try again.")
    default:
      AdapterError(
        .permissionDenied,
        "\(what): \(text)",
        advice: "Set LAUNCHER_STATE to a folder that you may write to."
      )
    }
  }
}
