import CLinux
import Glibc
import LauncherProtocol

/// A folder for its owner alone.
package enum PrivateFolder {
  /// Creates a folder and those above it, if they are missing.
  ///
  /// - Throws: `LauncherError` (`permissionDenied`) when another user can put another folder in its place: every step
  ///   to it has to belong to the user or root, and must not be writable by anyone else.
  package static func make(_ path: String) throws {
    do {
      try TrustedPath.follow(path, for: .ownFolder, making: 0o700)
    } catch let complaint as TrustComplaint {
      throw unsafe(path, complaint)
    } catch let failure as TrustedPath.Failure {
      throw error(
        failure.number,
        failure.isMaking ? "the folder \(path) cannot be made" : "the folder \(path) cannot be used"
      )
    }
  }

  /// Checks whether another user can put another folder in place of one, as far as the path to it exists.
  package static func checkWay(to path: String) throws {
    do {
      try TrustedPath.follow(path, for: .ownFolder)
    } catch let complaint as TrustComplaint {
      throw unsafe(path, complaint)
    } catch is TrustedPath.Failure {
      // What does not exist belongs to no one.
    }
  }

  private static func unsafe(_ path: String, _ complaint: TrustComplaint) -> LauncherError {
    var home = stat()
    let homePath = getenv("HOME").map { String(cString: $0) } ?? ""
    if !homePath.isEmpty, path == homePath || path.hasPrefix(homePath + "/"), stat(homePath, &home) == 0,
      home.st_uid != geteuid(), home.st_uid != 0
    {
      return LauncherError(
        .permissionDenied,
        "\(homePath) is the home of another user (\(home.st_uid)), and nothing of yours is kept in it",
        advice: "Set HOME to your own home, as ‘sudo -H’ does, or LAUNCHER_STATE to a folder of your own."
      )
    }
    return LauncherError(
      .permissionDenied,
      "\(path) is not safe to keep anything in: \(complaint.text)",
      advice: "Whoever can change that folder can put another one in its place, and have commands run in your name. "
        + "Take the right away, or set LAUNCHER_STATE to a folder that only you can change."
    )
  }

  /// Checks whether only the user can write to a folder: its content decides what is run in the user's name.
  package static func check(_ folder: String) throws {
    var information = stat()
    guard lstat(folder, &information) == 0 else { throw error(errno, "the folder \(folder) cannot be used") }
    let complaint: String
    if information.st_mode & S_IFMT != S_IFDIR {
      complaint = "is not a folder"
    } else if information.st_uid != geteuid() {
      complaint = "belongs to another user"
    } else if information.st_mode & 0o022 != 0 {
      complaint = "can be written by others, who could have commands run in your name"
    } else {
      do {
        return try FileTrust.check(folder, information, isSharable: false, countsDefaults: false)
      } catch {
        throw unsafe(folder, error)
      }
    }
    throw LauncherError(
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

  /// A system error, as an error with advice.
  package static func error(_ number: Int32, _ what: String) -> LauncherError {
    let text = String(cString: strerror(number))
    return switch number {
    case ENOSPC, EDQUOT, EFBIG:
      LauncherError(.diskFull, "\(what): \(text)", advice: "Make room, then try again.")
    default:
      LauncherError(
        .permissionDenied,
        "\(what): \(text)",
        advice: "Set LAUNCHER_STATE to a folder that you may write to."
      )
    }
  }
}
