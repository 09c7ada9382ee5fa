/// The version of the adapter protocol, and the range of versions that one side speaks.
public struct ProtocolRange: Hashable, Sendable, Codable {
  /// The lowest version.
  public var least: Int
  /// The highest version.
  public var greatest: Int

  /// The versions that this library speaks.
  public static let current = ProtocolRange(least: 1, greatest: 1)

  /// A range of versions.
  public init(least: Int, greatest: Int) {
    self.least = least
    self.greatest = greatest
  }

  /// The highest version that both ranges contain; `nil` when there is none.
  public func highestCommon(with other: ProtocolRange) -> Int? {
    let version = min(greatest, other.greatest)
    return version >= max(least, other.least) ? version : nil
  }
}

/// A program by its name and version.
public struct ProgramIdentity: Hashable, Sendable, Codable {
  /// The program's name.
  public var name: String
  /// Its version.
  public var version: String

  /// Makes an identity.
  public init(name: String, version: String) {
    self.name = name
    self.version = version
  }
}
