import GRDB

/// The tables of the job store.
enum JobStoreSchema {
  /// Kept in the file's header (`user_version`), where it can be read without opening the database.
  static let version = 4

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: first)
      try db.execute(sql: "PRAGMA user_version = 1")
    }
    migrator.registerMigration("2") { db in
      try db.execute(sql: second)
      try db.execute(sql: "PRAGMA user_version = 2")
    }
    migrator.registerMigration("3") { db in
      try db.execute(sql: third)
      try db.execute(sql: "PRAGMA user_version = 3")
    }
    migrator.registerMigration("4") { db in
      try db.execute(sql: "ALTER TABLE job ADD COLUMN requested TEXT")
      try db.execute(sql: "PRAGMA user_version = 4")
    }
    return migrator
  }

  // The labels that jobs were submitted with, to find jobs by them.
  private static let third = """
    CREATE TABLE label (
      job INTEGER NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (job, name)
    ) WITHOUT ROWID;
    CREATE INDEX labelled ON label(name, value);
    """

  // `indices` are those that an array was submitted with; `cancelledAt` is when the scheduler accepted its
  // cancellation.
  private static let second = """
    ALTER TABLE job ADD COLUMN indices TEXT;
    ALTER TABLE job ADD COLUMN cancelledAt REAL;
    CREATE INDEX jobCancelled ON job(adapter, endpoint) WHERE cancelledAt IS NOT NULL;
    """

  // `look` counts the looks at one scheduler, of all programs together: a job's `askedIn` and `changedIn` are such
  // numbers, so that a program reads only what is new to it.
  private static let first = """
    CREATE TABLE job (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      adapter TEXT NOT NULL,
      endpoint TEXT NOT NULL,
      phase TEXT NOT NULL,
      token TEXT UNIQUE,
      owner TEXT,
      id TEXT,
      server TEXT,
      submittedAt REAL,
      trackedAt REAL NOT NULL,
      name TEXT,
      state TEXT,
      status TEXT,
      doubt TEXT,
      problem TEXT,
      missedAt REAL,
      settledAt REAL,
      wantedUntil REAL NOT NULL DEFAULT 0,
      askedIn INTEGER NOT NULL DEFAULT 0,
      changedIn INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX jobNamed ON job(adapter, endpoint, id);
    CREATE INDEX jobOpen ON job(adapter, endpoint) WHERE settledAt IS NULL;
    CREATE INDEX jobSettled ON job(settledAt) WHERE settledAt IS NOT NULL;
    CREATE TABLE transition (
      job INTEGER NOT NULL,
      at REAL NOT NULL,
      status TEXT NOT NULL
    );
    CREATE INDEX transitionOf ON transition(job);
    CREATE TABLE look (
      adapter TEXT NOT NULL,
      endpoint TEXT NOT NULL,
      number INTEGER NOT NULL,
      endedAt REAL NOT NULL,
      listedAt REAL NOT NULL,
      nextAt REAL NOT NULL,
      interval REAL NOT NULL,
      took REAL NOT NULL,
      complete INTEGER NOT NULL,
      failed INTEGER NOT NULL,
      problem TEXT,
      PRIMARY KEY (adapter, endpoint)
    ) WITHOUT ROWID;
    """
}
