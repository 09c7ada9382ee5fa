import FoundationEssentials

/// One end of a connection: sends requests and matches their answers, hands incoming requests to its handler.
///
/// Both sides of the adapter protocol use it. It does no input or output of its own: bytes leave
/// through `send`, and lines come in through `receive(line:)`, in their order.
public actor Peer {
  private let send: @Sendable ([UInt8]) throws -> Void
  private let handler: any PeerHandler
  private var lastID = 0
  private var waiting: [RequestID: CheckedContinuation<IncomingMessage, any Error>] = [:]
  private var answering: [RequestID: Task<Void, Never>] = [:]
  private var closingError: (any Error)?

  /// Makes an end of a connection.
  ///
  /// - Parameters:
  ///   - handler: answers the other side's requests.
  ///   - send: writes one line, including its line end.
  public init(handler: any PeerHandler, send: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.handler = handler
    self.send = send
  }

  /// Sends a request and waits for its answer. When the task is cancelled, the other side is informed.
  ///
  /// - Parameters:
  ///   - method: the method's name.
  ///   - parameters: its parameters.
  ///   - onStart: receives the id under which the request travels, before it is sent.
  /// - Throws: the `LauncherError` of the answer, `CancellationError`, or why the connection closed.
  public func request<Result: Decodable>(
    _ method: String,
    _ parameters: some Encodable & Sendable,
    as result: Result.Type = Result.self,
    onStart: (@Sendable (RequestID) -> Void)? = nil
  ) async throws -> Result {
    try Task.checkCancellation()
    lastID += 1
    let id = RequestID.number(lastID)
    onStart?(id)
    let line = try JSONRPC.line(JSONRPC.Request(id: id, method: method, params: parameters))
    guard line.count <= JSONRPC.greatestLine else { throw Self.tooLarge("the request \(method)", line) }
    let answer: IncomingMessage = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<IncomingMessage, any Error>) in
        if let closingError {
          continuation.resume(throwing: closingError)
          return
        }
        waiting[id] = continuation
        transmit(line, for: id)
      }
    } onCancel: {
      Task { await self.abandon(id) }
    }
    return try answer.result(as: Result.self)
  }

  /// Sends a notification: nothing comes back.
  public func notify(_ method: String, _ parameters: some Encodable & Sendable) throws {
    if let closingError { throw closingError }
    let line = try JSONRPC.line(JSONRPC.Request(id: nil, method: method, params: parameters))
    guard line.count <= JSONRPC.greatestLine else { throw Self.tooLarge("the notification \(method)", line) }
    try send(line)
  }

  /// Reports to the other side that one of its lines could not be read, as JSON-RPC requires: by an answer without an
  /// id.
  public func reject(_ error: LauncherError) {
    guard let line = try? JSONRPC.line(JSONRPC.Failure(id: nil, error: error)) else { return }
    try? send(line)
  }

  private static func tooLarge(_ what: String, _ line: [UInt8]) -> LauncherError {
    LauncherError(.tooLarge, "\(what) is \(line.count) bytes; 16 MiB are allowed")
  }

  /// Takes one line from the other side.
  ///
  /// - Throws: `LauncherError` when it is not a JSON-RPC message; the connection can continue.
  public func receive(line: [UInt8]) throws {
    let message = try IncomingMessage(line: line)
    switch (message.header.method, message.header.id) {
    case (let method?, let id?): answer(method: method, id: id, message: message)
    case ("cancelRequest", nil):
      guard let cancelled = try? message.parameters(as: CancelRequest.self) else { return }
      answering[cancelled.id]?.cancel()
    case (let method?, nil): handler.notified(method: method, message: message)
    case (nil, let id?):
      // An answer without a request is not a fault: the request may have been abandoned in the meantime.
      guard let continuation = waiting.removeValue(forKey: id) else { return }
      if let error = message.header.error {
        continuation.resume(throwing: error)
      } else {
        continuation.resume(returning: message)
      }
    case (nil, nil):
      if let error = message.header.error { throw error }
      throw LauncherError(.badRequest, "a message has neither a method nor an id")
    }
  }

  /// Ends the connection: every request that waits fails with `error`, every answer under way is cancelled.
  public func close(throwing error: any Error) {
    guard closingError == nil else { return }
    closingError = error
    for continuation in waiting.values { continuation.resume(throwing: error) }
    waiting = [:]
    for task in answering.values { task.cancel() }
  }

  /// Waits until every request of the other side is answered or has been abandoned.
  public func finishAnswering() async {
    for task in answering.values { await task.value }
  }

  private func transmit(_ line: [UInt8], for id: RequestID) {
    do {
      try send(line)
    } catch {
      waiting.removeValue(forKey: id)?.resume(throwing: error)
    }
  }

  private func abandon(_ id: RequestID) {
    guard let continuation = waiting.removeValue(forKey: id) else { return }
    continuation.resume(throwing: CancellationError())
    try? notify("cancelRequest", CancelRequest(id: id))
  }

  private func answer(method: String, id: RequestID, message: IncomingMessage) {
    // Nothing would cancel it any more, and its answer would not be read.
    guard closingError == nil else { return }
    guard answering[id] == nil else {
      let error = LauncherError(.badRequest, "a request has the id of another one that is not answered yet")
      reject(error)
      return
    }
    handler.received(method: method, message: message)
    answering[id] = Task {
      let line: [UInt8]?
      do {
        try message.checkUnderstood(by: handler, method: method)
        let result = try await handler.answer(method: method, id: id, message: message)
        let success = try JSONRPC.line(JSONRPC.Success(id: id, result: ErasedEncodable(result)))
        guard success.count <= JSONRPC.greatestLine else { throw Self.tooLarge("the answer to \(method)", success) }
        line = success
      } catch {
        line = try? JSONRPC.line(JSONRPC.Failure(id: id, error: LauncherError(wrapping: error, during: method)))
      }
      if let line { try? send(line) }
      answering[id] = nil
    }
  }
}

/// Carries a value of any encodable type through a generic message.
private struct ErasedEncodable: Encodable {
  let value: any Encodable & Sendable
  init(_ value: any Encodable & Sendable) { self.value = value }
  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
