//! A table in an SQLite file. One transaction a batch, with the dedupe table in the same one: a key that is there already
//! was applied already.
//!
//! The one place outside `store` that holds SQL: this is the destination's database, not the workspace.

use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    os::unix::fs::OpenOptionsExt,
    path::Path as FilePath,
    time::Duration,
};

use rusqlite::{
    CachedStatement, Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior,
    params_from_iter,
    types::{ToSqlOutput, Value as Cell, ValueRef},
};
use serde_json::{Number, Value};

use super::{Answered, Delivery, Destination, Held, Outcome, parts::in_parts, without_column};
use crate::model::Path;

/// How long another program may keep the file locked.
const PATIENCE: Duration = Duration::from_secs(10);

/// Keys come in no order, so that each batch touches most of their table. Negative: KiB, not pages.
const CACHE_KIB: i64 = -32_768;

/// An open table.
pub struct SqliteDestination {
    conn: Connection,
    table: Table,
}

/// What is written to.
struct Table {
    columns: Vec<String>,
    is_view: bool,
    insert: String,
}

impl SqliteDestination {
    /// Opens the table; makes file (readable by its owner only) and table when there are none. `columns` are the fields
    /// that records may have, in order; values keep their type, nested ones become JSON text.
    ///
    /// # Errors
    /// A hold when the file cannot be used or the table lacks a column.
    pub fn open(path: &FilePath, table: &str, columns: Vec<String>) -> Result<Self, Held> {
        make_file(path)?;
        let held = |error: rusqlite::Error| Held::new(format!("{}: {error}", path.display()));
        let mut conn = Connection::open(path).map_err(held)?;
        conn.busy_timeout(PATIENCE).map_err(held)?;
        conn.pragma_update(None, "cache_size", CACHE_KIB)
            .map_err(held)?;
        prepare(&mut conn, table, &columns).map_err(held)?;
        if let Some(column) = missing_column(&conn, table, &columns).map_err(held)? {
            return Err(Held::new(format!(
                "table {table} in {} has no column '{column}'",
                path.display()
            )));
        }
        let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let insert = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quoted(table),
            names.join(", "),
            vec!["?"; columns.len()].join(", ")
        );
        let is_view = conn
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE",
                [table],
                |row| row.get(0),
            )
            .map_err(held)?;
        let table = Table {
            columns,
            is_view,
            insert,
        };
        Ok(Self { conn, table })
    }

    fn try_batch(&mut self, batch: &[Delivery], care: Care) -> Result<Vec<Outcome>, Failure> {
        let transaction = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut writing = Writing::new(&transaction, &self.table, care)?;
        for delivery in batch {
            let outcome = writing.deliver(delivery)?;
            // A trigger or conflict clause can undo the whole transaction, not only its record.
            if transaction.is_autocommit() {
                return Err(Failure::Batch(outcome));
            }
            outcomes.push(outcome);
        }
        drop(writing);
        match transaction.commit() {
            Ok(()) => Ok(outcomes),
            Err(error) if is_constraint(&error) => Err(Failure::Batch(refused(&words(&error)))),
            Err(error) => Err(error.into()),
        }
    }
}

impl Destination for SqliteDestination {
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held> {
        let tried = match self.try_batch(batch, Care::Together) {
            Err(Failure::Record) => self.try_batch(batch, Care::EachAlone),
            tried => tried,
        };
        match tried {
            Ok(outcomes) => Ok(outcomes.into_iter().map(Answered::from).collect()),
            Err(Failure::Batch(outcome)) if batch.len() == 1 => Ok(vec![outcome.into()]),
            // Alone, the one that breaks the constraint can be told from the others.
            Err(Failure::Batch(_) | Failure::Record) => {
                in_parts(batch.chunks(1), "sqlite:not_sent", |one| self.deliver(one))
            }
            Err(Failure::Held(held)) => Err(held),
        }
    }
}

/// How the records of a batch are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// As if all of them were taken: twice as fast, and nothing is written when one is not.
    Together,
    /// Each so that it can be undone without the others.
    EachAlone,
}

/// Why a batch was given up.
enum Failure {
    /// A record was not taken, and is to be written so that it can be undone alone.
    Record,
    /// One record undid the whole transaction: a constraint that is checked at its end, a trigger that rolls back. This
    /// is that record's outcome, if it was alone.
    Batch(Outcome),
    /// The table can take nothing.
    Held(Held),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Held(Held::new(words(&error)))
    }
}

