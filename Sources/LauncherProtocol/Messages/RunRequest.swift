/// adapter → host, as it travels: a command, and for which request of the host it is wanted.
public struct RunRequest: Hashable, Sendable, Codable {
  /// The command.
  public var command: NativeCommand
  /// The host's request that it is wanted for: the output files are deleted with its answer. If `nil`, any that is
  /// under way.
  public var request: RequestID?

  /// Makes a request.
  public init(_ command: NativeCommand, for request: RequestID? = nil) {
    self.command = command
    self.request = request
  }

  private enum CodingKeys: String, CodingKey { case request }

  public init(from decoder: any Decoder) throws {
    command = try NativeCommand(from: decoder)
    request = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(RequestID.self, forKey: .request)
  }

  public func encode(to encoder: any Encoder) throws {
    try command.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(request, forKey: .request)
  }
}
