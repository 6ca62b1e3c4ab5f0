//! Looks whether everything the workspace says still holds. SQLite's own check sees few damaged bytes, the hash of each
//! text sees nearly all.

use anyhow::Result;
use rusqlite::{Connection, Row};
use rusqlite_migration::Migrations;
use sha2::{Digest as _, Sha256};

use super::Store;

/// How many things one check names; it counts the rest.
const NAMED: usize = 20;

/// What one check found wrong; nothing when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The check's name.
    pub check: &'static str,
    /// One thing each.
    pub wrong: Vec<String>,
}

type Check = fn(&Connection, &mut Wrong) -> Result<()>;

const CHECKS: &[(&str, Check)] = &[
    ("integrity", integrity),
    ("schema", schema),
    ("foreign_key", foreign_keys),
    ("sha256", texts),
    ("status_count", status_counts),
    ("verdict_count", verdict_counts),
    ("group_count", group_counts),
    ("record_sum", record_sums),
    ("unique_value", unique_values),
    ("steps", steps),
];

impl Store {
    /// Runs every check on one state of the workspace, whatever others write meanwhile. A check that cannot be finished on
    /// a damaged file says so.
    pub fn verify(&self) -> Result<Vec<Verified>> {
        let snapshot = self.conn.unchecked_transaction()?;
        let verified = CHECKS.iter().map(|(name, check)| {
            let mut wrong = Wrong::default();
            if let Err(error) = check(&snapshot, &mut wrong) {
                wrong.add(format!("cannot be checked: {error:#}"));
            }
            Verified {
                check: name,
                wrong: wrong.told(),
            }
        });
        Ok(verified.collect())
    }
}

/// Collects sentences, the first [`NAMED`] of them.
#[derive(Default)]
struct Wrong {
    named: Vec<String>,
    more: usize,
}

impl Wrong {
    fn add(&mut self, sentence: String) {
        if self.named.len() < NAMED {
            self.named.push(sentence);
        } else {
            self.more += 1;
        }
    }

    /// Adds a sentence for each row of a query.
    fn add_rows(
        &mut self,
        conn: &Connection,
        sql: &str,
        sentence: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<()> {
        let mut query = conn.prepare(sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.add(sentence(row)?);
        }
        Ok(())
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        self.named
    }
}

fn integrity(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    conn.pragma_query(None, "integrity_check", |row| {
        let found: String = row.get(0)?;
        if found != "ok" {
            wrong.add(found);
        }
        Ok(())
    })?;
    Ok(())
}

/// The tables, indexes and triggers are those that a new workspace has; without the triggers received bytes could change.
fn schema(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    let parts = |conn: &Connection| -> Result<Vec<(String, String)>> {
        let mut query = conn.prepare(
            "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY 1",
        )?;
        let parts = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(parts.collect::<rusqlite::Result<_>>()?)
    };
    let mut fresh = Connection::open_in_memory()?;
    Migrations::from_slice(super::open::FORMS).to_latest(&mut fresh)?;
    let (wanted, found) = (parts(&fresh)?, parts(conn)?);
    for (name, sql) in &wanted {
        match found.iter().find(|(found, _)| found == name) {
            None => wrong.add(format!("{name} is missing")),
            Some((_, found)) if found != sql => wrong.add(format!("{name} was changed")),
            Some(_) => {}
        }
    }
    for (name, _) in &found {
        if !wanted.iter().any(|(wanted, _)| wanted == name) {
            wrong.add(format!("{name} was added"));
        }
    }
    Ok(())
}

fn foreign_keys(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check",
        |row| {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            let place = row
                .get::<_, Option<i64>>(1)?
                .map_or_else(String::new, |id| format!(" {id}"));
            Ok(format!("{table}{place} refers to a missing {parent}"))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT r.id FROM record r LEFT JOIN content c ON c.id = r.content WHERE c.record IS NOT r.id",
        |row| Ok(format!("record {} has no text", row.get::<_, i64>(0)?)),
    )?;
    wrong.add_rows(
        conn,
        "SELECT DISTINCT p.record FROM problem p LEFT JOIN record r ON r.id = p.record \
         LEFT JOIN problem_group g ON g.id = p.grp WHERE r.id IS NULL OR g.run IS NOT r.run",
        |row| {
            let record: i64 = row.get(0)?;
            Ok(format!("a problem of record {record} belongs to nothing"))
        },
    )
}

/// Every stored text and every frozen payload is what its hash says.
fn texts(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    let mut query =
        conn.prepare("SELECT record, version, bytes, sha256 FROM content ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if !is_as_hashed(row, 2)? {
            let (record, version): (i64, i64) = (row.get(0)?, row.get(1)?);
            wrong.add(format!(
                "record {record}: the text of version {version} is not what was stored"
            ));
        }
    }
    let mut query =
        conn.prepare("SELECT record, plan, payload, payload_sha256 FROM delivery ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        if !is_as_hashed(row, 2)? {
            let (record, plan): (i64, i64) = (row.get(0)?, row.get(1)?);
            wrong.add(format!(
                "record {record}: the payload of plan {plan} is not what was stored"
            ));
        }
    }
    Ok(())
}

