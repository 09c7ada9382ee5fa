import FoundationEssentials
import LauncherProtocol
import Testing

@Suite("Sizes")
struct ByteCountTests {
  @Test(
    arguments: [
      ("4G", 4 << 30), ("4GB", 4 << 30), ("4GiB", 4 << 30), ("4g", 4 << 30), ("500MiB", 500 << 20), ("1.5 TB", 3 << 39),
      ("1K", 1024), ("1kb", 1024), ("7B", 7), ("2P", 2 << 50), (".5k", 512),
    ] as [(String, Int64)]
  )
  func `every documented form is read in steps of 1024`(text: String, bytes: Int64) throws {
    #expect(try ByteCount(parsing: text).bytes == bytes)
  }

  @Test func `an amount beyond what can be counted is the greatest that can`() {
    #expect(ByteCount.mebibytes(3).bytes == 3 << 20 && ByteCount.gibibytes(3).bytes == 3 << 30)
    #expect(ByteCount.mebibytes(999_999_999_999_999).bytes == .max)
    #expect(ByteCount.gibibytes(.max).bytes == .max)
  }

  @Test func `a bare number is refused, and both likely meanings are offered`() {
    let error = #expect(throws: ValueError.self) { try ByteCount(parsing: "4096") }
    #expect(error?.description.contains("4096M") == true)
    #expect(error?.description.contains("4096G") == true)
  }

  @Test(
    arguments: [
      "", " ", "G", "-4G", "+4G", "0G", "0.3B", "4X", "4GG", "4bb", "4bib", "4kbb", "4 5G", "1.2.3G", "1e3G", "٤G",
      "４G", "4G!",
      "inf", "nanG", "0x4G",
    ]
  )
  func `what is not a size is refused`(text: String) {
    #expect(throws: ValueError.self) { try ByteCount(parsing: text) }
  }

  @Test(arguments: ["9000P", "8192P", "99999999999999999999999G"])
  func `an overflow is refused and does not trap`(text: String) {
    #expect(throws: ValueError.self) { try ByteCount(parsing: text) }
  }

  @Test(
    arguments: [1, 1000, 1023, 1024, 1536 << 20, 4 << 30, (1 << 53) + 1, 9_000_000_000_000_000_001, .max]
      as [Int64]
  )
  func `what is written is read back`(bytes: Int64) throws {
    #expect(try ByteCount(parsing: ByteCount(bytes).description) == ByteCount(bytes))
  }

  @Test func `no memory at all travels too: a node may report it`() throws {
    var node = NodeStatus(name: "n1", state: .down)
    node.memory = ByteCount(0)
    #expect(try JSONDecoder().decode(NodeStatus.self, from: JSONEncoder().encode(node)) == node)
  }

  @Test func `a job cannot ask for no memory`() throws {
    let spec = try JSON.decode(JobSpec.self, #"{"command": ["a"], "memory": "0B"}"#)
    #expect(spec.problems.map(\.field) == ["memory"])
  }
}
