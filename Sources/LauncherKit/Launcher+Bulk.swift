import LauncherProtocol

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
  /// One that is refused costs no other one anything; an adapter that dies takes those with it that are under way, and
  /// what came of them is looked up, or told as not known. With the same token and the same specifications it can be
  /// repeated safely: what was submitted before is not submitted again.
  ///
  /// - Parameters:
  ///   - specs: what to run, in order; taken as they are needed, so that the sequence may be long.
  ///   - limit: how many of the scheduler's submit commands, or submissions of an adapter that acts itself, may run at a
  ///     time; with 1 they run, and are told of, in order, as long as the adapter runs one such command for each.
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
    let limit = max(1, limit)
    return AsyncStream { continuation in
      let slots = CommandSlots(limit)
      let work = Task {
        await inSeries {
          await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            var before: Place?
            for (index, spec) in specs.enumerated() {
              if underWay >= submissionsAtOnce(for: limit) {
                await group.next()
                underWay -= 1
              }
              let place = Place(behind: limit == 1 ? before : nil)
              await place.mayBegin()
              if Task.isCancelled { break }
              group.addTask {
                let turn = CommandTurn(slots: slots, begins: { place.commandBegins() })
                let result = await CommandTurn.$current.withValue(turn) {
                  await self.bulkResult(of: spec, index: index, token: "\(token)-\(index)", isNew: isNew)
                }
                await place.leave { continuation.yield(result) }
              }
              underWay += 1
              before = place
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
    guard description.commands == .host else { return limit }
    let (sum, isTooLarge) = limit.addingReportingOverflow(limit == 1 ? 1 : max(2, limit / 2))
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

/// A submission's place among many: behind another one, where they are to keep their order.
private struct Place: Sendable {
  private let before: (command: Moment, result: Moment)?
  private let command = Moment()
  private let result = Moment()

  init(behind other: Place?) { before = other.map { ($0.command, $0.result) } }

  /// Waits until the one before has a slot for its command, or is over.
  func mayBegin() async { await before?.command.passes() }

  func commandBegins() { command.comes() }

  /// Tells of the result, behind that of the one before.
  func leave(tell: () -> Void) async {
    command.comes()
    await before?.result.passes()
    tell()
    result.comes()
  }
}

/// Something that happens once, and that may be waited for.
private struct Moment: Sendable {
  private let waiting: AsyncStream<Never>
  private let source: AsyncStream<Never>.Continuation

  init() { (waiting, source) = AsyncStream.makeStream(of: Never.self) }

  func comes() { source.finish() }

  /// Waits for it, at most until the task is cancelled.
  func passes() async { for await _ in waiting {} }
}
