import AdapterKit
import CLinux
import Glibc

/// The folder with everything of one host's queue. For its owner alone, since environments hold secrets.
struct StateFolder: Sendable {
  let path: String

  var database: String { path + "/queue.sqlite" }
  var log: String { path + "/log" }
  func job(_ key: TaskKey) -> String { path + "/jobs/" + key.text }

  /// Makes the folder and an empty database file, with rights for nobody else.
  func create() throws {
    try Self.makeFolder(path + "/jobs")
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) }
    for folder in [parent, path, path + "/jobs"].compactMap({ $0 }) { try Self.check(folder) }
    let descriptor = open(database, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.error(errno, "the queue's database \(database) cannot be made") }
    close(descriptor)
  }

  /// Makes a folder with those above it.
  static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw error(errno, "the folder \(path) cannot be made")
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw error(errno, "the folder \(path) cannot be made") }
  }

  /// Looks whether a folder is the user's alone to write: it holds commands to be run.
  static func check(_ folder: String) throws {
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
  var isOnNetwork: Bool {
    // NFS, SMB, CIFS, Lustre, GPFS, BeeGFS, AFS, Ceph, FUSE, 9p, PanFS, OrangeFS
    let kinds: Set<UInt> = [
      0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x0BD0_0BD0, 0x4750_4653, 0x1983_0326, 0x5346_414F, 0x00C3_6400,
      0x6573_5546, 0x0102_1997, 0xAAD7_AAEA, 0x2003_0528,
    ]
    return kinds.contains(UInt(clinux_file_system_kind(path)))
  }

  /// Removes a job's folder, which holds files and no folders of ours.
  static func remove(_ folder: String) {
    guard let stream = opendir(folder) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { unlink(folder + "/" + name) }
    }
    closedir(stream)
    rmdir(folder)
  }

  static func error(_ number: Int32, _ what: String) -> AdapterError {
    switch number {
    case ENOSPC, EDQUOT, EFBIG:
      AdapterError(.diskFull, "\(what): \(errorText(number))", advice: "Make room, then try again.")
    default:
      AdapterError(
        .permissionDenied,
        "\(what): \(errorText(number))",
        advice: "Set LAUNCHER_STATE to a folder that you may write to."
      )
    }
  }
}
