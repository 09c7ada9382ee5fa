import GRDB

/// The tables of the queue.
enum QueueSchema {
  /// Kept in the file's header (`user_version`), where it can be read without opening the database.
  static let version = 1

  /// The states in which a task has cores.
  static let active = "state IN ('starting', 'running', 'suspended', 'finishing')"
  /// The states before that.
  static let unstarted = "state IN ('queued', 'held', 'waiting')"

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: first)
      try db.execute(sql: "PRAGMA user_version = 1")
    }
    return migrator
  }

  // The data for scheduling is separate from the bulky specification, so that a pass touches few pages. Thanks to
  // partial indexes, a pass never looks at finished jobs.
  private static let first = """
    CREATE TABLE submission (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      token TEXT NOT NULL UNIQUE,
      submittedAt REAL NOT NULL,
      name TEXT,
      isArray INTEGER NOT NULL,
      arrayLimit INTEGER,
      cores INTEGER NOT NULL,
      memory INTEGER NOT NULL,
      exclusive INTEGER NOT NULL,
      beginAt REAL,
      deadlineAt REAL,
      requeue INTEGER NOT NULL,
      directory TEXT NOT NULL,
      stdout TEXT,
      stderr TEXT,
      tasks INTEGER NOT NULL,
      openTasks INTEGER NOT NULL,
      failedTasks INTEGER NOT NULL DEFAULT 0,
      endedAt REAL
    );
    CREATE INDEX submissionEnded ON submission(endedAt);
    CREATE TABLE content (
      submission INTEGER PRIMARY KEY,
      specification TEXT NOT NULL,
      environment TEXT NOT NULL,
      umask INTEGER NOT NULL
    );
    CREATE TABLE task (
      submission INTEGER NOT NULL,
      position INTEGER NOT NULL,
      state TEXT NOT NULL,
      held INTEGER NOT NULL,
      rank INTEGER NOT NULL,
      attempt INTEGER NOT NULL DEFAULT 1,
      owner TEXT,
      leader TEXT,
      claimedAt REAL,
      cancelRequested INTEGER NOT NULL DEFAULT 0,
      pauseRequested INTEGER NOT NULL DEFAULT 0,
      signals TEXT NOT NULL DEFAULT '',
      outcome TEXT,
      canceller TEXT,
      exitCode INTEGER,
      exitSignal INTEGER,
      coreDumped INTEGER,
      reasonCode TEXT,
      reason TEXT,
      startedAt REAL,
      endedAt REAL,
      cpuSeconds REAL,
      peakMemory INTEGER,
      walltimeSeconds REAL,
      source TEXT,
      PRIMARY KEY (submission, position)
    ) WITHOUT ROWID;
    CREATE INDEX taskQueued ON task(rank, submission, position) WHERE state = 'queued';
    CREATE INDEX taskActive ON task(submission, position)
      WHERE state IN ('starting', 'running', 'suspended', 'finishing');
    CREATE INDEX taskUnstarted ON task(submission, position) WHERE state IN ('queued', 'held', 'waiting');
    CREATE TABLE dependency (
      submission INTEGER NOT NULL,
      condition TEXT NOT NULL,
      onSubmission INTEGER NOT NULL,
      onPosition INTEGER NOT NULL
    );
    CREATE INDEX dependencyOf ON dependency(submission);
    CREATE INDEX dependencyOn ON dependency(onSubmission);
    CREATE TABLE timer (
      at REAL NOT NULL,
      submission INTEGER NOT NULL,
      PRIMARY KEY (at, submission)
    ) WITHOUT ROWID;
    CREATE INDEX timerOf ON timer(submission);
    CREATE TABLE fact (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) WITHOUT ROWID;
    """
}
