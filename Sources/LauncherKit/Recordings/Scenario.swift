import LauncherProtocol

/// `scenario.json`: where a recording comes from. Recordings made by other means may contain more; unknown members are
/// left alone.
public struct Scenario: Hashable, Sendable, Codable {
  /// `recorded` from a real scheduler, or `constructed`.
  public var provenance: String?
  /// What happens in it, as a sentence.
  public var what: String?
  /// How it was made.
  public var how: String?
  /// The texts in it that belong to the machine and the user of the recording.
  public var surroundings: Surroundings?
  /// The files in the recording with what jobs wrote (`files/01`), by their paths on that machine.
  public var files: [String: String]
  /// Whether names and hosts were replaced.
  public var redacted: Bool

  /// A scenario of which nothing is known.
  public init() {
    files = [:]
    redacted = false
  }

  private enum CodingKeys: String, CodingKey { case provenance, what, how, surroundings, files, redacted }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    provenance = try container.decodeIfPresent(String.self, forKey: .provenance)
    what = try? container.decodeIfPresent(String.self, forKey: .what)
    how = try? container.decodeIfPresent(String.self, forKey: .how)
    surroundings = try container.decodeIfPresent(Surroundings.self, forKey: .surroundings)
    files = try container.decodeIfPresent([String: String].self, forKey: .files) ?? [:]
    redacted = try container.decodeIfPresent(Bool.self, forKey: .redacted) ?? false
  }

  /// Refuses a recording that names files outside itself.
  ///
  /// - Throws: `LauncherError` (`notRecorded`).
  func checkFiles(in folder: String) throws {
    guard let name = files.values.sorted().first(where: { !RecordingFolder.isJobFile($0) }) else { return }
    throw LauncherError(
      .notRecorded,
      "\(folder)/scenario.json names ‘\(name)’, which is not a file of the recording",
      advice: "What jobs wrote lies in the recording's folder ‘files’: files/1. Do not use a recording that leads "
        + "elsewhere."
    )
  }
}