/// A batch's transaction, and what is said in it again and again.
struct Writing<'t> {
    transaction: &'t Transaction<'t>,
    table: &'t Table,
    care: Care,
    key: CachedStatement<'t>,
    row: CachedStatement<'t>,
    /// When the batch is written, by SQLite's clock.
    at: String,
}

impl<'t> Writing<'t> {
    fn new(
        transaction: &'t Transaction<'t>,
        table: &'t Table,
        care: Care,
    ) -> rusqlite::Result<Self> {
        let now = "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";
        Ok(Self {
            transaction,
            table,
            care,
            key: transaction.prepare_cached(
                "INSERT INTO redrive_dedupe (key, payload_sha256, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?,
            row: transaction.prepare_cached(&table.insert)?,
            at: (transaction.prepare_cached(now)?).query_row([], |row| row.get(0))?,
        })
    }

    /// Delivers one record; a constraint undoes this record alone, or with [`Care::Together`] all.
    fn deliver(&mut self, delivery: &Delivery) -> Result<Outcome, Failure> {
        let table = self.table;
        if let Some(field) = without_column(&delivery.document, &table.columns) {
            let message = format!("the table has no column for field '{field}'");
            return Ok(Outcome::refused_at(
                "sqlite:no_column",
                Path::field(field),
                message,
            ));
        }
        self.say("SAVEPOINT record")?;
        let hash = delivery.payload_sha256.as_slice();
        if self.key.execute((&delivery.key, hash, &self.at))? == 0 {
            self.say("RELEASE record")?;
            return self.applied_before(delivery);
        }
        let cells = (table.columns.iter()).map(|column| cell(delivery.document.get(column)));
        let before = self.transaction.total_changes();
        // What is written through a view is not counted, but what its triggers write is. Through a table the row itself must be
        // there: a trigger that leaves it out may still write into a log.
        let wrote = || table.is_view && self.transaction.total_changes() > before;
        let message = match self.row.execute(params_from_iter(cells)) {
            Ok(rows) if rows > 0 || wrote() => {
                self.say("RELEASE record")?;
                return Ok(accepted());
            }
            Ok(_) => NOT_TAKEN.to_owned(),
            Err(error) if is_constraint(&error) => words(&error),
            Err(error) => return Err(error.into()),
        };
        if self.care == Care::Together {
            return Err(Failure::Record);
        }
        // Unless the constraint has undone everything.
        if !self.transaction.is_autocommit() {
            self.say("ROLLBACK TO record")?;
            self.say("RELEASE record")?;
        }
        Ok(refused(&message))
    }

    /// Something about one record's own place in the transaction, if it has one.
    fn say(&self, statement: &str) -> rusqlite::Result<()> {
        if self.care == Care::EachAlone {
            self.transaction.prepare_cached(statement)?.execute([])?;
        }
        Ok(())
    }

    /// The outcome of a key that is there already.
    fn applied_before(&self, delivery: &Delivery) -> Result<Outcome, Failure> {
        let known: Vec<u8> = self
            .transaction
            .prepare_cached("SELECT payload_sha256 FROM redrive_dedupe WHERE key = ?1")?
            .query_row([&delivery.key], |row| row.get(0))?;
        if known == delivery.payload_sha256 {
            return Ok(accepted());
        }
        // An invariant is broken, and going on could apply something twice.
        Err(Failure::Held(other_payload(&delivery.key)))
    }
}

/// A conflict clause of the table, or a trigger, can drop a row without an error.
const NOT_TAKEN: &str = "the table left the row out without an error: a trigger with RAISE(IGNORE), or ON CONFLICT IGNORE";

/// Makes table and dedupe table where there are none. Columns have no type, so that every value stays what it is. Keys come in no
/// order, and most of what a batch costs is the pages they lie in: so only they do, in the index, and the rest lies in a row.
fn prepare(conn: &mut Connection, table: &str, columns: &[String]) -> rusqlite::Result<()> {
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {} ({});
         CREATE TABLE IF NOT EXISTS redrive_dedupe (
           key TEXT PRIMARY KEY NOT NULL, payload_sha256 BLOB NOT NULL, at TEXT NOT NULL
         );",
        quoted(table),
        names.join(", ")
    ))?;
    transaction.commit()
}

/// A column of a table that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// It must have a value, and the table has none for it.
    pub is_needed: bool,
}

