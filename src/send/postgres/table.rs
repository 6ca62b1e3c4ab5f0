//! A table that takes records: a statement for each row of them that have the same fields.

use std::collections::HashMap;

use postgres::{Client, Statement, Transaction};

use super::{Failure, Repeat, held};
use crate::{
    model::Path,
    send::{Delivery, Outcome, without_column},
};

/// A table that is there.
pub(super) struct Table {
    name: String,
    columns: Vec<String>,
    /// By the fields they are for.
    inserts: HashMap<Vec<String>, Statement>,
}

impl Table {
    /// Looks the table up.
    pub fn find(client: &mut Client, name: &str) -> Result<Self, Failure> {
        let rows = client.query(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
            &[&quoted_table(name)],
        )?;
        if rows.is_empty() {
            return Err(held("42P01", &format!("there is no table {name}")));
        }
        Ok(Self {
            name: name.to_owned(),
            columns: rows.iter().map(|row| row.get(0)).collect(),
            inserts: HashMap::new(),
        })
    }

    /// What becomes of a record that has a field without a column.
    pub fn refuses(&self, delivery: &Delivery) -> Option<Outcome> {
        let field = without_column(&delivery.document, &self.columns)?;
        let message = format!("the table has no column for field '{field}'");
        Some(Outcome::refused_at(
            "postgres:no_column",
            Path::field(field),
            message,
        ))
    }

    /// Writes these.
    pub fn insert(
        &mut self,
        transaction: &mut Transaction<'_>,
        repeat: &Repeat,
        new: &[&Delivery],
    ) -> Result<(), Failure> {
        for alike in new.chunk_by(|a, b| a.document.keys().eq(b.document.keys())) {
            let fields: Vec<String> = alike[0].document.keys().cloned().collect();
            let statement = if let Some(statement) = self.inserts.get(&fields) {
                statement.clone()
            } else {
                let statement = transaction.prepare(&insert(&self.name, repeat, &fields))?;
                self.inserts.insert(fields, statement.clone());
                statement
            };
            let documents: Vec<&str> = (alike.iter())
                .map(|delivery| std::str::from_utf8(&delivery.payload).unwrap_or_default())
                .collect();
            let written = transaction.execute(&statement, &[&documents])?;
            // An upsert of nothing but its key leaves a row that is there as it is.
            if written < alike.len() as u64 && !matches!(repeat, Repeat::Upsert(_)) {
                let message = "the table took no row: a trigger or a rule swallowed it";
                return Err(Failure::Said(Outcome::refused("postgres:no_row", message)));
            }
        }
        Ok(())
    }
}

/// Takes a list of documents. The server turns their JSON into the columns' types. Only fields that are there are named, so that
/// defaults hold for others.
fn insert(table: &str, repeat: &Repeat, fields: &[String]) -> String {
    let table = quoted_table(table);
    let names: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    let names = names.join(", ");
    let mut sql = if fields.is_empty() {
        format!("INSERT INTO {table} SELECT FROM unnest($1::text[])")
    } else {
        let of: Vec<String> = (fields.iter())
            .map(|field| format!("one.{}", quoted(field)))
            .collect();
        format!(
            "INSERT INTO {table} ({names}) SELECT {} FROM unnest($1::text[]) WITH ORDINALITY AS all_of (document, n), \
             LATERAL jsonb_populate_record(NULL::{table}, all_of.document::jsonb) AS one ORDER BY all_of.n",
            of.join(", ")
        )
    };
    if let Repeat::Upsert(key) = repeat {
        let key: Vec<String> = key.iter().map(|column| quoted(column)).collect();
        let set: Vec<String> = (fields.iter().map(|field| quoted(field)))
            .filter(|field| !key.contains(field))
            .map(|field| format!("{field} = excluded.{field}"))
            .collect();
        let then = if set.is_empty() {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", set.join(", "))
        };
        sql += &format!(" ON CONFLICT ({}) DO {then}", key.join(", "));
    }
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `crm.customer` is a table in a schema.
fn quoted_table(table: &str) -> String {
    let parts: Vec<String> = table.split('.').map(quoted).collect();
    parts.join(".")
}
