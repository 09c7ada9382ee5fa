/// Makes many submissions, a few at a time, in the order in which they are given.
enum SubmissionQueue {
  /// Submits everything in a sequence.
  ///
  /// - Parameters:
  ///   - specs: what to submit; taken as it is needed, so that the sequence may be long.
  ///   - limit: how many are under way at a time. With 1, each begins once the one before is known.
  ///   - journal: where the submissions are written down.
  ///   - submit: makes one submission, with its place in the sequence.
  /// - Returns: what came of each, in the order in which it is known. Once nobody reads it any more, no further submission
  ///   is begun; those under way go on to their end.
  static func results<Spec: Sendable, Result: Sendable>(
    of specs: some Sequence<Spec> & Sendable,
    atMost limit: Int,
    in journal: any SubmissionJournal,
    _ submit: @escaping @Sendable (Int, Spec) async -> Result
  ) -> AsyncStream<Result> {
    AsyncStream { continuation in
      let work = Task {
        await journal.inSeries {
          await withTaskGroup(of: Void.self) { group in
            for (index, spec) in specs.enumerated() {
              if index >= max(1, limit) { await group.next() }
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
