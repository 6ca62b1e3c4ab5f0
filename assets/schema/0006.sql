-- A delivery changes its state twice a try, and each time SQLite wrote every index whose condition names the state: two
-- thirds of what sending wrote. So the conditions have columns of their own, which change when it ends.

CREATE TABLE delivery_6 (
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
  cancelled       INTEGER NOT NULL DEFAULT 0,
  attempts        INTEGER NOT NULL DEFAULT 0,
  fence           INTEGER NOT NULL DEFAULT 0,
  first_sent_at   TEXT,
  next_at         TEXT,
  UNIQUE (plan, n),
  CHECK (open = (state = 'queued' OR state = 'sending' OR state = 'waiting' OR state = 'unknown')),
  CHECK (cancelled = (state = 'cancelled'))
) STRICT;
INSERT INTO delivery_6 SELECT id, plan, n, record, destination, content, payload, payload_sha256, idempotency, epoch, state,
  state = 'queued' OR state = 'sending' OR state = 'waiting' OR state = 'unknown', state = 'cancelled',
  attempts, fence, first_sent_at, next_at FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_6 RENAME TO delivery;
CREATE UNIQUE INDEX delivery_by_idempotency ON delivery (destination, idempotency, record) WHERE cancelled = 0;
CREATE UNIQUE INDEX delivery_open ON delivery (record, destination) WHERE open = 1;
CREATE INDEX delivery_by_state ON delivery (plan, state, n) WHERE open = 1;
CREATE INDEX delivery_by_record ON delivery (record);
