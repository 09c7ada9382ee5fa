import LauncherKit

/// Submitting: what is refused, what a dry run does, what happens after a lost answer.
extension ProtocolChecks {
  func specification() async throws {
    let (conversation, description) = try await begun()
    guard description.operations.contains(.submit) else { return }
    func submission(_ members: String) -> String {
      #"{"spec": {\#(members)}, "token": "\#(Launcher.makeToken())", "dryRun": true}"#
    }
    for field in ["walltme", "future.field"] {
      let refused = try await conversation.refusal(
        [.unsupportedField],
        "submit",
        submission(#""command": ["true"], "\#(field)": "1""#)
      )
      try demand(refused.message.contains(field), "‘\(field)’ is not named: \(refused.message)")
    }
    try await conversation.refusal(
      [.unsupportedField],
      "submit",
      submission(#""command": ["true"], "environment": {"inherits": "all"}"#)
    )
    let values: [(JobSpec.Field, String)] = [
      (.queue, #""q""#), (.nodes, "2"), (.array, #""1-3""#), (.walltime, #""00:10:00""#), (.requeue, "false"),
      (.priority, "1"), (.dependencies, #"["afterok:1"]"#), (.gpus, #"{"total": 1}"#),
      (.environment, #"{"inherit": "none"}"#),
    ]
    for (field, value) in values where !description.fields.contains(field) {
      let refused = try await conversation.refusal(
        [.unsupportedField],
        "submit",
        submission(#""command": ["true"], "\#(field.rawValue)": \#(value)"#)
      )
      try demand(refused.message.contains(field.rawValue), "‘\(field.rawValue)’ is not named: \(refused.message)")
    }
    let wrong = [
      #""command": ["true"], "script": "true""#, #""name": "no work""#, #""command": []"#,
      #""command": ["true"], "name": "two\nlines""#,
    ]
    for members in wrong {
      try await conversation.refusal([.badRequest, .unsupportedField, .invalidValue], "submit", submission(members))
    }
  }

  func dryRun() async throws {
    let (conversation, description) = try await begun { command in
      guard command.effect == .reads else { throw LauncherError(.dryRun, "a dry run does not run this") }
      return PretendHost.Answer()
    }
    guard description.operations.contains(.submit) else { return }
    let token = Launcher.makeToken()
    let parameters = #"{"spec": {"command": ["true"]}, "token": "\#(token)", "dryRun": true}"#
    guard description.commands == .host else {
      let answer: SubmitAnswer = try await conversation.request("submit", parameters).decoded("the answer to submit")
      try demand(answer.job == nil && answer.plan != nil, "an adapter that acts itself answers a dry run with a plan")
      return
    }
    do {
      let answer: SubmitAnswer = try await conversation.request("submit", parameters).decoded("the answer to submit")
      try demand(answer.job == nil, "a dry run names the job \(answer.job?.id ?? "")")
    } catch let error as LauncherError {
      try demand(error.code == .dryRun, "a dry run ended with \(error.code.rawValue): \(error.message)")
    }
    let creating = conversation.host.commands.filter { $0.effect == .creates }
    try demand(creating.count == 1, "\(creating.count) commands were to make something; a submission is one")
    let texts = creating.flatMap { $0.argv + [$0.stdin ?? ""] + $0.environment.values.compactMap { $0 } }
    try demand(texts.contains { $0.contains(token) }, "the token does not travel inside the job")
  }

  func lostAnswer() async throws {
    let endings: [PretendHost.Answer] = [
      .init(ending: .timedOut), .init(ending: .signalled(.kill)), .init(stdout: Array("the server greets you\n".utf8)),
    ]
    for ending in endings {
      let (conversation, description) = try await begun { command in
        command.effect == .reads ? PretendHost.Answer() : ending
      }
      guard description.operations.contains(.submit), description.commands == .host else { return }
      try await conversation.refusal(
        [.uncertainSubmission],
        "submit",
        #"{"spec": {"command": ["true"]}, "token": "\#(Launcher.makeToken())"}"#,
        mayRun: true
      )
      let tried = conversation.host.commands.filter { $0.effect != .reads }.count
      try demand(tried == 1, "the command that submits was run \(tried) times")
    }
  }
}
