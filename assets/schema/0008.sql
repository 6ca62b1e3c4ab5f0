-- What a send writes of each record was mostly indexes, and one of them in no order: the keys of what was sent before. Now each
-- index grows at its end, none is written twice for one try, and a try has no number of its own.

CREATE TABLE delivery_8 (
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
  open            INTEGER NOT NULL DEFAULT 1,  -- 1 until it has ended
  cancelled       INTEGER NOT NULL DEFAULT 0,  -- its own id once it is cancelled: then another may carry its key
  attempts        INTEGER NOT NULL DEFAULT 0,
  fence           INTEGER NOT NULL DEFAULT 0,
  first_sent_at   TEXT,
  next_at         TEXT,
  UNIQUE (plan, n),
  CHECK (open = (state = 'queued' OR state = 'sending' OR state = 'waiting' OR state = 'unknown')),
  CHECK (cancelled = CASE WHEN state = 'cancelled' THEN id ELSE 0 END)
) STRICT;
INSERT INTO delivery_8 SELECT id, plan, n, record, destination, content, payload, payload_sha256, idempotency, epoch, state,
  open, CASE WHEN state = 'cancelled' THEN id ELSE 0 END, attempts, fence, first_sent_at, next_at FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_8 RENAME TO delivery;
-- Nothing goes out twice under one key.
CREATE UNIQUE INDEX delivery_by_record ON delivery (record, destination, idempotency, cancelled);
-- A record is on its way to a destination once.
CREATE UNIQUE INDEX delivery_open ON delivery (record, destination) WHERE open = 1;
CREATE INDEX delivery_unended ON delivery (plan, n) WHERE open = 1;
CREATE INDEX delivery_waiting ON delivery (plan, n) WHERE state = 'waiting';

CREATE TABLE attempt_8 (
  delivery     INTEGER NOT NULL REFERENCES delivery (id),
  n            INTEGER NOT NULL,
  fence        INTEGER NOT NULL,
  started_at   TEXT NOT NULL,
  ended_at     TEXT,
  outcome      TEXT NOT NULL,            -- the delivery's state after it; 'sending' is an intent without an outcome
  code         TEXT NOT NULL DEFAULT '',
  message      TEXT NOT NULL DEFAULT '', -- untrusted
  duration_ms  INTEGER,
  answer_id    TEXT NOT NULL DEFAULT '', -- what the destination calls the record; untrusted
  PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt_8 SELECT delivery, n, fence, started_at, ended_at, outcome, code, message, duration_ms, answer_id FROM attempt;
DROP TABLE attempt;
ALTER TABLE attempt_8 RENAME TO attempt;

-- Grows with every change of what others may count on. SQLite's own number grows with every write, so that a whole check was made
-- again because somebody opened an editor.
ALTER TABLE workspace ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
