import LauncherKit

/// Checks an adapter, in any language, against the protocol, recordings of its scheduler, and mutations of these.
///
/// ```swift
/// @Test(arguments: Conformance.checks(of: "/usr/libexec/launcher/my-adapter", recordings: ["exit-3", "arrays"]))
/// func holds(check: Conformance.Check) async throws { try await check.run() }
/// ```
public struct Conformance: Sendable {
  /// How much is tried.
  public struct Options: Hashable, Sendable {
    /// How many mutants are tried at most, for all recordings together; 0 for none.
    public var mutants: Int
    /// Determines the choice of mutants if there are more than that.
    public var seed: UInt64
    /// The only mutant to try, as a violation names it: `1/2/cut@117`.
    public var onlyMutant: String?
    /// How long an answer may take.
    public var patience: Duration

    /// The defaults.
    public init(mutants: Int = 2000, seed: UInt64 = 1, onlyMutant: String? = nil, patience: Duration = .seconds(20)) {
      self.mutants = mutants
      self.seed = seed
      self.onlyMutant = onlyMutant
      self.patience = patience
    }
  }

  /// One thing that has to hold.
  public struct Check: Sendable, CustomStringConvertible {
    /// What is true when it passes, in words.
    public let name: String
    private let body: @Sendable () async throws -> Outcome

    init(_ name: String, _ body: @escaping @Sendable () async throws -> Outcome) {
      self.name = name
      self.body = body
    }

    /// Tries it.
    ///
    /// - Throws: an error whose description says what is not true.
    @discardableResult
    public func run() async throws -> Outcome { try await body() }

    /// The name.
    public var description: String { name }
  }

  /// What a check that passed reports.
  public struct Outcome: Hashable, Sendable {
    /// What people should know: an expectation that was not reviewed, an operation that no recording asks for.
    public var notes: [String] = []
    /// How many mutants were tried.
    public var mutants = 0
    /// The most memory that the adapter used, in bytes, if it was measured.
    public var peakMemory: Int64?
  }

  /// What is not true.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentences, one per line.
    public let sentences: [String]
    /// How many mutants were tried until then.
    public let mutants: Int
    /// Whether nothing more can be learned from this adapter: it cannot even be greeted.
    public let isFinal: Bool

    init(_ sentences: [String], mutants: Int = 0, isFinal: Bool = false) {
      self.sentences = sentences
      self.mutants = mutants
      self.isFinal = isFinal
    }

    init(_ sentence: String) { self.init([sentence]) }

    /// The sentences.
    public var description: String { sentences.joined(separator: "\n") }
  }

  /// The checks, in the best order for reading.
  public let checks: [Check]

  /// The checks for an adapter.
  ///
  /// - Parameters:
  ///   - adapter: the path of its executable, or its name.
  ///   - recordings: recordings of its scheduler; those whose `expected.json` asks this adapter nothing are skipped.
  /// - Throws: `LauncherError` when there is no such adapter, or when it may not be started.
  public init(adapter: String, recordings: [Recording] = [], options: Options = Options()) throws {
    let adapter = AdapterUnderTest(
      file: try AdapterSession.file(named: adapter, in: .standard),
      patience: options.patience
    )
    let asking = recordings.filter { recording in
      recording.expectation?.questions.contains { $0.adapter == adapter.file.name } ?? false
    }
    let mutants = MutantCheck.checks(adapter, asking, options)
    if options.onlyMutant != nil {
      checks = mutants
    } else {
      let questions = asking.map { QuestionCheck(adapter: adapter, recording: $0).check }
      let others = asking.compactMap { OtherJobCheck(adapter: adapter, recording: $0).check }
      let exercised = recordings.isEmpty ? [] : [ExercisedCheck(adapter: adapter, recordings: asking).check]
      checks = ProtocolChecks.all(adapter) + questions + others + mutants + exercised
    }
  }

  /// The checks for an adapter; an error in its path or in a recording becomes a check that fails.
  ///
  /// - Parameters:
  ///   - adapter: the path of its executable, or its name.
  ///   - recordings: folders of recordings.
  public static func checks(
    of adapter: String,
    recordings: [String] = [],
    options: Options = Options()
  ) -> [Check] {
    do {
      return try Conformance(
        adapter: adapter,
        recordings: recordings.map { try Recording(folder: $0) },
        options: options
      ).checks
    } catch {
      return [Check("the adapter and the recordings can be used") { throw error }]
    }
  }
}
