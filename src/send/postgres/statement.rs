//! A statement of the contract's own, done once for each record.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use postgres::{
    Client, Statement, Transaction,
    error::SqlState,
    types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked},
};
use serde_json::Value;

use super::{Failure, Repeat, held, refused, template::SqlTemplate};
use crate::{
    model::Path,
    send::{Delivery, Outcome, Said, cell_text, value_at},
};

/// A statement the server understands.
pub(super) struct Prepared {
    template: SqlTemplate,
    statement: Statement,
}

impl Prepared {
    /// Has the server read it. What is wrong with it is never the fault of a record.
    pub fn read(client: &mut Client, template: &SqlTemplate) -> Result<Self, Failure> {
        let statement = client.prepare(template.sql()).map_err(|error| {
            let said = error.as_db_error().cloned();
            match (Failure::from(error), said) {
                (Failure::Said(Outcome::Refused { .. }) | Failure::Held(_), Some(said)) => {
                    let why = template.told(said.message());
                    let words = format!("the statement cannot be used: {why}");
                    held(said.code().code(), &words)
                }
                (other, _) => other,
            }
        })?;
        Ok(Self {
            template: template.clone(),
            statement,
        })
    }

    /// Does it for each of these. What it leaves alone is not applied, unless it may be a repeat.
    pub fn apply(
        &self,
        transaction: &mut Transaction<'_>,
        repeat: &Repeat,
        new: &[&Delivery],
    ) -> Result<(), Failure> {
        let gives_rows = !self.statement.columns().is_empty();
        let must_change =
            self.template.must_change(gives_rows) && !matches!(repeat, Repeat::Upsert(_));
        for delivery in new {
            let values: Vec<Bound<'_>> = (self.template.values().iter())
                .map(|path| Bound(value_at(&delivery.document, path)))
                .collect();
            let values: Vec<&(dyn ToSql + Sync)> = values
                .iter()
                .map(|value| value as &(dyn ToSql + Sync))
                .collect();
            let changed = transaction
                .execute(&self.statement, &values)
                .map_err(|error| self.blamed(error))?;
            if changed == 0 && must_change {
                let message = "the statement changed no row: nothing is there that it would change, or it is left as it is";
                return Err(Failure::Said(Outcome::refused("postgres:no_row", message)));
            }
        }
        Ok(())
    }

    /// What an error means, with the field of the record it is about.
    fn blamed(&self, error: postgres::Error) -> Failure {
        let path = error.as_db_error().map(|said| self.template.field(said));
        let mut failure = match error.as_db_error() {
            // One record alone is the cause: a query in the statement finds more than one row for it.
            Some(said) if *said.code() == SqlState::CARDINALITY_VIOLATION => refused(said),
            _ => Failure::from(error),
        };
        if let Failure::Said(Outcome::Refused { said, .. }) = &mut failure {
            for Said { path: known, .. } in said {
                *known = path.clone().unwrap_or_else(Path::root);
            }
        }
        failure
    }
}

/// A value of a record on its way to a parameter, as text: the server reads it as the type that the statement wants there.
#[derive(Debug)]
struct Bound<'v>(Option<&'v Value>);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(value) = self.0.filter(|value| !value.is_null()) else {
            return Ok(IsNull::Yes);
        };
        out.put_slice(text_of(value, ty).as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

/// A value as the input of a type.
fn text_of(value: &Value, ty: &Type) -> String {
    match (ty.kind(), value) {
        (Kind::Domain(base), _) => text_of(value, base),
        _ if [Type::JSON, Type::JSONB].contains(ty) => value.to_string(),
        (Kind::Array(item), Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|one| item_of(one, item)).collect();
            format!("{{{}}}", items.join(","))
        }
        _ => cell_text(value),
    }
}

/// A value in the text of an array.
fn item_of(value: &Value, ty: &Type) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        // PostgreSQL has one type for an array and an array of arrays.
        Value::Array(items) if ![Type::JSON, Type::JSONB].contains(ty) => {
            let items: Vec<String> = items.iter().map(|one| item_of(one, ty)).collect();
            format!("{{{}}}", items.join(","))
        }
        _ => {
            let text = text_of(value, ty).replace('\\', r"\\").replace('"', "\\\"");
            format!("\"{text}\"")
        }
    }
}
