/// What has to happen to another job before this one may start: `afterok:41`.
public struct JobDependency: Hashable, Sendable {
  /// What has to happen.
  public enum Condition: String, Hashable, Sendable, CaseIterable {
    /// It started, or was cancelled.
    case after
    /// It ended with success.
    case afterok
    /// It ended without success.
    case afternotok
    /// It ended in any way.
    case afterany
    /// For arrays: the task with the same index ended with success.
    case aftercorr
  }

  /// What has to happen.
  public var condition: Condition
  /// The scheduler's id of the other job.
  public var job: String

  /// Makes a dependency.
  public init(_ condition: Condition, _ job: String) {
    self.condition = condition
    self.job = job
  }

  /// May start once another job started, or was cancelled.
  public static func after(_ job: JobReference) -> JobDependency { JobDependency(.after, job.id) }

  /// May start once another job ended with success.
  public static func afterok(_ job: JobReference) -> JobDependency { JobDependency(.afterok, job.id) }

  /// May start once another job ended without success.
  public static func afternotok(_ job: JobReference) -> JobDependency { JobDependency(.afternotok, job.id) }

  /// May start once another job ended, however.
  public static func afterany(_ job: JobReference) -> JobDependency { JobDependency(.afterany, job.id) }

  /// For arrays: a task may start once the task of another array with the same index ended with success.
  public static func aftercorr(_ job: JobReference) -> JobDependency { JobDependency(.aftercorr, job.id) }

  /// Reads `afterok:41`.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String) throws(ValueError) {
    guard let colon = text.firstIndex(of: ":") else {
      throw ValueError("‘\(text)’ is not a dependency: write a condition and a job, such as afterok:41")
    }
    let word = String(text[..<colon])
    guard let condition = Condition(rawValue: word) else {
      let words = Condition.allCases.map(\.rawValue)
      let hint = NearestWord.to(word, among: words).map { "did you mean \($0)?" }
      throw ValueError("‘\(word)’ is not a condition: \(hint ?? "use one of \(words.joined(separator: ", "))")")
    }
    let job = String(text[text.index(after: colon)...])
    guard JobIDText.isWellFormed(job) else { throw ValueError("‘\(text)’: \(JobIDText.complaint(about: job))") }
    self.init(condition, job)
  }
}

extension JobDependency: CustomStringConvertible {
  public var description: String { "\(condition.rawValue):\(job)" }
}

extension JobDependency: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in try JobDependency(parsing: text) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
