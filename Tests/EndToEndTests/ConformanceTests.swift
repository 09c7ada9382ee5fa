import Foundation
import Testing

/// `launcher conformance`: any adapter checked against the contract.
@Suite struct ConformanceTests {
  private static let adapters = Program.repository + "/Tests/Adapters"
  private static let recording = Program.repository + "/Tests/Fixtures/tiny-1.0/listing"

  @Test(arguments: ["local", "slurm"]) func `our adapters hold`(name: String) async throws {
    let outcome = try await Program().launcher("conformance", name)
    #expect(outcome.exitCode == 0, "\(outcome.stdout)\(outcome.stderr)")
    #expect(outcome.stdout.contains("ok  protocol: it introduces itself"))
    #expect(outcome.stdout.hasSuffix("\(name) holds: 20 checks, 0 mutants (seed 1)\n"), "\(outcome.stdout)")
  }

  @Test func `a mutant that misleads an adapter is named, and can be tried alone`() async throws {
    let adapter = Self.adapters + "/broken/absence-adapter"
    let all = try await Program().launcher("conformance", "--json", "--mutants", "100", adapter, Self.recording)
    #expect(all.exitCode == 1, "\(all.stderr)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(all.stdout.utf8)) as? [String: Any])
    #expect(report["holds"] as? Bool == false)
    #expect(report["mutants"] as? Int ?? 0 >= 40)
    let checks = try #require(report["checks"] as? [[String: Any]])
    let failed = checks.filter { $0["holds"] as? Bool == false }
    let mutants = try #require(failed.first { ($0["name"] as? String)?.contains("mislead") == true })
    let failures = try #require(mutants["failures"] as? [String])
    #expect(failures.contains("not so: nothing finishes by absence"), "\(failures)")
    #expect(failures.contains { $0.contains("3/all/empty (poll, every answer), job 41") }, "\(failures)")
    for (mutant, exitCode) in ["3/all/empty": Int32(1), "3/1/drop@2": 1, "3/1/drop@1": 0, "3/1/moon": 1] {
      let alone = try await Program().launcher("conformance", "--mutant", mutant, adapter, Self.recording)
      #expect(alone.exitCode == exitCode, "\(mutant): \(alone.stdout)")
    }
  }

  @Test func `an adapter that keeps silent is asked no further`() async throws {
    let outcome = try await Program()
      .launcher("conformance", "--patience", "1s", Self.adapters + "/broken/hang-adapter")
    #expect(outcome.exitCode == 1)
    #expect(outcome.stdout.contains("waiting for a licence server"))
    #expect(outcome.stdout.contains("19 not tried"), "\(outcome.stdout)")
  }

  @Test func `mistakes are reported before anything is tried`() async throws {
    let program = try Program()
    #expect(try await program.launcher("conformance", "no-such").exitCode == 64)
    #expect(try await program.launcher("conformance", "local", "/nowhere").exitCode == 66)
    #expect(try await program.launcher("conformance", "--mutant", "1/1/crlf", "local").exitCode == 64)
    #expect(try await program.launcher("conformance", "--mutants", "-1", "local").exitCode == 64)
  }
}
