import LauncherTestKit

/// What came of `launcher conformance`; its JSON form is described in Documentation/Conformance.md.
struct ConformanceReport: Encodable {
  /// What came of one check.
  struct Check: Encodable {
    let name: String
    let holds: Bool
    let failures: [String]
    let notes: [String]
    let mutants: Int
    let peakMemoryBytes: Int64?

    /// Tries a check.
    init(trying check: Conformance.Check) async {
      name = check.name
      do {
        let outcome = try await check.run()
        (holds, failures, notes) = (true, [], outcome.notes)
        (mutants, peakMemoryBytes) = (outcome.mutants, outcome.peakMemory)
      } catch {
        let failure = error as? Conformance.Failure
        (holds, failures, notes) = (false, failure?.sentences ?? ["\(error)"], [])
        (mutants, peakMemoryBytes) = (failure?.mutants ?? 0, nil)
      }
    }

    /// As people read it: one line, and what is to be explained below it.
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

  init(adapter: String, seed: UInt64) {
    self.adapter = adapter
    self.seed = seed
  }

  mutating func add(_ check: Check) {
    checks.append(check)
    holds = holds && check.holds
    mutants += check.mutants
  }

  /// The last line.
  var summary: String {
    let failed = checks.filter { !$0.holds }.count
    let tried = "\(checks.count) checks, \(mutants) mutants (seed \(seed))"
    return failed == 0 ? "\(adapter) holds: \(tried)" : "\(adapter) does not hold: \(failed) of \(tried)"
  }
}