/// Whether the bytes in a column have the SHA-256 in the next one.
fn is_as_hashed(row: &Row<'_>, column: usize) -> Result<bool> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    Ok(Sha256::digest(bytes).as_slice() == row.get_ref(column + 1)?.as_bytes()?)
}

fn status_counts(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT run, status, sum(counted), sum(said) FROM ( \
             SELECT run, status, count(*) AS counted, 0 AS said FROM record GROUP BY run, status \
             UNION ALL SELECT run, status, 0, records FROM status_count) \
         JOIN run ON run.id = run WHERE run.state = 'ready' \
         GROUP BY run, status HAVING sum(counted) <> sum(said) ORDER BY run, status",
        |row| {
            let (run, status): (i64, String) = (row.get(0)?, row.get(1)?);
            let (counted, said): (i64, i64) = (row.get(2)?, row.get(3)?);
            Ok(format!(
                "run {run}: {counted} records are {status}, the counter says {said}"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT id FROM record WHERE status = 'ready' AND EXISTS ( \
             SELECT 1 FROM problem p JOIN problem_group g ON g.id = p.grp \
             WHERE p.record = record.id AND g.severity = 'error')",
        |row| {
            let record: i64 = row.get(0)?;
            Ok(format!(
                "record {record} is ready although something is wrong with it"
            ))
        },
    )
}

fn verdict_counts(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT run, gave, sum(counted), sum(said) FROM ( \
             SELECT run, coalesce(checked_by, 0) AS gave, count(*) AS counted, 0 AS said FROM record \
             WHERE status IN ('rejected', 'ready') GROUP BY 1, 2 \
             UNION ALL SELECT run, checked_by, 0, records FROM verdict_count) \
         JOIN run ON run.id = run WHERE run.state = 'ready' \
         GROUP BY run, gave HAVING sum(counted) <> sum(said) ORDER BY run, gave",
        |row| {
            let (run, contract): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (counted, said): (i64, i64) = (row.get(2)?, row.get(3)?);
            let by = match contract {
                0 => "not checked".to_owned(),
                contract => format!("checked by contract {contract}"),
            };
            Ok(format!("run {run}: {counted} records are {by}, the counter says {said}"))
        },
    )
}

fn group_counts(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT g.id, g.open, (SELECT count(DISTINCT p.record) FROM problem p JOIN record r ON r.id = p.record \
                               WHERE p.grp = g.id AND r.status <> 'discarded') AS counted \
         FROM problem_group g JOIN run ON run.id = g.run WHERE run.state = 'ready' AND g.open <> counted",
        |row| {
            let (group, said, counted): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "problem {group}: {counted} records have it, the counter says {said}"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT run.id, run.problems, coalesce(sum(g.problems), 0) AS counted \
         FROM run LEFT JOIN problem_group g ON g.run = run.id AND g.severity = 'error' WHERE run.state = 'ready' \
         GROUP BY run.id HAVING run.problems <> counted",
        |row| {
            let (run, said, counted): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "run {run}: its groups were loaded with {counted} problems, the run says {said}"
            ))
        },
    )
}

