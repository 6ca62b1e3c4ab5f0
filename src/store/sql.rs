//! A person's own SQL, on a connection that cannot write.

use std::fmt::Write as _;

use anyhow::Result;
use rusqlite::{Connection, types::Value as Sql};
use serde_json::Value;

use super::Store;
use crate::model::Fault;

/// The rows one statement gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    pub columns: Vec<String>,
    /// Blobs are text where they are UTF-8, else `x'..'`.
    pub rows: Vec<Vec<Value>>,
}

impl Store {
    /// Runs one statement that reads.
    ///
    /// # Errors
    /// `sql:write` when it would change something, `sql:statement` when there is not exactly one or SQLite cannot run it.
    pub fn select(&self, statement: &str) -> Result<Selected> {
        // A connection of its own, opened for reading: whatever the statement says, it cannot write.
        let looking = Self::open_read_only(&self.path)?;
        select(&looking.conn, statement).map_err(|error| explain(error, statement))
    }
}

fn select(conn: &Connection, statement: &str) -> Result<Selected> {
    if statement.trim().is_empty() {
        return Err(Fault::usage("sql:statement", "there is no statement")
            .hint("write one, such as \"SELECT count(*) FROM record\"")
            .into());
    }
    let mut prepared = conn.prepare(statement)?;
    if !prepared.readonly() {
        return Err(writes().into());
    }
    let columns: Vec<String> = prepared
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut selected = prepared.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = selected.next()? {
        let values = (0..columns.len()).map(|column| row.get(column).map(json));
        rows.push(values.collect::<rusqlite::Result<_>>()?);
    }
    Ok(Selected { columns, rows })
}

fn json(value: Sql) -> Value {
    match value {
        Sql::Null => Value::Null,
        Sql::Integer(number) => number.into(),
        // JSON has no infinities.
        Sql::Real(number) => serde_json::Number::from_f64(number)
            .map_or_else(|| Value::String(number.to_string()), Value::Number),
        Sql::Text(text) => Value::String(text),
        Sql::Blob(bytes) => Value::String(String::from_utf8(bytes).unwrap_or_else(|error| {
            let mut hex = "x'".to_owned();
            for byte in error.as_bytes() {
                let _ = write!(hex, "{byte:02x}");
            }
            hex.push('\'');
            hex
        })),
    }
}

fn explain(error: anyhow::Error, statement: &str) -> anyhow::Error {
    let Some(sql) = error.downcast_ref::<rusqlite::Error>() else {
        return error;
    };
    // SQLite's words stand in the message already, so the error itself would say them again.
    match sql {
        rusqlite::Error::MultipleStatement => {
            Fault::usage("sql:statement", "there is more than one statement")
                .hint("run them one at a time")
        }
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == rusqlite::ErrorCode::ReadOnly =>
        {
            writes()
        }
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            let place = usize::try_from(*offset)
                .ok()
                .and_then(|offset| statement.get(..offset))
                .map(|before| format!(" (character {})", before.chars().count() + 1));
            Fault::usage(
                "sql:statement",
                format!("{msg}{}", place.unwrap_or_default()),
            )
            .hint("`redrive sql \"SELECT name, sql FROM sqlite_schema\"` shows the tables")
        }
        other => Fault::usage("sql:statement", other.to_string())
            .hint("run another statement, or look what holds with `redrive verify`"),
    }
    .into()
}

fn writes() -> Fault {
    Fault::usage(
        "sql:write",
        "SQL may only look at a workspace, not change it",
    )
    .hint("use `redrive edit`, so that the change can be checked and undone")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::{put_run, rejected, workspace};

    #[test]
    fn a_statement_gives_columns_and_rows() {
        let (_folder, mut store) = workspace();
        put_run(
            &mut store,
            &[rejected("{\"a\":1}", &[]), rejected("{}", &[])],
        );
        let selected = store
            .select("SELECT r.id AS record, c.bytes, 0.5, NULL FROM record r JOIN content c ON c.id = r.content;  ")
            .unwrap();
        assert_eq!(selected.columns, ["record", "bytes", "0.5", "NULL"]);
        assert_eq!(
            json!(selected.rows),
            json!([[1, "{\"a\":1}", 0.5, null], [2, "{}", 0.5, null]])
        );
    }

    #[test]
    fn what_writes_is_refused_and_changes_nothing() {
        let (_folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{}", &[])]);
        let before = store.select("SELECT * FROM record").unwrap();
        let check = |statement: &str, code: &str| {
            let error = store.select(statement).unwrap_err();
            let fault = error.downcast_ref::<Fault>().unwrap();
            assert_eq!(fault.code, code, "{statement}: {fault}");
            assert_eq!(fault.kind, crate::model::FaultKind::Usage);
        };
        check("DELETE FROM record", "sql:write");
        check(" ", "sql:statement");
        check(
            "UPDATE record SET status = 'ready' RETURNING id",
            "sql:write",
        );
        check("CREATE TABLE t (a)", "sql:write");
        check(
            "WITH x AS (SELECT 1) INSERT INTO step_record SELECT * FROM step_record",
            "sql:write",
        );
        check("SELECT 1; DELETE FROM record", "sql:statement");
        check("ATTACH 'other.db' AS other", "sql:statement");
        check("SELEC 1", "sql:statement");
        check("SELECT nothing FROM record", "sql:statement");
        check("", "sql:statement");
        let _ = store.select("PRAGMA query_only = 0");
        let _ = store.select("PRAGMA user_version = 99");
        let _ = store.select("VACUUM");
        assert_eq!(store.select("SELECT * FROM record").unwrap(), before);
        assert_eq!(
            store.select("PRAGMA user_version").unwrap().rows,
            [[json!(super::super::open::FORMS.len())]]
        );
    }

    #[test]
    fn a_mistake_is_placed() {
        let (_folder, store) = workspace();
        let error = store.select("SELECT missing FROM record").unwrap_err();
        assert_eq!(error.to_string(), "no such column: missing (character 8)");
    }

    #[test]
    fn values_become_json() {
        let (_folder, store) = workspace();
        let selected = store
            .select("SELECT 7, 0.5, NULL, 'a', x'c3a4', x'ff00', 9e999")
            .unwrap();
        assert_eq!(
            json!(selected.rows),
            json!([[7, 0.5, null, "a", "ä", "x'ff00'", "inf"]])
        );
    }
}
