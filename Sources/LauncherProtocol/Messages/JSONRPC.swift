/// The id of a request: a number or a text, the same in its answer.
public enum RequestID: Hashable, Sendable, Codable {
  /// A number.
  case number(Int)
  /// A text.
  case text(String)

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }
}

/// The forms of JSON-RPC 2.0 messages, one per line.
public enum JSONRPC {
  /// The longest line either side may send.
  public static let greatestLine = 16 << 20

  /// What kind of message a line holds, read before its contents.
  public struct Header: Decodable, Sendable {
    /// The protocol's name and version, `2.0`.
    public let jsonrpc: String
    /// The id, in requests and answers.
    public let id: RequestID?
    /// The method, in requests and notifications.
    public let method: String?
    /// The failure, in answers.
    public let error: LauncherError?

    private enum CodingKeys: String, CodingKey { case jsonrpc, id, method, error }
  }

  /// A request, or a notification when it has no id.
  public struct Request<Parameters: Encodable>: Encodable {
    let jsonrpc = "2.0"
    let id: RequestID?
    let method: String
    let params: Parameters
  }

  /// The answer to a request that succeeded.
  public struct Success<Result: Encodable>: Encodable {
    let jsonrpc = "2.0"
    let id: RequestID
    let result: Result
  }

  /// The answer to a request that failed.
  public struct Failure: Encodable {
    let jsonrpc = "2.0"
    let id: RequestID?
    let error: LauncherError

    private enum CodingKeys: String, CodingKey { case jsonrpc, id, error }

    /// JSON-RPC requires the id of an unreadable request to be present and `null`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(jsonrpc, forKey: .jsonrpc)
      try container.encode(id, forKey: .id)
      try container.encode(error, forKey: .error)
    }
  }

  struct Parameters<Value: Decodable>: Decodable { let params: Value }
  struct Result<Value: Decodable>: Decodable { let result: Value }

  /// Names that a receiver has to understand or else refuse the message.
  struct MustUnderstand: Decodable {
    struct Names: Decodable { let mustUnderstand: [String]? }
    let params: Names?
  }

  /// Parameters of a method that takes none, and results of one that returns nothing.
  public struct Empty: Hashable, Sendable, Codable {
    /// Nothing.
    public init() {}
  }

  /// One message as a line of JSON, including its line end.
  static func line(_ message: some Encodable) throws -> [UInt8] {
    try JSON.bytes(of: message) + [0x0A]
  }
}

/// host ↔ adapter (notification `cancelRequest`): the answer is no longer wanted.
public struct CancelRequest: Hashable, Sendable, Codable {
  /// The request that is no longer wanted.
  public var id: RequestID

  /// Makes a notification.
  public init(id: RequestID) { self.id = id }
}
