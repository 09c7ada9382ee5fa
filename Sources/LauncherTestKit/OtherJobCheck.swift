import FoundationEssentials
import LauncherKit

/// Asks the questions of a recording about jobs that its answers do not mention: the adapter must not take another job
/// for the intended one.
struct OtherJobCheck: Sendable {
  let adapter: AdapterUnderTest
  let recording: Recording

  /// The check; `nil` if the recording asks this adapter nothing about jobs.
  var check: Conformance.Check? {
    let questions = (recording.expectation?.questions ?? []).filter { $0.adapter == adapter.file.name }
    guard questions.contains(where: { Self.namesJobs($0.operation) }) else { return nil }
    let name = QuestionCheck(adapter: adapter, recording: recording).name
    return Conformance.Check("\(name): it takes no other job for the one that is meant") { try await run() }
  }

  private static func namesJobs(_ operation: Operation) -> Bool {
    switch operation {
    case .poll, .find, .cancel, .hold, .release, .suspend, .resume: true
    case .detect, .submit, .queues, .nodes: false
    }
  }

  private func run() async throws -> Conformance.Outcome {
    let baselines = try await Baseline.all(of: recording, by: adapter)
    let material = OtherJobMaterial(baselines, recording)
    let outputs = CommandOutputs()
    let host = MutantHost(recording, outputs)
    let process = try await adapter.start(host, outputs)
    defer { process.kill() }
    var failures: [String] = []
    for baseline in baselines {
      for other in OtherJob.all(for: baseline, material) {
        host.answer(with: other.exchanges, otherwise: nil)
        let answer = try await adapter.ask(other.question, process)
        if answer.isBreakdown { throw Conformance.Failure(failures + [answer.error?.message ?? "the adapter failed"]) }
        failures += other.mistakes(in: answer, asked: host.asked)
          .map { "question \(baseline.place), \(baseline.question.operation.rawValue): \($0)" }
      }
    }
    if !failures.isEmpty { throw Conformance.Failure(failures) }
    return Conformance.Outcome()
  }
}

/// The material of a recording from which other jobs are made.
struct OtherJobMaterial: Sendable {
  /// When jobs were submitted, as the adapter itself reported it at any time.
  let submissions: [String: Date]
  /// Everything in the recording: its commands and their answers.
  private let texts: [[UInt8]]

  init(_ baselines: [Baseline], _ recording: Recording) {
    submissions = baselines.reduce(into: [:]) { times, baseline in
      times.merge(Self.times(in: baseline.answer)) { _, new in new }
    }
    texts = recording.exchanges.flatMap { exchange in
      let output = (try? Data(contentsOf: URL(filePath: exchange.stdoutPath))).map { Array($0) } ?? []
      return [output, Array(exchange.argv.joined(separator: " ").utf8)]
    }
  }

  /// When the jobs of an answer were submitted, as far as it says.
  static func times(in answer: Answer) -> [String: Date] {
    answer.statuses.values.flatMap(\.withTasks).reduce(into: [:]) { times, status in
      if let time = status.submittedAt { times[status.id] = time }
    }
  }

  /// Whether a text occurs anywhere in the recording.
  func holds(_ text: String) -> Bool { texts.contains { $0.holds(Array(text.utf8)) } }
}
