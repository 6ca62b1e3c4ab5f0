-- Verdicts know the contract that gave them, rules can warn and have owners, a validator is a stage, and any fields can be
-- unique. A table whose CHECK or key changes is made anew; what refers to it goes along.

-- The contract whose check found the record's problems; NULL when none did: another tool reported them, a person decided,
-- or a part of the check could not be done.
ALTER TABLE record ADD COLUMN checked_by INTEGER REFERENCES contract (id);
UPDATE record SET checked_by = (SELECT contract FROM run WHERE run.id = record.run)
WHERE version > 1 OR run IN (SELECT id FROM run WHERE format <> 'pydantic');

-- Records that can be checked (rejected or ready) by the contract that gave their verdict, kept like `status_count`; 0 is
-- none.
CREATE TABLE verdict_count (
  run         INTEGER NOT NULL REFERENCES run (id),
  checked_by  INTEGER NOT NULL,          -- contract (id), or 0
  records     INTEGER NOT NULL,
  PRIMARY KEY (run, checked_by)
) STRICT, WITHOUT ROWID;
INSERT INTO verdict_count SELECT run, coalesce(checked_by, 0), count(*) FROM record
WHERE status IN ('rejected', 'ready') GROUP BY 1, 2;

ALTER TABLE step_record ADD COLUMN before_checked_by INTEGER REFERENCES contract (id);
ALTER TABLE step_record ADD COLUMN after_checked_by INTEGER REFERENCES contract (id);
UPDATE step_record SET
  before_checked_by = (SELECT before_contract FROM step WHERE id = step_record.step),
  after_checked_by = (SELECT after_contract FROM step WHERE id = step_record.step);
-- What must differ between records besides the key: a JSON object of fields to value; NULL when nothing.
ALTER TABLE step_record ADD COLUMN before_unique TEXT;
ALTER TABLE step_record ADD COLUMN after_unique TEXT;

CREATE TABLE problem_group_2 (
  id          INTEGER PRIMARY KEY,       -- in the order of first occurrence
  run         INTEGER NOT NULL REFERENCES run (id),
  stage       TEXT NOT NULL CHECK (stage IN ('parse', 'schema', 'rule', 'validator', 'send')),
  code        TEXT NOT NULL,
  detail      TEXT NOT NULL,
  path        TEXT NOT NULL,             -- pattern: positions are []
  shape       TEXT NOT NULL,             -- of a foreign message; empty for our own
  severity    TEXT NOT NULL CHECK (severity IN ('error', 'warning')),
  owner       TEXT NOT NULL,             -- of the rule; empty when nobody is named
  title       TEXT NOT NULL,
  records     INTEGER NOT NULL,          -- as loaded
  problems    INTEGER NOT NULL,          -- as loaded
  open        INTEGER NOT NULL,          -- records that have it now
  first_line  INTEGER NOT NULL,
  last_line   INTEGER NOT NULL,
  UNIQUE (run, stage, code, detail, path, shape, severity)
) STRICT;
INSERT INTO problem_group_2
SELECT id, run, stage, code, detail, path, shape, 'error', '', title, records, problems, open, first_line, last_line
FROM problem_group;

CREATE TABLE group_shape_2 (
  grp      INTEGER NOT NULL REFERENCES problem_group_2 (id),
  shape    TEXT NOT NULL,
  count    INTEGER NOT NULL,
  example  TEXT NOT NULL,
  PRIMARY KEY (grp, shape)
) STRICT, WITHOUT ROWID;
INSERT INTO group_shape_2 SELECT * FROM group_shape;
DROP TABLE group_shape;
DROP TABLE problem_group;
ALTER TABLE problem_group_2 RENAME TO problem_group;
ALTER TABLE group_shape_2 RENAME TO group_shape;

-- What stands in the fields of a [[unique]] in the records that are stored.
CREATE TABLE unique_value (
  run     INTEGER NOT NULL REFERENCES run (id),
  fields  TEXT NOT NULL,                 -- the paths, joined by a blank
  value   TEXT NOT NULL,
  record  INTEGER NOT NULL,              -- record (id); not enforced, for the speed of loading
  PRIMARY KEY (run, fields, value, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX unique_value_by_record ON unique_value (record);

-- The same in records that passed and were not kept: sorted 16-byte keyed hashes, in chunks.
CREATE TABLE passed_key_2 (
  run     INTEGER NOT NULL REFERENCES run (id),
  fields  TEXT NOT NULL,                 -- as in unique_value; empty for the key
  first   BLOB NOT NULL,                 -- the chunk's smallest hash
  hashes  BLOB NOT NULL,
  PRIMARY KEY (run, fields, first)
) STRICT, WITHOUT ROWID;
INSERT INTO passed_key_2 SELECT run, '', first, hashes FROM passed_key;
DROP TABLE passed_key;
ALTER TABLE passed_key_2 RENAME TO passed_key;

-- Records that passed with a warning. Warnings are counted in their groups and not among the run's problems.
ALTER TABLE run ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;
