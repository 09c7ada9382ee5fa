import LauncherProtocol

/// `expected.json`: what adapters were asked while a recording was made, and what they must conclude from it.
///
/// A recorder writes what was concluded at that moment. A person has to compare that with the scheduler's own
/// documentation, trim it to what matters, and then set `reviewed`.
public struct Expectation: Hashable, Sendable, Codable {
  /// One request to an adapter, and its result.
  public struct Question: Hashable, Sendable, Codable {
    /// The adapter's name, such as `local`.
    public var adapter: String
    /// What was asked.
    public var operation: Operation
    /// The request's parameters, in the protocol's form.
    public var request: JSONTree
    /// What has to be concluded: each member given here has to match; members not given here do not matter. For a poll
    /// `{"complete": …, "jobs": […]}`, otherwise the answer in the protocol's form.
    public var concludes: JSONTree?
    /// How it has to fail instead: members of the error, such as `{"code": 304}`.
    public var fails: JSONTree?
    /// Why that is right: the documentation, or another recording.
    public var because: String?

    /// A request and its result.
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

  /// Whether a person compared the conclusions with the scheduler's documentation.
  public var reviewed: Bool
  /// The requests in their order.
  public var questions: [Question]

  /// Requests and their required results.
  public init(reviewed: Bool = false, questions: [Question] = []) {
    self.reviewed = reviewed
    self.questions = questions
  }
}

extension JSONTree {
  /// Members that describe the moment of asking, not what was found.
  package static let momentary: Set = ["observedAt", "adapter"]
}

/// Observes what adapters are asked and what they answer.
protocol QuestionWitness: Sendable {
  func saw(_ question: Expectation.Question)
}
