import FoundationEssentials
import LauncherProtocol

/// What the store knows of jobs whose scheduler cannot be asked: that they ended, if that was seen, and otherwise that
/// their state is not known, with what was seen of them before.
struct LastKnown: Sendable {
  let store: JobStore
  let scope: StoreScope

  /// Some jobs, in their order.
  ///
  /// - Parameter problem: why the scheduler could not be asked; `nil` if the time was up.
  func statuses(of jobs: [JobReference], because problem: LauncherError?) -> [JobStatus] {
    let known = (try? store.latest(jobs, scope: scope)) ?? [:]
    return jobs.map { job in
      unreachable(known[job.id]?.told ?? JobStatus(id: job.id, state: .unknown(.unreachable)), problem)
    }
  }

  /// The user's jobs, the latest first.
  func jobs(_ filter: JobFilter, because problem: LauncherError) -> [JobStatus] {
    let jobs = (try? store.jobs(of: scope, settledAfter: filter.since, labels: filter.labels)) ?? []
    return jobs.filter { $0.reference != nil }.map { unreachable($0.told, problem) }.filter(filter.admits)
  }

  private func unreachable(_ status: JobStatus, _ problem: LauncherError?) -> JobStatus {
    guard !status.state.isFinished else { return status }
    var status = status
    let before = status.state.unknownCause == nil ? "; it was \(status.state.word) when it was seen last" : ""
    (status.adapter, status.host) = (scope.adapter, scope.host)
    status.state = .unknown(.unreachable)
    status.reason = JobReason(nil, (problem?.message ?? "the scheduler could not be asked in time") + before)
    return status
  }
}
