/// Lets no more than a few commands run at a time. Who comes first runs first.
actor CommandLimiter {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A limiter for so many commands.
  init(_ count: Int) { free = max(1, count) }

  /// Runs a command once there is room for it.
  nonisolated func run<Result>(_ command: () async throws -> Result) async rethrows -> Result {
    await enter()
    do {
      let result = try await command()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
