import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

/// Listings as mutants damaged them: constructed rows, in the form that `squeue -O` and `sacct` of 22.05.8 print.
@Suite struct DamagedListingTests {
  private func names(_ text: String) throws -> [String?] {
    var reader = try SqueueReader(path: try temporaryFile(Array(text.utf8)), columns: Squeue.pollColumns)
    var names: [String?] = []
    while let record = try reader.next() { if case .success(let row) = record { names.append(row.status.name) } }
    return names
  }

  @Test func `a row with damaged first columns does not become part of the name before it`() throws {
    let odd = Made.queueRow("x2", "RUNNING", name: "odd")
    #expect(
      try names(Made.queueRow("1", "RUNNING", name: "one") + odd + Made.queueRow("3", "RUNNING")) == ["one", "job"]
    )
    var ledger = SacctReader()
    let row = Made.accountingRow("2", "FAILED")
    try ledger.read(path: try temporaryFile(Array((Made.accountingRow("1", "COMPLETED") + "x" + row).utf8)))
    #expect(ledger.rows[.job(1)]?.status.name == "job")
  }

  @Test func `the first bytes of a row that is cut do not become part of the name before it`() throws {
    let second = Made.queueRow("20", "RUNNING")
    for length in 1..<second.utf8.count - 2 {
      let text = Made.queueRow("1", "RUNNING", name: "one") + second.prefix(length)
      #expect(try names(text) == ["one"], "cut after \(length) bytes of the second row")
    }
    let ledgerRow = Made.accountingRow("2", "FAILED")
    for length in 1..<4 {
      var ledger = SacctReader()
      let text = Made.accountingRow("1", "COMPLETED") + ledgerRow.prefix(length)
      try ledger.read(path: try temporaryFile(Array(text.utf8)))
      #expect(ledger.isCut && ledger.rows[.job(1)]?.status.name == "job", "cut after \(length) bytes of the second row")
    }
  }

  @Test func `lines that end with CR LF are read as others are`() throws {
    let text = Made.queueRow("1", "RUNNING", name: "one") + Made.queueRow("2", "RUNNING", name: "two")
    #expect(try names(text.replacing("\n", with: "\r\n")) == ["one", "two"])
    var ledger = SacctReader()
    let row = Made.accountingRow("1", "COMPLETED").replacing("\n", with: "\r\n")
    try ledger.read(path: try temporaryFile(Array(row.utf8)))
    #expect(ledger.rows[.job(1)]?.status.name == "job")
  }

  @Test(arguments: [["7"], nil]) func `a row that stands twice is reported once`(ids: [String]?) async throws {
    let row = Made.queueRow("7", "RUNNING")
    let reported = Counter()
    let host = Made.slurm(queue: .text(row + row))
    _ = try await SlurmAdapter().poll(
      JobQuery(jobs: ids?.map { JobReference(id: $0) }),
      on: host,
      to: JobReporter { jobs, _ in await reported.add(jobs.map(\.id)) }
    )
    #expect(await reported.ids == ["7"])
  }

  @Test(arguments: [ScriptedHost.Answer.text("", exit: 1), .text(String(Made.record("7", code: 5).dropLast(3)))])
  func `a job is not gone when the records of jobs were not read to their end`(records: ScriptedHost.Answer)
    async throws
  {
    let polled = try await Polled(["7"], on: Made.slurm(records: records))
    #expect(polled.jobs["7"] == nil)
    #expect(!polled.answer.complete && polled.answer.problem != nil)
  }

  @Test(arguments: [["7"], nil], ["cut", "line break"])
  func `an array has not ended while the row of its waiting tasks cannot be read`(ids: [String]?, how: String)
    async throws
  {
    let ended = Made.queueRow("7_1", "FAILED", number: "8") + Made.queueRow("7_2", "COMPLETED", number: "9")
    let waiting = Made.queueRow("7_[3-9]", "PENDING", number: "7")
    let listing =
      switch how {
      case "cut": ended + waiting.dropLast(9)
      default: ended.dropLast() + "é" + waiting
      }
    let polled = try await Polled(ids, on: Made.slurm(queue: .text(String(listing))))
    let array = polled.jobs["7"]
    #expect(array == nil || array?.state == .unknown(.unreadable), "\(String(describing: array?.state))")
    #expect(!polled.unreadable.isEmpty || polled.answer.problem != nil)
  }

  @Test(arguments: [["7"], nil])
  func `a job has not ended while its row stands in one line with another's`(ids: [String]?) async throws {
    let other = Made.queueRow("6", "RUNNING").dropLast() + "é"
    let ended = Made.queueRow("7_1", "FAILED", number: "8")
    for row in [Made.queueRow("7_2", "RUNNING", number: "9"), Made.queueRow("7", "RUNNING")] {
      let polled = try await Polled(ids, on: Made.slurm(queue: .text(String(ended + other + row))))
      let job = polled.jobs["7"]
      #expect(job == nil || job?.state == .unknown(.unreadable), "\(String(describing: job?.state))")
      #expect(!polled.answer.complete)
    }
  }

  @Test(arguments: [["7"], nil])
  func `a heterogeneous job has not ended while a component's row cannot be read`(ids: [String]?) async throws {
    let second = Made.queueRow("7+1", "RUNNING", number: "8").dropLast(5)
    let listing = Made.queueRow("7+0", "COMPLETED", number: "7") + second
    let polled = try await Polled(ids, on: Made.slurm(queue: .text(listing)))
    let job = polled.jobs["7"]
    #expect(job == nil || job?.state == .unknown(.unreadable), "\(String(describing: job?.state))")
  }

  private actor Counter {
    private(set) var ids: [String] = []
    func add(_ more: [String]) { ids += more }
  }
}
