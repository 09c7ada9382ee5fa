import LauncherKit

/// Many submissions from one file: the ids in the file's order, and what went wrong with the others.
struct BulkSubmission {
  let connection: ConnectionOptions
  let job: JobOptions
  let isJSON: Bool

  /// Submits what is in a file.
  ///
  /// - Parameters:
  ///   - limit: how many at a time.
  ///   - token: the base of the individual submissions' tokens.
  func submit(_ file: String, atMost limit: Int, token given: String?) async throws {
    let specs = try read(file)
    let launcher = try await connection.connect(announcesLocal: true)
    adviseArray(specs, for: launcher)
    let token = given ?? Launcher.makeToken()
    var report = BulkReport(count: specs.count, token: token, isJSON: isJSON)
    for await result in launcher.submit(all: specs, atMost: limit, token: token, isNew: given == nil) {
      try report.take(result)
    }
    try report.finish()
  }

  /// Shows what submitting would do, and what would be refused.
  func preview(_ file: String) async throws {
    let specs = try read(file)
    let launcher = try await connection.connect(announcesLocal: true, tracksJobs: false)
    var refused = 0
    for (index, spec) in specs.enumerated() {
      do {
        let plan = try await launcher.plan(spec).plan ?? []
        if isJSON {
          try JSONOutput.writeLine(Preview(index: index, plan: plan))
        } else {
          let name = spec.name.map { ", ‘\(Terminal.harmless($0))’" } ?? ""
          StandardOutput.write("# submission \(index + 1) of \(specs.count)\(name)")
          for step in plan { PlanText.write(step) }
        }
      } catch let error as LauncherError where !error.isOfAdapter {
        refused += 1
        if isJSON { try JSONOutput.writeLine(Preview(index: index, error: error)) }
        let place = "submission \(index + 1) of \(specs.count)"
        StandardError.write("launcher: \(place): \(Terminal.harmlessLines(error.descriptionWithAdvice))")
      }
    }
    if refused > 0 { throw Failure(.data, "\(refused) of \(specs.count) submissions would be refused") }
  }

  /// The specifications of a file, with the options set in each.
  private func read(_ file: String) throws -> [JobSpec] {
    var specs = try SpecFile.readAll(file)
    for index in specs.indices {
      job.apply(to: &specs[index])
      try JobOptions.checkDeadline(of: specs[index])
    }
    guard !specs.isEmpty else { throw Failure(.data, "\(file) holds no specification") }
    return specs
  }

  /// What one submission would do, for programs.
  private struct Preview: Encodable {
    let index: Int
    var plan: [PlannedStep]?
    var error: LauncherError?
  }

  /// The same job many times should be an array, which costs a scheduler as much as one job.
  private func adviseArray(_ specs: [JobSpec], for launcher: Launcher) {
    guard let first = specs.first, specs.count > 1, first.array == nil, specs.allSatisfy({ $0 == first }),
      launcher.description.fields.contains(.array)
    else { return }
    StandardError.write(
      "launcher: these \(specs.count) jobs are the same; ‘--array 1-\(specs.count)’ with one of them submits them at once"
    )
  }
}

/// Reports the results of many submissions, in their order.
private struct BulkReport {
  let count: Int
  let token: String
  let isJSON: Bool
  private var waiting: [Int: Launcher.BulkResult] = [:]
  private var next = 0
  private var failures = 0
  private var repeated = 0

  init(count: Int, token: String, isJSON: Bool) {
    self.count = count
    self.token = token
    self.isJSON = isJSON
  }

  mutating func take(_ result: Launcher.BulkResult) throws {
    waiting[result.index] = result
    while let result = waiting.removeValue(forKey: next) {
      try tell(result)
      next += 1
    }
    Terminal.showProgress("\(next) of \(count) submitted")
  }

  private mutating func tell(_ result: Launcher.BulkResult) throws {
    Terminal.clearProgress()
    if isJSON { try JSONOutput.writeLine(Line(result), whenLost: notice(of: result)) }
    let place = "submission \(result.index + 1) of \(count)"
    switch result.result {
    case .success(let submission):
      if submission.isRepeated {
        // One sentence at the end says as much as one for each.
        repeated += 1
      } else {
        for remark in submission.remarks { StandardError.write("launcher: \(place): \(Terminal.harmless(remark))") }
      }
      if !isJSON { StandardOutput.write(Terminal.harmless(submission.job.id), whenLost: notice(of: result)) }
    case .failure(let error):
      failures += 1
      // The nth line is of the nth specification.
      if !isJSON { StandardOutput.write("") }
      StandardError.write("launcher: \(place): \(Terminal.harmlessLines(error.descriptionWithAdvice))")
    }
  }

  /// What is lost with a line that is not delivered, and how to find it again.
  private func notice(of result: Launcher.BulkResult) -> String? {
    guard case .success(let submission) = result.result else { return nil }
    return "Submission \(result.index + 1) of \(count) is job \(Terminal.harmless(submission.job.id)). "
      + "The same again with ‘--token \(token)’ names all jobs, and submits only what is missing."
  }

  func finish() throws {
    Terminal.endProgress()
    if repeated > 0 {
      let jobs = repeated == count ? "all \(count) jobs" : "\(repeated) of \(count) jobs"
      StandardError.write("launcher: \(jobs) were submitted before, with the token \(token)")
    }
    guard failures > 0 else { return }
    throw Failure(
      .someJobsFailed,
      "\(failures) of \(count) submissions did not become jobs",
      advice: "The same again with ‘--token \(token)’ submits only what is missing."
    )
  }

  /// One result for programs.
  private struct Line: Encodable {
    let index: Int
    let token: String
    let job: JobReference?
    let error: LauncherError?

    init(_ result: Launcher.BulkResult) {
      (index, token) = (result.index, result.token)
      (job, error) = ((try? result.result.get())?.job, result.error)
    }
  }
}

extension Launcher.BulkResult {
  fileprivate var error: LauncherError? {
    if case .failure(let error) = result { return error }
    return nil
  }
}

extension LauncherError {
  /// Whether the adapter itself failed: then every other submission would fail as well.
  fileprivate var isOfAdapter: Bool { (50..<56).contains(code.rawValue) }
}
