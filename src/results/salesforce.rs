//! Failed results of Salesforce's Bulk API 2.0: CSV with `sf__Id`, `sf__Error` and the columns that were uploaded, whose order and
//! delimiter are as the job has them. Successful results have `sf__Created` instead, and nothing was wrong with their records.
//!
//! An error is `CODE:message:Field1,Field2 --`. The list of fields may be empty, the message may hold colons, line breaks and
//! HTML entities, and one error may follow another. The order of rows is not that of the upload.

use std::borrow::Cow;

use super::{
    File, Head, Place, Reader, Report, Tool,
    error_column::{Line, Picked, of_message, rows},
};
use crate::model::{Fault, Problem, Stage};

pub(super) const TOOL: Tool = Tool {
    word: "salesforce",
    name: "results of Salesforce",
    reader: Reader::Whole { fits, read },
};

/// What a validation rule that somebody wrote refused.
const OF_A_RULE: &str = "FIELD_CUSTOM_VALIDATION_EXCEPTION";

fn fits(head: &Head<'_>) -> bool {
    let has = |column| head.has_columns(&["sf__Id", column]);
    head.json().is_none() && (has("sf__Error") || has("sf__Created"))
}

fn pick(columns: &[String]) -> Option<Picked> {
    let at = |name: &str| columns.iter().position(|column| column == name);
    match (at("sf__Error"), at("sf__Created")) {
        (Some(error), created) => Some(vec![Some(error), at("sf__Id"), created]),
        // Of what was accepted there is nothing to say.
        (None, created) => Some(vec![None, at("sf__Id"), Some(created?)]),
    }
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    rows(file, pick, |line, _| {
        let stage = |code: &str| match code {
            OF_A_RULE => Stage::Rule,
            _ => Stage::Send,
        };
        let problems = problems(line.said(0), line, TOOL.word, stage);
        Some((Place::Nowhere, String::new(), problems))
    })
}

/// The errors of a cell; what has no code of its own gets `code`.
pub(super) fn problems(
    said: &str,
    line: &Line<'_>,
    code: &str,
    stage: fn(&str) -> Stage,
) -> Vec<Problem> {
    let problem = |part: &str| {
        let error = Told::read(part);
        let code = error.code.unwrap_or(code);
        of_message(
            line,
            stage(code),
            code,
            &unescaped(error.message),
            error.field,
        )
    };
    parts(said).into_iter().map(problem).collect()
}

/// The errors of a cell that holds several.
fn parts(said: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = said;
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|text| text.find("--")) {
        let end = from + found + 2;
        let next = rest[end..].trim_start_matches([' ', '\n', '\r', ';', ',']);
        if code_of(next).is_some() {
            parts.push(&rest[..end]);
            rest = next;
            from = 0;
        } else {
            from = end;
        }
    }
    parts.push(rest);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// One error.
struct Told<'s> {
    code: Option<&'s str>,
    message: &'s str,
    /// The first field it names; may be empty.
    field: &'s str,
}

impl<'s> Told<'s> {
    fn read(part: &'s str) -> Self {
        let (code, rest) = code_of(part).unzip();
        let rest = rest.unwrap_or(part);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ',' | ' ');
        let named = rest.trim_end().strip_suffix("--").and_then(|rest| {
            let (message, fields) = rest.rsplit_once(':')?;
            let fields = fields.trim();
            let one_word = fields.split(',').all(|name| !name.trim().contains(' '));
            (fields.chars().all(is_name) && one_word).then_some((message, fields))
        });
        let (message, fields) = named.filter(|_| code.is_some()).unwrap_or((rest, ""));
        Self {
            code,
            message,
            field: fields.split(',').next().unwrap_or_default().trim(),
        }
    }
}

/// The code a text begins with, and what follows it.
fn code_of(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.trim_start().split_once(':')?;
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    // A message of one upper-case word and a colon is no code: those have several words or many letters.
    (code.len() > 4 && code.chars().all(is_code) && !code.starts_with(|c: char| c.is_ascii_digit()))
        .then_some((code, rest))
}

/// A text without HTML entities; what is none stays.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = (rest.find(';')).and_then(|end| Some((end, character(&rest[1..end])?)));
        if let Some((end, c)) = entity {
            plain.push(c);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::error_column::tests::{pairs, told},
        *,
    };

    fn of(error: &str) -> String {
        let text = format!("sf__Id,sf__Error,Name,N\n,\"{error}\",A & B,12k\n");
        let told = told(read, &text).unwrap();
        assert_eq!(told[0].0, "A & B,12k");
        told[0].1.clone()
    }

    #[test]
    fn an_error_is_a_code_a_message_and_fields() {
        let check = |error: &str, expected: &str| assert_eq!(of(error), expected, "{error}");
        check("BAD_X:N: no: 12k:N,Name --", "BAD_X@/N|N: no: \"…\"");
        check("DUPLICATE_VALUE:twice:--", "DUPLICATE_VALUE@|twice");
        check("LIMIT_EXCEEDED:a: b c --", "LIMIT_EXCEEDED@|a: b c --");
        check("no code: at all:N --", "salesforce@|no code: at all:N --");
        check("Id: bad", "salesforce@|Id: bad");
    }

    #[test]
    fn several_errors_of_one_record_are_told_apart() {
        let expected = "BAD_X@/N|one -- or two + BAD_Y@/Name|three";
        assert_eq!(of("BAD_X:one -- or two:N --BAD_Y:three:Name --"), expected);
        assert_eq!(
            of("BAD_X:one -- or two:N --\nBAD_Y:three:Name --"),
            expected
        );
    }

    #[test]
    fn entities_become_the_characters_they_mean() {
        assert_eq!(
            unescaped("A&amp;B &#39;x&#x41; &no; & &#xfffffff;"),
            "A&B 'xA &no; & &#xfffffff;"
        );
        assert_eq!(of("BAD_X:no: A &amp; B:Name --"), "BAD_X@/Name|no: \"…\"");
    }

    #[test]
    fn the_columns_of_salesforce_may_stand_anywhere() {
        let found = told(read, "Name;sf__Error;sf__Id\n\"A;1\";BAD_X:no:Name --;7\n");
        assert_eq!(found, Ok(pairs(&[("\"A;1\"", "BAD_X@/Name|no")])));
        assert_eq!(
            told(read, "Name,sf__Id\nA,7\n"),
            Err("results:syntax"),
            "without errors"
        );
    }
}
