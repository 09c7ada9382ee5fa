/// host → adapter: how are these jobs?
public struct JobQuery: Hashable, Sendable, Codable {
  /// The jobs; `nil` for every job of the user that the scheduler still shows.
  public var jobs: [JobReference]?

  /// A query for some jobs, or for all of the user's.
  public init(jobs: [JobReference]? = nil) { self.jobs = jobs }
}

/// adapter → host, any number of times during a poll (notification `report`): statuses as they are read.
public struct PollReport: Hashable, Sendable, Codable {
  /// The id of the poll this belongs to.
  public var request: RequestID
  /// Statuses; each job of the query once in the whole poll.
  public var jobs: [JobStatus]
  /// Records that could not be read.
  public var unreadable: [UnreadableRecord]?
  /// What an adapter reported about the ends of jobs that have not ended: it is not part of `jobs`, and is not sent.
  public var earlyEnds: [EarlyEnd] = []

  /// Makes a report.
  public init(request: RequestID, jobs: [JobStatus], unreadable: [UnreadableRecord]? = nil) {
    self.request = request
    self.jobs = jobs
    self.unreadable = unreadable
  }
}

extension PollReport {
  private enum CodingKeys: String, CodingKey { case request, jobs, unreadable }

  /// Reads a report; a status that cannot be read becomes an unreadable record, and affects no other one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let entries = try container.decode([Entry].self, forKey: .jobs)
    let complaints = entries.compactMap(\.unreadable)
    let reported = try container.decodeIfPresent([UnreadableRecord].self, forKey: .unreadable) ?? []
    self.init(
      request: try container.decode(RequestID.self, forKey: .request),
      jobs: entries.compactMap(\.status),
      unreadable: complaints.isEmpty && reported.isEmpty ? nil : reported + complaints
    )
    earlyEnds = entries.flatMap(\.earlyEnds)
  }

  /// A status, or what is wrong with it.
  private struct Entry: Decodable {
    let status: JobStatus?
    let earlyEnds: [EarlyEnd]
    let unreadable: UnreadableRecord?

    private enum CodingKeys: String, CodingKey { case id }

    init(from decoder: any Decoder) throws {
      do {
        let reported = try EarlyEnd.removed(from: JobStatus(from: decoder), decoder)
        status = reported.status
        earlyEnds = reported.earlyEnds
        unreadable = nil
      } catch let error as DecodingError {
        let id = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .id)
        (status, earlyEnds) = (nil, [])
        unreadable = UnreadableRecord(id: id, source: "report", message: error.sentence)
      }
    }
  }
}

/// One record of a scheduler's answer that could not be read; it affects no other record.
public struct UnreadableRecord: Hashable, Sendable, Codable {
  /// The job's id, if it could be determined.
  public var id: String?
  /// The command whose answer contains it.
  public var source: String
  /// Where it begins, in bytes from the start of the answer.
  public var offset: Int?
  /// What is wrong with it.
  public var message: String
  /// Its first bytes, unprintable ones as `\xNN`.
  public var excerpt: String?

  /// Makes a record of what could not be read.
  public init(id: String? = nil, source: String, offset: Int? = nil, message: String, excerpt: String? = nil) {
    self.id = id
    self.source = source
    self.offset = offset
    self.message = message
    self.excerpt = excerpt
  }
}

/// adapter → host, at a poll's end.
public struct PollAnswer: Hashable, Sendable, Codable {
  /// Whether every source was read to its end. If not, nothing is concluded about jobs that were not reported.
  public var complete: Bool
  /// What got in the way, if it is not complete.
  public var problem: LauncherError?

  /// Makes an answer.
  public init(complete: Bool = true, problem: LauncherError? = nil) {
    self.complete = complete
    self.problem = problem
  }
}
