import LauncherProtocol

/// What happens to a job that is followed.
public enum JobEvent: Sendable {
  /// It has this status now.
  case status(JobStatus)
  /// It wrote something.
  case output(OutputPiece)
  /// Its output, or one stream of it, cannot be shown. That changes nothing about the job.
  case unreadable(OutputError)
}

/// A job's changes, and its output while it runs, until it ended and all of its output was read.
///
/// Files are read when somebody asks for the next event: a slow reader needs no memory, and of several changes that
/// nobody took meanwhile it gets the last.
public struct JobEvents: AsyncSequence, Sendable {
  public typealias Element = JobEvent
  public typealias Failure = any Error

  /// From when on a job's files are its own.
  enum Beginning: Sendable {
    /// Before the job's start a file of that name is an earlier job's.
    case start
    /// Whoever asks knows that the job has begun.
    case now
  }

  let launcher: Launcher
  let job: JobReference
  var streams = Set(JobStream.allCases)
  /// The job's status as it was just seen.
  var known: JobStatus?
  var isFollowing = true
  var beginning = Beginning.start
  /// To begin with so many lines of what is there; with all of it where it is `nil`.
  var last: Int?

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Goes through the events.
  public struct Iterator: AsyncIteratorProtocol {
    private struct Source {
      let stream: JobStream
      let path: String
      var file: any GrowingFile
      var failures = 0
      var isOver = false
    }

    private let events: JobEvents
    private let watch: JobWatch
    private var sources: [Source] = []
    private var opened = Set<String>()
    private var status: JobStatus?
    /// Whether somebody was told why there is nothing to read.
    private var hasExplained = false
    private var isOver = false
    private var wait: Duration?

    /// Looks in vain after the job's end, about a minute and a half: somebody waits for the rest of the output.
    private static let greatestFailures = 20

    init(_ events: JobEvents) {
      self.events = events
      watch = JobWatch(
        known: events.known,
        changes: events.isFollowing ? events.launcher.changes(of: [events.job]) : nil
      )
    }

    /// The next event; `nil` when the job ended and all of its output was read.
    ///
    /// - Throws: `AdapterError` when the job or its files cannot be reached, and asking again makes no sense.
    public mutating func next() async throws -> JobEvent? {
      while !isOver {
        try Task.checkCancellation()
        if let status = watch.take() {
          open(status)
          return .status(status)
        }
        // Before the files are read: what is there after the job's end is the last of it.
        let isLast = watch.isOver
        var isAllRead = true
        for index in sources.indices where !sources[index].isOver {
          switch try await read(index, isLast: isLast) {
          case .event(let event): return event
          case .nothing: break
          case .failure: isAllRead = false
          }
        }
        if isLast, isAllRead { return try await end() }
        try await watch.wait(upTo: pause(), wasOver: isLast)
      }
      return nil
    }

    private mutating func open(_ status: JobStatus) {
      self.status = status
      guard events.beginning == .now || Self.hasBegun(status),
        let places = try? OutputPlaces(of: status, events.streams)
      else { return }
      // A scheduler may report where one stream is later than where the other is.
      for (stream, path) in places.paths where opened.insert(path).inserted {
        guard let file = events.launcher.file(at: path, last: events.last) else { continue }
        sources.append(Source(stream: stream, path: path, file: file))
        wait = nil
      }
    }

    private static func hasBegun(_ status: JobStatus) -> Bool {
      if status.startedAt != nil { return true }
      // Not every scheduler tells when a job began. One that was removed may never have begun, whatever its exit code is.
      return status.exitStatus != nil && (status.state == .finished(.succeeded) || status.state == .finished(.failed))
    }

    private enum Read {
      case event(JobEvent)
      case nothing
      /// The machine could not be reached; it is to be tried again.
      case failure
    }

    private mutating func read(_ index: Int, isLast: Bool) async throws -> Read {
      do {
        let (offset, bytes) = try await sources[index].file.next()
        sources[index].failures = 0
        guard !bytes.isEmpty else { return .nothing }
        wait = nil
        return .event(.output(OutputPiece(stream: sources[index].stream, offset: offset, bytes: bytes)))
      } catch let error as OutputError {
        sources[index].isOver = true
        return .event(.unreadable(error))
      } catch let error as AdapterError where error.category == .transient {
        sources[index].failures += 1
        // While the job runs its output can wait.
        if isLast, sources[index].failures > Self.greatestFailures { throw error }
        return .failure
      }
    }

    /// Files on network file systems tell nobody that they grew: they have to be looked at.
    private mutating func pause() -> Duration {
      let failures = sources.map(\.failures).max() ?? 0
      if failures > 0 { return .seconds(Swift.min(failures, 5)) }
      // Without files there is nothing to do before the next change.
      guard let pace = sources.map(\.file.pace).max(by: { $0.greatest < $1.greatest }) else { return .seconds(60) }
      let next = Swift.min(wait.map { $0 * 3 / 2 } ?? pace.least, pace.greatest)
      wait = next
      return next
    }

    private mutating func end() async throws -> JobEvent? {
      if opened.isEmpty, !hasExplained, watch.problem == nil, let status, let error = Self.whyNothing(status, events) {
        hasExplained = true
        return .unreadable(error)
      }
      isOver = true
      for source in sources { await events.launcher.finishedReading(source.path) }
      if let problem = watch.problem { throw problem }
      return nil
    }

    private static func whyNothing(_ status: JobStatus, _ events: JobEvents) -> OutputError? {
      // A job that never began has no output.
      guard hasBegun(status) || status.tasks != nil else { return nil }
      do throws(OutputError) {
        _ = try OutputPlaces(of: status, events.streams)
        return nil
      } catch {
        return error
      }
    }
  }
}
