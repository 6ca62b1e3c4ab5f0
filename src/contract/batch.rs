//! How an HTTP API takes many records in one request, and what proves of each that it was taken.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{knobs::Read, place::Place, raw};
use crate::{
    model::{Fault, Path},
    send::{Batch, Matching, UrlTemplate},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBatch {
    max: Spanned<u32>,
    /// Where the records stand in the request; the request is the list of them when it is not said.
    items: Option<Spanned<String>>,
    /// The field of each record that its idempotency key goes in.
    key: Option<Spanned<String>>,
    /// Where the results stand in the answer; the answer is the list of them when it is not said.
    results: Option<Spanned<String>>,
    /// Where a result repeats the key; as in the request when it is not said.
    result_key: Option<Spanned<String>>,
    /// Where a result has its HTTP status.
    status: Option<Spanned<String>>,
    /// What words that stand there mean, as HTTP statuses.
    #[serde(default)]
    words: BTreeMap<String, Spanned<u32>>,
    /// Results come in the order of the records.
    #[serde(default)]
    ordered: bool,
    /// All records of a request are applied, or none.
    #[serde(default)]
    atomic: bool,
}

/// The batch of an HTTP destination, if it takes any.
pub(super) fn batch(
    one: &raw::Destination,
    (url, idempotency): (&UrlTemplate, &str),
    place: &Place<'_>,
) -> Result<Option<Batch>, Fault> {
    let Some(spanned) = &one.batch else {
        return Ok(None);
    };
    let raw = spanned.get_ref();
    let wrong = |(message, hint): (&str, &str)| {
        let fault = Fault::usage("contract:destination", message).hint(hint);
        place.at(fault, spanned.span())
    };
    if let Some(why) = clash(one, url).or_else(|| unproven(raw, idempotency)) {
        return Err(wrong(why));
    }
    let path = |text: Option<&Spanned<String>>, known: &Path| {
        text.map_or_else(|| Ok(known.clone()), |text| pointer(text, place))
    };
    let key = (raw.key.as_ref())
        .map(|text| field(text, place))
        .transpose()?;
    let key_path = key.as_deref().map(Path::field).unwrap_or_default();
    Ok(Some(Batch {
        max: Read(place).number(Some(&raw.max), 1..=1000, 1)? as usize,
        items: path(raw.items.as_ref(), &Path::root())?,
        key,
        results: path(raw.results.as_ref(), &Path::root())?,
        matching: if raw.ordered {
            Matching::Order
        } else {
            Matching::Key(path(raw.result_key.as_ref(), &key_path)?)
        },
        status: path(raw.status.as_ref(), &Path::field("status"))?,
        words: words(raw, place)?,
        is_atomic: raw.atomic,
        tells_repeats: idempotency != "none",
    }))
}

/// The words that results have for statuses.
fn words(raw: &RawBatch, place: &Place<'_>) -> Result<BTreeMap<String, u16>, Fault> {
    let word = |(word, status): (&String, &Spanned<u32>)| {
        let status = Read(place).number(Some(status), 200..=599, 200)?;
        Ok((word.clone(), u16::try_from(status).unwrap_or(u16::MAX)))
    };
    raw.words.iter().map(word).collect()
}

/// What else the destination has that cannot be with a batch, and what to do.
fn clash(one: &raw::Destination, url: &UrlTemplate) -> Option<(&'static str, &'static str)> {
    if url.holds_values() {
        return Some((
            "the records of a batch cannot have a URL each",
            "take the record's values out of url, or take batch out",
        ));
    }
    if one.proof.is_some() {
        return Some((
            "of a batch, only the result of each record proves that it was taken",
            "take proof out, or batch",
        ));
    }
    one.idempotency_header.is_some().then_some((
        "a batch has no header for the idempotency key of each record",
        "take idempotency_header out, and name the field it goes in with batch.key",
    ))
}

/// What is missing to tell of each record what became of it, and what to do.
fn unproven(raw: &RawBatch, idempotency: &str) -> Option<(&'static str, &'static str)> {
    match (&raw.key, &raw.result_key, raw.ordered) {
        (None, _, _) if idempotency == "key" => Some((
            "the destination tells a repeat by its key, and no record of the batch carries one",
            "name the field it goes in, like key = \"/idempotency_key\", or write idempotency = \"none\"",
        )),
        (_, Some(_), true) => Some((
            "results are told by their key or by their order, not by both",
            "take result_key or ordered out",
        )),
        (None, _, false) => Some((
            "nothing says which result is whose",
            "add key, which each result repeats at result_key, or ordered = true if they come in the order of the records",
        )),
        _ => None,
    }
}

fn pointer(text: &Spanned<String>, place: &Place<'_>) -> Result<Path, Fault> {
    Path::parse(text.get_ref()).ok_or_else(|| {
        let message = format!("\"{}\" is not a path", text.get_ref());
        let fault = Fault::usage("contract:path", message).hint("write it like \"/results\"");
        place.at(fault, text.span())
    })
}

/// The name of a field of the record itself.
fn field(text: &Spanned<String>, place: &Place<'_>) -> Result<String, Fault> {
    let path = pointer(text, place)?;
    match path.split_last() {
        Some((outer, name)) if outer.is_root() => Ok(name),
        _ => {
            let message = format!("the key cannot go to \"{path}\"");
            let fault = Fault::usage("contract:path", message)
                .hint("name a field of the record itself, like \"/idempotency_key\"");
            Err(place.at(fault, text.span()))
        }
    }
}
