import Glibc

/// The user this process acts for.
struct User: Sendable {
  let name: String
  let home: String?
  let shell: String?

  static let current: User = {
    guard let entry = getpwuid(getuid()) else { return User(name: "\(getuid())", home: nil, shell: nil) }
    return User(
      name: String(cString: entry.pointee.pw_name),
      home: String(cString: entry.pointee.pw_dir),
      shell: String(cString: entry.pointee.pw_shell)
    )
  }()
}