/// The columns of a table, without changing or making anything; none where there is no such table.
///
/// # Errors
/// SQLite's words for a file that is no database, or cannot be read.
pub fn columns(path: &FilePath, table: &str) -> Result<Vec<Column>, String> {
    let held = |error: rusqlite::Error| words(&error);
    let wal = path.with_file_name(format!(
        "{}-wal",
        path.file_name().unwrap_or_default().to_string_lossy()
    ));
    // With nobody writing, the file is not even locked: reading would make files beside it.
    let mode = if wal.exists() {
        "mode=ro"
    } else {
        "immutable=1"
    };
    let name = path.to_string_lossy();
    let name = name
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(format!("file:{name}?{mode}"), flags).map_err(held)?;
    let mut query = conn
        .prepare("SELECT name, \"notnull\" AND dflt_value IS NULL FROM pragma_table_info(?1)")
        .map_err(held)?;
    query
        .query_map([table], |row| {
            Ok(Column {
                name: row.get(0)?,
                is_needed: row.get(1)?,
            })
        })
        .and_then(Iterator::collect)
        .map_err(held)
}

fn missing_column(
    conn: &Connection,
    table: &str,
    columns: &[String],
) -> rusqlite::Result<Option<String>> {
    let mut query = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let known: Vec<String> = query
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let is_known = |column: &String| known.iter().any(|name| name.eq_ignore_ascii_case(column));
    Ok(columns.iter().find(|column| !is_known(column)).cloned())
}

/// Makes an empty file that only its owner can read; SQLite would make one that everybody can.
fn make_file(path: &FilePath) -> Result<(), Held> {
    let held = |error: std::io::Error| Held::new(format!("{}: {error}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(held)?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(held(error)),
    }
}

fn cell(value: Option<&Value>) -> ToSqlOutput<'_> {
    let made = match value {
        Some(Value::String(text)) => {
            return ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()));
        }
        None | Some(Value::Null) => Cell::Null,
        Some(Value::Bool(yes)) => Cell::Integer(i64::from(*yes)),
        Some(Value::Number(number)) => number_cell(number),
        Some(nested) => Cell::Text(nested.to_string()),
    };
    ToSqlOutput::Owned(made)
}

/// A number that SQLite's types would round stays text. `1.10` is the REAL 1.1: as text it would not compare as a number.
fn number_cell(number: &Number) -> Cell {
    let text = number.as_str();
    if let Ok(whole) = text.parse() {
        return Cell::Integer(whole);
    }
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let is_zero = !mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    match number.as_f64() {
        // So few digits are those of one double only, where it has its full width.
        Some(real) if digits(mantissa) <= 15 && (is_zero || real.is_normal()) => Cell::Real(real),
        _ => Cell::Text(text.to_owned()),
    }
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}

/// SQLite's own words, without the number rusqlite adds.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

fn other_payload(key: &str) -> Held {
    Held::new(format!(
        "key {key} was used before for other data; look into table redrive_dedupe before sending again"
    ))
}

fn accepted() -> Outcome {
    Outcome::Accepted { id: String::new() }
}

