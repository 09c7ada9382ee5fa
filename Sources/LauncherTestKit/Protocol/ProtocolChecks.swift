import LauncherKit

/// What the protocol requires of every adapter. There is no scheduler: native commands are not found.
struct ProtocolChecks: Sendable {
  let adapter: AdapterUnderTest

  /// The checks in the order of the specification.
  static func all(_ adapter: AdapterUnderTest) -> [Conformance.Check] {
    let checks = ProtocolChecks(adapter: adapter)
    let named: [(String, @Sendable () async throws -> Void)] = [
      ("it introduces itself, silent before and without running anything", checks.greeting),
      ("it chooses a version that was offered, and refuses when there is none", checks.versions),
      ("it answers nothing before initialize", checks.order),
      ("it goes with its input, in the middle of a request too", checks.end),
      ("it answers under the id of the request, number or text", checks.ids),
      ("lines that are no messages, and unknown notifications, cost nothing", checks.noise),
      ("unknown methods, and those it did not announce, are answered as such", checks.unknownMethods),
      ("fields that it does not know are ignored", checks.unknownFields),
      ("what a message insists on is understood, or the message refused", checks.insistence),
      ("parameters of a wrong form are refused", checks.wrongParameters),
      ("two requests at once are both answered", checks.together),
      ("a cancelled request is answered, and others go on", checks.cancellation),
      ("detect says absent where none of its commands exist", checks.absent),
      ("every announced operation is answered, and nothing is concluded where no command exists", checks.operations),
      ("a job that no answer speaks of has not ended", checks.silence),
      ("bytes that are not UTF-8 do not reach its messages", checks.bytes),
      ("malformed ids are kept from commands, job by job", checks.malformedIDs),
      ("a specification that it cannot honour is refused by name, before anything is run", checks.specification),
      ("a dry run makes nothing", checks.dryRun),
      ("a submission whose answer is lost is uncertain, and not repeated", checks.lostAnswer),
    ]
    return named.map { name, body in
      Conformance.Check("protocol: \(name)") {
        do {
          try await body()
        } catch let error as LauncherError {
          throw Conformance.Failure(
            "it failed with \(error.code.rawValue) (\(error.code.name)): \(error.descriptionWithAdvice)"
          )
        }
        return Conformance.Outcome()
      }
    }
  }

  /// A conversation that has begun.
  func begun(
    serve: @escaping @Sendable (NativeCommand) async throws -> PretendHost.Answer = { _ in .notFound }
  ) async throws -> (Conversation, AdapterDescription) {
    let conversation = try Conversation(adapter, serve: serve)
    return (conversation, try await conversation.initialize())
  }

  // MARK: The life of a connection

  private func greeting() async throws {
    let conversation = try Conversation(adapter)
    let description: AdapterDescription
    do {
      description = try await conversation.initialize()
    } catch {
      throw Conformance.Failure([error.wholeText], isFinal: true)
    }
    try demand(conversation.lines.count == 1, "it wrote \(conversation.lines.count) lines where one answer was due")
    try demand(conversation.host.commands.isEmpty, "it ran a command for initialize")
    try demand(description.protocol == 1, "it chose protocol \(description.protocol); 1 was offered")
    try demand(!description.adapter.name.isEmpty, "the adapter has no name")
    try demand(!description.scheduler.isEmpty, "the scheduler has no name")
    try await conversation.end()
  }

  private func versions() async throws {
    for (least, greatest) in [(70, 90), (0, 0)] {
      let conversation = try Conversation(adapter)
      try await conversation.refusal(
        [.incompatibleProtocol],
        "initialize",
        #"{"protocol": {"least": \#(least), "greatest": \#(greatest)}, "host": {"name": "conformance", "version": "1"}}"#
      )
      try await conversation.end()
    }
    for (least, greatest) in [(0, 1), (1, 9)] {
      let chosen = try await Conversation(adapter).initialize(least, greatest).protocol
      try demand(
        (least...greatest).contains(chosen),
        "it chose protocol \(chosen), and \(least) to \(greatest) were offered"
      )
    }
  }

  private func order() async throws {
    let conversation = try Conversation(adapter)
    try await conversation.refusal([.badRequest], "detect", "{}")
    try await conversation.initialize()
  }

  private func end() async throws {
    // Never opened: the command is still running when the input ends.
    let gate = Gate()
    let (conversation, description) = try await begun { _ in
      await gate.passed()
      return .notFound
    }
    guard description.commands == .host, description.operations.contains(.detect) else {
      try await conversation.end()
      return
    }
    conversation.send(#"{"jsonrpc":"2.0","id":"unfinished","method":"detect","params":{}}"#)
    try await conversation.underWay("unfinished")
    try await conversation.end()
  }
}
