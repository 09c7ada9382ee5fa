import LauncherKit

/// Requests without a scheduler.
extension ProtocolChecks {
  func together() async throws {
    let gate = Gate()
    let (conversation, description) = try await begun { _ in
      await gate.passed()
      return .notFound
    }
    let method = description.operations.contains(.detect) ? "detect" : "makeCoffee"
    let ids = ["first", "second", "third"]
    for id in ids { conversation.send(#"{"jsonrpc":"2.0","id":"\#(id)","method":"\#(method)","params":{}}"#) }
    gate.open()
    for id in ids { _ = try await conversation.answer(to: id) }
    for id in ids {
      let count = conversation.lines.filter { $0["id"] == .text(id) && $0["method"] == nil }.count
      try demand(count == 1, "the request ‘\(id)’ was answered \(count) times")
    }
  }

  func cancellation() async throws {
    let gate = Gate()
    let (conversation, description) = try await begun { _ in
      await gate.passed()
      return .notFound
    }
    guard description.operations.contains(.detect) else { return }
    conversation.send(#"{"jsonrpc":"2.0","id":"unwanted","method":"detect","params":{}}"#)
    try await conversation.underWay("unwanted")
    conversation.send(#"{"jsonrpc":"2.0","method":"cancelRequest","params":{"id":"unwanted"}}"#)
    gate.open()
    let answer = try await conversation.answer(to: "unwanted")
    if let error = answer["error"] {
      let told: LauncherError = try error.decoded("the answer to a cancelled request")
      try demand(told.code == .cancelled, "a cancelled request ended with \(told.code.rawValue): \(told.message)")
    }
    let _: Detection = try await conversation.request("detect", "{}").decoded("the answer to detect")
    try await conversation.end()
  }

  func absent() async throws {
    let (conversation, description) = try await begun()
    guard description.operations.contains(.detect) else { return }
    let detection: Detection = try await conversation.request("detect", "{}").decoded("the answer to detect")
    guard description.commands == .host else { return }
    try demand(detection.presence == .absent, "no command is here, and the scheduler is \(detection.presence.rawValue)")
    let changing = conversation.host.commands.first { $0.effect != .reads }
    try demand(changing == nil, "detect asked for a command that does more than look: \(changing?.argv ?? [])")
  }

  func operations() async throws {
    let (conversation, description) = try await begun()
    // An adapter that acts itself includes its scheduler.
    let hasNone = description.commands == .host
    for operation in description.operations {
      let parameters = Self.parameters(of: operation)
      if operation == .poll {
        try await pollNothing(conversation, parameters)
        try await pollNothing(conversation, "{}")
        continue
      }
      do {
        let answer = try await conversation.request(operation.rawValue, parameters)
        try Self.checkForm(of: answer, operation)
        switch operation {
        case .cancel, .hold, .release, .suspend, .resume:
          let results: ActionAnswer = try answer.decoded("the answer to \(operation.rawValue)")
          try demand(
            results.results.map(\.id) == ["987654"] && results.results.allSatisfy { $0.error != nil },
            "a job that nobody knows: \(operation.rawValue) is said to be done"
          )
        case .find, .queues, .nodes:
          try demand(!hasNone, "no command is here, and \(operation.rawValue) is answered: \(answer.text)")
        case .submit:
          try demand(answer["job"] == nil, "a dry run submitted a job: \(answer.text)")
        case .detect, .poll: break
        }
      } catch let error as LauncherError {
        try Self.checkForm(of: error, operation)
      }
    }
  }

  private func pollNothing(_ conversation: Conversation, _ parameters: String) async throws {
    let answer = try await conversation.poll(parameters)
    if let error = answer.error { try Self.checkForm(of: error, .poll) }
    for status in answer.statuses.values where status.id == "987654" {
      if case .unknown = status.state { continue }
      throw Conformance.Failure("a job that nobody knows is \(status.brief)")
    }
  }

  private static func checkForm(of answer: JSONTree, _ operation: Operation) throws {
    let what = "the answer to \(operation.rawValue)"
    switch operation {
    case .detect: let _: Detection = try answer.decoded(what)
    case .submit: let _: SubmitAnswer = try answer.decoded(what)
    case .poll: let _: PollAnswer = try answer.decoded(what)
    case .find: let _: FindAnswer = try answer.decoded(what)
    case .cancel, .hold, .release, .suspend, .resume: let _: ActionAnswer = try answer.decoded(what)
    case .queues: let _: QueuesAnswer = try answer.decoded(what)
    case .nodes: let _: NodesAnswer = try answer.decoded(what)
    }
  }

  private static func checkForm(of error: LauncherError, _ operation: Operation) throws {
    let name = operation.rawValue
    try demand(error.code != .unsupportedMethod, "‘\(name)’ was announced, and is answered as unknown")
    try demand(!error.message.isEmpty, "‘\(name)’ failed without a message")
    try demand(operation != .detect, "a scheduler that is not there is a result, not the error \(error.message)")
  }

  func malformedIDs() async throws {
    let (conversation, description) = try await begun()
    for id in ["--all", "1;reboot\n", "", "$(id)", "../1", String(repeating: "1", count: 256)] {
      let jobs = #"{"jobs": [\#(JSONTree.object(["id": .text(id)]).text)]}"#
      let shown = id.debugDescription.prefix(40)
      if description.operations.contains(.poll) {
        let answer = try await conversation.poll(jobs)
        if let error = answer.error {
          try demand(error.code == .malformedID, "a poll of the id \(shown) failed with \(error.code.rawValue)")
        } else {
          let told = answer.statuses[id]
          try demand(
            told?.state == .unknown(.gone) && answer.order == [id],
            "the id \(shown) was reported as \(told?.brief ?? "nothing")"
          )
        }
      }
      for operation in [Operation.cancel, .hold] where description.operations.contains(operation) {
        do {
          let answer: ActionAnswer = try await conversation.request(operation.rawValue, jobs)
            .decoded("the answer to \(operation.rawValue)")
          try demand(
            answer.results.map(\.error?.code) == [.malformedID],
            "\(operation.rawValue) of the id \(shown) is not refused as malformed"
          )
        } catch let error as LauncherError {
          try demand(
            error.code == .malformedID,
            "\(operation.rawValue) of the id \(shown) failed with \(error.code.rawValue): \(error.message)"
          )
        }
      }
      try demand(conversation.host.commands.isEmpty, "the id \(shown) reached a command")
    }
  }
}
