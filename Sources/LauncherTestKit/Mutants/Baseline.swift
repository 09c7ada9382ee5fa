import FoundationEssentials
import LauncherKit
import Synchronization

/// A question with the exchanges that its answer came from, when nothing is damaged.
struct Baseline: Sendable {
  /// A native command and what it answered.
  struct Exchange: Sendable {
    let label: String
    private(set) var command: NativeCommand
    /// The command without what differs each time. It is created once: thousands of mutants share the same command.
    private(set) var canonical: CanonicalCommand
    var ending: CommandResult.Ending
    let begunAt: Date?
    var stdout: [UInt8]
    var stderr: [UInt8]

    init(
      label: String,
      command: NativeCommand,
      ending: CommandResult.Ending,
      begunAt: Date?,
      stdout: [UInt8],
      stderr: [UInt8]
    ) {
      self.label = label
      self.command = command
      canonical = CanonicalCommand(command)
      self.ending = ending
      self.begunAt = begunAt
      self.stdout = stdout
      self.stderr = stderr
    }

    /// The same answer, to another command.
    func asked(as command: NativeCommand) -> Exchange {
      var exchange = self
      exchange.command = command
      exchange.canonical = CanonicalCommand(command)
      return exchange
    }
  }

  /// The question's place in `expected.json`, from 1.
  let place: Int
  let question: Expectation.Question
  let exchanges: [Exchange]
  let answer: Answer
  /// The scheduler's own words in the answer.
  let words: MutantWords

  init(place: Int, question: Expectation.Question, exchanges: [Exchange], answer: Answer) {
    self.place = place
    self.question = question
    self.exchanges = exchanges
    self.answer = answer
    words = MutantWords(answer.statuses.values)
  }

  /// Every id by which a job of this question is known: those asked for, those reported, and those of tasks.
  var ids: Set<String> {
    let ids = Set(answer.statuses.values.flatMap(\.withTasks).map(\.id))
    return ids.union(asked ?? [])
  }

  /// The ids of the jobs that were asked for; `nil` when none were named.
  var asked: Set<String>? {
    guard case .list(let jobs)? = question.request["jobs"] else { return nil }
    return Set(jobs.compactMap { if case .text(let id)? = $0["id"] { id } else { nil } })
  }
}

extension Baseline {
  /// Asks an adapter every question of a recording once, undamaged.
  static func all(of recording: Recording, by adapter: AdapterUnderTest) async throws -> [Baseline] {
    let host = TracingHost(recording.host(), folder: recording.folder)
    let process = try await adapter.start(host, CommandOutputs())
    defer { process.kill() }
    var baselines: [Baseline] = []
    for (place, question) in recording.questions(at: Date()).enumerated() {
      guard question.adapter == adapter.file.name else { continue }
      let answer = try await adapter.ask(question, process)
      if answer.isBreakdown { throw Conformance.Failure(answer.error?.message ?? "the adapter failed") }
      baselines.append(Baseline(place: place + 1, question: question, exchanges: host.take(), answer: answer))
    }
    return baselines
  }
}

/// Answers as another host does, and records what was asked and answered.
final class TracingHost: CommandHost {
  private let host: ReplayingHost
  private let folder: String
  private let seen = Mutex<[Baseline.Exchange]>([])

  init(_ host: ReplayingHost, folder: String) {
    self.host = host
    self.folder = folder
  }

  /// What was asked since the last call.
  func take() -> [Baseline.Exchange] {
    seen.withLock { seen in
      defer { seen = [] }
      return seen
    }
  }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    let result = try await host.run(command)
    let bytes = [result.stdoutPath, result.stderrPath].map { path in
      (try? Data(contentsOf: URL(filePath: path))).map { Array($0) } ?? []
    }
    let parts = result.stdoutPath.split(separator: "/")
    let label = result.stdoutPath.hasPrefix(folder) ? parts.dropLast().last.map(String.init) : nil
    let exchange = Baseline.Exchange(
      label: label ?? command.argv.first ?? "?",
      command: command,
      ending: result.ending,
      begunAt: result.begunAt,
      stdout: bytes[0],
      stderr: bytes[1]
    )
    seen.withLock { $0.append(exchange) }
    return result
  }
}
