import FoundationEssentials
import GRDB
import LauncherProtocol

/// The store's notes of cancellations and other actions.
extension JobStore {
  /// Notes that a scheduler accepted the cancellation of these jobs.
  func cancelled(_ jobs: [JobReference], scope: StoreScope) throws {
    try write { db in
      for job in jobs {
        let known = try Self.newest(job, scope: scope, db) ?? Self.insert(job, phase: .asked, scope: scope, db)
        try db.execute(
          sql: "UPDATE job SET cancelledAt = COALESCE(cancelledAt, ?) WHERE key = ? AND settledAt IS NULL",
          arguments: [Date().timeIntervalSince1970, known.key]
        )
      }
    }
  }

  /// Completes jobs that are named by their ids with what else is known: which server gave the id, when, and with which
  /// token.
  func completed(_ jobs: [JobReference], scope: StoreScope) throws -> [JobReference] {
    try read { db in
      try jobs.map { job in
        // Programs on several machines that share a home may each have a job of that id: then the one of this machine
        // is meant.
        if job.server == nil, try Self.servers(of: job.id, scope: scope, db) > 1 { return job }
        return try Self.newest(job, scope: scope, db)?.reference ?? job
      }
    }
  }

  /// Notes that what was last seen of these jobs is outdated: they were just changed.
  func outdate(_ ids: [String], scope: StoreScope) throws {
    try write { db in
      try db.execute(
        sql: """
          UPDATE job SET askedIn = 0 WHERE adapter = ? AND endpoint = ? AND id IN (SELECT value FROM json_each(?))
          """,
        arguments: [scope.adapter, scope.endpoint, Self.list(ids)]
      )
      try db.execute(
        sql: "UPDATE look SET listedAt = 0 WHERE adapter = ? AND endpoint = ?",
        arguments: [scope.adapter, scope.endpoint]
      )
    }
  }
}
