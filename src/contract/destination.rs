//! Destinations: which keys belong to which kind, and that no secret stands in the contract.

use std::{
    ops::Range,
    path::{Path as FilePath, PathBuf},
};

use super::{
    Destination, FileFormat, Kind,
    checked::one_of,
    knobs,
    place::Place,
    raw::{self, Raw},
};
use crate::model::Fault;

/// All destinations, in the contract's order.
///
/// # Errors
/// A usage fault with the line of the first thing that is wrong.
pub(super) fn destinations(raw: &Raw, place: &Place<'_>) -> Result<Vec<Destination>, Fault> {
    let mut all: Vec<Destination> = Vec::new();
    for spanned in &raw.destination {
        let one = spanned.get_ref();
        refuse_secrets(one, spanned.span(), place)?;
        let name = one.name.get_ref();
        if name.trim().is_empty() || all.iter().any(|known| known.name == *name) {
            let fault = Fault::usage(
                "contract:destination",
                format!("the destination name \"{name}\" is empty or stands twice"),
            )
            .hint("give each destination a name of its own");
            return Err(place.at(fault, one.name.span()));
        }
        let environment = match &one.environment {
            Some(word) => one_of(word, "environment", &["production", "test", "demo"], place)?,
            // Who does not say is treated with the most care.
            None => "production",
        };
        let idempotency = match &one.idempotency {
            Some(word) => one_of(word, "idempotency", &["key", "upsert", "none"], place)?,
            None if raw.key.is_empty() => "none",
            None => "key",
        };
        all.push(Destination {
            name: name.clone(),
            environment: environment.to_owned(),
            idempotency: idempotency.to_owned(),
            kind: kind(one, raw, idempotency, place)?,
            knobs: knobs::knobs(one, place)?,
            key_window: knobs::key_window(one, place)?,
        });
    }
    Ok(all)
}

/// Refuses keys that do not belong to the kind, and says which are missing.
fn refuse_strangers(one: &raw::Destination, word: &str, place: &Place<'_>) -> Result<(), Fault> {
    let wanted: &[&str] = match word {
        "sqlite" => &["path", "table"],
        "file" => &["path"],
        "command" => &["command"],
        "postgres" if one.statement.is_some() => &["url"],
        "postgres" => &["url", "table"],
        _ => &["url"],
    };
    let set = [
        ("path", one.path.is_some()),
        ("table", one.table.is_some()),
        ("statement", one.statement.is_some()),
        ("format", one.format.is_some()),
        ("url", one.url.is_some()),
        ("lookup", one.lookup.is_some()),
        ("method", one.method.is_some()),
        ("headers", one.headers.is_some()),
        ("batch", one.batch.is_some()),
        ("password", one.password.is_some()),
        ("ca_file", one.ca_file.is_some()),
        ("proof", one.proof.is_some()),
        ("idempotency_header", one.idempotency_header.is_some()),
        ("key_window", one.key_window.is_some()),
        ("timeouts", one.timeouts.is_some()),
        ("concurrency", one.concurrency.is_some()),
        ("command", one.command.is_some()),
    ];
    let may = |key: &str| match word {
        "file" => key == "format",
        "http" => !matches!(
            key,
            "path" | "table" | "statement" | "format" | "command" | "password"
        ),
        "postgres" => matches!(key, "statement" | "password" | "ca_file" | "timeouts"),
        "command" => matches!(key, "timeouts" | "key_window"),
        _ => false,
    };
    for (key, given) in set {
        let (message, hint) = match (given, wanted.contains(&key)) {
            (true, false) if key == "table" && one.statement.is_some() && word == "postgres" => (
                "a destination has a table or a statement, not both".to_owned(),
                "take one of them out".to_owned(),
            ),
            (true, false) if !may(key) => (
                format!("{key} does not belong to a {word} destination"),
                format!("take {key} out, or name another kind"),
            ),
            (false, true) => (
                format!("a {word} destination needs {key}"),
                format!("add {key} to it"),
            ),
            _ => continue,
        };
        let fault = Fault::usage("contract:destination", message).hint(hint);
        return Err(place.at(fault, one.kind.span()));
    }
    Ok(())
}

fn kind(
    one: &raw::Destination,
    raw: &Raw,
    idempotency: &str,
    place: &Place<'_>,
) -> Result<Kind, Fault> {
    let kinds = ["sqlite", "file", "http", "postgres", "command"];
    let word = one_of(&one.kind, "kind", &kinds, place)?;
    refuse_strangers(one, word, place)?;
    let path = PathBuf::from(one.path.clone().unwrap_or_default());
    Ok(match word {
        "sqlite" => Kind::Sqlite {
            path,
            table: one.table.clone().unwrap_or_default(),
        },
        "file" => Kind::File {
            format: file_format(one, &path, place)?,
            path,
        },
        "command" => Kind::Command(knobs::command(one, place)?),
        "http" => Kind::Http(Box::new(knobs::http(one, idempotency, place)?)),
        _ => Kind::Postgres(Box::new(knobs::postgres(one, (raw, idempotency), place)?)),
    })
}

fn file_format(
    one: &raw::Destination,
    path: &FilePath,
    place: &Place<'_>,
) -> Result<FileFormat, Fault> {
    if let Some(word) = &one.format {
        return Ok(
            match one_of(word, "format", &["csv", "ndjson", "source"], place)? {
                "csv" => FileFormat::Csv,
                "source" => FileFormat::Source,
                _ => FileFormat::JsonLines,
            },
        );
    }
    let extension = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("csv") => Ok(FileFormat::Csv),
        Some("ndjson" | "jsonl" | "json") => Ok(FileFormat::JsonLines),
        _ => {
            let fault = Fault::usage(
                "contract:destination",
                format!("the file's name {} does not say its format", path.display()),
            )
            .hint("add format = \"csv\" or format = \"ndjson\"");
            Err(place.at(fault, one.kind.span()))
        }
    }
}

/// A contract is checked in and copied into workspaces, so that it must not hold a secret.
fn refuse_secrets(
    one: &raw::Destination,
    span: Range<usize>,
    place: &Place<'_>,
) -> Result<(), Fault> {
    let fault = |what: String| {
        Fault::usage("contract:secret", what)
            .hint("name where it is found instead: \"env:NAME\", \"file:PATH\" or \"cmd:[...]\"")
    };
    if let Some(url) = &one.url {
        let authority = url.get_ref().split("://").nth(1).unwrap_or_default();
        let authority = authority.split('/').next().unwrap_or_default();
        let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
        if login.contains(':') {
            return Err(place.at(fault("the url holds a password".to_owned()), url.span()));
        }
    }
    for (name, value) in one.headers.iter().flatten() {
        let lower = name.to_lowercase();
        let is_secret = [
            "auth",
            "token",
            "key",
            "secret",
            "cookie",
            "password",
            "credential",
        ]
        .iter()
        .any(|word| lower.contains(word))
            && lower != "idempotency-key";
        let is_place = value.as_str().is_some_and(|text| {
            ["env:", "file:", "cmd:"]
                .iter()
                .any(|kind| text.starts_with(kind))
        });
        if is_secret && !is_place {
            let at = place.text[span.start..]
                .find(name.as_str())
                .map_or(span.start, |offset| span.start + offset);
            return Err(place.at(
                fault(format!("the header {name} holds its value in the contract")),
                at..at,
            ));
        }
    }
    Ok(())
}
