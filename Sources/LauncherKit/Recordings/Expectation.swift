import LauncherProtocol

/// `expected.json`: what adapters were asked while a recording was made, and what they have to conclude from it.
///
/// A recorder writes down what was concluded at that moment. Somebody has to hold that against the scheduler's own
/// documentation, trim it to what matters, and then set `reviewed`.
public struct Expectation: Hashable, Sendable, Codable {
  /// One request to an adapter, and what came of it.
  public struct Question: Hashable, Sendable, Codable {
    /// The adapter's name, `local`.
    public var adapter: String
    /// What was asked.
    public var operation: Operation
    /// The request's parameters, as the protocol has them.
    public var request: JSONTree
    /// What has to be concluded: each member that stands here has to be so; what does not stand here does not matter.
    /// For a poll `{"complete": …, "jobs": […]}`, otherwise the answer as the protocol has it.
    public var concludes: JSONTree?
    /// How it has to fail instead: members of the error, `{"code": 304}`.
    public var fails: JSONTree?
    /// Why that is right: the documentation, or another recording.
    public var because: String?

    /// A request and what came of it.
    public init(
      adapter: String,
      operation: Operation,
      request: JSONTree,
      concludes: JSONTree? = nil,
      fails: JSONTree? = nil,
      because: String? = nil
    ) {
      self.adapter = adapter
      self.operation = operation
      self.request = request
      self.concludes = concludes
      self.fails = fails
      self.because = because
    }
  }

  /// Whether somebody held the conclusions against the scheduler's documentation.
  public var reviewed: Bool
  /// The requests in their order.
  public var questions: [Question]

  /// Requests and what has to come of them.
  public init(reviewed: Bool = false, questions: [Question] = []) {
    self.reviewed = reviewed
    self.questions = questions
  }
}

extension JSONTree {
  /// Members that tell of the moment of asking, not of what was found.
  package static let momentary: Set = ["observedAt", "adapter"]
}

/// Sees what adapters are asked and what comes of it.
protocol QuestionWitness: Sendable {
  func saw(_ question: Expectation.Question)
}
