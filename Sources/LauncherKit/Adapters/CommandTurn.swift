/// A submission's turn among those whose commands share slots: behind another one, where they are to keep their order.
struct CommandTurn: Sendable {
  /// That of the submission that the current task makes; `nil` where submissions do not wait for each other.
  @TaskLocal static var current: CommandTurn?

  private let slots: CommandSlots
  private let before: (command: Gate, result: Gate)?
  private let command = Gate()
  private let result = Gate()

  /// - Parameter other: the one before, when the order is to be kept.
  init(in slots: CommandSlots, behind other: CommandTurn? = nil) {
    self.slots = slots
    before = other.map { ($0.command, $0.result) }
  }

  /// Waits until the one before has a slot for its command, or is over.
  func mayBegin() async { await before?.command.passed() }

  /// Runs a command in a slot. Throws as `CommandSlots.run`.
  func run<Result: Sendable>(_ command: () async throws -> Result) async throws -> Result {
    try await slots.run {
      self.command.open()
      return try await command()
    }
  }

  /// Ends the turn, and tells of its result behind that of the one before.
  func end(tell: () -> Void) async {
    command.open()
    await before?.result.passed()
    tell()
    result.open()
  }
}
