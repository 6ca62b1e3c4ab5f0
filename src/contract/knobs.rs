//! How a destination is to be treated: time limits, tries, breaker, speed; and what an HTTP API looks like.

use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{batch::batch, checked::one_of, place::Place, raw};
use crate::{
    model::Fault,
    send::{
        BreakerRule, Http, Knobs, Postgres, Program, Proof, Repeat, Retry, Secret, SqlTemplate,
        Taker, Timeouts, UrlTemplate,
    },
};

/// How long an idempotency key is remembered when nobody says it.
const KEY_WINDOW: Duration = Duration::from_hours(24);
/// Requests at a time when nobody says it.
const CONCURRENCY: u32 = 4;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTimeouts {
    connect: Option<Spanned<String>>,
    first_byte: Option<Spanned<String>>,
    total: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRetry {
    max_attempts: Option<Spanned<u32>>,
    base: Option<Spanned<String>>,
    cap: Option<Spanned<String>>,
    max_wait: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBreaker {
    window: Option<Spanned<u32>>,
    min_calls: Option<Spanned<u32>>,
    failure_rate: Option<Spanned<u32>>,
    trip_consecutive_unsent: Option<Spanned<u32>>,
    open: Option<Spanned<String>>,
    open_max: Option<Spanned<String>>,
    half_open_calls: Option<Spanned<u32>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRate {
    max_per_s: Option<Spanned<u32>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConcurrency {
    max: Option<Spanned<u32>>,
}

/// The knobs of any destination.
pub(super) fn knobs(one: &raw::Destination, place: &Place<'_>) -> Result<Knobs, Fault> {
    let mut knobs = Knobs::default();
    let read = Read(place);
    if let Some(raw) = &one.retry {
        let known = Retry::default();
        knobs.retry = Retry {
            max_attempts: read.number(raw.max_attempts.as_ref(), 1..=100, known.max_attempts)?,
            base: read.duration(raw.base.as_ref(), known.base)?,
            cap: read.duration(raw.cap.as_ref(), known.cap)?,
            max_wait: read.duration(raw.max_wait.as_ref(), known.max_wait)?,
        };
    }
    if let Some(raw) = &one.breaker {
        let known = BreakerRule::default();
        let count = |raw, known: usize| read.number(raw, 1..=10_000, known as u32);
        knobs.breaker = BreakerRule {
            window: count(raw.window.as_ref(), known.window)? as usize,
            min_calls: count(raw.min_calls.as_ref(), known.min_calls)? as usize,
            failure_rate: read.number(raw.failure_rate.as_ref(), 1..=100, known.failure_rate)?,
            unsent: read.number(
                raw.trip_consecutive_unsent.as_ref(),
                1..=10_000,
                known.unsent,
            )?,
            open: read.duration(raw.open.as_ref(), known.open)?,
            open_max: read.duration(raw.open_max.as_ref(), known.open_max)?,
            half_open_calls: read.number(
                raw.half_open_calls.as_ref(),
                1..=1000,
                known.half_open_calls,
            )?,
        };
    }
    if let Some(raw) = &one.rate {
        knobs.max_per_s = read.number(raw.max_per_s.as_ref(), 0..=1_000_000, 0)?;
    }
    Ok(knobs)
}

/// How long the destination remembers a key.
pub(super) fn key_window(one: &raw::Destination, place: &Place<'_>) -> Result<Duration, Fault> {
    Read(place).duration(one.key_window.as_ref(), KEY_WINDOW)
}

/// An HTTP API.
pub(super) fn http(
    one: &raw::Destination,
    idempotency: &str,
    place: &Place<'_>,
) -> Result<Http, Fault> {
    let Some(url) = &one.url else {
        let fault = Fault::usage("contract:destination", "an http destination needs url")
            .hint("add url = \"https://...\" to it");
        return Err(place.at(fault, one.kind.span()));
    };
    let url = template("url", url, place)?;
    let method = match &one.method {
        None => "POST",
        Some(word) => one_of(word, "method", &["POST", "PUT", "PATCH"], place)?,
    };
    let proof = match &one.proof {
        None => Proof::Type,
        Some(word) => match one_of(word, "proof", &["type", "status"], place)? {
            "status" => Proof::Status,
            _ => Proof::Type,
        },
    };
    let headers = headers(one, place)?;
    let lookup = lookup(one, (method, idempotency), place)?;
    let batch = batch(one, (&url, idempotency), place)?;
    let read = Read(place);
    let mut timeouts = Timeouts::default();
    if let Some(raw) = &one.timeouts {
        timeouts = Timeouts {
            connect: read.duration(raw.connect.as_ref(), timeouts.connect)?,
            first_byte: read.duration(raw.first_byte.as_ref(), timeouts.first_byte)?,
            total: read.duration(raw.total.as_ref(), timeouts.total)?,
        };
    }
    let max = one.concurrency.as_ref().and_then(|raw| raw.max.as_ref());
    Ok(Http {
        url,
        lookup,
        method: method.to_owned(),
        headers,
        batch,
        key_header: match &one.idempotency_header {
            Some(name) => name.clone(),
            None => "Idempotency-Key".to_owned(),
        },
        proof,
        ca_file: one.ca_file.clone(),
        timeouts,
        concurrency: read.number(max, 1..=256, CONCURRENCY)? as usize,
    })
}

fn template(key: &str, text: &Spanned<String>, place: &Place<'_>) -> Result<UrlTemplate, Fault> {
    UrlTemplate::parse(text.get_ref()).map_err(|why| {
        let message = format!("the {key} cannot be used: {why}");
        let fault = Fault::usage("contract:destination", message)
            .hint("write it like https://crm.example/api/customers/{/customer_id}");
        place.at(fault, text.span())
    })
}

/// Where an API says whether it has a record. That it has one tells what became of a create, and of nothing else.
fn lookup(
    one: &raw::Destination,
    (method, idempotency): (&str, &str),
    place: &Place<'_>,
) -> Result<Option<UrlTemplate>, Fault> {
    let Some(text) = &one.lookup else {
        return Ok(None);
    };
    let template = template("lookup", text, place)?;
    let (message, hint) = if idempotency != "none" {
        (
            "a lookup is of no use where the destination recognises a repeat",
            "take lookup out, or write idempotency = \"none\" if it does not recognise one",
        )
    } else if method != "POST" {
        (
            "a lookup tells whether a record was created, not whether it was changed",
            "take lookup out, or method",
        )
    } else if !template.holds_values() {
        (
            "the lookup asks the same of every record",
            "name the record in it, like https://crm.example/api/customers/{/customer_id}",
        )
    } else {
        return Ok(Some(template));
    };
    let fault = Fault::usage("contract:destination", message).hint(hint);
    Err(place.at(fault, text.span()))
}

/// A program.
pub(super) fn command(one: &raw::Destination, place: &Place<'_>) -> Result<Program, Fault> {
    let command = one.command.clone().unwrap_or_default();
    if command.first().is_none_or(String::is_empty) {
        let fault = Fault::usage("contract:destination", "the command names no program")
            .hint("write it like command = [\"./send.sh\", \"customers\"]");
        return Err(place.at(fault, one.kind.span()));
    }
    let total = one.timeouts.as_ref().and_then(|raw| raw.total.as_ref());
    Ok(Program {
        command,
        timeout: Read(place).duration(total, Timeouts::default().total)?,
    })
}

/// A table or a statement.
fn taker(one: &raw::Destination, place: &Place<'_>) -> Result<Taker, Fault> {
    let Some(statement) = &one.statement else {
        return Ok(Taker::Table(one.table.clone().unwrap_or_default()));
    };
    match SqlTemplate::parse(statement.get_ref()) {
        Ok(template) => Ok(Taker::Statement(template)),
        Err(why) => {
            let fault = Fault::usage(
                "contract:destination",
                format!("the statement cannot be used: {why}"),
            )
            .hint("write one statement, with values of the record as {/order_id}");
            Err(place.at(fault, statement.span()))
        }
    }
}

/// A database of PostgreSQL.
pub(super) fn postgres(
    one: &raw::Destination,
    (raw, idempotency): (&raw::Raw, &str),
    place: &Place<'_>,
) -> Result<Postgres, Fault> {
    let wrong = |message: String, hint: &str| {
        let fault = Fault::usage("contract:destination", message).hint(hint.to_owned());
        place.at(fault, one.kind.span())
    };
    let password = password(one, place)?;
    let repeat = match idempotency {
        "none" => Repeat::Never,
        // It says itself what it replaces.
        "upsert" if one.statement.is_some() => Repeat::Upsert(Vec::new()),
        "upsert" => {
            let key = raw
                .key
                .iter()
                .map(|path| path.get_ref().trim_start_matches('/').to_owned());
            let key: Vec<String> = key.collect();
            if key.is_empty() || key.iter().any(|column| column.contains('/')) {
                let message = "an upsert needs a key of fields that are columns".to_owned();
                return Err(wrong(
                    message,
                    "give the contract a key such as [\"/customer_id\"]",
                ));
            }
            Repeat::Upsert(key)
        }
        _ => Repeat::Dedupe,
    };
    let connect = one.timeouts.as_ref().and_then(|raw| raw.connect.as_ref());
    let postgres = Postgres {
        url: one
            .url
            .as_ref()
            .map(|url| url.get_ref().clone())
            .unwrap_or_default(),
        password,
        ca_file: one.ca_file.clone(),
        taker: taker(one, place)?,
        repeat,
        connect: Read(place).duration(connect, Timeouts::default().connect)?,
    };
    let hint = "write it like postgres://user@host/database";
    match postgres.config() {
        Ok(_) => Ok(postgres),
        Err(why) => Err(wrong(format!("the url cannot be used: {why}"), hint)),
    }
}

/// Where a password is found; it never stands in the contract.
fn password(one: &raw::Destination, place: &Place<'_>) -> Result<Option<Secret>, Fault> {
    let Some(text) = &one.password else {
        return Ok(None);
    };
    match Secret::parse(text.get_ref()) {
        Ok(Secret::Plain(_)) => {
            let fault = Fault::usage("contract:secret", "the password stands in the contract")
                .hint(
                    "name where it is found instead: \"env:NAME\", \"file:PATH\" or \"cmd:[...]\"",
                );
            Err(place.at(fault, text.span()))
        }
        Ok(secret) => Ok(Some(secret)),
        Err(why) => {
            let message = format!("the password cannot be used: {why}");
            let fault = Fault::usage("contract:destination", message)
                .hint("write it like password = \"env:PGPASSWORD\"");
            Err(place.at(fault, text.span()))
        }
    }
}

/// The headers, each with where its value is found.
fn headers(one: &raw::Destination, place: &Place<'_>) -> Result<Vec<(String, Secret)>, Fault> {
    let wrong = |message: String| {
        let fault = Fault::usage("contract:destination", message)
            .hint("write it like Authorization = \"env:CRM_TOKEN\"");
        place.at(fault, one.kind.span())
    };
    let mut headers = Vec::new();
    for (name, value) in one.headers.iter().flatten() {
        let is_name = !name.is_empty()
            && (name.bytes()).all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_name {
            return Err(wrong(format!("{name:?} is no name of a header")));
        }
        let value = value
            .as_str()
            .ok_or_else(|| wrong(format!("the header {name} is no text")))?;
        let secret = Secret::parse(value)
            .map_err(|why| wrong(format!("the header {name} cannot be used: {why}")))?;
        headers.push((name.clone(), secret));
    }
    Ok(headers)
}

pub(super) struct Read<'p>(pub &'p Place<'p>);

impl Read<'_> {
    pub fn number(
        &self,
        raw: Option<&Spanned<u32>>,
        range: std::ops::RangeInclusive<u32>,
        known: u32,
    ) -> Result<u32, Fault> {
        let Some(raw) = raw else {
            return Ok(known);
        };
        let number = *raw.get_ref();
        if range.contains(&number) {
            return Ok(number);
        }
        let fault = Fault::usage("contract:value", format!("this cannot be {number}")).hint(
            format!("write a number from {} to {}", range.start(), range.end()),
        );
        Err(self.0.at(fault, raw.span()))
    }

    fn duration(&self, raw: Option<&Spanned<String>>, known: Duration) -> Result<Duration, Fault> {
        let Some(raw) = raw else {
            return Ok(known);
        };
        duration(raw.get_ref()).ok_or_else(|| {
            let fault = Fault::usage(
                "contract:value",
                format!("a time cannot be \"{}\"", raw.get_ref()),
            )
            .hint("write it like \"250ms\", \"30s\", \"15m\" or \"24h\"");
            self.0.at(fault, raw.span())
        })
    }
}

/// `250ms`, `30s`, `15m`, `24h`; `None` for anything else, for nothing at all, and for more than 30 days.
fn duration(word: &str) -> Option<Duration> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = word.split_at(digits);
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let ms = number.checked_mul(factor)?;
    (ms <= 30 * 24 * 3_600_000).then(|| Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        let check = |word: &str, expected: Option<u64>| {
            assert_eq!(
                duration(word),
                expected.map(Duration::from_millis),
                "{word}"
            );
        };
        check("250ms", Some(250));
        check("30s", Some(30_000));
        check("15m", Some(900_000));
        check("24h", Some(86_400_000));
        for word in ["", "30", "s", "0s", "1.5s", "-1s", "1 s", "1d", "1000000h"] {
            check(word, None);
        }
    }
}
