import FoundationEssentials
import LauncherKit

extension FakeScheduler.State {
  /// The places of a job, or of all tasks of an array.
  func places(of id: String) -> [Int] {
    jobs.indices.filter { jobs[$0].id == id || jobs[$0].index != nil && jobs[$0].id.hasPrefix(id + "_") }
  }

  /// What becomes of the next job of a specification's name.
  mutating func nextStory(of spec: JobSpec, dryRun: Bool) -> JobStory {
    let name = spec.nameOrProgram
    guard let all = stories[name], let first = all.first else { return otherwise }
    if all.count > 1, !dryRun { stories[name] = Array(all.dropFirst()) }
    return first
  }

  /// Adds a job, or the tasks of an array.
  ///
  /// - Returns: its number.
  mutating func add(_ request: SubmitRequest, _ story: JobStory, at moment: Date) -> Int {
    lastNumber += 1
    submitted.append(request.spec)
    let indices = request.spec.array?.indices.map { Optional($0) } ?? [nil]
    for index in indices {
      let id = index.map { "\(lastNumber)_\($0)" } ?? "\(lastNumber)"
      let own = index.flatMap { story.tasks[$0] } ?? story
      var job = FakeJob(
        id: id,
        index: index,
        story: own,
        spec: request.spec,
        token: request.token,
        submittedAt: moment
      )
      job.note(at: moment)
      if request.spec.hold == true { job.park(.held) }
      jobs.append(job)
    }
    return lastNumber
  }

  /// Shows jobs, or all of them, and lets each that was shown take its next step.
  mutating func look(at references: [JobReference]?, at moment: Date) -> [JobStatus] {
    advanced = []
    guard let references else {
      let ids = jobs.filter { $0.step.state != nil && !$0.isOver }.map { $0.id.prefix { $0 != "_" } }
      var seen = Set<Substring>()
      return ids.filter { seen.insert($0).inserted }.map { show(String($0), at: moment) }
    }
    return references.map { show($0.id, at: moment) }
  }

  private mutating func show(_ id: String, at moment: Date) -> JobStatus {
    var statuses: [JobStatus] = []
    for place in places(of: id) {
      if let blocker = blocker(of: jobs[place]) {
        if blocker.hasEnded, !keepsUnmetDependencies {
          let reason = JobReason(.dependencyNeverSatisfied, "job \(blocker.job) did not end as required")
          jobs[place].end(JobStory.Step(.finished(.dependencyFailed), reason: reason), at: moment)
          statuses.append(jobs[place].status(at: moment))
          continue
        }
        statuses.append(jobs[place].waiting(for: blocker, at: moment))
        // Time goes on for what it waits for, too.
        if !blocker.hasEnded { _ = show(blocker.job, at: moment) }
        continue
      }
      statuses.append(jobs[place].status(at: moment))
      jobs[place].writeOutput()
      // Once in a look, also where it is shown and others wait for it.
      if advanced.insert(jobs[place].id).inserted { jobs[place].goOn(at: moment) }
    }
    guard let first = statuses.first else {
      var status = JobStatus(id: id, state: .unknown(.gone))
      status.reason = JobReason(nil, "the scheduler does not know it")
      return status
    }
    return first.index == nil || first.id == id ? first : JobStatus(arrayID: id, tasks: statuses)
  }

  /// The job that keeps another one from starting; `nil` where none does.
  private func blocker(of job: FakeJob) -> Blocker? {
    guard job.startedAt == nil, !job.isOver else { return nil }
    for dependency in job.spec.dependencies {
      let all = places(of: dependency.job).map { jobs[$0] }
      let others = dependency.condition == .aftercorr ? all.filter { $0.index == job.index } : all
      let hasEnded = !others.isEmpty && others.allSatisfy(\.isOver)
      let succeeded = hasEnded && others.allSatisfy { $0.step.state == .finished(.succeeded) }
      let isMet =
        switch dependency.condition {
        case .after: others.contains { $0.startedAt != nil || $0.isOver }
        case .afterok, .aftercorr: succeeded
        case .afternotok: hasEnded && !succeeded
        case .afterany: hasEnded
        }
      if !isMet { return Blocker(job: dependency.job, hasEnded: hasEnded || others.isEmpty) }
    }
    return nil
  }

  /// A job that another one waits for.
  struct Blocker {
    let job: String
    /// It did not end as required, or is not there: the other one can never start.
    let hasEnded: Bool
  }
}
