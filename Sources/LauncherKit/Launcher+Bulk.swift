import LauncherProtocol
import Synchronization

extension Launcher {
  /// What came of one of many submissions.
  public struct BulkResult: Sendable {
    /// Its place in the sequence, from 0.
    public var index: Int
    /// Its token.
    public var token: String
    /// The job; or why there is none, or why that is not known.
    public var result: Result<JobReference, AdapterError>
    /// What the scheduler or the adapter remarked.
    public var remarks: [String]
  }

  /// Submits many jobs, a few at a time.
  ///
  /// One that is refused costs no other one anything. With the same token and the same specifications it can be repeated
  /// safely: what was submitted before is not submitted again.
  ///
  /// - Parameters:
  ///   - specs: what to run, in order; taken as they are needed, so that the sequence may be long.
  ///   - limit: how many of the scheduler's submit commands, or submissions of an adapter that acts itself, may run at a
  ///     time; with 1 they run, and are told of, in order.
  ///   - token: what the single tokens are made of; a new one when none is given.
  /// - Returns: a result for each, in the order in which they come; by cancelling the task that reads them, no further
  ///   submission is begun.
  public func submit(
    all specs: some Sequence<JobSpec> & Sendable,
    atMost limit: Int = 4,
    token: String? = nil
  ) -> AsyncStream<BulkResult> {
    submit(all: specs, atMost: limit, token: token ?? Self.makeToken(), isNew: token == nil)
  }

  /// - Parameter isNew: whether nobody can have used the token before.
  package func submit(
    all specs: some Sequence<JobSpec> & Sendable,
    atMost limit: Int,
    token: String,
    isNew: Bool
  ) -> AsyncStream<BulkResult> {
    AsyncStream { continuation in
      let slots = CommandSlots(limit)
      let isInOrder = limit <= 1
      let results = BulkResults(inOrder: isInOrder) { continuation.yield($0) }
      let work = Task {
        await inSeries {
          await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            var commandBefore: AsyncStream<Never>?
            for (index, spec) in specs.enumerated() {
              if underWay >= submissionsAtOnce(for: limit) {
                await group.next()
                underWay -= 1
              }
              // The one before has begun to run its command, or will not run any.
              if isInOrder, let commandBefore { for await _ in commandBefore {} }
              if Task.isCancelled { break }
              let (command, begun) = AsyncStream.makeStream(of: Never.self)
              let turn = CommandTurn(slots: slots, begins: { begun.finish() })
              group.addTask {
                await CommandTurn.$current.withValue(turn) {
                  results.take(
                    await self.bulkResult(of: spec, index: index, token: "\(token)-\(index)", isNew: isNew)
                  )
                }
                begun.finish()
              }
              underWay += 1
              commandBefore = command
            }
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in
        work.cancel()
        slots.close()
      }
    }
  }

  /// Does what makes many submissions, one behind the other.
  private func inSeries(_ submissions: () async -> Void) async {
    // Where a series cannot begin, each submission says for itself that the store cannot be written to.
    let lock = tracking.flatMap { tracking in (try? tracking.lock.beginSeries()).map { tracking.lock } }
    defer { lock?.endSeries() }
    await submissions()
  }

  /// How many submissions are under way while `limit` commands may run: the next ones are made ready meanwhile.
  private func submissionsAtOnce(for limit: Int) -> Int {
    guard description.commands == .host else { return max(1, limit) }
    let (sum, isTooLarge) = limit.addingReportingOverflow(max(2, limit / 2))
    return isTooLarge ? limit : sum
  }

  private func bulkResult(of spec: JobSpec, index: Int, token: String, isNew: Bool) async -> BulkResult {
    do {
      let (job, remarks) = try await submitting(spec, token: token, isNew: isNew)
      return BulkResult(index: index, token: token, result: .success(job), remarks: remarks)
    } catch {
      let failure = AdapterError(wrapping: error, during: "submit")
      return BulkResult(index: index, token: token, result: .failure(failure), remarks: [])
    }
  }
}

/// Tells of submissions as they end, or in their own order.
private final class BulkResults: Sendable {
  private struct State {
    var next = 0
    /// Those that came before one in front of them.
    var early: [Int: Launcher.BulkResult] = [:]
  }

  private let isInOrder: Bool
  private let tell: @Sendable (Launcher.BulkResult) -> Void
  private let state = Mutex(State())

  init(inOrder: Bool, tell: @escaping @Sendable (Launcher.BulkResult) -> Void) {
    isInOrder = inOrder
    self.tell = tell
  }

  func take(_ result: Launcher.BulkResult) {
    guard isInOrder else { return tell(result) }
    // Told with the lock held, so that nobody overtakes.
    state.withLock { state in
      state.early[result.index] = result
      while let result = state.early.removeValue(forKey: state.next) {
        tell(result)
        state.next += 1
      }
    }
  }
}
