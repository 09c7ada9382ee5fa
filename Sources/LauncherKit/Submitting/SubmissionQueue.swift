/// Makes many submissions, a few at a time, in the given order.
struct SubmissionQueue: Sendable {
  /// Where the submissions' commands wait for each other; `nil` if the queue itself is the limit.
  let limiter: CommandLimiter?
  /// How many submissions are under way at a time.
  private let width: Int

  /// - Parameters:
  ///   - limit: how many submit commands may run at a time. With 1, each submission begins once the result of the
  ///     previous one is known.
  ///   - hostRunsCommands: whether the host runs these commands. Further submissions are then prepared meanwhile.
  init(_ limit: Int, hostRunsCommands: Bool) {
    let limit = max(1, limit)
    let (sum, isTooLarge) = limit.addingReportingOverflow(max(2, limit / 2))
    let preparesMore = hostRunsCommands && limit > 1 && !isTooLarge
    width = preparesMore ? sum : limit
    limiter = preparesMore ? CommandLimiter(limit) : nil
  }

  /// Submits everything in a sequence.
  ///
  /// - Parameters:
  ///   - specs: what to submit; read as it is needed, so that the sequence may be long.
  ///   - journal: where the submissions are recorded.
  ///   - submit: makes one submission, with its place in the sequence.
  /// - Returns: the result of each, in the order in which they become known. Once the results are no longer read, no
  ///   further submission is begun; those under way continue to their end.
  func results<Spec: Sendable, Result: Sendable>(
    of specs: some Sequence<Spec> & Sendable,
    in journal: any SubmissionJournal,
    _ submit: @escaping @Sendable (Int, Spec) async -> Result
  ) -> AsyncStream<Result> {
    AsyncStream { continuation in
      let work = Task {
        await journal.inSeries {
          await withTaskGroup(of: Void.self) { group in
            for (index, spec) in specs.enumerated() {
              if index >= width { await group.next() }
              if Task.isCancelled { break }
              group.addTask { continuation.yield(await submit(index, spec)) }
            }
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in work.cancel() }
    }
  }
}
