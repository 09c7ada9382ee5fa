import LauncherKit

/// The rules for requests other than polls.
extension Judge {
  var certainty: [Violation] {
    switch baseline.question.operation {
    case .submit: submission
    case .find: search
    case .detect: detection
    case .cancel, .hold, .release, .suspend, .resume: actions
    case .queues, .nodes: inventory
    case .poll: []
    }
  }

  /// No command answered, or none with what was asked for.
  private var isSilent: Bool {
    guard mutation.exchange == nil || exchanges.count == 1 else { return false }
    switch mutation.kind {
    case .failed, .missing, .timedOut, .killed: return true
    default: return false
    }
  }

  private var submission: [Violation] {
    var found: [Violation] = []
    if asked.creations > 1 {
      found.append(violation(.certain, "the command that submits was run \(asked.creations) times"))
    }
    if case .text(let id)? = answer.tree?["job"]?["id"] {
      let digits = Array(id.prefix { $0.isNumber || $0.isLetter }.utf8)
      if !exchanges.contains(where: { $0.stdout.holds(digits) || $0.stderr.holds(digits) }) {
        found.append(violation(.certain, job: id, "it is said to be submitted, and no answer names it"))
      }
    } else if answer.error == nil {
      found.append(violation(.certain, "it is said to be submitted, without an id"))
    }
    let isLost: Bool = [.timedOut, .killed, .empty].contains(mutation.kind)
    if mutation.exchange == nil, isLost, let error = answer.error, asked.creations > 0,
      error.code != .uncertainSubmission
    {
      found.append(violation(.certain, "whether it was submitted is not known, and the error is \(error.code.name)"))
    }
    return found
  }

  private var search: [Violation] {
    guard case .list(let jobs)? = answer.tree?["jobs"] else { return [] }
    let ids = Set(jobs.compactMap { if case .text(let id)? = $0["id"] { id } else { nil } })
    if ids.count > 1 { return [violation(.certain, "one submission makes one job, and \(ids.sorted()) were found")] }
    guard jobs.isEmpty else { return [] }
    let original = mutation.exchange.map { baseline.exchanges[$0].stdout } ?? []
    let isCut: Bool
    switch mutation.kind {
    case .cut(let place):
      isCut = place > 0 && place <= original.count && original[place - 1] != 0x0A && original.last == 0x0A
    case .failing, .failed, .timedOut, .killed: isCut = true
    case .missing: isCut = mutation.exchange == nil
    default: isCut = false
    }
    return isCut ? [violation(.certain, "a source did not answer, and no job is said to carry the token")] : []
  }

  private var detection: [Violation] {
    guard mutation.exchange == nil, case .text(let presence)? = answer.tree?["presence"] else { return [] }
    if mutation.kind == .missing, presence != "absent" {
      return [violation(.certain, "no command is here, and the scheduler is \(presence)")]
    }
    return presence == "responding" ? [violation(.certain, "no command answered, and the scheduler responds")] : []
  }

  private var actions: [Violation] {
    guard isSilent, case .list(let results)? = answer.tree?["results"] else { return [] }
    return results.filter { $0["error"] == nil }.map { result in
      let id = if case .text(let id)? = result["id"] { id } else { "?" }
      return violation(.certain, job: id, "the command failed, and it is said to be done")
    }
  }

  private var inventory: [Violation] {
    guard isSilent, answer.error == nil else { return [] }
    return [violation(.certain, "the command failed, and the answer is a list")]
  }
}
