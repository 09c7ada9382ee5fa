import LauncherKit

/// Messages as such: ids, noise, unknown methods and members.
extension ProtocolChecks {
  func ids() async throws {
    let (conversation, _) = try await begun()
    for id in ["a", #"request "7" \ é"#, "-1"] {
      let line = JSONTree.object([
        "jsonrpc": .text("2.0"), "id": .text(id), "method": .text("makeCoffee"), "params": .object([:]),
      ])
      conversation.send(line.text)
      let answer = try await conversation.answer(to: id)
      try demand(answer["error"] != nil, "an unknown method was answered: \(answer.text)")
      try demand(answer["jsonrpc"] == .text("2.0"), "an answer does not say jsonrpc 2.0: \(answer.text)")
    }
  }

  func noise() async throws {
    let (conversation, _) = try await begun()
    let lines: [[UInt8]] = [
      Array("this is no message".utf8), [], Array(#"{"half":"#.utf8), Array("[]".utf8), Array("7".utf8),
      Array(#"{"jsonrpc":"2.0"}"#.utf8), [0xFF, 0xFE, 0x7B], [0x00],
      Array(#"{"jsonrpc":"2.0","method":"weather","params":{"it":"rains"}}"#.utf8),
      Array(#"{"jsonrpc":"2.0","id":"nobody","result":{}}"#.utf8),
      Array(#"{"jsonrpc":"2.0","method":"cancelRequest","params":{"id":"nobody"}}"#.utf8),
    ]
    for line in lines {
      conversation.send(line)
      do {
        try await conversation.refusal([.unsupportedMethod], "makeCoffee", #"{"cups": 2}"#)
      } catch let failure as Conformance.Failure {
        let text = String(decoding: line, as: UTF8.self).debugDescription
        throw Conformance.Failure(["after the line \(text) it does not go on:"] + failure.sentences)
      }
    }
    // A carriage return before the line's end is dropped.
    conversation.send(#"{"jsonrpc":"2.0","id":"crlf","method":"makeCoffee","params":{}}"# + "\r")
    _ = try await conversation.answer(to: "crlf")
    try await conversation.end()
  }

  func unknownMethods() async throws {
    let (conversation, description) = try await begun()
    try await conversation.refusal([.unsupportedMethod], "makeCoffee", #"{"cups": 2}"#)
    for operation in Operation.allCases where !description.operations.contains(operation) {
      try await conversation.refusal([.unsupportedMethod], operation.rawValue, Self.parameters(of: operation))
    }
  }

  func unknownFields() async throws {
    let (conversation, description) = try await begun()
    let future = #""future": {"a": [1, null, "b"]}"#
    if description.operations.contains(.detect) {
      let _: Detection = try await conversation.request("detect", "{\(future)}").decoded("the answer to detect")
    }
    if description.operations.contains(.poll) {
      let answer = try await conversation.poll(#"{"jobs": [], \#(future)}"#)
      try demand(answer.error == nil, "a poll with an unknown field was refused: \(answer.error?.message ?? "")")
      try demand(answer.isComplete, "a poll of no job is not complete")
      try demand(answer.order.isEmpty, "a poll of no job reported \(answer.order)")
    }
  }

  func insistence() async throws {
    let (conversation, description) = try await begun { _ in
      throw LauncherError(.dryRun, "a dry run does not run this")
    }
    for operation in description.operations {
      let refused = try await conversation.refusal(
        [.mustUnderstand],
        operation.rawValue,
        Self.parameters(of: operation, more: #""mustUnderstand": ["flux"], "flux": 1"#)
      )
      try demand(refused.message.contains("flux"), "‘flux’ is not named: \(refused.message)")
    }
    guard description.operations.contains(.submit) else { return }
    do {
      let known = #""mustUnderstand": ["spec", "token", "dryRun"]"#
      _ = try await conversation.request("submit", Self.parameters(of: .submit, more: known))
    } catch let error as LauncherError where error.code != .mustUnderstand {
      // Another check deals with a dry run that ends in another error.
    }
  }

  func wrongParameters() async throws {
    let (conversation, description) = try await begun()
    let wrong: [(Operation, String, [LauncherError.Code])] = [
      (.poll, #"{"jobs": 7}"#, [.badRequest]), (.poll, #"{"jobs": [{"name": "no id"}]}"#, [.badRequest]),
      (.submit, "{}", [.badRequest]), (.submit, #"{"spec": "no object", "token": "t"}"#, [.badRequest, .invalidValue]),
      (.submit, #"{"spec": {"command": "no list"}, "token": "t"}"#, [.badRequest, .invalidValue]),
      (.find, "{}", [.badRequest]), (.cancel, "{}", [.badRequest]), (.cancel, #"{"jobs": "1"}"#, [.badRequest]),
    ]
    for (operation, parameters, codes) in wrong where description.operations.contains(operation) {
      try await conversation.refusal(codes, operation.rawValue, parameters)
    }
  }

  /// Valid parameters, as JSON text; a submission is a dry run.
  static func parameters(of operation: Operation, more: String? = nil) -> String {
    let tail = more.map { ", \($0)" } ?? ""
    switch operation {
    case .detect, .queues, .nodes: return "{\(more ?? "")}"
    case .submit:
      return #"{"spec": {"command": ["true"]}, "token": "\#(Launcher.makeToken())", "dryRun": true\#(tail)}"#
    case .find: return #"{"token": "\#(Launcher.makeToken())"\#(tail)}"#
    case .poll, .cancel, .hold, .release, .suspend, .resume: return #"{"jobs": [{"id": "987654"}]\#(tail)}"#
    }
  }
}
