import LauncherKit
import Logging

/// An adapter and how it is started.
struct AdapterUnderTest: Sendable {
  let file: AdapterFile
  /// How long an answer may take.
  let patience: Duration

  /// Starts it, greeted.
  func start(_ host: any CommandHost, _ outputs: CommandOutputs) async throws -> AdapterProcess {
    let logger = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }
    return try await AdapterProcess.start(file, host: host, outputs: outputs, timeLimit: patience, logger: logger)
  }

  /// Asks what an expectation asks.
  func ask(_ question: Expectation.Question, _ process: AdapterProcess) async throws -> Answer {
    guard question.operation == .poll else {
      do {
        return Answer(tree: try await answer(to: question, process))
      } catch let error as LauncherError {
        return Answer(error: error)
      }
    }
    let query: JobQuery = try question.request.decoded()
    let collector = PollCollector(adapter: file.name, asked: query.jobs)
    let reports = Reports()
    do {
      let end = try await process.poll(query, timeLimit: .silence(patience)) { report in
        collector.take(report)
        reports.take(report)
      }
      let poll = collector.finish(end)
      var answer = Answer(tree: nil)
      answer.poll = poll
      answer.isComplete = poll.isComplete
      answer.problem = poll.problem
      reports.fill(&answer)
      return answer
    } catch let error as LauncherError {
      var answer = Answer(error: error)
      reports.fill(&answer)
      return answer
    }
  }

  /// The answer in the form in which a recorder writes it: as the host reads it, with what the host fills in.
  private func answer(to question: Expectation.Question, _ process: AdapterProcess) async throws -> JSONTree {
    func call<Answer: Codable & Sendable>(_ type: Answer.Type) async throws -> JSONTree {
      let answer: Answer = try await process.call(
        question.operation,
        question.request,
        timeLimit: .silence(patience)
      )
      return try JSONTree(answer)
    }
    return switch question.operation {
    case .detect: try await call(Detection.self)
    case .submit: try await call(SubmitAnswer.self)
    case .poll: try await call(PollAnswer.self)
    case .find: try await call(FindAnswer.self)
    case .cancel, .hold, .release, .suspend, .resume: try await call(ActionAnswer.self)
    case .queues: try await call(QueuesAnswer.self)
    case .nodes: try await call(NodesAnswer.self)
    }
  }
}

/// What an adapter answered.
struct Answer: Sendable {
  /// The answer as it came, if it was not a poll.
  var tree: JSONTree?
  /// The answer to a poll.
  var poll: Poll?
  /// Why there is none.
  var error: LauncherError?
  /// What a poll reported for each job, without what depends on the moment; also if it ended in an error.
  var statuses: [String: JobStatus] = [:]
  /// The jobs in the order in which they were reported.
  var order: [String] = []
  /// Jobs that were reported more than once.
  var repeated: [String] = []
  /// Records that could not be read.
  var unreadable: [UnreadableRecord] = []
  /// What was reported about the ends of jobs that have not ended.
  var earlyEnds: [EarlyEnd] = []
  /// Whether a poll was complete.
  var isComplete = false
  /// What got in the way of a poll.
  var problem: LauncherError?

  init(tree: JSONTree?) { self.tree = tree }
  init(error: LauncherError) { self.error = error }

  /// What was concluded, in the form of `expected.json`.
  var conclusion: JSONTree? {
    if let poll { return try? JSONTree(poll.conclusion).without(JSONTree.momentary) }
    return tree?.without(JSONTree.momentary)
  }

  /// Violations of the protocol in an answer, whatever was asked.
  var offences: [String] {
    var offences = earlyEnds.map { "\($0), which only a job that has ended has" }
    if case .list(let jobs)? = tree?["jobs"], jobs.count > 1 {
      let ids = jobs.compactMap { if case .text(let id)? = $0["id"] { id } else { nil } }
      offences.append("one submission makes one job, and \(jobs.count) were found: \(ids.joined(separator: ", "))")
    }
    return offences
  }

  /// Whether the adapter itself failed: it died, kept silent or made noise.
  var isBreakdown: Bool { error.map { (50..<56).contains($0.code.rawValue) } ?? false }
}
