import FoundationEssentials
import LauncherKit

/// A question of a recording, changed so that it is about another job than the recorded answers.
struct OtherJob: Sendable {
  /// The way in which it is another job.
  private enum Difference: Sendable {
    /// No job carries the token.
    case token
    /// The jobs of these ids were submitted a day later.
    case submission(ids: Set<String>)
    /// No answer mentions a job of this id.
    case id(String)
  }

  let question: Expectation.Question
  /// The native commands that may be asked, and their recorded answers.
  let exchanges: [Baseline.Exchange]
  private let difference: Difference

  /// The changed forms of a question.
  static func all(for baseline: Baseline, _ material: OtherJobMaterial) -> [OtherJob] {
    switch baseline.question.operation {
    case .find: foreignTokens(baseline).map { withToken($0, baseline) }
    case .poll:
      // The adapter cannot know what these answers do not say about them.
      [submittedLater(baseline, OtherJobMaterial.times(in: baseline.answer)), unknownBeside(baseline, material)]
        .compactMap { $0 }
    case .cancel, .hold, .release, .suspend, .resume:
      [submittedLater(baseline, material.submissions)].compactMap { $0 }
    case .detect, .submit, .queues, .nodes: []
    }
  }

  /// What an answer says about a job that it cannot know.
  func mistakes(in answer: Answer, asked: MutantHost.Asked) -> [String] {
    switch difference {
    case .token:
      guard case .list(let jobs)? = answer.tree?["jobs"] else { return [] }
      return jobs.map { job in
        let id = if case .text(let id)? = job["id"] { id } else { "?" }
        return "job \(id) was found for a token that no job carries"
      }
    case .submission(let ids):
      let statuses = ids.sorted().compactMap { answer.statuses[$0] }.filter { $0.state.unknownCause == nil }
      let reported = statuses.map { status in
        "job \(status.id) is \(status.brief), and the job that was asked for was submitted a day later"
      }
      return reported + actions(in: answer, on: ids, asked)
    case .id(let id):
      guard let status = answer.statuses[id], status.state.unknownCause == nil else { return [] }
      return ["job \(id) is \(status.brief), and no answer speaks of it"]
    }
  }

  /// An action that is reported as done, by an adapter that did not check which job has the id.
  private func actions(in answer: Answer, on ids: Set<String>, _ asked: MutantHost.Asked) -> [String] {
    guard !asked.isBeyond, case .list(let results)? = answer.tree?["results"] else { return [] }
    return results.compactMap { result in
      guard case .text(let id)? = result["id"], ids.contains(id), result["error"] == nil else { return nil }
      return "\(question.operation.rawValue) of job \(id) is done, and the job that is meant was submitted a day later"
    }
  }

  // MARK: Changed questions

  /// Tokens that no job carries. The first does not have the form of those that a host creates: for tokens of that
  /// form, a recording answers as for its own. The others differ from the recorded one only at the end, as those of one
  /// bulk submission do.
  private static func foreignTokens(_ baseline: Baseline) -> [String] {
    let foreign = "nobody-carries-this-one"
    guard case .text(let token)? = baseline.question.request["token"], token.count > 8 else { return [foreign] }
    let texts = baseline.exchanges.flatMap { $0.command.argv + [$0.command.stdin ?? ""] }
    // The answer to a command that was asked about the token says nothing about another one.
    guard !texts.contains(where: { Array($0.utf8).holds(Array(token.utf8)) }) else { return [foreign] }
    let near = [token + "0", String(token.dropLast()), String(token.dropLast()) + (token.hasSuffix("0") ? "1" : "0")]
    return [foreign] + near.filter { other in !baseline.exchanges.contains { $0.stdout.holdsWord(Array(other.utf8)) } }
  }

  private static func withToken(_ token: String, _ baseline: Baseline) -> OtherJob {
    var question = baseline.question
    question.request = question.request.with("token", .text(token))
    return OtherJob(question: question, exchanges: baseline.exchanges, difference: .token)
  }