fn refused(message: &str) -> Outcome {
    Outcome::refused("sqlite:constraint", message)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::send::Applied;

    fn delivery(key: &str, document: &Value) -> Delivery {
        let payload = document.to_string().into_bytes();
        Delivery {
            key: key.to_owned(),
            payload_sha256: Sha256::digest(&payload).into(),
            payload,
            document: document.as_object().unwrap().clone(),
            may_be_applied: false,
        }
    }

    fn open(path: &FilePath) -> Result<SqliteDestination, Held> {
        SqliteDestination::open(
            path,
            "customer",
            vec!["id".into(), "age".into(), "tags".into()],
        )
    }

    fn rows(path: &FilePath) -> Vec<String> {
        let conn = Connection::open(path).unwrap();
        let mut query = conn
            .prepare("SELECT quote(id) || ' ' || quote(age) || ' ' || quote(tags) FROM customer ORDER BY rowid")
            .unwrap();
        query
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap()
    }

    #[test]
    fn values_keep_their_type_and_nested_ones_become_json() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/crm.db");
        let batch = [
            delivery(
                "a",
                &json!({"id": "007", "age": 41, "tags": ["x", {"y": 1}]}),
            ),
            delivery("b", &json!({"id": true, "age": 1.5})),
            delivery(
                "c",
                &serde_json::from_str(r#"{"id": 123456789012345678901234567890, "age": null}"#)
                    .unwrap(),
            ),
            delivery(
                "d",
                &serde_json::from_str(r#"{"id": 1e400, "age": 1E-400, "tags": 1.10}"#).unwrap(),
            ),
            delivery(
                "e",
                &serde_json::from_str(r#"{"id": 0.30000000000000004, "age": 0e5, "tags": 1e2}"#)
                    .unwrap(),
            ),
        ];
        let outcomes = open(&path).unwrap().deliver(&batch).unwrap();
        assert_eq!(outcomes, vec![Answered::from(accepted()); 5]);
        assert_eq!(
            rows(&path),
            [
                r#"'007' 41 '["x",{"y":1}]'"#,
                "1 1.5 NULL",
                "'123456789012345678901234567890' NULL NULL",
                "'1e+400' '1e-400' 1.1",
                "'0.30000000000000004' 0.0 100.0",
            ]
        );
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_there_already_is_accepted_and_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let batch = [delivery("a", &json!({"id": 1}))];
        open(&path).unwrap().deliver(&batch).unwrap();
        assert_eq!(
            open(&path).unwrap().deliver(&batch).unwrap(),
            [accepted().into()]
        );
        assert_eq!(rows(&path).len(), 1);
    }

    #[test]
    fn a_key_used_for_other_data_holds_the_destination_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let mut crm = open(&path).unwrap();
        crm.deliver(&[delivery("a", &json!({"id": 1}))]).unwrap();
        let batch = [
            delivery("b", &json!({"id": 2})),
            delivery("a", &json!({"id": 3})),
        ];
        assert!(crm.deliver(&batch).unwrap_err().reason.contains("key a"));
        assert_eq!(rows(&path).len(), 1);
    }

    #[test]
    fn what_breaks_a_constraint_is_refused_in_sqlites_words_and_the_others_go_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE customer (id INTEGER UNIQUE, age, tags)")
            .unwrap();
        let batch = [
            delivery("a", &json!({"id": 1})),
            delivery("b", &json!({"id": 1})),
            delivery("c", &json!({"id": 2, "shoe": 43})),
            delivery("d", &json!({"id": 3})),
        ];
        let outcomes = open(&path).unwrap().deliver(&batch).unwrap();
        assert_eq!(outcomes[0].outcome, accepted());
        assert_eq!(
            outcomes[1],
            refused("UNIQUE constraint failed: customer.id").into()
        );
        assert!(
            matches!(&outcomes[2].outcome, Outcome::Refused { said, .. } if said[0].message.contains("shoe"))
        );
        assert_eq!(outcomes[3].outcome, accepted());
        assert_eq!(rows(&path).len(), 2);
    }

    #[test]
    fn a_constraint_checked_at_the_end_refuses_only_its_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE TABLE city (id INTEGER PRIMARY KEY); INSERT INTO city VALUES (1);
                 CREATE TABLE customer (id, age REFERENCES city (id) DEFERRABLE INITIALLY DEFERRED, tags)",
            )
            .unwrap();
        let mut crm = open(&path).unwrap();
        crm.conn.pragma_update(None, "foreign_keys", true).unwrap();
        let batch = [
            delivery("a", &json!({"id": 1, "age": 1})),
            delivery("b", &json!({"id": 2, "age": 9})),
        ];
        let outcomes = crm.deliver(&batch).unwrap();
        assert_eq!(outcomes[0].outcome, accepted());
        assert!(matches!(outcomes[1].outcome, Outcome::Refused { .. }));
        assert_eq!(rows(&path), ["1 1 NULL"]);
    }

    #[test]
    fn a_row_that_the_table_drops_without_an_error_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "CREATE TABLE customer (id UNIQUE ON CONFLICT IGNORE, age, tags);
             CREATE TRIGGER adults BEFORE INSERT ON customer WHEN NEW.age < 18 BEGIN SELECT RAISE(IGNORE); END;",
        )
        .unwrap();
        let batch = [
            delivery("a", &json!({"id": 1, "age": 20})),
            delivery("b", &json!({"id": 1, "age": 30})),
            delivery("c", &json!({"id": 2, "age": 3})),
            delivery("d", &json!({"id": 3, "age": 40})),
        ];
        let left_out = || Answered::from(refused(NOT_TAKEN));
        let outcomes = [accepted().into(), left_out(), left_out(), accepted().into()];
        assert_eq!(open(&path).unwrap().deliver(&batch).unwrap(), outcomes);
        assert_eq!(rows(&path), ["1 20 NULL", "3 40 NULL"]);
        // Again, what was refused is tried again, and what was taken is not.
        assert_eq!(open(&path).unwrap().deliver(&batch).unwrap(), outcomes);
        assert_eq!(rows(&path).len(), 2);
    }

    #[test]
    fn what_is_written_through_a_view_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "CREATE TABLE people (id, age, tags);
             CREATE VIEW Customer AS SELECT id, age, tags FROM people;
             CREATE TRIGGER put INSTEAD OF INSERT ON Customer BEGIN INSERT INTO people VALUES (NEW.id, NEW.age, NEW.tags); END;",
        )
        .unwrap();
        let batch = [delivery("a", &json!({"id": 1}))];
        let outcomes = open(&path).unwrap().deliver(&batch).unwrap();
        assert_eq!(outcomes, [accepted().into()]);
        let written = "SELECT count(*) FROM people WHERE id = 1";
        assert_eq!(conn.query_row(written, [], |row| row.get(0)), Ok(1));
    }

    #[test]
    fn what_a_view_leaves_out_without_an_error_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(
            "CREATE TABLE people (id, age, tags);
             CREATE VIEW customer AS SELECT id, age, tags FROM people;
             CREATE TRIGGER put INSTEAD OF INSERT ON customer WHEN NEW.age >= 18
               BEGIN INSERT INTO people VALUES (NEW.id, NEW.age, NEW.tags); END;",
        )
        .unwrap();
        let batch = [
            delivery("a", &json!({"id": 1, "age": 20})),
            delivery("b", &json!({"id": 2, "age": 3})),
        ];
        let outcomes = open(&path).unwrap().deliver(&batch).unwrap();
        let expected = [accepted().into(), Answered::from(refused(NOT_TAKEN))];
        assert_eq!(outcomes, expected);
    }

    #[test]
    fn a_trigger_that_rolls_back_refuses_only_its_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE TABLE customer (id, age, tags);
                 CREATE TRIGGER adults BEFORE INSERT ON customer WHEN NEW.age < 18
                 BEGIN SELECT RAISE(ROLLBACK, 'too young'); END",
            )
            .unwrap();
        let batch = [
            delivery("a", &json!({"id": 1, "age": 40})),
            delivery("b", &json!({"id": 2, "age": 9})),
            delivery("c", &json!({"id": 3, "age": 40})),
        ];
        let outcomes = open(&path).unwrap().deliver(&batch).unwrap();
        assert_eq!(
            outcomes,
            [accepted(), refused("too young"), accepted()].map(Answered::from)
        );
        assert_eq!(rows(&path), ["1 40 NULL", "3 40 NULL"]);
    }

    #[test]
    fn what_went_in_before_the_table_can_take_no_more_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(
                "CREATE TABLE customer (id, age, tags);
                 CREATE TRIGGER adults BEFORE INSERT ON customer WHEN NEW.age < 18
                 BEGIN SELECT RAISE(ROLLBACK, 'too young'); END",
            )
            .unwrap();
        let mut crm = open(&path).unwrap();
        crm.deliver(&[delivery("d", &json!({"id": 4}))]).unwrap();
        let batch = [
            delivery("a", &json!({"id": 1, "age": 40})),
            delivery("b", &json!({"id": 2, "age": 9})),
            delivery("d", &json!({"id": 3})),
            delivery("e", &json!({"id": 5})),
        ];
        let outcomes = crm.deliver(&batch).unwrap();
        let held = Outcome::Held {
            reason: other_payload("d").reason,
            code: "sqlite:not_sent".to_owned(),
            applied: Applied::No,
        };
        assert_eq!(
            outcomes,
            [accepted(), refused("too young"), held.clone(), held].map(Answered::from)
        );
        assert_eq!(rows(&path), ["4 NULL NULL", "1 40 NULL"]);
    }

    #[test]
    fn a_missing_column_holds_the_destination() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE customer (ID, age)")
            .unwrap();
        let held = open(&path).err().unwrap();
        assert!(
            held.reason.contains("has no column 'tags'"),
            "{}",
            held.reason
        );
    }

    #[test]
    fn a_file_that_is_no_database_holds_the_destination_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        fs::write(&path, "these are my notes and no database at all").unwrap();
        assert!(open(&path).is_err());
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "these are my notes and no database at all"
        );
    }
}
