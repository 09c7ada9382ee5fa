#if !LIBFUZZER
  import Foundation

  /// Changes inputs at random, the same for the same seed.
  struct Mutator {
    private var inputs: [[UInt8]] = []
    private var generator: SplitMix
    private let seed: UInt64
    private let runs: Int
    private let seconds: Double

    init(arguments: [String]) {
      func value(_ name: String) -> String? {
        arguments.last { $0.hasPrefix("-\(name)=") }.map { String($0.dropFirst(name.count + 2)) }
      }
      seed = value("seed").flatMap { UInt64($0) }.flatMap { $0 == 0 ? nil : $0 } ?? .random(in: 1...999_999_999)
      runs = value("runs").flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 } ?? .max
      seconds = value("max_total_time").flatMap { Double($0) } ?? (runs == .max ? 60 : .infinity)
      generator = SplitMix(state: seed)
      for folder in arguments where !folder.hasPrefix("-") {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? [] {
          if let data = FileManager.default.contents(atPath: "\(folder)/\(name)") { inputs.append(Array(data)) }
        }
      }
      if inputs.isEmpty { inputs = [[]] }
    }

    mutating func run(_ body: (UnsafePointer<UInt8>?, Int) -> CInt) -> CInt {
      print("seed \(seed), \(inputs.count) inputs")
      let end = Date().addingTimeInterval(seconds)
      var done = 0
      for input in inputs { _ = input.withUnsafeBufferPointer { body($0.baseAddress, $0.count) } }
      while done < runs, Date() < end {
        let input = changed(inputs[Int.random(in: inputs.indices, using: &generator)])
        // A crash ends the program: the input is on the disk by then.
        try? Data(input).write(to: URL(filePath: "crash-\(seed)"))
        _ = input.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        done += 1
      }
      try? FileManager.default.removeItem(atPath: "crash-\(seed)")
      print("done \(done) runs")
      return 0
    }

    private mutating func changed(_ input: [UInt8]) -> [UInt8] {
      var input = input
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0...input.count, using: &generator)
        let length = Int.random(in: 0...min(64, input.count - place), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: input.removeSubrange(place..<(place + length))
        case 1: input.insert(contentsOf: input[place..<(place + length)], at: place)
        case 2: input.insert(.random(in: 0...255, using: &generator), at: place)
        case 3 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: input.removeSubrange(place...)
        }
      }
      return input
    }
  }

  /// Vigna's splitmix64: small, and the same everywhere.
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
#endif
