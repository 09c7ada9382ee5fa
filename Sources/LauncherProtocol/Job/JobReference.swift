import FoundationEssentials

/// What names a job for good. Native ids wrap and come back, so the time of submission belongs to the name.
public struct JobReference: Hashable, Sendable, Codable {
  /// The scheduler's own id, an array task's included (`41`, `41_3`, `41[3].server`).
  public var id: String
  /// The adapter that knows the job.
  public var adapter: String?
  /// The server or cluster that gave the id.
  public var server: String?
  /// When it was submitted, where that is known.
  public var submittedAt: Date?

  /// Makes a reference.
  public init(id: String, adapter: String? = nil, server: String? = nil, submittedAt: Date? = nil) {
    self.id = id
    self.adapter = adapter
    self.server = server
    self.submittedAt = submittedAt
  }

  private enum CodingKeys: String, CodingKey {
    case id, adapter, server, submittedAt
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    adapter = try container.decodeIfPresent(String.self, forKey: .adapter)
    server = try container.decodeIfPresent(String.self, forKey: .server)
    submittedAt = try container.decodeInstantIfPresent(forKey: .submittedAt)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encodeIfPresent(adapter, forKey: .adapter)
    try container.encodeIfPresent(server, forKey: .server)
    try container.encodeInstantIfPresent(submittedAt, forKey: .submittedAt)
  }
}
