-- A job store of version 2, as launcher 0 of 2026-11-29 left it: four jobs of the local adapter, submitted and looked at.
-- Constructed: the last two jobs, which stand for a program that was killed and for an answer that was lost; names of the
-- user, the machine and the folder. Stores of released versions are never edited.
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1');
INSERT INTO "grdb_migrations" VALUES('2');
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
, indices TEXT, cancelledAt REAL);
INSERT INTO "job" VALUES(1,'local','','submitted','token-of-done',NULL,'1','login1',1795961806.163,1.79596180612311840055e+09,'done','finished','{"adapter":"local","attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:46.320Z","exitCode":0,"id":"1","name":"done","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:46.284Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/1/stderr","stdout":"/home/ada/run/state/local/login1/jobs/1/stdout","submittedAt":"2026-11-29T14:16:46.163Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5513216,"walltimeSeconds":0.035},"user":"ada"}',NULL,NULL,NULL,1.79596180754132366181e+09,0.0,2,1,NULL,NULL);
INSERT INTO "job" VALUES(2,'local','','submitted','1176210e01da5b190882782f7adf6a4d',NULL,'2','login1',1795961806.41,1.79596180637102961537e+09,'broken','finished','{"adapter":"local","attempt":1,"blame":"job","directory":"/home/ada/run","endedAt":"2026-11-29T14:16:46.532Z","exitCode":1,"id":"2","name":"broken","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"failed","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:46.512Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/2/stderr","stdout":"/home/ada/run/state/local/login1/jobs/2/stdout","submittedAt":"2026-11-29T14:16:46.410Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5623808,"walltimeSeconds":0.019},"user":"ada"}',NULL,NULL,NULL,1.79596180754132366181e+09,0.0,2,1,NULL,NULL);
INSERT INTO "job" VALUES(3,'local','','submitted','b903bc6bd12c0b90d4ad3c47f2051c49',NULL,'3','login1',1795961806.75,1.79596180673716092107e+09,'waits','held','{"adapter":"local","attempt":1,"canEverRun":true,"directory":"/home/ada/run","id":"3","name":"waits","native":{"state":"held"},"observedAt":"2026-11-29T14:16:47.911Z","queue":"default","reason":"held by its owner; ‘launcher release 3’ lets it go","reasonCode":"heldByUser","server":"login1","source":"queue","state":"held","stderr":"/home/ada/run/state/local/login1/jobs/3/stderr","stdout":"/home/ada/run/state/local/login1/jobs/3/stdout","submittedAt":"2026-11-29T14:16:46.750Z","user":"ada"}',NULL,NULL,NULL,NULL,0.0,2,2,NULL,NULL);
INSERT INTO "job" VALUES(4,'local','','submitted','2e25d555ab433fce28083d6841415c61',NULL,'4','login1',1795961807.055,1.79596180702516675002e+09,'sweep','finished','{"adapter":"local","attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:47.448Z","id":"4","name":"sweep","nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:47.170Z","state":"finished","submittedAt":"2026-11-29T14:16:47.055Z","taskCounts":{"finished":3},"tasks":[{"attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:47.192Z","exitCode":0,"id":"4_1","index":1,"name":"sweep","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:47.170Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/4_1/stderr","stdout":"/home/ada/run/state/local/login1/jobs/4_1/stdout","submittedAt":"2026-11-29T14:16:47.055Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5644288,"walltimeSeconds":0.022},"user":"ada"},{"attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:47.264Z","exitCode":0,"id":"4_2","index":2,"name":"sweep","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:47.252Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/4_2/stderr","stdout":"/home/ada/run/state/local/login1/jobs/4_2/stdout","submittedAt":"2026-11-29T14:16:47.055Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5554176,"walltimeSeconds":0.012},"user":"ada"},{"attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:47.448Z","exitCode":0,"id":"4_3","index":3,"name":"sweep","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:47.435Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/4_3/stderr","stdout":"/home/ada/run/state/local/login1/jobs/4_3/stdout","submittedAt":"2026-11-29T14:16:47.055Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5533696,"walltimeSeconds":0.013},"user":"ada"}],"user":"ada"}',NULL,NULL,NULL,1.79596180754132366181e+09,0.0,2,1,'1-3',NULL);
INSERT INTO "job" VALUES(5,'local','','intended','token-of-intended','0123456789abcdef0123456789abcdef',NULL,NULL,NULL,1795961900.0,'killed',NULL,NULL,NULL,NULL,NULL,NULL,0.0,0,0,NULL,NULL);
INSERT INTO "job" VALUES(6,'local','','uncertain','token-of-uncertain',NULL,NULL,NULL,NULL,1795961900.0,'lost',NULL,NULL,NULL,'{"code":34,"message":"whether the job was submitted is not known"}',1795961905.0,NULL,0.0,0,0,NULL,NULL);
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
INSERT INTO "look" VALUES('local','',2,1.79596180795425891876e+09,1.79596180795425891876e+09,1.79596180911425900455e+09,0.02,0.106,1,0,NULL);
CREATE TABLE transition (
  job INTEGER NOT NULL,
  at REAL NOT NULL,
  status TEXT NOT NULL
);
INSERT INTO "transition" VALUES(1,1.79596180754132366181e+09,'{"adapter":"local","attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:46.320Z","exitCode":0,"id":"1","name":"done","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:46.284Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/1/stderr","stdout":"/home/ada/run/state/local/login1/jobs/1/stdout","submittedAt":"2026-11-29T14:16:46.163Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5513216,"walltimeSeconds":0.035},"user":"ada"}');
INSERT INTO "transition" VALUES(2,1.79596180754132366181e+09,'{"adapter":"local","attempt":1,"blame":"job","directory":"/home/ada/run","endedAt":"2026-11-29T14:16:46.532Z","exitCode":1,"id":"2","name":"broken","native":{"state":"finished"},"nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"failed","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:46.512Z","state":"finished","stderr":"/home/ada/run/state/local/login1/jobs/2/stderr","stdout":"/home/ada/run/state/local/login1/jobs/2/stdout","submittedAt":"2026-11-29T14:16:46.410Z","usage":{"cpuSeconds":0.001,"peakMemoryBytes":5623808,"walltimeSeconds":0.019},"user":"ada"}');
INSERT INTO "transition" VALUES(4,1.79596180754132366181e+09,'{"adapter":"local","attempt":1,"directory":"/home/ada/run","endedAt":"2026-11-29T14:16:47.448Z","id":"4","name":"sweep","nodes":["login1"],"observedAt":"2026-11-29T14:16:47.498Z","outcome":"succeeded","queue":"default","retry":false,"server":"login1","source":"queue","startedAt":"2026-11-29T14:16:47.170Z","state":"finished","submittedAt":"2026-11-29T14:16:47.055Z","taskCounts":{"finished":3},"user":"ada"}');
INSERT INTO "transition" VALUES(3,1.79596180795425891876e+09,'{"adapter":"local","attempt":1,"canEverRun":true,"directory":"/home/ada/run","id":"3","name":"waits","native":{"state":"held"},"observedAt":"2026-11-29T14:16:47.911Z","queue":"default","reason":"held by its owner; ‘launcher release 3’ lets it go","reasonCode":"heldByUser","server":"login1","source":"queue","state":"held","stderr":"/home/ada/run/state/local/login1/jobs/3/stderr","stdout":"/home/ada/run/state/local/login1/jobs/3/stdout","submittedAt":"2026-11-29T14:16:46.750Z","user":"ada"}');
CREATE INDEX jobNamed ON job(adapter, endpoint, id);
CREATE INDEX jobOpen ON job(adapter, endpoint) WHERE settledAt IS NULL;
CREATE INDEX jobSettled ON job(settledAt) WHERE settledAt IS NOT NULL;
CREATE INDEX transitionOf ON transition(job);
CREATE INDEX jobCancelled ON job(adapter, endpoint) WHERE cancelledAt IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('job',6);
COMMIT;
PRAGMA user_version = 2;
