import FoundationEssentials
import LauncherKit
import Synchronization

/// Tries mutations of what a recording's commands answer.
struct MutantCheck: Sendable {
  let adapter: AdapterUnderTest
  let recording: Recording
  let limit: Int
  let options: Conformance.Options

  /// A check for each recording, with its share of the mutants.
  static func checks(
    _ adapter: AdapterUnderTest,
    _ recordings: [Recording],
    _ options: Conformance.Options
  ) -> [Conformance.Check] {
    guard options.mutants > 0 || options.onlyMutant != nil, !recordings.isEmpty else { return [] }
    let share = max(1, options.mutants / recordings.count)
    return recordings.map { recording in
      let check = MutantCheck(adapter: adapter, recording: recording, limit: share, options: options)
      let name = QuestionCheck(adapter: adapter, recording: recording).name
      return Conformance.Check("\(name): damaged answers mislead it in nothing") { try await check.run() }
    }
  }

  /// A mutant that is to be tried.
  private struct Mutant: Sendable {
    /// Its place among all mutants.
    let number: Int
    let baseline: Int
    let mutation: Mutation
  }

  private func run() async throws -> Conformance.Outcome {
    let baselines = try await Baseline.all(of: recording, by: adapter)
    var generator = SeededGenerator(seed: options.seed)
    let mutants = try chosen(from: baselines, using: &generator)
    let touched = baselines.map { Touched($0) }
    // Two processes: one asks while the other answers.
    let halves = [0, 1].map { half in mutants.enumerated().filter { $0.offset % 2 == half }.map(\.element) }
    var violations: [(number: Int, violation: Violation)] = []
    var peak: Int64 = 0
    try await withThrowingTaskGroup(of: (violations: [(number: Int, violation: Violation)], peak: Int64).self) {
      group in
      for half in halves where !half.isEmpty { group.addTask { try await attempt(half, baselines, touched) } }
      for try await result in group {
        violations += result.violations
        peak = max(peak, result.peak)
      }
    }
    if violations.isEmpty {
      return Conformance.Outcome(notes: [], mutants: mutants.count, peakMemory: peak > 0 ? peak : nil)
    }
    // In the order of the mutants, whichever process came first.
    let inOrder = violations.enumerated()
      .sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }
      .map(\.element.violation)
    throw Conformance.Failure(Violation.sentences(inOrder), mutants: mutants.count)
  }

  private func chosen(from baselines: [Baseline], using generator: inout SeededGenerator) throws -> [Mutant] {
    let plans = baselines.map { baseline in
      MutantPlan(baseline, using: &generator)
    }
    if let wanted = options.onlyMutant {
      for (index, baseline) in baselines.enumerated() {
        let all = plans[index].mutations + Self.parsed(wanted, baseline)
        if let mutation = all.first(where: { "\(baseline.place)/\($0)" == wanted }) {
          return [Mutant(number: 0, baseline: index, mutation: mutation)]
        }
      }
      throw Conformance.Failure("there is no mutant ‘\(wanted)’ of \(recording.folder)")
    }
    var all: [Mutant] = []
    for (index, plan) in plans.enumerated() {
      for mutation in plan.mutations { all.append(Mutant(number: all.count, baseline: index, mutation: mutation)) }
    }
    return MutantSample.chosen(from: all, atMost: limit, mutation: \.mutation, using: &generator)
  }

  /// A mutation at a place that another seed may have chosen: `2/1/flip@17.3`.
  private static func parsed(_ name: String, _ baseline: Baseline) -> [Mutation] {
    let parts = name.split(separator: "/")
    guard parts.count == 3, let exchange = Int(parts[1]), baseline.exchanges.indices.contains(exchange - 1) else {
      return []
    }
    let word = parts[2].split(separator: "@")
    let numbers = word.count == 2 ? word[1].split(separator: ".").compactMap { Int($0) } : []
    let kind: Mutation.Kind
    switch (word.first, numbers.count) {
    case ("cut", 1): kind = .cut(numbers[0])
    case ("latin", 1): kind = .latin(numbers[0])
    case ("flip", 2) where (0...7).contains(numbers[1]): kind = .flip(byte: numbers[0], bit: numbers[1])
    // Lines are counted from 1.
    case ("drop", 1): kind = .drop(numbers[0] - 1)
    case ("double", 1): kind = .double(numbers[0] - 1)
    case ("swap", 1): kind = .swap(numbers[0] - 1)
    default: return []
    }
    let last = baseline.exchanges[exchange - 1].stdout.count - 1
    return numbers.allSatisfy { (0...max(0, last)).contains($0) } && last >= 0
      ? [Mutation(exchange: exchange - 1, kind: kind)] : []
  }

  private func attempt(
    _ mutants: [Mutant],
    _ baselines: [Baseline],
    _ touched: [Touched]
  ) async throws -> (violations: [(number: Int, violation: Violation)], peak: Int64) {
    let outputs = CommandOutputs()
    let host = MutantHost(recording, outputs)
    var process = try await adapter.start(host, outputs)
    defer { process.kill() }
    var violations: [(number: Int, violation: Violation)] = []
    var (breakdowns, early, peak) = (0, Int64(0), Int64(0))
    for (number, mutant) in mutants.enumerated() {
      try Task.checkCancellation()
      let baseline = baselines[mutant.baseline]
      let exchanges = baseline.exchanges.enumerated().map { place, exchange in
        mutant.mutation.exchange.map { $0 == place } ?? true
          ? mutant.mutation.apply(to: exchange, words: baseline.words) : exchange
      }
      host.answer(with: exchanges, otherwise: mutant.mutation.exchange == nil ? exchanges.first?.ending : nil)
      let judge = Judge(
        baseline: baseline,
        mutation: mutant.mutation,
        mutated: mutant.mutation.exchange.map { exchanges[$0] },
        exchanges: exchanges,
        answer: try await adapter.ask(baseline.question, process),
        asked: host.asked,
        touched: touched[mutant.baseline]
      )
      violations += judge.violations.map { (mutant.number, $0) }
      if number % 64 == 63 || number == mutants.count - 1 {
        peak = max(peak, ProcessMemory.peak(of: process.processID) ?? 0)
        if early == 0 { early = peak }
      }
      if judge.answer.isBreakdown {
        breakdowns += 1
        if breakdowns == 5 { break }
        process.kill()
        process = try await adapter.start(host, outputs)
      }
    }
    if early > 0, peak > 4 * early + (64 << 20), let last = mutants.last {
      let violation = Violation(
        property: .memory,
        mutant: "\(baselines[last.baseline].place)/\(last.mutation)",
        place: "after \(mutants.count) mutants",
        job: nil,
        sentence: "its peak went from \(early >> 20) MB to \(peak >> 20) MB"
      )
      violations.append((last.number, violation))
    }
    return (violations, peak)
  }
}

/// The memory of a process.
enum ProcessMemory {
  /// Its peak so far, in bytes; `nil` if it cannot be determined.
  static func peak(of process: Int32) -> Int64? {
    guard process > 0, let data = try? Data(contentsOf: URL(filePath: "/proc/\(process)/status")) else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
    }
    return nil
  }
}
