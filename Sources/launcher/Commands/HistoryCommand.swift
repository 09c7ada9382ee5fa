import ArgumentParser
import LauncherKit

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what was seen of a job: each change, when, and its source.",
    discussion: """
      It reads what launcher wrote down, and asks no scheduler: a change stands there when somebody looked.

      EXAMPLES
        launcher history 41
        launcher history --json 41
      """
  )

  @OptionGroup var format: FormatOptions

  @Option(name: .long, help: "The adapter that knows the job, where several know one of that id.")
  var adapter: String?

  @Argument(help: "The id of a job, or the token of its submission.")
  var id: String

  func run() throws {
    let jobs = try JobStore.ifPresent().map { ($0, try $0.jobs(id: id, adapter: adapter)) }
    let places = Set((jobs?.1 ?? []).map(\.adapter)).sorted()
    if places.count > 1 {
      throw Failure(
        .usage,
        "job \(Terminal.harmless(id)) is ambiguous: several adapters have a job of yours with that id",
        advice: "Say which one is meant: \(places.map { "--adapter \($0)" }.joined(separator: ", or "))."
      )
    }
    guard let (store, known) = jobs, let job = known.first else {
      throw Failure(
        .noInput,
        "nothing is written down of job \(Terminal.harmless(id))",
        advice: "Only jobs that launcher submitted or showed have a history."
      )
    }
    let history = try store.history(of: job)
    if format.json {
      try JSONOutput.write(history)
      return
    }
    let submission: String =
      switch job.phase {
      case .submitted:
        "submitted as job \(Terminal.harmless(job.reference?.id ?? id)), with the token \(job.token ?? "")"
      case .intended: "being submitted with the token \(job.token ?? "")"
      case .uncertain: "perhaps submitted, with the token \(job.token ?? ""); see: launcher reconcile"
      case .listed, .asked: "first seen"
      }
    let labels = job.labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
    let labelled = labels.isEmpty ? "" : Terminal.harmless(", labelled \(labels.joined(separator: ", "))")
    StandardOutput.write("\(RFC3339.string(from: job.trackedAt))  \(submission)\(labelled)  [\(job.adapter)]")
    for moment in history {
      let source = moment.status.source.map { "  [\(Terminal.harmless($0))]" } ?? ""
      StandardOutput.write("\(RFC3339.string(from: moment.at))  \(StatusText.line(moment.status))\(source)")
    }
  }
}
