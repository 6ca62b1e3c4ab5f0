//! Small workspaces for tests: records put where loading would put them.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sha2::{Digest as _, Sha256};
use tempfile::{TempDir, tempdir};

use super::{Store, verdicts::Verdicts, word};
use crate::model::{
    Form, Layout, Path, Problem, RecordId, RunId, Severity, Stage, Status, shape_of,
};

pub(crate) const NOW: &str = "2026-01-01T00:00:00.000Z";

/// One record to be put into a run. The default is a JSON record that is rejected, without a problem.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub text: String,
    pub key: Option<String>,
    pub status: Status,
    pub problems: Vec<Problem>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            text: "{}".to_owned(),
            key: None,
            status: Status::Rejected,
            problems: Vec::new(),
        }
    }
}

/// A rejected record.
pub(crate) fn rejected(text: &str, problems: &[Problem]) -> Sample {
    Sample {
        text: text.to_owned(),
        problems: problems.to_vec(),
        ..Sample::default()
    }
}

/// A problem of stage `schema`, about the whole of a field's value.
pub(crate) fn problem(code: &str, path: &str) -> Problem {
    Problem {
        stage: Stage::Schema,
        code: code.to_owned(),
        detail: String::new(),
        path: Path::parse(path).unwrap(),
        message: format!("{path} is wrong: {code}"),
        hint: String::new(),
        found: None,
        shape: String::new(),
        severity: Severity::Error,
        owner: String::new(),
    }
}

/// An empty workspace. It goes when the folder is dropped.
pub(crate) fn workspace() -> (TempDir, Store) {
    let folder = tempdir().unwrap();
    let store = Store::create(&folder.path().join("redrive.db"), NOW).unwrap();
    (folder, store)
}

/// Puts a run of JSON records into a workspace.
pub(crate) fn put_run(store: &mut Store, samples: &[Sample]) -> RunId {
    put_run_as(store, &Layout::Json, samples)
}

/// Puts a run into a workspace, without a contract. Its records are numbered on from those of the runs before it; every
/// record is one line of the input.
pub(crate) fn put_run_as(store: &mut Store, layout: &Layout, samples: &[Sample]) -> RunId {
    store
        .write(|tx| {
            let base: i64 =
                tx.query_row("SELECT coalesce(max(base + records), 0) FROM run", [], |row| row.get(0))?;
            let problems: usize = (samples.iter().flat_map(|sample| &sample.problems))
                .filter(|problem| problem.rejects())
                .count();
            tx.execute(
                "INSERT INTO run (name, source, sha256, format, layout, base, state, records, rejected, problems, \
                 kept_passed, loaded_at) VALUES ('sample', 'sample.jsonl', randomblob(32), ?1, ?2, ?3, 'ready', ?4, ?4, ?5, 0, ?6)",
                params![
                    layout.form().word(),
                    serde_json::to_string(layout)?,
                    base,
                    samples.len() as i64,
                    problems as i64,
                    NOW
                ],
            )?;
            let run = RunId(tx.last_insert_rowid());
            let mut statuses = BTreeMap::new();
            let mut verdicts = Verdicts::default();
            let mut byte = 0;
            for (n, sample) in samples.iter().enumerate() {
                put_record(tx, run, base + n as i64 + 1, (n as i64 + 1, byte), layout.form(), sample);
                byte += sample.text.len() as i64 + 1;
                *statuses.entry(sample.status).or_insert(0) += 1;
                verdicts.add(sample.status, None, 1);
            }
            for (status, records) in statuses {
                tx.execute(
                    "INSERT INTO status_count (run, status, records) VALUES (?1, ?2, ?3)",
                    params![run.0, status.word(), records],
                )?;
            }
            verdicts.write(tx, run)?;
            Ok(run)
        })
        .unwrap()
}

/// Moves the status of a record, as sending and setting aside do.
pub(crate) fn set_status(store: &mut Store, id: RecordId, status: Status) {
    store
        .write(|tx| {
            let (run, before, checked_by) = tx.query_row(
                "SELECT run, status, checked_by FROM record WHERE id = ?1",
                [id.0],
                |row| Ok((row.get(0)?, word(row, 1, Status::from_word)?, row.get(2)?)),
            )?;
            tx.execute("UPDATE record SET status = ?2 WHERE id = ?1", params![id.0, status.word()])?;
            let mut verdicts = Verdicts::default();
            for (status, by) in [(before, -1), (status, 1)] {
                verdicts.add(status, checked_by, by);
                tx.execute(
                    "INSERT INTO status_count VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET records = records + ?3",
                    params![run, status.word(), by],
                )?;
            }
            tx.execute("DELETE FROM status_count WHERE records = 0", [])?;
            verdicts.write(tx, RunId(run))
        })
        .unwrap();
}

fn put_record(
    conn: &Connection,
    run: RunId,
    id: i64,
    (line, byte): (i64, i64),
    form: Form,
    sample: &Sample,
) {
    conn.execute(
        "INSERT INTO content (record, version, form, bytes, sha256) VALUES (?1, 1, ?2, ?3, ?4)",
        params![
            id,
            form.word(),
            sample.text.as_bytes(),
            Sha256::digest(&sample.text).as_slice()
        ],
    )
    .unwrap();
    conn.execute(
        "INSERT INTO record (id, run, line, byte, key, status, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            run.0,
            line,
            byte,
            sample.key,
            sample.status.word(),
            conn.last_insert_rowid()
        ],
    )
    .unwrap();
    let mut seen = Vec::new();
    for (n, problem) in sample.problems.iter().enumerate() {
        let group = put_group(conn, run, line, problem);
        let first = !seen.contains(&group);
        seen.push(group);
        conn.execute(
            "UPDATE problem_group SET problems = problems + 1, records = records + ?2, open = open + ?2, last_line = ?3 \
             WHERE id = ?1",
            params![group, first, line],
        )
        .unwrap();
        put_shape(conn, group, problem);
        let found = problem
            .found
            .as_ref()
            .map(|found| serde_json::to_string(found).unwrap());
        conn.execute(
            "INSERT INTO problem (record, n, grp, path, message, hint, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                n as i64,
                group,
                problem.path.as_str(),
                problem.message,
                problem.hint,
                found
            ],
        )
        .unwrap();
    }
}

fn put_group(conn: &Connection, run: RunId, line: i64, problem: &Problem) -> i64 {
    conn.query_row(
        "INSERT INTO problem_group \
         (run, stage, code, detail, path, shape, title, records, problems, open, first_line, last_line, severity, owner) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, 0, 0, 0, ?7, ?7, ?8, ?9) \
         ON CONFLICT (run, stage, code, detail, path, shape, severity) DO UPDATE SET last_line = ?7 RETURNING id",
        params![
            run.0,
            problem.stage.word(),
            problem.code,
            problem.detail,
            problem.path.pattern(),
            problem.shape,
            line,
            problem.severity.word(),
            problem.owner,
        ],
        |row| row.get(0),
    )
    .unwrap()
}

fn put_shape(conn: &Connection, group: i64, problem: &Problem) {
    let Some(found) = &problem.found else {
        return;
    };
    conn.execute(
        "INSERT INTO group_shape (grp, shape, count, example) VALUES (?1, ?2, 1, ?2) \
         ON CONFLICT (grp, shape) DO UPDATE SET count = count + 1",
        params![group, shape_of(found)],
    )
    .unwrap();
}
