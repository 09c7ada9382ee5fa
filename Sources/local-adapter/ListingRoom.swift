import AdapterKit

/// How much of the arrays a poll may still list task by task. A report is one line of the protocol, whose length is
/// limited.
struct ListingRoom: Sendable {
  /// The most jobs in one report.
  static let greatestReport = 250
  /// The size in bytes from which a report is sent rather than extended.
  static let goodReportSize = 1 << 20
  /// The most tasks of one array; a larger one is only counted.
  private static let greatestArray = 10_000
  /// The most bytes that one array's listing may take: a report may contain others before it.
  private static let greatestArraySize = JSONRPC.greatestLine / 4 * 3

  /// The tasks that the poll may still list, over all its arrays.
  private var tasks = 40_000

  func isEnough(for tasks: Int) -> Bool { tasks <= min(self.tasks, Self.greatestArray) }

  func isEnough(for listing: [JobStatus]) -> Bool {
    var size = 0
    for task in listing {
      size += Self.size(task)
      if size > Self.greatestArraySize { return false }
    }
    return true
  }

  mutating func take(_ tasks: Int) { self.tasks -= tasks }

  /// The length of a status as JSON; a generous estimate.
  static func size(_ status: JobStatus) -> Int {
    let texts = [
      status.name, status.directory, status.standardOutput, status.standardError, status.reason?.text, status.user,
      status.server,
    ]
    let own = texts.reduce(600) { $0 + ($1.map(size) ?? 0) }
    return (status.tasks ?? []).reduce(own) { $0 + size($1) }
  }

  private static func size(_ text: String) -> Int {
    text.utf8.reduce(0) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x2F || $1 == 0x5C ? 2 : 1) }
  }
}
