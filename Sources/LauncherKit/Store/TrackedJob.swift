import FoundationEssentials
import GRDB
import LauncherProtocol

/// A job as the store holds it.
public struct TrackedJob: Hashable, Sendable {
  /// How far its submission is known to have progressed.
  public enum Phase: String, Hashable, Sendable, Codable {
    /// It is about to be submitted, or was when its program ended.
    case intended
    /// The answer was lost, and the scheduler does not show it so far.
    case uncertain
    /// The scheduler accepted it.
    case submitted
    /// It was not submitted from here; a listing of the user's jobs showed it.
    case listed
    /// It was not submitted from here; it was asked for by its id.
    case asked
  }

  /// Its number in the store.
  let key: Int64
  /// The adapter that knows it.
  public let adapter: String
  /// Where its scheduler's commands run; `nil` for this machine.
  public let endpoint: String?
  /// How far its submission is known to have progressed.
  public let phase: Phase
  /// The token that travels inside the job.
  public let token: String?
  /// The job's permanent name, once the scheduler has given it one.
  public let reference: JobReference?
  /// The labels that it was submitted with.
  public let labels: [String: String]
  /// What it asked for.
  public let requested: RequestedResources
  /// Since when the store has known it.
  public let trackedAt: Date
  /// Its name.
  public let name: String?
  /// Its status at the last look; `nil` before the first.
  public let status: JobStatus?
  /// When it was first seen finished.
  public let settledAt: Date?
  /// Why it is uncertain.
  public let problem: LauncherError?
  /// When a search by its token first did not find it.
  let missedAt: Date?
  let owner: String?
  /// What the last look could not determine: the scheduler did not answer, or its record was unreadable.
  let doubt: JobStatus?
  /// When the scheduler accepted its cancellation.
  let cancelledAt: Date?
  let askedIn: Int64
  let changedIn: Int64

  /// When it was submitted, as far as that is known.
  public var submittedAt: Date { status?.submittedAt ?? reference?.submittedAt ?? trackedAt }

  /// The status to report: the last one, or what is known without one.
  public var told: JobStatus {
    var told: JobStatus
    if let doubt {
      told = doubt.filled(from: status)
    } else if let status {
      told = status
    } else {
      told = JobStatus(id: reference?.id ?? "", state: .unknown(.notYetVisible))
    }
    complete(&told)
    return told
  }

  /// Adds what only the store knows.
  private func complete(_ told: inout JobStatus) {
    told.adapter = adapter
    told.host = endpoint
    told.token = token
    told.labels = labels
    told.requested = requested
    if told.name == nil { told.name = name }
    if told.server == nil { told.server = reference?.server }
    if told.submittedAt == nil { told.submittedAt = reference?.submittedAt }
  }
}

extension TrackedJob {
  /// Its status after a look.
  ///
  /// - Parameters:
  ///   - seen: what was just seen of it, whose figures are newer than those of the store; `nil` if nothing was.
  ///   - look: the last look, if any.
  func told(seen: JobStatus?, look: Look?) -> JobStatus {
    if let seen, doubt == nil {
      var told = status(seen: seen)
      complete(&told)
      return told
    }
    var told = told
    if let look, askedIn == look.number, settledAt == nil { told.observedAt = look.endedAt }
    return told
  }
}

extension TrackedJob: FetchableRecord {
  static let columns =
    "key, adapter, endpoint, phase, token, owner, id, server, submittedAt, trackedAt, name, status, doubt, problem,"
    + " missedAt, settledAt, cancelledAt, requested, askedIn, changedIn,"
    + " (SELECT json_group_object(label.name, label.value) FROM label WHERE label.job = job.key) AS labels"

  public init(row: Row) throws {
    key = row["key"]
    adapter = row["adapter"]
    let place: String = row["endpoint"]
    endpoint = place.isEmpty ? nil : place
    phase = Phase(rawValue: row["phase"]) ?? .asked
    token = row["token"]
    owner = row["owner"]
    let id: String? = row["id"]
    let (server, adapter): (String?, String) = (row["server"], adapter)
    let submitted = (row["submittedAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
    reference = id.map { [endpoint, token] id in
      JobReference(id: id, adapter: adapter, host: endpoint, server: server, submittedAt: submitted, token: token)
    }
    labels = (row["labels"] as String?).flatMap(Self.labels) ?? [:]
    requested = (row["requested"] as String?).flatMap { try? JSON.value(from: $0) } ?? RequestedResources()
    trackedAt = Date(timeIntervalSince1970: row["trackedAt"])
    name = row["name"]
    status = try (row["status"] as String?).map { try JSON.value(from: $0) }
    doubt = try (row["doubt"] as String?).map { try JSON.value(from: $0) }
    problem = (row["problem"] as String?).flatMap { try? JSON.value(from: $0) }
    missedAt = (row["missedAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
    settledAt = (row["settledAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
    cancelledAt = (row["cancelledAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
    askedIn = row["askedIn"]
    changedIn = row["changedIn"]
  }

  private static func labels(json: String) -> [String: String]? {
    // Almost no job has labels.
    json == "{}" ? nil : try? JSON.value(from: json)
  }
}
