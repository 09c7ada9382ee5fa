import LauncherProtocol

/// A job's changes, and its output while it runs, until it has ended and all of its output has been read.
///
/// Files are read when the next event is requested: a slow reader needs no memory, and of several changes that came
/// meanwhile it gets the last.
public struct JobEvents: AsyncSequence, Sendable {
  public typealias Element = JobEvent
  public typealias Failure = any Error

  /// From when a job's files are its own.
  enum Beginning: Sendable {
    /// Before the job starts, a file of that name belongs to an earlier job.
    case start
    /// The caller knows that the job has begun.
    case now
  }

  let launcher: Launcher
  let job: JobReference
  var streams = Set(JobStream.allCases)
  /// The job's status as it was just seen.
  var known: JobStatus?
  var isFollowing = true
  var beginning = Beginning.start
  /// To begin with this many of the last lines; with all of them if it is `nil`.
  var last: Int?

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Iterates over the events.
  public struct Iterator: AsyncIteratorProtocol {
    private struct Source {
      let stream: JobStream
      let path: String
      var file: any GrowingFile
      /// Consecutive failed reads.
      var failures = 0
      /// It cannot be read, or need no longer be read.
      var isOver = false
    }

    private let events: JobEvents
    private let watch: JobWatch
    private var sources: [Source] = []
    private var opened = Set<String>()
    /// The source that is read first, so that one that never pauses holds up no other.
    private var turn = 0
    private var status: JobStatus?
    private var isOver = false
    private var wait: Duration?

    /// This many failed reads, at most five seconds apart, are the end of the output once the job has ended. While it
    /// runs, its output can wait, and at most a few of them are counted.
    private static let greatestFailures = 25
    private static let greatestFailuresWhileRunning = 5

    init(_ events: JobEvents) {
      self.events = events
      watch = JobWatch(
        known: events.known,
        changes: events.isFollowing ? events.launcher.changes(of: [events.job]) : nil
      )
    }

    /// The next event; `nil` when the job has ended and all of its output has been read.
    ///
    /// - Throws: `LauncherError` when the job cannot be followed, and asking again makes no sense.
    public mutating func next() async throws -> JobEvent? {
      while !isOver {
        try Task.checkCancellation()
        // Taken before the files are read: what they hold after the job's end is the last of the output.
        let news = watch.take()
        if let status = news.status {
          open(status)
          return .status(status)
        }
        var isAllRead = true
        for offset in sources.indices {
          let index = (turn + offset) % sources.count
          guard !sources[index].isOver else { continue }
          switch try await read(index, isLast: news.isOver) {
          case .event(let event):
            turn = index + 1
            // If a job cannot be followed, the existing output is read once.
            if news.problem != nil { sources[index].isOver = true }
            return event
          case .nothing: break
          case .failure: isAllRead = isAllRead && news.problem != nil
          }
        }
        if news.isOver, isAllRead { return try await end(news.problem) }
        try await watch.wait(upTo: pause())
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
      // Not every scheduler reports when a job began. A job that was removed may never have begun, whatever its exit
      // code is.
      return status.exitStatus != nil && (status.state == .finished(.succeeded) || status.state == .finished(.failed))
    }

    private enum Read {
      case event(JobEvent)
      case nothing
      /// The file's machine could not be reached; it will be tried again.
      case failure
    }

    /// No read error ends the sequence: how the job ends does not depend on its output.
    private mutating func read(_ index: Int, isLast: Bool) async throws -> Read {
      let path = sources[index].path
      do {
        let (offset, bytes) = try await sources[index].file.next()
        sources[index].failures = 0
        guard !bytes.isEmpty else { return .nothing }
        wait = nil
        return .event(.output(OutputPiece(stream: sources[index].stream, offset: offset, bytes: bytes)))
      } catch let error as CancellationError {
        throw error
      } catch let error as OutputError {
        sources[index].isOver = true
        return .event(.unreadable(error))
      } catch {
        let problem = LauncherError(wrapping: error, during: "reading a job's output")
        let greatest = isLast ? Self.greatestFailures : Self.greatestFailuresWhileRunning
        sources[index].failures = Swift.min(sources[index].failures + 1, greatest)
        let isWorthTrying = sources[index].failures < Self.greatestFailures
        if problem.category == .transient, isWorthTrying { return .failure }
        sources[index].isOver = true
        return .event(.unreadable(.unreachable(path: path, problem)))
      }
    }

    /// There is no notice of a file that grows on a network file system: it has to be checked.
    private mutating func pause() -> Duration {
      let open = sources.filter { !$0.isOver }
      let failures = open.map(\.failures).max() ?? 0
      if failures > 0 { return .seconds(Swift.min(failures, Self.greatestFailuresWhileRunning)) }
      // Without files there is nothing to do before the next change.
      guard let pace = open.map(\.file.pace).max(by: { $0.greatest < $1.greatest }) else { return .seconds(60) }
      let next = Swift.min(wait.map { $0 * 3 / 2 } ?? pace.least, pace.greatest)
      wait = next
      return next
    }

    private mutating func end(_ problem: (any Error)?) async throws -> JobEvent? {
      isOver = true
      if let problem { throw problem }
      if opened.isEmpty, let status, let error = Self.whyNothing(status, events) { return .unreadable(error) }
      for source in sources where !source.isOver { await events.launcher.finishedReading(source.path) }
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
