-- SQLite makes a table of its own for every `IN` of three words or more, each time a row is written: a third of the time of a
-- fix. So the words are compared one by one. The three tables with most rows are made anew for it (foreign keys are off).

DROP TRIGGER content_never_changes;
DROP TRIGGER content_is_never_deleted;

CREATE TABLE record_5 (
  id          INTEGER PRIMARY KEY,
  run         INTEGER NOT NULL REFERENCES run (id),
  line        INTEGER NOT NULL,          -- 1-based physical line of its first byte
  byte        INTEGER NOT NULL,          -- offset of its first byte in the input
  key         TEXT,                      -- natural key of the current version
  status      TEXT NOT NULL CHECK (status = 'rejected' OR status = 'ready' OR status = 'sending' OR status = 'accepted'
                OR status = 'handed_over' OR status = 'unknown' OR status = 'discarded'),
  version     INTEGER NOT NULL DEFAULT 1,  -- one more with each step; compared and swapped by it
  content     INTEGER NOT NULL,          -- the current version's text
  checked_by  INTEGER REFERENCES contract (id),  -- whose check found its problems; NULL when none did, or not a whole one
  file        INTEGER NOT NULL DEFAULT 0   -- run_file (n): what its line and byte are in
) STRICT;
INSERT INTO record_5 SELECT id, run, line, byte, key, status, version, content, checked_by, file FROM record;
DROP TABLE record;
ALTER TABLE record_5 RENAME TO record;
CREATE INDEX record_by_run ON record (run, status);
CREATE INDEX record_by_key ON record (run, key) WHERE key IS NOT NULL;

CREATE TABLE content_5 (
  id       INTEGER PRIMARY KEY,
  record   INTEGER NOT NULL,             -- record (id); not enforced, for the speed of loading
  version  INTEGER NOT NULL,
  form     TEXT NOT NULL CHECK (form = 'csv' OR form = 'json' OR form = 'excerpt'),
  bytes    BLOB NOT NULL,
  sha256   BLOB NOT NULL,
  step     INTEGER                       -- the step that made it; NULL for received bytes
) STRICT;
INSERT INTO content_5 SELECT id, record, version, form, bytes, sha256, step FROM content;
DROP TABLE content;
ALTER TABLE content_5 RENAME TO content;
CREATE INDEX content_by_record ON content (record);

CREATE TRIGGER content_never_changes BEFORE UPDATE ON content
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions never change'); END;
CREATE TRIGGER content_is_never_deleted BEFORE DELETE ON content
WHEN (SELECT state FROM run WHERE id = (SELECT run FROM record WHERE id = OLD.record)) IS NOT 'loading'
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions are never deleted'); END;

-- How a destination's health stands (send::Breaker as JSON), for whoever sends there next.
ALTER TABLE destination ADD COLUMN breaker TEXT;
-- How long a try took, and what the destination calls the record. Untrusted.
ALTER TABLE attempt ADD COLUMN duration_ms INTEGER;
ALTER TABLE attempt ADD COLUMN answer_id TEXT NOT NULL DEFAULT '';

CREATE TABLE delivery_5 (
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
  state           TEXT NOT NULL CHECK (state = 'queued' OR state = 'sending' OR state = 'waiting' OR state = 'delivered'
                    OR state = 'handed_over' OR state = 'refused' OR state = 'unknown' OR state = 'cancelled'),
  attempts        INTEGER NOT NULL DEFAULT 0,
  fence           INTEGER NOT NULL DEFAULT 0,
  first_sent_at   TEXT,
  next_at         TEXT,
  UNIQUE (plan, n)
) STRICT;
INSERT INTO delivery_5 SELECT id, plan, n, record, destination, content, payload, payload_sha256, idempotency, epoch, state,
  attempts, fence, first_sent_at, next_at FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_5 RENAME TO delivery;
CREATE UNIQUE INDEX delivery_by_idempotency ON delivery (destination, idempotency, record) WHERE state <> 'cancelled';
CREATE UNIQUE INDEX delivery_open ON delivery (record, destination)
WHERE state = 'queued' OR state = 'sending' OR state = 'waiting' OR state = 'unknown';
CREATE INDEX delivery_by_state ON delivery (plan, state, n);
CREATE INDEX delivery_by_record ON delivery (record);
