import Testing

@testable import LauncherTestKit

/// Which mutants are tried if there are more than the limit.
@Suite struct MutantSampleTests {
  private let mutations: [Mutation] =
    [Mutation(exchange: nil, kind: .empty), Mutation(exchange: 0, kind: .empty)]
    + (0..<1000).map { Mutation(exchange: 0, kind: .cut($0)) }
    + (0..<30).map { Mutation(exchange: 1, kind: .drop($0)) }

  private func sample(_ limit: Int, seed: UInt64 = 1) -> [Mutation] {
    var generator = SeededGenerator(seed: seed)
    return MutantSample.chosen(from: mutations, atMost: limit, mutation: { $0 }, using: &generator)
  }

  @Test func `each kind has its share, and what a rare one leaves goes to the others`() {
    let names = sample(42).map { $0.description.split(separator: "/").last?.split(separator: "@").first }
    #expect(names.count { $0 == "empty" } == 2)
    #expect(names.count { $0 == "drop" } == 20)
    #expect(names.count { $0 == "cut" } == 20)
  }

  @Test func `there are never more than allowed, whatever that is`() {
    for limit in [0, 1, 2, 3, 5, 100, 1031] { #expect(sample(limit).count == limit) }
    #expect(sample(5000) == mutations)
  }

  @Test func `a seed chooses the same each time, and another one others`() {
    #expect(sample(42) == sample(42))
    #expect(sample(42) != sample(42, seed: 2))
  }
}
