import LauncherTestKit

/// The result of `launcher conformance`; its JSON form is described in Documentation/Conformance.md.
struct ConformanceReport: Encodable {
  /// The result of one check.
  struct Check: Encodable {
    let name: String
    let holds: Bool
    let failures: [String]
    let notes: [String]
    let mutants: Int
    let peakMemoryBytes: Int64?
    /// Nothing more can be learned.
    let isFinal: Bool

    private enum CodingKeys: String, CodingKey { case name, holds, failures, notes, mutants, peakMemoryBytes }

    /// Tries a check.
    init(trying check: Conformance.Check) async {
      name = check.name
      do {
        let outcome = try await check.run()
        (holds, failures, notes) = (true, [], outcome.notes)
        (mutants, peakMemoryBytes, isFinal) = (outcome.mutants, outcome.peakMemory, false)
      } catch {
        let failure = error as? Conformance.Failure
        (holds, failures, notes) = (false, failure?.sentences ?? [error.wholeText], [])
        (mutants, peakMemoryBytes, isFinal) = (failure?.mutants ?? 0, nil, failure?.isFinal ?? false)
      }
    }

    /// The form for people: one line, with explanations below it.
    var lines: [String] {
      let count = mutants > 0 ? " (\(mutants) mutants)" : ""
      let details = (failures + notes).flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      return ["\(holds ? "ok " : "NOT") \(name)\(count)"] + details.map { "      " + Terminal.harmless(String($0)) }
    }
  }

  let adapter: String
  let seed: UInt64
  private(set) var checks: [Check] = []
  private(set) var holds = true
  private(set) var mutants = 0
  /// Checks that were not tried, since the adapter could not be greeted.
  private(set) var skipped: [String] = []

  init(adapter: String, seed: UInt64) {
    self.adapter = adapter
    self.seed = seed
  }

  mutating func add(_ check: Check) {
    checks.append(check)
    holds = holds && check.holds
    mutants += check.mutants
  }

  mutating func skip(_ names: [String]) { skipped = names }

  /// The last line.
  var summary: String {
    let failed = checks.filter { !$0.holds }.count
    let untried = skipped.isEmpty ? "" : ", \(skipped.count) not tried"
    let tried = "\(checks.count) checks\(untried), \(mutants) mutants (seed \(seed))"
    return failed == 0 ? "\(adapter) holds: \(tried)" : "\(adapter) does not hold: \(failed) of \(tried)"
  }
}
