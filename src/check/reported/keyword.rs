//! One error of a JSON Schema validator: ajv's, python-jsonschema's, and the `basic` output of the specification.

use std::borrow::Cow;

use super::{
    Members, member,
    place::{at, existing, segments, value_at},
};
use crate::{
    check::wording,
    model::{Found, Path, Problem, Severity, Stage},
    row::lenient,
};

pub(super) struct Keyword {
    code: String,
    detail: String,
    said: String,
    path: Path,
    found: Option<Found>,
}

impl Keyword {
    /// `None` when it names no keyword.
    pub fn read(members: &Members<'_>, record: &str) -> Option<Self> {
        let text = |name| lenient::string(member(members, name)?).map(Cow::into_owned);
        let of_basic = || {
            let place = text("keywordLocation").or_else(|| text("absoluteKeywordLocation"))?;
            let keyword = place.rsplit(['/', '#']).next()?;
            (!keyword.is_empty()).then(|| keyword.to_owned())
        };
        // Some name a keyword by its address, whose end says the same as the place's.
        let named = text("keyword").filter(|keyword| !keyword.contains("://"));
        let code = (named.or_else(|| text("validator")))
            .or_else(of_basic)
            .filter(|code| !code.trim().is_empty())?;
        let said = text("message")
            .or_else(|| text("error"))
            .unwrap_or_default();
        let place = ["instancePath", "instanceLocation", "absolute_path", "path"];
        let mut place = (place.iter()).find_map(|name| segments(member(members, name)?))?;
        // The object lacks a field, or has one too many: the problem is at the field.
        let field = field(&code, members, &said);
        let lacks = code != "additionalProperties" && field.is_some();
        place.extend(field.map(Into::into));
        let path = existing(record, &place, lacks);
        // ajv says the value itself where it is asked to (`verbose`).
        let value = at(record, &path).or_else(|| member(members, "data").filter(|_| !lacks));
        let found = if path.is_root() {
            None
        } else if lacks {
            Some(Found::Missing)
        } else {
            value_at(record, value)
        };
        Some(Self {
            detail: detail(&code, members, &said),
            code,
            said,
            path,
            found,
        })
    }

    pub fn problem(self, stage: Stage) -> Problem {
        let (message, hint) = wording::foreign(
            stage,
            &self.code,
            &self.detail,
            &self.path,
            &self.said,
            self.found.as_ref(),
        );
        Problem {
            stage,
            shape: wording::shape(&self.said),
            code: self.code,
            detail: self.detail,
            path: self.path,
            message,
            hint,
            found: self.found,
            severity: Severity::Error,
            owner: String::new(),
        }
    }
}

/// Whether an error of `basic` output only says that there are others below it.
pub(super) fn only_leads_to_others(error: &str) -> bool {
    let keyword = lenient::members(error).and_then(|members| {
        let place = lenient::string(member(&members, "keywordLocation")?)?;
        Some(place.rsplit(['/', '#']).next()?.to_owned())
    });
    keyword.is_some_and(|keyword| {
        matches!(
            keyword.as_str(),
            "" | "$ref"
                | "$dynamicRef"
                | "allOf"
                | "properties"
                | "patternProperties"
                | "items"
                | "prefixItems"
                | "then"
                | "else"
                | "dependentSchemas"
        )
    })
}

/// The field that an error about an object is about: ajv names it in `params`, the others in their message.
fn field(code: &str, members: &Members<'_>, said: &str) -> Option<String> {
    let name = match code {
        "required" | "dependentRequired" | "dependencies" => "missingProperty",
        "additionalProperties" => "additionalProperty",
        "unevaluatedProperties" => "unevaluatedProperty",
        _ => return None,
    };
    let params = member(members, "params").and_then(lenient::members);
    let named =
        params.and_then(|params| Some(lenient::string(member(&params, name)?)?.into_owned()));
    named.or_else(|| {
        let open = said.find(['\'', '"'])?;
        let quote = said[open..].chars().next()?;
        let inside = &said[open + 1..];
        let rest = &inside[inside.find(quote)? + 1..];
        // More than one field is named: then the whole object is meant.
        (code == "dependentRequired" || !rest.contains(quote))
            .then(|| inside[..inside.len() - rest.len() - 1].to_owned())
    })
}

/// What tells problems of one keyword apart: the wanted type, the format's name.
fn detail(code: &str, members: &Members<'_>, said: &str) -> String {
    if !matches!(code, "type" | "format") {
        return String::new();
    }
    let params = member(members, "params").and_then(lenient::members);
    let named = (params.as_ref())
        .and_then(|params| member(params, code))
        .or_else(|| member(members, "validator_value"))
        .map(str::to_owned)
        // `basic` output has the message alone, and what was wanted stands last in it.
        .or_else(|| {
            let end = said.trim_end_matches('.').strip_suffix(['"', '\''])?;
            let word = &end[end.rfind(['"', '\''])? + 1..];
            Some(format!("\"{word}\""))
        })
        .unwrap_or_default();
    let words = match lenient::elements(&named) {
        Some(words) => words,
        None => vec![named.as_str()],
    };
    let words: Vec<String> = (words.iter())
        .filter_map(|word| Some(lenient::string(word)?.into_owned()))
        .collect();
    words.join(" or ")
}