  private static func submittedLater(_ baseline: Baseline, _ submissions: [String: Date]) -> OtherJob? {
    guard case .list(let jobs)? = baseline.question.request["jobs"] else { return nil }
    var ids = Set<String>()
    let later = jobs.map { job in
      guard case .text(let id)? = job["id"], let time = submissions[id] else { return job }
      ids.insert(id)
      return job.with("submittedAt", .text(RFC3339.string(from: time.addingTimeInterval(86_400))))
    }
    guard !ids.isEmpty else { return nil }
    var question = baseline.question
    question.request = question.request.with("jobs", .list(later))
    return OtherJob(question: question, exchanges: baseline.exchanges, difference: .submission(ids: ids))
  }

  private static func unknownBeside(_ baseline: Baseline, _ material: OtherJobMaterial) -> OtherJob? {
    guard case .list(let jobs)? = baseline.question.request["jobs"],
      let id = UnknownID(beside: baseline.asked ?? [], notIn: material)?.text
    else { return nil }
    var question = baseline.question
    question.request = question.request.with("jobs", .list(jobs + [.object(["id": .text(id)])]))
    // The scheduler ignores what it does not know: asked about it in addition to the others, it answers as it did.
    let beside = baseline.exchanges.flatMap { exchange in
      NamedBeside.commands(exchange.command, naming: id, after: baseline.asked ?? []).map { exchange.asked(as: $0) }
    }
    return OtherJob(question: question, exchanges: baseline.exchanges + beside, difference: .id(id))
  }
}

/// An id in the form of the others that occurs in no output.
private struct UnknownID {
  let text: String

  init?(beside ids: Set<String>, notIn material: OtherJobMaterial) {
    let numbers = ids.compactMap { id in Int(id.prefix { $0.isASCII && $0.isNumber }) }
    let sorted = ids.sorted()
    guard let greatest = numbers.max(), greatest < 1 << 30,
      let example = sorted.first(where: { Int($0) != nil }) ?? sorted.first
    else { return nil }
    let rest = example.drop { $0.isASCII && $0.isNumber }
    // The name of a server belongs to an id; an array's index does not.
    let server = rest.hasPrefix(".") && Int(rest.dropFirst()) == nil ? String(rest) : ""
    let candidates = (greatest + 700_007..<greatest + 701_000).lazy.map { String($0) }
    guard let number = candidates.first(where: { !material.holds($0) }) else { return nil }
    text = number + server
  }
}

/// The ways in which a command may name one more job than it did.
private enum NamedBeside {
  static func commands(_ command: NativeCommand, naming id: String, after asked: Set<String>) -> [NativeCommand] {
    var forms: [NativeCommand] = []
    let names = Set(asked.flatMap { [$0, String($0.prefix { $0.isASCII && $0.isNumber })] }).filter { !$0.isEmpty }
    let others = Set([id, String(id.prefix { $0.isASCII && $0.isNumber })])
    // The last of the ids: the other one is the greatest, and is asked for last.
    let lastID = command.argv.lastIndex { word in
      names.contains(word) || names.contains { word.hasSuffix("," + $0) || word.hasSuffix("=" + $0) }
    }
    guard let lastID else { return [] }
    for other in others {
      var listed = command
      listed.argv[lastID] += "," + other
      forms.append(listed)
      guard names.contains(command.argv[lastID]) else { continue }
      var following = command
      following.argv.insert(other, at: lastID + 1)
      forms.append(following)
    }
    return forms
  }
}

extension [UInt8] {
  /// Whether some bytes occur in these as a separate word.
  fileprivate func holdsWord(_ wanted: [UInt8]) -> Bool {
    func isPart(_ place: Int) -> Bool {
      guard indices.contains(place) else { return false }
      let scalar = UnicodeScalar(self[place])
      return scalar.properties.isAlphabetic || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[place])
    }
    guard !wanted.isEmpty, count >= wanted.count else { return false }
    return (0...(count - wanted.count)).contains { place in
      self[place..<(place + wanted.count)].elementsEqual(wanted) && !isPart(place - 1) && !isPart(place + wanted.count)
    }
  }
}

extension JSONTree {
  /// An object with a member set.
  fileprivate func with(_ name: String, _ value: JSONTree) -> JSONTree {
    guard case .object(var members) = self else { return self }
    members[name] = value
    return .object(members)
  }
}
