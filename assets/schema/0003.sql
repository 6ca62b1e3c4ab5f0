-- A text may be an excerpt: what a result says of a record whose own text it does not hold.
CREATE TABLE content_3 (
  id       INTEGER PRIMARY KEY,
  record   INTEGER NOT NULL,             -- record (id); not enforced, for the speed of loading
  version  INTEGER NOT NULL,
  form     TEXT NOT NULL CHECK (form IN ('csv', 'json', 'excerpt')),
  bytes    BLOB NOT NULL,
  sha256   BLOB NOT NULL,
  step     INTEGER                       -- the step that made it; NULL for received bytes
) STRICT;
INSERT INTO content_3 SELECT id, record, version, form, bytes, sha256, step FROM content;
DROP TABLE content;
ALTER TABLE content_3 RENAME TO content;

CREATE INDEX content_by_record ON content (record);

CREATE TRIGGER content_never_changes BEFORE UPDATE ON content
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions never change'); END;
CREATE TRIGGER content_is_never_deleted BEFORE DELETE ON content
WHEN (SELECT state FROM run WHERE id = (SELECT run FROM record WHERE id = OLD.record)) IS NOT 'loading'
BEGIN SELECT RAISE(ABORT, 'received bytes and stored versions are never deleted'); END;

-- The files a run was loaded from: those that hold its records first, then the results that say what is wrong with them where
-- that are others. Bytes and SHA-256 are those of the file itself.
CREATE TABLE run_file (
  run     INTEGER NOT NULL REFERENCES run (id),
  n       INTEGER NOT NULL,              -- 0-based; a record names its own
  name    TEXT NOT NULL,                 -- as given; '-' is standard input
  role    TEXT NOT NULL CHECK (role IN ('input', 'results', 'source')),
  bytes   INTEGER NOT NULL,
  sha256  BLOB NOT NULL,
  PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_file_by_bytes ON run_file (bytes);
INSERT INTO run_file
SELECT id, 0, source, CASE format WHEN 'pydantic' THEN 'results' ELSE 'input' END, bytes, sha256 FROM run WHERE state = 'ready';
DROP INDEX run_by_sha256;

-- The file its line and byte are in: run_file (n).
ALTER TABLE record ADD COLUMN file INTEGER NOT NULL DEFAULT 0;
-- Whether the tool whose results these are stopped before it had told everything, so that every count is "at least".
ALTER TABLE run ADD COLUMN capped INTEGER NOT NULL DEFAULT 0;
