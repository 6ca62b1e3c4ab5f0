-- From this form on, step_record.after_problems is '=' where they are the same as before_problems.

-- What a fix did, as JSON (the step of a recipe), so that it can be done again; NULL for other steps.
ALTER TABLE step ADD COLUMN what TEXT;

-- Notes of people. A note is a step; it holds as long as the step is not undone.
CREATE TABLE note (
  step   INTEGER PRIMARY KEY REFERENCES step (id),
  about  TEXT NOT NULL CHECK (about IN ('run', 'group', 'record')),
  id     INTEGER NOT NULL,               -- of the run, problem_group or record
  text   TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_about ON note (about, id);
