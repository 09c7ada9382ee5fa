import FoundationEssentials

/// host → adapter: is there a job with this token?
public struct FindRequest: Hashable, Sendable, Codable {
  /// The token of an earlier submission.
  public var token: String
  /// When the submission was tried; an earlier job is not the one.
  public var since: Date?

  /// Makes a request.
  public init(token: String, since: Date? = nil) {
    self.token = token
    self.since = since
  }

  private enum CodingKeys: String, CodingKey { case token, since }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      token: try container.decode(String.self, forKey: .token),
      since: try container.decodeInstantIfPresent(forKey: .since)
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(token, forKey: .token)
    try container.encodeInstantIfPresent(since, forKey: .since)
  }
}

/// adapter → host: the jobs with that token, none if every source was asked and has none.
public struct FindAnswer: Hashable, Sendable, Codable {
  /// The jobs; one, or none.
  public var jobs: [JobReference]

  /// Makes an answer.
  public init(jobs: [JobReference]) { self.jobs = jobs }
}
