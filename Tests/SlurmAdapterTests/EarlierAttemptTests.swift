import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("The exit record of an earlier attempt")
struct EarlierAttemptTests {
  private static let later = (submitted: "1795221000", start: "1795221130")

  private func running(_ id: String, number: String? = nil) -> String {
    Made.accountingRow(id, "RUNNING", number: number, submitted: Self.later.submitted, start: Self.later.start)
  }

  /// The record of the second attempt.
  private func second(_ id: String) -> String {
    Made.record(id, code: 3).replacing("restarts=0", with: "restarts=1")
      .replacing("started=1795220010\nended=1795220020", with: "started=1795221131\nended=1795221140")
  }

  @Test func `does not end the attempt that accounting has no end for, and the later one's does`() async throws {
    let listings = [
      // With the row of the first attempt, without it, and before the second has one.
      Made.accountingRow("7", "REQUEUED") + running("7"), running("7"), Made.accountingRow("7", "REQUEUED"),
    ]
    for listing in listings {
      let early = Made.slurm(accounting: .text(listing), records: .text(Made.record("7", code: 0)))
      #expect(try await Polled(["7"], on: early).jobs["7"]?.state == .finishing)
      let late = Made.slurm(accounting: .text(listing), records: .text(second("7")))
      let status = try await Polled(["7"], on: late).jobs["7"]
      #expect(status?.state == .finished(.failed))
      #expect(status?.exitStatus == .code(3))
    }
  }

  @Test func `gives no exit code to an attempt that failed without one`() async throws {
    let failed = Made.accountingRow(
      "7",
      "FAILED",
      exit: "0:0",
      submitted: Self.later.submitted,
      start: Self.later.start
    )
    let host = Made.slurm(accounting: .text(failed), records: .text(Made.record("7", code: 4)))
    let status = try await Polled(["7"], on: host).jobs["7"]
    #expect(status?.state == .finished(.failed))
    #expect(status?.exitStatus == nil)
  }

  @Test func `ends no task of an array`() async throws {
    let listing = Made.accountingRow("7_1", "COMPLETED", number: "8") + running("7_2", number: "7")
    let early = Made.slurm(accounting: .text(listing), records: .text(Made.record("7_2", code: 0)))
    let polled = try await Polled(["7", "7_2"], on: early)
    #expect(polled.jobs["7"]?.state.isFinished == false)
    #expect(polled.jobs["7_2"]?.state == .finishing)
    let late = Made.slurm(accounting: .text(listing), records: .text(second("7_2")))
    #expect(try await Polled(["7"], on: late).jobs["7"]?.state == .finished(.failed))
  }

  @Test func `an attempt's own record counts where the clocks of two hosts differ a little`() async throws {
    let host = Made.slurm(
      accounting: .text(Made.accountingRow("7", "RUNNING", start: "1795220050")),
      records: .text(Made.record("7", code: 0))
    )
    #expect(try await Polled(["7"], on: host).jobs["7"]?.state == .finished(.succeeded))
  }
}
