import FoundationEssentials
import LauncherProtocol

/// Actions on existing jobs.
extension Launcher {
  func act(_ operation: Operation, on jobs: [JobReference], signal: UnixSignal? = nil) async throws -> [ActionResult] {
    try await withTaskExecutorPreference(StoreExecutor.shared) {
      try await carryOut(operation, on: jobs, signal: signal)
    }
  }

  private func carryOut(
    _ operation: Operation,
    on jobs: [JobReference],
    signal: UnixSignal?
  ) async throws -> [ActionResult] {
    var seen = Set<String>()
    let each = jobs.filter { seen.insert($0.id).inserted }
    let malformed = each.filter { !JobIDText.isWellFormed($0.id) }
    let asked = each.filter { JobIDText.isWellFormed($0.id) }
    var results: [String: ActionResult] = [:]
    for job in malformed {
      let error = LauncherError(.malformedID, JobIDText.complaint(about: job.id))
      results[job.id] = ActionResult(id: job.id, error: error)
    }
    if !asked.isEmpty {
      let named = tracking.flatMap { try? $0.store.completed(asked, scope: $0.scope) } ?? asked
      let answer: ActionAnswer = try await session.call(
        operation,
        ActionRequest(jobs: named.map(\.forAdapter), signal: signal)
      )
      for result in answer.results { results[result.id] = result }
      if let tracking {
        try? tracking.store.outdate(asked.map(\.id), scope: tracking.scope)
        // Other signals may be for a checkpoint.
        if operation == .cancel, signal == nil || signal == .kill {
          let accepted = named.filter { results[$0.id].map { $0.error == nil } ?? false }
          tracking.note("it was accepted that jobs be cancelled") {
            try tracking.store.cancelled(accepted, scope: tracking.scope)
          }
        }
      }
    }
    return each.map { job in
      results[job.id]
        ?? ActionResult(
          id: job.id,
          error: LauncherError(
            .unreadableOutput,
            "the \(adapterName) adapter did not say what came of \(operation.rawValue) for job \(job.id)",
            advice: "Look with ‘launcher status \(job.id)’."
          )
        )
    }
  }
}
