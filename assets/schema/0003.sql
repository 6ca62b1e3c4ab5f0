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
