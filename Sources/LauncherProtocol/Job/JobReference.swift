import FoundationEssentials

/// A job's permanent name. Native ids wrap around and are reused, so the time of submission is part of the name.
public struct JobReference: Hashable, Sendable, Codable {
  /// The scheduler's own id, including that of an array task (`41`, `41_3`, `41[3].server`).
  public var id: String
  /// The adapter that knows the job.
  public var adapter: String?
  /// The machine on which the scheduler's commands run (`ssh://login`); `nil` for this one. An adapter never gets it.
  public var host: String?
  /// The server or cluster that gave the id.
  public var server: String?
  /// When it was submitted, if known.
  public var submittedAt: Date?

  /// The submission's token, if known: a record that a job wrote under another token belongs to another job.
  public var token: String?
  /// The indices an array was submitted with, if known: then a task that no source reports is missing.
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
