//! The workspace as text, for comparing two: the same input and the same work give the same dump, whatever the machine,
//! the time, the number of threads or the secret.

use std::io::Write;

use anyhow::Result;
use rusqlite::types::ValueRef;

use super::Store;

/// Every table with what is the same in the same workspace, in the order of its lines. Left out are times, the secret and
/// what is derived from it (hashes of keys, idempotency keys), processes, the folder a contract lay in, and who edits what now,
/// which is of the moment.
const TABLES: &[(&str, &str, &str)] = &[
    ("contract", "id, hex(hash), name, text", "id"),
    ("contract_file", "contract, name, text", "contract, name"),
    (
        "run",
        "id, name, source, hex(sha256), format, layout, contract, base, state, records, passed, rejected, unparsed, \
         problems, bytes, kept_passed, demo, capped",
        "id",
    ),
    (
        "run_file",
        "run, n, name, role, bytes, hex(sha256)",
        "run, n",
    ),
    ("status_count", "run, status, records", "run, status"),
    (
        "record",
        "id, run, file, line, byte, key, status, version, content, checked_by",
        "id",
    ),
    (
        "content",
        "id, record, version, form, bytes, hex(sha256), step",
        "id",
    ),
    (
        "problem",
        "record, n, grp, path, message, hint, found",
        "record, n",
    ),
    (
        "problem_group",
        "id, run, stage, code, detail, path, shape, severity, owner, title, records, problems, open, first_line, last_line",
        "id",
    ),
    ("group_shape", "grp, shape, count, example", "grp, shape"),
    (
        "passed_key",
        "run, fields, sum(length(hashes)) / 16",
        "run, fields",
    ),
    (
        "verdict_count",
        "run, checked_by, records",
        "run, checked_by",
    ),
    (
        "unique_value",
        "run, fields, value, record",
        "run, fields, value, record",
    ),
    (
        "step",
        "id, parent, run, kind, author, label, target, undone, records, before_contract, after_contract, what",
        "id",
    ),
    (
        "step_record",
        "step, record, before_content, after_content, before_status, after_status, before_key, after_key, \
         before_problems, after_problems, after_version, before_checked_by, after_checked_by, before_unique, after_unique",
        "step, record",
    ),
    ("note", "step, about, id, text", "step"),
    (
        "draft",
        "record, author, path, version, kind, value",
        "record, author, path",
    ),
    ("destination", "id, name, held", "id"),
    (
        "plan",
        "id, run, destination, environment, author, state, planned",
        "id",
    ),
    (
        "delivery",
        "id, plan, n, record, destination, content, payload, hex(payload_sha256), epoch, state, attempts",
        "id",
    ),
    (
        "attempt",
        "delivery, n, outcome, code, message",
        "delivery, n",
    ),
];

impl Store {
    /// Writes one line a row: the table, then its values.
    pub fn dump(&self, out: &mut dyn Write) -> Result<()> {
        let snapshot = self.conn.unchecked_transaction()?;
        for (table, columns, order) in TABLES {
            // How many chunks the hashes of keys lie in follows from the secret; how many keys there are does not.
            let group = if *table == "passed_key" {
                "GROUP BY run, fields"
            } else {
                ""
            };
            let mut query = snapshot.prepare(&format!(
                "SELECT {columns} FROM {table} {group} ORDER BY {order}"
            ))?;
            let width = query.column_count();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                write!(out, "{table}")?;
                for column in 0..width {
                    write!(out, " {}", literal(row.get_ref(column)?))?;
                }
                writeln!(out)?;
            }
        }
        Ok(())
    }
}

/// A value on one line.
fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("\"{}\"", bytes.escape_ascii()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{problem, put_run, rejected, workspace};

    fn dump(store: &Store) -> String {
        let mut out = Vec::new();
        store.dump(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn equal_work_gives_an_equal_dump_and_other_work_another() {
        let made = |text: &str| {
            let (folder, mut store) = workspace();
            put_run(&mut store, &[rejected(text, &[problem("required", "/a")])]);
            store
                .write(|tx| {
                    Ok(tx.execute("UPDATE run SET sha256 = x'01', loaded_at = datetime()", [])?)
                })
                .unwrap();
            (folder, store)
        };
        let (_one, one) = made("{}");
        let (_two, two) = made("{}");
        let (_other, other) = made("{ }");
        assert_ne!(one.secret().unwrap(), two.secret().unwrap());
        assert_eq!(dump(&one), dump(&two));
        assert_ne!(dump(&one), dump(&other));
    }

    #[test]
    fn every_table_is_dumped() {
        let (_folder, store) = workspace();
        let tables = store
            .select(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('workspace', 'edit_claim')",
            )
            .unwrap();
        for row in tables.rows {
            let name = row[0].as_str().unwrap();
            assert!(TABLES.iter().any(|(table, _, _)| *table == name), "{name}");
        }
    }

    #[test]
    fn a_line_stays_a_line_whatever_the_text() {
        let (_folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{\n}\u{1b}", &[])]);
        assert!(dump(&store).contains(r#""{\n}\x1b""#));
    }
}
