-- Several people in one workspace: who edits what, and what was typed and not saved.

-- Who edits a record now. It only warns: what may be written is decided by the record's version. It is over when its time
-- is, or at once when its process is dead.
CREATE TABLE edit_claim (
  record  INTEGER NOT NULL REFERENCES record (id),
  owner   TEXT NOT NULL,                 -- the process, as in plan.sender
  author  TEXT NOT NULL,                 -- as claimed
  since   TEXT NOT NULL,
  until   TEXT NOT NULL,
  PRIMARY KEY (record, owner)
) STRICT, WITHOUT ROWID;

-- What somebody typed and did not save. It is offered again to whoever typed it.
CREATE TABLE draft (
  record   INTEGER NOT NULL REFERENCES record (id),
  author   TEXT NOT NULL,                -- as claimed
  path     TEXT NOT NULL,                -- of the field; the root is the whole text
  version  INTEGER NOT NULL,             -- of the record when it was opened
  kind     TEXT NOT NULL CHECK (kind IN ('text', 'json', 'unset', 'raw')),
  value    BLOB NOT NULL,
  kept_at  TEXT NOT NULL,
  PRIMARY KEY (record, author, path)
) STRICT, WITHOUT ROWID;
