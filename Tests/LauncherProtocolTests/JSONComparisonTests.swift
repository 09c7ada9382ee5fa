import Foundation
import Testing

@testable import LauncherJSON
@testable import LauncherProtocol

/// Both directions compared with Foundation's, on random values.
@Suite("JSON, beside another reader and writer of it")
struct JSONComparisonTests {
  /// A value of any shape.
  private indirect enum Tree: Hashable, Codable {
    case null, flag(Bool), whole(Int), real(Double), text(String), list([Tree]), table([String: Tree])

    init(from decoder: any Decoder) throws {
      if let table = try? decoder.container(keyedBy: AnyKey.self) {
        var members: [String: Tree] = [:]
        for key in table.allKeys { members[key.stringValue] = try table.decode(Tree.self, forKey: key) }
        self = .table(members)
      } else if var list = try? decoder.unkeyedContainer() {
        var elements: [Tree] = []
        while !list.isAtEnd { elements.append(try list.decode(Tree.self)) }
        self = .list(elements)
      } else {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() { self = .null; return }
        if let flag = try? value.decode(Bool.self) { self = .flag(flag); return }
        if let whole = try? value.decode(Int.self) { self = .whole(whole); return }
        if let real = try? value.decode(Double.self) { self = .real(real); return }
        self = .text(try value.decode(String.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      switch self {
      case .null: try value.encodeNil()
      case .flag(let flag): try value.encode(flag)
      case .whole(let whole): try value.encode(whole)
      case .real(let real): try value.encode(real)
      case .text(let text): try value.encode(text)
      case .list(let list): try value.encode(list)
      case .table(let table): try value.encode(table)
      }
    }

    static func random(depth: Int, using generator: inout SeededGenerator) -> Tree {
      switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
      case 0: .null
      case 1: .flag(.random(using: &generator))
      case 2:
        .whole(
          Bool.random(using: &generator)
            ? .random(in: -9...9, using: &generator) : .random(in: .min ... .max, using: &generator)
        )
      // Never a whole number: that would be read back as one.
      case 3: .real((Double(Int.random(in: -999...999, using: &generator)) + 0.5) / 64)
      case 4: .text(randomText(using: &generator))
      case 5:
        .list((0..<Int.random(in: 0..<5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
      default:
        .table(
          Dictionary(
            (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
              (randomText(using: &generator), random(depth: depth - 1, using: &generator))
            },
            uniquingKeysWith: { first, _ in first }
          )
        )
      }
    }

    private static func randomText(using generator: inout SeededGenerator) -> String {
      let characters: [Character] = [
        "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{1}", "é", "日", "😀", "\u{2028}",
      ]
      return String(
        (0..<Int.random(in: 0..<9, using: &generator)).map { _ in characters.randomElement(using: &generator) ?? "a" }
      )
    }
  }

  @Test func `what one writes the other reads, and the same comes back`() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let tree = Tree.random(depth: 4, using: &generator)
      let written = try JSONWriter.bytes(of: [tree])
      #expect(try JSONDecoder().decode([Tree].self, from: Data(written)) == [tree])
      #expect(try JSONText(Array(JSONEncoder().encode([tree]))).decode([Tree].self) == [tree])
      #expect(try JSONText(written).decode([Tree].self) == [tree])
    }
  }

  @Test func `of texts with a few bytes changed, both read the same or neither reads any`() throws {
    var generator = SeededGenerator(seed: 2)
    let spare = Array(#"{}[],:"\/u0e.-+tn 9"#.utf8) + [0x0A, 0xC3, 0xA9]
    var readable = 0
    for _ in 0..<20_000 {
      var bytes = try JSONWriter.bytes(of: [Tree.random(depth: 3, using: &generator)])
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = spare.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(spare.randomElement(using: &generator) ?? 0, at: place)
        default: if bytes.count > 1 { bytes.remove(at: place) }
        }
      }
      let ours = try? JSONText(bytes).decode([Tree].self)
      let theirs = try? JSONDecoder().decode([Tree].self, from: Data(bytes))
      // Foundation accepts a comma before a closing bracket, and takes long numbers with a fraction to be whole ones.
      if ours != theirs, String(decoding: bytes, as: UTF8.self).contains(#/,\s*[\]}]|\d{16,}[.eE]/#) { continue }
      #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
      if ours != nil { readable += 1 }
    }
    #expect(readable > 2_000)
  }

  @Test func `a specification with every field is read and written as the other reads and writes it`() throws {
    let spec = try JobSpec.full()
    #expect(try JSONDecoder().decode(JobSpec.self, from: Data(JSONWriter.bytes(of: spec))) == spec)
    #expect(try JSONText(Array(JSONEncoder().encode(spec))).decode(JobSpec.self) == spec)
  }
}
