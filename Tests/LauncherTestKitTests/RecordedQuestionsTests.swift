import Foundation
import LauncherKit
import Testing

@testable import LauncherTestKit

/// What a recording asks, long after it was made.
@Suite struct RecordedQuestionsTests {
  @Test func `a job's begin is as far ahead as it was when it was recorded`() throws {
    let folder = try #require(Places.recordings.first { $0.hasSuffix("/slurm-22.05.8/story-cancelled") })
    let recording = try Recording(folder: folder)
    let recorded = try #require(recording.exchanges.first?.begun)
    func begin(_ questions: [LauncherKit.Expectation.Question]) throws -> Date {
      var begins: [Date?] = []
      for question in questions {
        if case .text(let text)? = question.request["spec"]?["begin"] { begins.append(RFC3339.date(from: text)) }
      }
      let first = try #require(begins.first)
      return try #require(first)
    }
    let before = try begin(recording.expectation?.questions ?? [])
    let later = recorded.addingTimeInterval(400 * 86_400)
    let questions = recording.questions(at: later)
    #expect(try begin(questions).timeIntervalSince(later) == before.timeIntervalSince(recorded))
    #expect(questions.count == recording.expectation?.questions.count)
    #expect(questions[0] == recording.expectation?.questions[0])
  }

  @Test func `questions in a recording's own terms are answered, whoever asks them where`() async throws {
    let folder = try #require(Places.recordings.first { $0.hasSuffix("/slurm-22.05.8/story-cancelled") })
    let recording = try Recording(folder: folder)
    let submission = try #require(recording.exchanges.first { $0.argv.contains("--begin=now+3600") })
    let argv = submission.argv.map { $0 == "--begin=now+3600" ? "--begin=now+3599" : $0 }
    let result = try await recording.host().run(argv: argv, stdin: submission.stdin)
    #expect(result.ending == .exited(0))
  }
}
