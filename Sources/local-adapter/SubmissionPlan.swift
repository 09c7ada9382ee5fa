import AdapterKit

extension CheckedSubmission {
  /// What a dry run shows; none of it is done.
  func plan(on settings: Settings) -> [PlannedStep] {
    var what = "queue a job on \(settings.host) in \(settings.folder.path)"
    what += " with \(demand.cores) core\(demand.cores == 1 ? "" : "s")"
    if demand.isExclusive { what += ", alone on the machine" }
    if demand.memory > 0 { what += " and \(ByteCount(demand.memory)) of memory" }
    if let array = spec.array { what += ", \(positions.count) tasks (\(array))" }
    var steps = [PlannedStep(action: what)]
    let place = "in \(directory)" + (spec.walltime.map { ", ended after \($0)" } ?? "")
    switch spec.work {
    case .command(let command):
      let words = JobScript.launching(command, spec)
      let isWrapped = spec.prologue != nil || spec.epilogue != nil
      steps.append(
        isWrapped
          ? PlannedStep(stdin: JobScript.wrapping(words, spec), action: "run this script " + place)
          : PlannedStep(argv: words, action: "run " + place)
      )
    case .script(let text):
      steps.append(PlannedStep(stdin: text, action: "run this script " + place))
    }
    return steps
  }
}
