import ArgumentParser
import LauncherKit

struct TimingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Wait for another job: afterok:41, afterany:41, afternotok:41, after:41, aftercorr:41. Repeatable.",
    transform: reading { try JobDependency(parsing: $0) }
  )
  var dependency: [JobDependency] = []

  @Option(
    name: .long,
    help: "The earliest start: 2026-11-22T08:00:00Z, or +2h from now.",
    transform: reading { try Moment(parsing: $0) }
  )
  var begin: Moment?

  @Option(name: .long, help: "The latest end, likewise.", transform: reading { try Moment(parsing: $0) })
  var deadline: Moment?

  @Flag(name: .long, help: "Wait for ‘launcher release’.")
  var hold = false

  @Option(
    name: .long,
    parsing: .unconditional,
    help: "Its weight among your jobs, such as 10 or -50; higher goes first.",
    transform: readWeight
  )
  var priority: Int?

  @Flag(inversion: .prefixedNo, help: "Whether it may be started again after a node failed.")
  var requeue: Bool?

  @Option(
    name: .long,
    help: "Make it an array of jobs: 1-10, 0-100:5, 1,3,7, 1-10%2 (two at a time).",
    transform: reading { try ArrayIndices(parsing: $0) }
  )
  var array: ArrayIndices?

  @Option(name: .long, help: "Who gets mail. Repeatable.")
  var mailTo: [String] = []

  @Option(name: .long, help: "What to mail about: begin, end, fail. Repeatable.", transform: readEvent)
  var mailOn: [MailRequest.Event] = []

  func apply(to spec: inout JobSpec) {
    spec.dependencies += dependency
    spec.begin = begin ?? spec.begin
    spec.deadline = deadline ?? spec.deadline
    if hold { spec.hold = true }
    spec.priority = priority ?? spec.priority
    spec.requeue = requeue ?? spec.requeue
    spec.array = array ?? spec.array
    if !mailTo.isEmpty || !mailOn.isEmpty {
      spec.mail = MailRequest(to: mailTo, on: mailOn.isEmpty ? [.end, .fail] : mailOn)
    }
  }

  @Sendable
  private static func readWeight(_ text: String) throws -> Int {
    guard let weight = Int(text) else {
      throw ValidationError("‘\(text)’ is not a weight: it has to be a whole number, such as 10 or -50")
    }
    return weight
  }

  @Sendable
  private static func readEvent(_ text: String) throws -> MailRequest.Event {
    if let event = MailRequest.Event(rawValue: text) { return event }
    let words = MailRequest.Event.allCases.map(\.rawValue)
    let advice = NearestWord.to(text, among: words).map { "did you mean ‘\($0)’?" }
    throw ValidationError("‘\(text)’ is not an event: \(advice ?? "use \(words.joined(separator: ", "))")")
  }
}
