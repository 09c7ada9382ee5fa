import LauncherKit

/// Answers of native commands that say nothing, or nothing readable.
extension ProtocolChecks {
  func silence() async throws {
    let (conversation, description) = try await begun { _ in PretendHost.Answer() }
    guard description.operations.contains(.poll) else { return }
    for query in [Self.parameters(of: .poll), #"{"jobs": [{"id": "1"}, {"id": "987654"}]}"#] {
      let answer = try await conversation.poll(query)
      for status in answer.statuses.values {
        try demand(status.state.unknownCause != nil, "no answer speaks of job \(status.id), and it is \(status.brief)")
      }
    }
  }

  /// Names and complaints in Latin-1: they are replaced, or left out.
  func bytes() async throws {
    let words: [UInt8] = Array("caf".utf8) + [0xE9, 0x20, 0xFF, 0x0A]
    for ending in [CommandResult.Ending.exited(0), .exited(1)] {
      let (conversation, description) = try await begun { command in
        if command.effect == .creates, ending == .exited(0) { return PretendHost.Answer() }
        return PretendHost.Answer(ending: ending, stdout: words, stderr: words)
      }
      for operation in description.operations {
        do {
          if operation == .poll {
            _ = try await conversation.poll(Self.parameters(of: .poll))
          } else {
            _ = try await conversation.request(operation.rawValue, Self.parameters(of: operation))
          }
        } catch is LauncherError {
          // How it interprets such an answer does not matter here.
        }
      }
    }
  }
}
