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

    /// Whether the job was submitted before, with the same token.
    public var isRepeated: Bool {
      guard case .success(let job) = result else { return false }
      return remarks.contains(Tracking.wasSubmitted(job))
    }
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
            var before: CommandTurn?
            for (index, spec) in specs.enumerated() {
              if underWay >= submissionsAtOnce(for: limit) {
                await group.next()
                underWay -= 1
              }
              let turn = CommandTurn(in: slots, behind: limit == 1 ? before : nil)
              await turn.mayBegin()
              if Task.isCancelled { break }
              group.addTask {
                let result = await CommandTurn.$current.withValue(turn) {
                  await self.bulkResult(of: spec, index: index, token: "\(token)-\(index)", isNew: isNew)
                }
                await turn.end { continuation.yield(result) }
              }
              underWay += 1
              before = turn
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
