import AdapterKit

/// What a poll reported.
public struct Polled: Sendable {
  /// The jobs by their ids.
  public var jobs: [String: JobStatus] = [:]
  /// The records that could not be read.
  public var unreadable: [UnreadableRecord] = []
  /// The answer at the end.
  public var answer = PollAnswer()

  /// Two reports of one job in one poll: nothing says which of them counts.
  public struct ReportedTwice: Error {
    /// The job.
    public let id: String
  }

  /// Polls these jobs, or all.
  ///
  /// - Throws: what the adapter throws, or ``ReportedTwice``.
  public init(
    references: [JobReference]?,
    on host: some CommandHost,
    by adapter: some SchedulerAdapter
  ) async throws {
    let box = Box()
    answer = try await adapter.poll(
      JobQuery(jobs: references),
      on: host,
      to: JobReporter { jobs, unreadable in await box.add(jobs, unreadable) }
    )
    for job in await box.jobs {
      guard jobs.updateValue(job, forKey: job.id) == nil else { throw ReportedTwice(id: job.id) }
    }
    unreadable = await box.unreadable
  }

  /// Polls jobs of which only the ids are known, or all.
  public init(_ ids: [String]?, on host: some CommandHost, by adapter: some SchedulerAdapter) async throws {
    try await self.init(references: ids?.map { JobReference(id: $0) }, on: host, by: adapter)
  }

  private actor Box {
    private(set) var jobs: [JobStatus] = []
    private(set) var unreadable: [UnreadableRecord] = []
    func add(_ jobs: [JobStatus], _ unreadable: [UnreadableRecord]) {
      self.jobs += jobs
      self.unreadable += unreadable
    }
  }
}
