import FoundationEssentials

/// What names a job for good. Native ids wrap and come back, so the time of submission belongs to the name.
public struct JobReference: Hashable, Sendable, Codable {
  /// The scheduler's own id, an array task's included (`41`, `41_3`, `41[3].server`).
  public var id: String
  /// The adapter that knows the job.
  public var adapter: String?
  /// The machine on which the scheduler's commands run (`ssh://login`); `nil` for this one. An adapter never gets it.
  public var host: String?
  /// The server or cluster that gave the id.
  public var server: String?
  /// When it was submitted, where that is known.
  public var submittedAt: Date?

  /// The submission's token, where it is known: what a job wrote down under another token is another job's.
  public var token: String?
  /// The indices an array was submitted with, where they are known: a task that no source reports is missing then.
  public var array: ArrayIndices?

  /// Makes a reference.
  public init(
    id: String,
    adapter: String? = nil,
    host: String? = nil,
    server: String? = nil,
    submittedAt: Date? = nil,
    token: String? = nil,
    array: ArrayIndices? = nil
  ) {
    self.id = id
    self.adapter = adapter
    self.host = host
    self.server = server
    self.submittedAt = submittedAt
    self.token = token
    self.array = array
  }

  private enum CodingKeys: String, CodingKey {
    case id, adapter, host, server, submittedAt, token, array
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    adapter = try container.decodeIfPresent(String.self, forKey: .adapter)
    host = try container.decodeIfPresent(String.self, forKey: .host)
    server = try container.decodeIfPresent(String.self, forKey: .server)
    submittedAt = try container.decodeInstantIfPresent(forKey: .submittedAt)
    token = try container.decodeIfPresent(String.self, forKey: .token)
    array = try container.decodeIfPresent(ArrayIndices.self, forKey: .array)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encodeIfPresent(adapter, forKey: .adapter)
    try container.encodeIfPresent(host, forKey: .host)
    try container.encodeIfPresent(server, forKey: .server)
    try container.encodeInstantIfPresent(submittedAt, forKey: .submittedAt)
    try container.encodeIfPresent(token, forKey: .token)
    try container.encodeIfPresent(array, forKey: .array)
  }
}

extension JobReference: CustomStringConvertible {
  /// The id, and where it counts: `41 (slurm)`, `41 (slurm on ssh://login)`.
  public var description: String {
    let place = [adapter, host.map { "on \($0)" }].compactMap { $0 }.joined(separator: " ")
    return place.isEmpty ? id : "\(id) (\(place))"
  }
}