fn record_sums(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT id, records, passed, rejected FROM run WHERE state = 'ready' AND records <> passed + rejected",
        |row| {
            let (run, records): (i64, i64) = (row.get(0)?, row.get(1)?);
            let (passed, rejected): (i64, i64) = (row.get(2)?, row.get(3)?);
            Ok(format!(
                "run {run}: {passed} passed and {rejected} rejected are not {records} records"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT id, rejected + iif(kept_passed, passed, 0) AS said, \
                (SELECT count(*) FROM record WHERE run = run.id) AS stored \
         FROM run WHERE state = 'ready' AND said <> stored",
        |row| {
            let (run, said, stored): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "run {run}: {stored} records are stored, {said} should be"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT id, passed, warned FROM run WHERE state = 'ready' AND warned > passed",
        |row| {
            let (run, passed, warned): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "run {run}: {warned} records passed with a warning, but only {passed} passed"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT r.id, r.run FROM record r JOIN run ON run.id = r.run \
         WHERE run.state = 'ready' AND (r.id <= run.base OR r.id > run.base + run.records)",
        |row| {
            let (record, run): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(format!(
                "record {record} is not of the numbers of run {run}"
            ))
        },
    )
}

/// Every value that must differ belongs to a record that is stored, and is the one its last step gave it. What stands in the
/// text only a contract can say.
fn unique_values(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT u.record, u.run, r.run FROM unique_value u LEFT JOIN record r ON r.id = u.record WHERE r.run IS NOT u.run",
        |row| {
            let (record, run): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(match row.get::<_, Option<i64>>(2)? {
                Some(of) => format!("record {record} is of run {of}, and has a value in run {run}"),
                None => format!("record {record} has a value in run {run} and is not stored"),
            })
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT record, fields FROM unique_value GROUP BY record, fields HAVING count(*) > 1",
        |row| {
            let (record, fields): (i64, String) = (row.get(0)?, row.get(1)?);
            Ok(format!("record {record} has two values of {fields}"))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT s.record FROM step_record s \
         WHERE s.step = (SELECT max(step) FROM step_record WHERE record = s.record) \
         AND (EXISTS (SELECT key, value FROM json_each(coalesce(s.after_unique, '{}')) \
                      EXCEPT SELECT fields, value FROM unique_value WHERE record = s.record) \
              OR EXISTS (SELECT fields, value FROM unique_value WHERE record = s.record \
                         EXCEPT SELECT key, value FROM json_each(coalesce(s.after_unique, '{}'))))",
        |row| {
            let record: i64 = row.get(0)?;
            Ok(format!(
                "record {record} has other values than its last step gave it"
            ))
        },
    )
}

fn steps(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    wrong.add_rows(
        conn,
        "SELECT s.id, s.records, (SELECT count(*) FROM step_record WHERE step = s.id) AS counted \
         FROM step s WHERE s.records <> counted",
        |row| {
            let (step, said, counted): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(format!(
                "step {step}: it changed {counted} records, the step says {said}"
            ))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT s.step, s.record FROM step_record s \
         LEFT JOIN content b ON b.id = s.before_content LEFT JOIN content a ON a.id = s.after_content \
         WHERE b.record IS NOT s.record OR a.record IS NOT s.record",
        |row| {
            let (step, record): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(format!("record {record}: a text of step {step} is missing"))
        },
    )?;
    wrong.add_rows(
        conn,
        "SELECT r.id FROM record r WHERE r.version <= (SELECT count(*) FROM step_record WHERE record = r.id)",
        |row| {
            let record: i64 = row.get(0)?;
            Ok(format!("record {record} was changed more often than its version says"))
        },
    )
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::store::{
        bench::{AT, Bench},
        testing::{problem, put_run, rejected, workspace},
    };

    fn sample() -> (TempDir, Store) {
        let (folder, mut store) = workspace();
        let required = problem("required", "/email");
        let both = [required.clone(), problem("type", "/age"), required.clone()];
        put_run(
            &mut store,
            &[
                rejected("{\"a\":1}", &[required]),
                rejected("{\"b\":2}", &both),
                rejected("{}", &[]),
            ],
        );
        (folder, store)
    }

    /// What is found wrong, after some work that goes around every protection.
    fn after(damage: &str) -> Vec<(&'static str, String)> {
        let (_folder, store) = sample();
        let path = store.path.clone();
        drop(store);
        let raw = Connection::open(&path).unwrap();
        raw.execute_batch(damage).unwrap();
        raw.close().unwrap();
        let verified = Store::open(&path).unwrap().verify().unwrap();
        verified
            .into_iter()
            .flat_map(|found| {
                found
                    .wrong
                    .into_iter()
                    .map(move |wrong| (found.check, wrong))
            })
            .collect()
    }

    #[test]
    fn a_sound_workspace_has_nothing_wrong() {
        let (_folder, store) = sample();
        for found in store.verify().unwrap() {
            assert_eq!(found.wrong, [""; 0], "{}", found.check);
        }
        assert_eq!(
            Store::open_read_only(&store.path)
                .unwrap()
                .verify()
                .unwrap()
                .len(),
            CHECKS.len()
        );
    }

    #[test]
    fn a_flipped_byte_is_found_and_the_record_named() {
        let found = after(
            "DROP TRIGGER content_never_changes; \
             UPDATE content SET bytes = CAST('{\"b\":3}' AS BLOB) WHERE record = 2;",
        );
        assert_eq!(
            found,
            [
                (
                    "schema",
                    "trigger content_never_changes is missing".to_owned()
                ),
                (
                    "sha256",
                    "record 2: the text of version 1 is not what was stored".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_byte_flipped_in_the_file_is_found() {
        let (_folder, store) = sample();
        let path = store.path.clone();
        drop(store);
        let mut file = std::fs::read(&path).unwrap();
        let at = file
            .windows(7)
            .position(|bytes| bytes == b"{\"b\":2}")
            .unwrap();
        file[at + 5] ^= 1;
        std::fs::write(&path, file).unwrap();
        let verified = Store::open(&path).unwrap().verify().unwrap();
        let wrong: Vec<_> = verified
            .iter()
            .filter(|found| !found.wrong.is_empty())
            .collect();
        assert_eq!(wrong.len(), 1, "SQLite itself sees nothing: {wrong:?}");
        assert_eq!(wrong[0].check, "sha256");
        assert!(wrong[0].wrong[0].starts_with("record 2:"));
    }

    #[test]
    fn counters_are_recounted() {
        let check = |damage: &str, check: &'static str, sentence: &str| {
            assert_eq!(after(damage), [(check, sentence.to_owned())], "{damage}");
        };
        check(
            "UPDATE status_count SET records = 2",
            "status_count",
            "run 1: 3 records are rejected, the counter says 2",
        );
        check(
            "DELETE FROM status_count",
            "status_count",
            "run 1: 3 records are rejected, the counter says 0",
        );
        check(
            "INSERT INTO status_count VALUES (1, 'ready', 4)",
            "status_count",
            "run 1: 0 records are ready, the counter says 4",
        );
        check(
            "UPDATE verdict_count SET records = 2",
            "verdict_count",
            "run 1: 3 records are not checked, the counter says 2",
        );
        check(
            "INSERT INTO verdict_count VALUES (1, 7, 4)",
            "verdict_count",
            "run 1: 0 records are checked by contract 7, the counter says 4",
        );
        check(
            "UPDATE problem_group SET open = 3 WHERE code = 'required'",
            "group_count",
            "problem 1: 2 records have it, the counter says 3",
        );
        check(
            "UPDATE run SET problems = 9",
            "group_count",
            "run 1: its groups were loaded with 4 problems, the run says 9",
        );
        check(
            "UPDATE run SET warned = 1",
            "record_sum",
            "run 1: 1 records passed with a warning, but only 0 passed",
        );
        check(
            "UPDATE record SET status = 'ready' WHERE id = 1; UPDATE status_count SET records = 2; \
             INSERT INTO status_count VALUES (1, 'ready', 1)",
            "status_count",
            "record 1 is ready although something is wrong with it",
        );
        check(
            "UPDATE run SET passed = 1",
            "record_sum",
            "run 1: 1 passed and 3 rejected are not 3 records",
        );
        check(
            "UPDATE record SET content = 99 WHERE id = 3",
            "foreign_key",
            "record 3 has no text",
        );
        check(
            "PRAGMA foreign_keys = OFF; DELETE FROM record WHERE id = 3; \
             UPDATE status_count SET records = 2; UPDATE verdict_count SET records = 2",
            "record_sum",
            "run 1: 2 records are stored, 3 should be",
        );
    }

    #[test]
    fn values_that_must_differ_belong_to_stored_records_as_their_last_step_says() {
        assert_eq!(
            after(
                "INSERT INTO unique_value VALUES (1, '/a', 'x', 99), (1, '/a', 'x', 1), (1, '/a', 'y', 1)"
            ),
            [
                (
                    "unique_value",
                    "record 99 has a value in run 1 and is not stored".to_owned()
                ),
                ("unique_value", "record 1 has two values of /a".to_owned()),
            ]
        );

        let mut bench = Bench::new(2);
        let changes = [
            bench.change(1, "{\u{1f}}", None),
            bench.change(2, "[]", None),
        ];
        bench.apply("ann", &changes).unwrap();
        bench.store.undo("ann", AT, None).unwrap();
        bench.store.redo("ann", AT).unwrap();
        let unique = |store: &Store| {
            let verified = store.verify().unwrap();
            let found = verified.into_iter().find(|one| one.check == "unique_value");
            found.unwrap().wrong
        };
        assert_eq!(unique(&bench.store), [""; 0]);
        for damage in [
            "UPDATE unique_value SET value = 'x' WHERE record = 2 AND fields = '/a'",
            "DELETE FROM unique_value WHERE record = 2",
            "INSERT INTO unique_value VALUES (1, '/more', 'x', 2)",
        ] {
            (bench.store)
                .write(|tx| Ok(tx.execute_batch(damage)?))
                .unwrap();
            let told = ["record 2 has other values than its last step gave it"];
            assert_eq!(unique(&bench.store), told, "{damage}");
        }
    }

    #[test]
    fn only_the_first_twenty_are_named() {
        let mut wrong = Wrong::default();
        for n in 0..25 {
            wrong.add(n.to_string());
        }
        let told = wrong.told();
        assert_eq!((told.len(), told[20].as_str()), (21, "and 5 more"));
    }
}
