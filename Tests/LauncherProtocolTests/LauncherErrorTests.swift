import LauncherProtocol
import Testing

@Suite("Errors as data")
struct LauncherErrorTests {
  @Test(arguments: LauncherError.Code.allCases)
  func `an error of every kind travels as JSON`(code: LauncherError.Code) throws {
    let error = LauncherError(
      code,
      "it failed",
      advice: "mend it",
      command: .init(argv: ["squeue", "-h"], exitCode: 1, signal: .kill, timedOut: true, stderrTail: "no\n"),
      retryAfter: .milliseconds(1500)
    )
    #expect(try JSON.roundTrip(error) == error)
    let plain = LauncherError(code, "")
    #expect(try JSON.roundTrip(plain) == plain)
  }

  @Test(arguments: LauncherError.Code.allCases)
  func `the JSON names the kind and says whether trying again makes sense`(code: LauncherError.Code) throws {
    let json = try JSON.encode(LauncherError(code, "x"))
    let data = #"{"category":"\#(code.category.rawValue)","name":"\#(code.name)"}"#
    #expect(json == #"{"code":\#(code.rawValue),"data":\#(data),"message":"x"}"#)
  }

  @Test func `a command line that is longer than a few lines is shortened`() {
    let script = (1...15).map { "echo line \($0)" }.joined(separator: "\n")
    let error = LauncherError(.unrecognisedFailure, "x", command: .init(argv: ["sh", "-c", script], exitCode: 3))
    #expect(error.description.split(separator: "\n").count == 4, "\(error)")
    #expect(error.description.contains("command: sh -c echo line 1\n"))
    #expect(error.description.contains("echo line 3 … (12 more lines) (exit code 3)"))
    let long = LauncherError(.unrecognisedFailure, "x", command: .init(argv: [String(repeating: "é", count: 5000)]))
    #expect(long.description.count < 500)
    let short = LauncherError(.unrecognisedFailure, "x", command: .init(argv: ["a", "b\nc"], exitCode: 1))
    #expect(short.description == "x\n  command: a b\nc (exit code 1)")
  }

  @Test func `every category is in use`() {
    let used = Set(LauncherError.Code.allCases.map(\.category))
    #expect(used == [.transient, .permanent, .uncertain])
    #expect(LauncherError.Code.uncertainSubmission.category == .uncertain)
    #expect(LauncherError.Code.schedulerBusy.category == .transient)
    #expect(LauncherError.Code.unknownJob.category == .permanent)
  }

  @Test func `numbers lie in their ranges and are given once`() {
    let numbers = LauncherError.Code.allCases.map(\.rawValue)
    #expect(Set(numbers).count == numbers.count)
    #expect(numbers.allSatisfy { (1...69).contains($0) })
  }

  @Test(
    arguments: [
      (-32601, .unsupportedMethod), (-32700, .badRequest), (-32600, .badRequest), (-32602, .badRequest),
      (-32603, .internalFailure), (-32000, .unrecognisedFailure), (4711, .unrecognisedFailure),
      (0, .unrecognisedFailure),
    ] as [(Int, LauncherError.Code)]
  )
  func `the numbers of JSON-RPC itself are understood`(number: Int, code: LauncherError.Code) throws {
    let error = try JSON.decode(LauncherError.self, #"{"code": \#(number), "message": "why"}"#)
    #expect(error == LauncherError(code, "why"))
  }

  @Test func `further data of another shape costs neither the number nor the sentence`() throws {
    for data in [
      "null", #""words""#, "[1]", "7", #"{"advice": 7}"#, #"{"command": "squeue"}"#, #"{"retryAfterSeconds": "soon"}"#,
    ] {
      let error = try JSON.decode(LauncherError.self, #"{"code": 30, "message": "why", "data": \#(data)}"#)
      #expect(error.code == .unknownJob)
      #expect(error.message == "why")
    }
  }

  @Test func `people read the sentence, the command with its end, and on the command line the advice`() {
    let error = LauncherError(
      .schedulerUnreachable,
      "the scheduler does not answer",
      advice: "Try later.",
      command: .init(argv: ["squeue", "-h"], exitCode: 1, stderrTail: "line 1\nline 2\n")
    )
    let sentence = """
      the scheduler does not answer
        command: squeue -h (exit code 1)
        it said: line 1
                 line 2
      """
    #expect(error.description == sentence)
    #expect(error.descriptionWithAdvice == sentence + "\n  Try later.")
  }
}
