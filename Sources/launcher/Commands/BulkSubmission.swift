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
  ///   - token: what the tokens of the single submissions are made of.
  func submit(_ file: String, atMost limit: Int, token given: String?) async throws {
    var specs = try SpecFile.readAll(file)
    for index in specs.indices { job.apply(to: &specs[index]) }
    guard !specs.isEmpty else { throw Failure(.data, "\(file) holds no specification") }
    let launcher = try await connection.connect(announcesLocal: true)
    adviseArray(specs, for: launcher)
    let token = given ?? Launcher.makeToken()
    var report = BulkReport(count: specs.count, token: token, isJSON: isJSON)
    for await result in launcher.submit(all: specs, atMost: limit, token: token, isNew: given == nil) {
      try report.take(result)
    }
    try report.finish()
  }

  /// The same job many times is an array, which costs a scheduler as much as one job.
  private func adviseArray(_ specs: [JobSpec], for launcher: Launcher) {
    guard let first = specs.first, specs.count > 1, first.array == nil, specs.allSatisfy({ $0 == first }),
      launcher.description.fields.contains(.array)
    else { return }
    StandardError.write(
      "launcher: these \(specs.count) jobs are the same; ‘--array 1-\(specs.count)’ with one of them submits them at once"
    )
  }
}

/// Tells what comes of many submissions, in their order.
private struct BulkReport {
  let count: Int
  let token: String
  let isJSON: Bool
  private var waiting: [Int: Launcher.BulkResult] = [:]
  private var next = 0
  private var failures = 0

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
    if isJSON { try JSONOutput.writeLine(Line(result)) }
    let place = "submission \(result.index + 1) of \(count)"
    for remark in result.remarks { StandardError.write("launcher: \(place): \(Terminal.harmless(remark))") }
    switch result.result {
    case .success(let job):
      if !isJSON { StandardOutput.write(job.id) }
    case .failure(let error):
      failures += 1
      StandardError.write("launcher: \(place): \(Terminal.harmlessLines(error.description))")
    }
  }

  func finish() throws {
    Terminal.endProgress()
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
    let error: AdapterError?

    init(_ result: Launcher.BulkResult) {
      (index, token) = (result.index, result.token)
      (job, error) = (try? result.result.get(), result.error)
    }
  }
}

extension Launcher.BulkResult {
  fileprivate var error: AdapterError? {
    if case .failure(let error) = result { return error }
    return nil
  }
}
