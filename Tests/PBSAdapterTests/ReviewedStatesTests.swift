import Testing

@testable import pbs_adapter

/// The meaning of every combination of state, substate, exit status and holds in the recordings of OpenPBS 23.06.06.
@Suite("Every recorded combination of OpenPBS")
struct ReviewedStatesTests {
  /// Letter, substate, `Exit_status`, `Hold_Types`, whether it is an array (`[]`) or one of its jobs (`[n]`), whether
  /// it has run; then what that is, reviewed by hand. If one combination means two things, the comment distinguishes
  /// them.
  static let reviewed = """
    B 70 - n [] waited -> running
    B 70 0 n [] waited -> running
    B 70 1 n [] waited -> running
    E 51 4 n ran -> finishing
    E 53 0 - [n] ran -> finishing
    F 91 - n waited -> finished cancelled unknown
    F 91 - s waited -> finished cancelled unknown
    F 91 - so waited -> finished cancelled unknown
    F 91 - u waited -> finished cancelled unknown
    F 91 -3 s waited -> finished launchFailed, launch
    F 91 1 n [] waited -> finished cancelled unknown
    F 91 1 n [n] waited -> finished cancelled unknown
    F 91 143 n ran -> finished cancelled unknown, exit code 143
    F 91 143 n ran -> finished cancelled user, exit code 143
    F 91 265 n ran -> finished cancelled administrator, SIGKILL
    F 91 265 n ran -> finished cancelled unknown, SIGKILL
    F 91 265 n ran -> finished cancelled user, SIGKILL
    F 91 271 - [n] ran -> finished cancelled user, SIGTERM
    F 91 271 n ran -> finished cancelled administrator, SIGTERM
    F 91 271 n ran -> finished cancelled user, SIGTERM
    F 92 - s waited -> finished dependencyFailed, dependencyNeverSatisfied
    F 92 - su waited -> finished dependencyFailed, dependencyNeverSatisfied
    F 92 0 - [n] ran -> finished succeeded, exit code 0
    F 92 0 n [] waited -> finished succeeded, exit code 0
    F 92 0 n ran -> finished succeeded, exit code 0
    F 93 -2 n ran -> finished launchFailed, launch
    F 93 -27 n ran -> finished memoryExceeded
    F 93 -29 n ran -> finished walltimeExceeded
    F 93 0 n [] waited -> finished failed, exit code 0
    F 93 0 n [n] waited -> finished cancelled unknown
    F 93 1 n ran -> finished failed, exit code 1
    F 93 127 n ran -> finished failed, exit code 127
    F 93 130 n ran -> finished failed, exit code 130
    F 93 137 - [n] ran -> finished failed, exit code 137
    F 93 137 n ran -> finished failed, exit code 137
    F 93 138 n ran -> finished failed, exit code 138
    F 93 139 n ran -> finished failed, exit code 139
    F 93 143 n ran -> finished failed, exit code 143
    F 93 254 n ran -> finished failed, exit code 254
    F 93 255 n ran -> finished failed, exit code 255
    F 93 265 n ran -> finished failed, SIGKILL
    F 93 266 n ran -> finished failed, SIGUSR1
    F 93 3 - [n] ran -> finished failed, exit code 3
    F 93 3 n ran -> finished failed, exit code 3
    F 93 4 n ran -> finished failed, exit code 4
    F 93 5 n ran -> finished failed, exit code 5
    H 20 - so waited -> held, heldByAdministrator
    H 20 - u [] waited -> held, heldByUser
    H 20 - u waited -> held, heldByUser
    H 22 - s waited -> held, dependency
    Q 10 - n [n] waited -> queued
    Q 10 - n waited -> queued
    Q 10 - n waited -> queued, impossibleRequest
    Q 10 - n waited -> queued, limit
    Q 10 - n waited -> queued, queueUnavailable
    Q 10 - n waited -> queued, resources
    Q 10 - u [n] waited -> queued
    Q 10 1 n [n] waited -> queued
    Q 70 0 n [n] waited -> queued
    R 41 - - [n] ran -> starting
    R 41 - n ran -> starting
    R 41 - u ran -> starting
    R 42 - - [n] ran -> running
    R 42 - n ran -> running
    S 43 - n ran -> suspended
    S 45 - n ran -> suspended
    W 30 - n waited -> held, beginTime
    X 20 - u [n] waited -> finished cancelled unknown
    X 70 0 n [n] waited -> finished cancelled unknown
    X 92 0 - [n] ran -> finished succeeded, exit code 0
    X 93 137 - [n] ran -> finished failed, exit code 137
    X 93 3 - [n] ran -> finished failed, exit code 3
    """

  @Test func `it means what the review says, and no combination is without one`() throws {
    let reviewed = Set(Self.reviewed.split(separator: "\n").map(String.init))
    var seen: Set<String> = []
    for exchange in try AllRecordingsTests.json() {
      for job in try Fixture.read(JSONListing(path: exchange.path)).jobs {
        let row = Self.row(job)
        seen.insert(row)
        #expect(reviewed.contains(row), "\(exchange): \(job.id)")
      }
    }
    print("OpenPBS: \(seen.count) combinations of states and numbers, all reviewed")
    #expect(seen == reviewed)
  }

  private static func row(_ job: PBSRecord) -> String {
    let status = job.status(.pro, source: "qstat")
    var meaning = status.state.word
    if let outcome = status.state.outcome {
      meaning += " " + outcome.word
      if case .cancelled(let canceller) = outcome { meaning += " " + canceller.rawValue }
    }
    if let end = status.exitStatus { meaning += ", \(end)" }
    if let code = status.reason?.code { meaning += ", \(code.rawValue)" }
    let kind =
      switch PBSID(job.id)?.part {
      case .array?: "[] "
      case .index?: "[n] "
      default: ""
      }
    let numbers = [job[.jobState], job[.substate], job[.exitStatus], job[.holdTypes]].map { $0 ?? "-" }
    return numbers.joined(separator: " ") + " \(kind)\(job[.execHost] == nil ? "waited" : "ran") -> \(meaning)"
  }
}
