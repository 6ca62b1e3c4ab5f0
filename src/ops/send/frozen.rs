//! What is frozen of a record when its plan is made: the bytes to send, and the key under which they go.

use anyhow::{Result, anyhow};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Aim;
use crate::{
    broken::is_broken,
    model::{DAMAGED, Form, Layout, NO_LINE, NO_OBJECT, Path},
    row::{Row, json::Document},
    send::{Delivery, Identity, Outcome, idempotency_key},
    store::{plans::Sendable, sends::Taken},
};

/// What idempotency keys are made from besides the record.
pub(super) struct Keys<'k> {
    pub aim: &'k Aim,
    pub layout: &'k Layout,
    pub secret: [u8; 32],
}

impl Keys<'_> {
    pub fn of(&self, record: &Sendable, payload_sha256: &[u8; 32], epoch: u32) -> Result<String> {
        let contract = &self.aim.contract;
        let row = read(self.layout, record)?;
        let natural = contract.checker.key(&row);
        let identity = match &natural {
            Some(key) => Identity::Natural {
                contract: &contract.name,
                key,
            },
            None => Identity::Place {
                secret: &self.secret,
                input: &record.file_sha256,
                byte: record.byte,
                raw: &record.raw_sha256,
            },
        };
        let name = &self.aim.destination.name;
        Ok(idempotency_key(
            &identity,
            name,
            self.aim.operation,
            payload_sha256,
            epoch,
        ))
    }
}

/// The bytes to send: JSON as it stands, CSV as the typed document unless the destination takes it as it stands too.
pub(super) fn payload(aim: &Aim, layout: &Layout, record: &Sendable) -> Result<Vec<u8>> {
    if record.text.form == Form::Json || aim.source().is_some() {
        return Ok(record.text.bytes.clone());
    }
    let row = read(layout, record)?;
    Ok(aim.contract.checker.json_text(&row).into_bytes())
}

fn read<'r>(layout: &'r Layout, record: &'r Sendable) -> Result<Row<'r>> {
    Row::read(layout, record.text.form, &record.text.bytes).map_err(|problem| {
        anyhow!(
            "record {} is ready but cannot be read: {}",
            record.id,
            problem.message
        )
    })
}

/// The frozen bytes as a delivery, or why they cannot leave. `source` is the layout of a run whose texts go as they stand.
pub(super) fn delivery(taken: &Taken, source: Option<&Layout>) -> Result<Delivery, Outcome> {
    let hash: [u8; 32] = Sha256::digest(&taken.payload).into();
    if hash[..] != taken.payload_sha256 {
        return Err(Outcome::refused(DAMAGED, "the bytes to send are damaged"));
    }
    let columns = source.and_then(|layout| match layout {
        Layout::Csv { columns, .. } => Some(columns),
        Layout::Json => None,
    });
    let document = match columns {
        // Whoever takes it reads it for himself.
        Some(_) if taken.is_csv => Map::new(),
        Some(columns) => return Err(no_line(&document(taken)?, columns)),
        None => document(taken)?,
    };
    Ok(Delivery {
        key: if is_broken("key") {
            format!("{}-{}", taken.key, taken.attempts)
        } else {
            taken.key.clone()
        },
        payload: taken.payload.clone(),
        payload_sha256: hash,
        document,
        may_be_applied: taken.may_be_applied,
    })
}

/// What the frozen bytes say.
fn document(taken: &Taken) -> Result<Map<String, Value>, Outcome> {
    let text = std::str::from_utf8(&taken.payload).ok();
    match text.and_then(|text| Document::read(text).ok()) {
        Some(Document {
            value: Value::Object(document),
            ..
        }) => Ok(document),
        _ => Err(Outcome::refused(
            NO_OBJECT,
            "the bytes to send are no JSON object",
        )),
    }
}

/// Why a record of a CSV run is no line of a file like the run's any more.
fn no_line(document: &Map<String, Value>, columns: &[String]) -> Outcome {
    if let Some(name) = document.keys().find(|name| !columns.contains(name)) {
        let message = format!("the file has no column for field '{name}'");
        return Outcome::refused_at(NO_LINE, Path::field(name), message);
    }
    if let Some((name, _)) = document.iter().find(|(_, value)| value.is_null()) {
        let message =
            "a line of the file cannot tell an empty value from a missing one; leave the field out";
        return Outcome::refused_at(NO_LINE, Path::field(name), message);
    }
    let message = "the record was rewritten as JSON, which is no line of the file; undo that, or send it to a file with \
                   format = \"ndjson\"";
    Outcome::refused(NO_LINE, message)
}
