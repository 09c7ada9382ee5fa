import AdapterKit

/// LSF's sentence for why a job waits: what it means, whether the job is held by it, and whether it can ever run.
struct PendingReason: Sendable {
  let words: String
  let code: JobReason.Code?
  var holds = false
  var canEverRun: Bool?

  /// The first row whose words are in the sentence counts. “Recorded”: volclava 2.2, the scenario under
  /// Tests/Fixtures/volclava-2.2; the others are from IBM's page “Job pending reasons” of LSF 10.1.
  static let table: [PendingReason] = [
    PendingReason(
      words: "ependency condition invalid or never satisfied",  // recorded: dependency-never
      code: .dependencyNeverSatisfied,
      holds: true,
      canEverRun: false
    ),
    PendingReason(words: "ependency condition not satisfied", code: .dependency, holds: true),
    // recorded: suspended-pending
    PendingReason(words: "suspended by the user while pending", code: .heldByUser, holds: true),
    PendingReason(words: "suspended by LSF admin or root while pending", code: .heldByAdministrator, holds: true),
    PendingReason(words: "suspended by the administrator", code: .heldByAdministrator, holds: true),
    PendingReason(words: "specified start time", code: .beginTime, holds: true),
    PendingReason(words: "Waiting for scheduling after resumed by user", code: nil),  // recorded: suspended-pending
    PendingReason(words: "queue is inactivated", code: .queueUnavailable),  // recorded: finished-jobs
    PendingReason(words: "queue is closed", code: .queueUnavailable),
    PendingReason(words: "dispatch windows", code: .queueUnavailable),
    PendingReason(words: "array has reached its running element limit", code: .arrayTaskLimit),
    PendingReason(words: "pre-exec command exited", code: .launch),  // recorded: submission-errors
    PendingReason(words: "reservation", code: .reservation),
    PendingReason(words: "icense", code: .licences),
    PendingReason(words: "Not enough job slot", code: .resources),
    PendingReason(words: "Job slot limit reached", code: .resources),  // recorded: pending-for-slots; of the host
    PendingReason(words: "slot limit", code: .limit),
    PendingReason(words: "job limit", code: .limit),
    PendingReason(words: "esource limit", code: .limit),
    PendingReason(words: "imit defined", code: .limit),
    PendingReason(words: "Not enough hosts to meet", code: .resources),
    PendingReason(words: "Not enough processors", code: .resources),
    PendingReason(words: "requirements for reserving resource", code: .resources),
    PendingReason(words: "resource requirements not satisfied", code: .resources),
    PendingReason(words: "No candidate hosts", code: .nodesUnavailable),
    PendingReason(words: "Load information unavailable", code: .nodesUnavailable),
    PendingReason(words: "Closed by LSF administrator", code: .nodesUnavailable),
    PendingReason(words: "Unable to reach slave batch server", code: .nodesUnavailable),
    PendingReason(words: "New job is waiting for scheduling", code: nil),  // recorded: array-mixed
    PendingReason(words: "schedule of the job is postponed for a while", code: nil),  // recorded: killed-while-pending
  ]

  /// The meaning of a sentence.
  static func meaning(of sentence: String) -> PendingReason {
    table.first { sentence.contains($0.words) } ?? PendingReason(words: "", code: nil)
  }

  /// LSF's sentence with its meaning.
  struct Told: Hashable, Sendable {
    let sentence: String
    let reason: JobReason
    let holds: Bool

    init(_ text: String) {
      sentence = PendingReason.sentence(text)
      let meaning = PendingReason.meaning(of: sentence)
      holds = meaning.holds
      reason = JobReason(meaning.code, sentence, canEverRun: meaning.canEverRun)
    }
  }

  /// The sentence without the number of hosts that it applies to: `Job slot limit reached: 1 host;`.
  static func sentence(_ text: String) -> String {
    var text = text.trimmingBlanks
    while text.last == ";" { text.removeLast() }
    guard let colon = text.lastIndex(of: ":") else { return text }
    let rest = text[text.index(after: colon)...].trimmingBlanks
    let words = rest.split(separator: " ")
    guard words.count == 2, Int(words[0]) != nil, words[1] == "host" || words[1] == "hosts" else { return text }
    return String(text[..<colon])
  }
}

extension JobStatus {
  /// A waiting job, and why it waits as far as that is reported.
  mutating func setPending(_ told: PendingReason.Told?) {
    state = .queued
    guard let told, !told.sentence.isEmpty else { return }
    if told.holds { state = .held }
    native.reason = told.sentence
    reason = told.reason
  }

  /// A job that was suspended before it started.
  mutating func setHeld(reason text: String?) {
    state = .held
    let sentence = text.map(PendingReason.sentence)
    let meaning = sentence.map(PendingReason.meaning)
    if let sentence { native.reason = sentence }
    // Whatever else it would wait for, it must first be released.
    let code: JobReason.Code = meaning?.code == .heldByAdministrator ? .heldByAdministrator : .heldByUser
    reason = JobReason(code, meaning?.code == code ? sentence ?? "" : "it waits for its release")
  }

  /// Why a job is suspended.
  mutating func setReason(_ text: String) {
    let sentence = PendingReason.sentence(text)
    native.reason = sentence
    reason = JobReason(nil, sentence)
  }
}
