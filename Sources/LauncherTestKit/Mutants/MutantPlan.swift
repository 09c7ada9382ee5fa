/// The mutations of a baseline that can be tried; `MutantSample` chooses among them.
struct MutantPlan {
  /// Up to this size every byte of an output is a place to cut and to damage; beyond it, a sample of them is.
  private static let smallOutput = 2048
  private static let samples = 512
  private static let greatestLines = 300

  /// The mutations, in the best order for reading.
  private(set) var mutations: [Mutation] = []

  init(_ baseline: Baseline, using generator: inout SeededGenerator) {
    guard !baseline.exchanges.isEmpty else { return }
    for kind in [.empty, .failed, .missing, .timedOut, .killed] as [Mutation.Kind] {
      mutations.append(Mutation(exchange: nil, kind: kind))
    }
    for (place, exchange) in baseline.exchanges.enumerated() {
      func add(_ kinds: [Mutation.Kind]) { mutations += kinds.map { Mutation(exchange: place, kind: $0) } }
      add([.empty, .failing, .failed, .missing, .timedOut, .killed])
      if exchange.ending == .exited(0) { add([.noise]) }
      guard !exchange.stdout.isEmpty else { continue }
      let lines = Self.some(of: TextLines(exchange.stdout).ranges.count, Self.greatestLines, &generator)
      let last = TextLines(exchange.stdout).ranges.count - 1
      add(lines.map { .drop($0) } + lines.map { .double($0) } + lines.filter { $0 < last }.map { .swap($0) })
      add([.carriageReturns])
      let words = baseline.words
      add(words.states.indices.map { .unknownState($0) } + words.reasons.indices.map { .unknownReason($0) })
      let count = exchange.stdout.count
      let bytes = { (generator: inout SeededGenerator) in
        Self.some(of: count, count <= Self.smallOutput ? count : Self.samples, &generator)
      }
      add(bytes(&generator).map { .cut($0) })
      add(bytes(&generator).map { .flip(byte: $0, bit: 7) })
      add(bytes(&generator).map { .flip(byte: $0, bit: Int.random(in: 0..<7, using: &generator)) })
      add(Self.some(of: count, min(count, 256), &generator).map { .latin($0) })
    }
  }

  /// Numbers below `count`: all of them, or a sample in order.
  private static func some(of count: Int, _ limit: Int, _ generator: inout SeededGenerator) -> [Int] {
    if count <= limit { return Array(0..<count) }
    return (0..<limit).map { _ in Int.random(in: 0..<count, using: &generator) }.sorted()
  }
}
