-- The first form of a workspace. Migrations are only added, never edited: `verify` compares even the comments inside.
-- application_id is 'RDRV'; user_version counts the migrations. Every index ends with the row's id without being told.

CREATE TABLE workspace (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  uid         BLOB NOT NULL,             -- 16 random bytes
  secret      BLOB NOT NULL,             -- 32 random bytes: keys of passed records and idempotency keys are keyed by it
  created_at  TEXT NOT NULL
) STRICT;

-- A contract as it was when a run was loaded, with everything it refers to.
CREATE TABLE contract (
  id    INTEGER PRIMARY KEY,
  hash  BLOB NOT NULL UNIQUE,            -- SHA-256 over text and files
  name  TEXT NOT NULL,
  text  TEXT NOT NULL,
  path  TEXT NOT NULL                    -- where it lay; commands and secrets are only ever taken from there
) STRICT;

CREATE TABLE contract_file (
  contract  INTEGER NOT NULL REFERENCES contract (id),
  name      TEXT NOT NULL,
  text      TEXT NOT NULL,
  PRIMARY KEY (contract, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL,
  source       TEXT NOT NULL,            -- the file as given; '-' is standard input
  sha256       BLOB,                     -- of the input's bytes; NULL while loading
  format       TEXT NOT NULL,            -- csv, tsv, jsonl, json, pydantic
  layout       TEXT NOT NULL,            -- model::Layout as JSON
  contract     INTEGER REFERENCES contract (id),
  base         INTEGER NOT NULL,         -- a record's id is base + its 1-based ordinal
  state        TEXT NOT NULL CHECK (state IN ('loading', 'ready')),
  loader       TEXT,                     -- the process that is loading it; NULL when ready
  records      INTEGER NOT NULL DEFAULT 0,
  passed       INTEGER NOT NULL DEFAULT 0,
  rejected     INTEGER NOT NULL DEFAULT 0,
  unparsed     INTEGER NOT NULL DEFAULT 0,
  problems     INTEGER NOT NULL DEFAULT 0,
  bytes        INTEGER NOT NULL DEFAULT 0,
  kept_passed  INTEGER NOT NULL DEFAULT 0,
  demo         INTEGER NOT NULL DEFAULT 0,
  loaded_at    TEXT NOT NULL,            -- RFC 3339, UTC
  seconds      REAL NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX run_by_sha256 ON run (sha256) WHERE state = 'ready';

-- Kept by code in the transaction of each change; `verify` compares it with a recount.
CREATE TABLE status_count (
  run      INTEGER NOT NULL REFERENCES run (id),
  status   TEXT NOT NULL,
  records  INTEGER NOT NULL,
  PRIMARY KEY (run, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  id       INTEGER PRIMARY KEY,
  run      INTEGER NOT NULL REFERENCES run (id),
  line     INTEGER NOT NULL,             -- 1-based physical line of its first byte
  byte     INTEGER NOT NULL,             -- offset of its first byte in the input
  key      TEXT,                         -- natural key of the current version
  status   TEXT NOT NULL CHECK (status IN ('rejected', 'ready', 'sending', 'accepted', 'handed_over', 'unknown', 'discarded')),
  version  INTEGER NOT NULL DEFAULT 1,   -- one more with each step; compared and swapped by it
  content  INTEGER NOT NULL              -- the current version's text
) STRICT;

CREATE INDEX record_by_run ON record (run, status);
CREATE INDEX record_by_key ON record (run, key) WHERE key IS NOT NULL;

-- Immutable texts. Version 1 is what was received.
CREATE TABLE content (
  id       INTEGER PRIMARY KEY,
  record   INTEGER NOT NULL,             -- record (id); not enforced, for the speed of loading
  version  INTEGER NOT NULL,
  form     TEXT NOT NULL CHECK (form IN ('csv', 'json')),
  bytes    BLOB NOT NULL,
  sha256   BLOB NOT NULL,
  step     INTEGER                       -- the step that made it; NULL for received bytes
) STRICT;

CREATE INDEX content_by_record ON content (record);

CREATE TRIGGER content_never_changes BEFORE UPDATE ON content
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions never change'); END;
CREATE TRIGGER content_is_never_deleted BEFORE DELETE ON content
WHEN (SELECT state FROM run WHERE id = (SELECT run FROM record WHERE id = OLD.record)) IS NOT 'loading'
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions are never deleted'); END;

-- What is wrong with a record's current version.
CREATE TABLE problem (
  record   INTEGER NOT NULL,             -- record (id)
  n        INTEGER NOT NULL,             -- 0-based, in the order of the check
  grp      INTEGER NOT NULL,             -- problem_group (id)
  path     TEXT NOT NULL,
  message  TEXT NOT NULL,
  hint     TEXT NOT NULL,
  found    TEXT,                         -- model::Found as JSON; NULL when about the whole record
  PRIMARY KEY (record, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX problem_by_group ON problem (grp, record);

CREATE TABLE problem_group (
  id          INTEGER PRIMARY KEY,       -- in the order of first occurrence
  run         INTEGER NOT NULL REFERENCES run (id),
  stage       TEXT NOT NULL CHECK (stage IN ('parse', 'schema', 'rule', 'send')),
  code        TEXT NOT NULL,
  detail      TEXT NOT NULL,
  path        TEXT NOT NULL,             -- pattern: positions are []
  shape       TEXT NOT NULL,             -- of a foreign message; empty for our own
  title       TEXT NOT NULL,
  records     INTEGER NOT NULL,          -- as loaded
  problems    INTEGER NOT NULL,          -- as loaded
  open        INTEGER NOT NULL,          -- records that have it now
  first_line  INTEGER NOT NULL,
  last_line   INTEGER NOT NULL,
  UNIQUE (run, stage, code, detail, path, shape)
) STRICT;

-- The shapes of the failing values of a group, as loaded.
CREATE TABLE group_shape (
  grp      INTEGER NOT NULL REFERENCES problem_group (id),
  shape    TEXT NOT NULL,
  count    INTEGER NOT NULL,
  example  TEXT NOT NULL,
  PRIMARY KEY (grp, shape)
) STRICT, WITHOUT ROWID;

-- Keys of records that passed and were not kept: sorted 16-byte keyed hashes, in chunks.
CREATE TABLE passed_key (
  run     INTEGER NOT NULL REFERENCES run (id),
  first   BLOB NOT NULL,                 -- the chunk's smallest hash
  hashes  BLOB NOT NULL,
  PRIMARY KEY (run, first)
) STRICT, WITHOUT ROWID;

-- The history. A step is undone as one.
CREATE TABLE step (
  id               INTEGER PRIMARY KEY,
  parent           INTEGER REFERENCES step (id),  -- the edit or check that was the newest one standing
  run              INTEGER NOT NULL REFERENCES run (id),
  kind             TEXT NOT NULL,                 -- edit, check, undo, redo
  author           TEXT NOT NULL,                 -- as claimed
  at               TEXT NOT NULL,
  label            TEXT NOT NULL,
  target           INTEGER REFERENCES step (id),  -- what an undo took back or a redo brought back
  undone           INTEGER NOT NULL DEFAULT 0,
  records          INTEGER NOT NULL,
  before_contract  INTEGER REFERENCES contract (id),  -- the run's; a check can give it another one
  after_contract   INTEGER REFERENCES contract (id)
) STRICT;

CREATE INDEX step_by_run ON step (run);

CREATE TABLE step_record (
  step             INTEGER NOT NULL REFERENCES step (id),
  record           INTEGER NOT NULL REFERENCES record (id),
  before_content   INTEGER NOT NULL,
  after_content    INTEGER NOT NULL,
  before_status    TEXT NOT NULL,
  after_status     TEXT NOT NULL,
  before_key       TEXT,
  after_key        TEXT,
  before_problems  TEXT NOT NULL,        -- model::Problem list as JSON, because a foreign tool's cannot be found again
  after_problems   TEXT NOT NULL,
  after_version    INTEGER NOT NULL,     -- the record's version once this step was applied
  PRIMARY KEY (step, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX step_record_by_record ON step_record (record, step);

-- Sending: a plan freezes record versions; a delivery is one version's way to one destination; an attempt is one try.
CREATE TABLE destination (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL,
  fingerprint  BLOB NOT NULL,            -- SHA-256 over kind and target, without secrets
  target       TEXT NOT NULL,            -- in words
  held         TEXT,                     -- why nothing is sent, if it is on hold
  UNIQUE (name, fingerprint)
) STRICT;

CREATE TABLE plan (
  id           INTEGER PRIMARY KEY,
  run          INTEGER NOT NULL REFERENCES run (id),
  destination  INTEGER NOT NULL REFERENCES destination (id),
  environment  TEXT NOT NULL,
  author       TEXT NOT NULL,
  made_at      TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
  planned      INTEGER NOT NULL,
  sender       TEXT,                     -- the process that is sending it
  fence        INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE delivery (
  id              INTEGER PRIMARY KEY,
  plan            INTEGER NOT NULL REFERENCES plan (id),
  n               INTEGER NOT NULL,      -- 1-based place in the plan
  record          INTEGER NOT NULL REFERENCES record (id),
  destination     INTEGER NOT NULL REFERENCES destination (id),
  content         INTEGER NOT NULL,      -- the version that is sent
  payload         BLOB NOT NULL,         -- the frozen bytes
  payload_sha256  BLOB NOT NULL,
  idempotency     TEXT NOT NULL,         -- the complete key, frozen
  epoch           INTEGER NOT NULL DEFAULT 0,
  state           TEXT NOT NULL CHECK (state IN
                    ('queued', 'sending', 'waiting', 'delivered', 'handed_over', 'refused', 'unknown', 'cancelled')),
  attempts        INTEGER NOT NULL DEFAULT 0,
  fence           INTEGER NOT NULL DEFAULT 0,
  first_sent_at   TEXT,
  next_at         TEXT,
  UNIQUE (plan, n)
) STRICT;

CREATE UNIQUE INDEX delivery_by_idempotency ON delivery (destination, idempotency, record) WHERE state <> 'cancelled';
CREATE UNIQUE INDEX delivery_open ON delivery (record, destination) WHERE state IN ('queued', 'sending', 'waiting', 'unknown');
CREATE INDEX delivery_by_state ON delivery (plan, state, n);
CREATE INDEX delivery_by_record ON delivery (record);

CREATE TABLE attempt (
  id          INTEGER PRIMARY KEY,
  delivery    INTEGER NOT NULL REFERENCES delivery (id),
  n           INTEGER NOT NULL,
  fence       INTEGER NOT NULL,
  started_at  TEXT NOT NULL,
  ended_at    TEXT,
  outcome     TEXT NOT NULL,             -- the delivery's state after it; 'sending' is an intent without an outcome
  code        TEXT NOT NULL DEFAULT '',
  message     TEXT NOT NULL DEFAULT '',
  UNIQUE (delivery, n)
) STRICT;
