import Foundation
import LauncherProtocol
import Testing

/// The host's side of the protocol, as small as it can be.
final class AdapterClient {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()
  private var lastID = 0

  /// Starts the adapter that was built beside the tests, through `wrapper` if there is one.
  init(environment: [String: String], wrapper: [String] = []) throws {
    // An adapter that died must fail its own test, not end all of them.
    signal(SIGPIPE, SIG_IGN)
    let words = wrapper + [Self.executable]
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let description = try call(
      "initialize",
      InitializeRequest(host: ProgramIdentity(name: "tests", version: "1")),
      as: AdapterDescription.self
    )
    #expect(description.scheduler == "local")
  }

  static let executable: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
    return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("local-adapter").path
  }()

  func close() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func call<Result: Decodable>(
    _ method: String,
    _ parameters: some Encodable,
    as result: Result.Type,
    onReport: (PollReport) -> Void = { _ in }
  ) throws -> Result {
    lastID += 1
    let request = Request(id: lastID, method: method, params: parameters)
    try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + [0x0A])
    while true {
      let line = try nextLine()
      let message = try JSONDecoder().decode(Message<Result>.self, from: line)
      if message.method == "report" {
        onReport(try JSONDecoder().decode(Notification.self, from: line).params)
      } else if let error = message.error {
        throw error
      } else {
        return try #require(message.result)
      }
    }
  }

  func submit(_ spec: JobSpec, token: String = UUID().uuidString) throws -> String {
    let answer = try call("submit", SubmitRequest(spec: spec, token: token), as: SubmitAnswer.self)
    return try #require(answer.job).id
  }

  func poll(_ ids: [String]? = nil) throws -> [JobStatus] {
    var jobs: [JobStatus] = []
    let query = JobQuery(jobs: ids?.map { JobReference(id: $0) })
    let answer = try call("poll", query, as: PollAnswer.self) { jobs += $0.jobs }
    #expect(answer.complete)
    guard let ids else { return jobs }
    // Reports arrive in any order.
    #expect(jobs.count == ids.count)
    return ids.compactMap { id in jobs.first { $0.id == id } }
  }

  /// The kinds of the errors, `nil` if the action was done.
  @discardableResult
  func act(_ method: String, _ ids: [String], signal: UnixSignal? = nil) throws -> [LauncherError.Code?] {
    let request = ActionRequest(jobs: ids.map { JobReference(id: $0) }, signal: signal)
    return try call(method, request, as: ActionAnswer.self).results.map { $0.error?.code }
  }

  private func nextLine() throws -> Data {
    // Only what is new is searched: a large array is one line of megabytes.
    var searched = 0
    while true {
      let end = buffer.withUnsafeBytes { bytes -> Int? in
        guard let base = bytes.baseAddress, bytes.count > searched else { return nil }
        return memchr(base + searched, 0x0A, bytes.count - searched).map { UnsafeRawPointer($0) - base }
      }
      if let end {
        let line = buffer.prefix(end)
        buffer = Data(buffer.dropFirst(end + 1))
        return Data(line)
      }
      searched = buffer.count
      let more = output.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the adapter ended in the middle of an answer")
      buffer += more
    }
  }

  private struct Request<Parameters: Encodable>: Encodable {
    let jsonrpc = "2.0"
    let id: Int
    let method: String
    let params: Parameters
  }

  private struct Message<Result: Decodable>: Decodable {
    let method: String?
    let error: LauncherError?
    let result: Result?
  }

  private struct Notification: Decodable { let params: PollReport }
}

/// The error that a call throws, for tests of refusals.
func refusal(_ body: () throws -> Void) -> LauncherError? {
  do {
    try body()
    return nil
  } catch {
    return error as? LauncherError
  }
}
