/// Answers the requests that come in over a `Peer`.
public protocol PeerHandler: Sendable {
  /// Answers a request. An error that it throws becomes the error of the answer.
  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable

  /// Is notified of a request as it comes in: in the order of arrival, before it or any later one is answered.
  func received(method: String, message: IncomingMessage)

  /// Takes a notification. Called in the order of arrival, and before any later answer is passed on.
  func notified(method: String, message: IncomingMessage)

  /// The parameters of a method that this side understands, for messages that insist on some.
  func understands(parameter: String, of method: String) -> Bool
}

extension PeerHandler {
  public func received(method: String, message: IncomingMessage) {}
  public func notified(method: String, message: IncomingMessage) {}
  public func understands(parameter: String, of method: String) -> Bool { false }
}
