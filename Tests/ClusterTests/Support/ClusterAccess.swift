import Testing

/// How a test uses the cluster: a few at a time side by side, or one alone, since it disturbs the others.
struct ClusterUse: SuiteTrait, TestTrait, TestScoping {
  let isAlone: Bool
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    await ClusterAccess.shared.enter(isAlone: isAlone)
    do {
      try await function()
    } catch {
      await ClusterAccess.shared.leave()
      throw error
    }
    await ClusterAccess.shared.leave()
  }
}

extension Trait where Self == ClusterUse {
  /// The test leaves the other tests' jobs alone.
  static var sharing: Self { ClusterUse(isAlone: false) }
  /// The test stops daemons, takes whole nodes or fills the queue.
  static var alone: Self { ClusterUse(isAlone: true) }
}

/// Lets tests onto the cluster: those that share it first.
private actor ClusterAccess {
  static let shared = ClusterAccess()

  /// Two processors can run this many without delaying all of them.
  private let width = 8
  private var sharing = 0
  private var isTaken = false
  private var waitingToShare: [CheckedContinuation<Void, Never>] = []
  private var waitingAlone: [CheckedContinuation<Void, Never>] = []

  func enter(isAlone: Bool) async {
    await withCheckedContinuation { continuation in
      if isAlone { waitingAlone.append(continuation) } else { waitingToShare.append(continuation) }
      admit()
    }
  }

  func leave() {
    if isTaken { isTaken = false } else { sharing -= 1 }
    admit()
  }

  private func admit() {
    while !isTaken, sharing < width, !waitingToShare.isEmpty {
      sharing += 1
      waitingToShare.removeFirst().resume()
    }
    if !isTaken, sharing == 0, !waitingAlone.isEmpty {
      isTaken = true
      waitingAlone.removeFirst().resume()
    }
  }
}
