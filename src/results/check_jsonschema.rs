//! Reports of check-jsonschema, as JSON: `{"status": "fail", "errors": [{"filename", "path": "$[4].employee_count", "message",
//! "best_deep_match"?}], "parse_errors": [{"filename", "message"}]}`, and as the text it prints without `-o json`.
//!
//! There are no codes and no records. Where a file is an array, the first part of a path is the 0-based position of the record;
//! else the file is one record. Of an error with several reasons the deepest is taken, as the tool's own "best deep
//! match": it says what is wrong and not only that nothing fits. A file that could not be read counts as one record.

use std::{borrow::Cow, collections::HashSet};

use super::{
    File, Head, Place, Reader, Report, Tool, check_text,
    jsonpath::{self, Part},
    python,
    report::{Json, Told},
};
use crate::{
    model::{Fault, Found, Path, Stage},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "check-jsonschema",
    name: "check-jsonschema reports",
    reader: Reader::Whole { fits, read },
};

/// What is said of a place.
pub(super) struct Said<'t> {
    pub path: Cow<'t, str>,
    pub message: Cow<'t, str>,
}

/// One error of a file.
pub(super) struct Error<'t> {
    pub file: Cow<'t, str>,
    pub said: Said<'t>,
    /// The reason below it that says most.
    pub deepest: Option<Said<'t>>,
}

/// All that a report says.
#[derive(Default)]
pub(super) struct Errors<'t> {
    pub errors: Vec<Error<'t>>,
    /// Of files that could not be read: their name, which may be empty, and why.
    pub unread: Vec<(Cow<'t, str>, Cow<'t, str>)>,
}

/// How messages go on behind the value they show.
const AFTER_VALUE: [&str; 7] = [
    " is not ",
    " does not ",
    " is too ",
    " is less than ",
    " is greater than ",
    " should ",
    " has ",
];

fn fits(head: &Head<'_>) -> bool {
    match head.json() {
        Some(report) => {
            let has = |of: &serde_json::Value, name: &str| of[name].is_string();
            let first = &report["errors"][0];
            has(report, "status")
                && (report["parse_errors"].is_array()
                    || has(first, "filename") && has(first, "path") && has(first, "message"))
        }
        None => head.lines().any(check_text::is_heading),
    }
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let said = if text.trim_start().starts_with('{') {
        of_json(file, text)?
    } else {
        check_text::read(file, text)?
    };
    let mut report = Report::default();
    for (name, why) in &said.unread {
        let problem = Told {
            stage: Stage::Parse,
            code: "",
            detail: "",
            path: Path::root(),
            message: why,
            found: None,
        };
        let record = report.at(Place::Nowhere, name);
        record.problems.push(problem.problem());
        record.quote(&format!("{name}: {why}"));
    }
    add(file, &said.errors, &mut report)?;
    Ok(report)
}

fn of_json<'t>(file: &File<'_>, text: &'t str) -> Result<Errors<'t>, Fault> {
    let whole = Json(text);
    if lenient::members(text).is_none() {
        return Err(file.broken("is not one whole JSON document"));
    }
    let list = |name| whole.get(name).map(Json::elements).unwrap_or_default();
    let word = |of: Json<'t>, name: &str| of.get(name).and_then(Json::text);
    let said = |of: Json<'t>| {
        Some(Said {
            path: word(of, "path")?,
            message: word(of, "message")?,
        })
    };
    let odd = || file.broken("lists something that is no error of check-jsonschema");
    let mut errors = Errors::default();
    for error in list("errors") {
        let below = (error.get("best_deep_match")).or_else(|| error.get("best_match"));
        errors.errors.push(Error {
            file: word(error, "filename").ok_or_else(odd)?,
            said: said(error).ok_or_else(odd)?,
            deepest: below.and_then(said),
        });
    }
    for error in list("parse_errors") {
        let why = word(error, "message").ok_or_else(odd)?;
        errors
            .unread
            .push((word(error, "filename").unwrap_or_default(), why));
    }
    Ok(errors)
}

/// Adds the errors to the records they are about.
fn add(file: &File<'_>, errors: &[Error<'_>], report: &mut Report) -> Result<(), Fault> {
    let places = |error: &Error<'_>| {
        let odd = || file.broken(&format!("has a place that is none: {}", error.said.path));
        let own = jsonpath::parts(&error.said.path).ok_or_else(odd)?;
        // The reason may lie deeper than the error.
        let below = error.deepest.as_ref();
        let deeper = below.and_then(|below| jsonpath::parts(&below.path));
        let deeper = deeper.filter(|deeper| deeper.starts_with(&own));
        Ok((own.first().cloned(), deeper.unwrap_or(own)))
    };
    let places: Vec<(Option<Part>, Vec<Part>)> =
        errors.iter().map(places).collect::<Result<_, Fault>>()?;
    let arrays: HashSet<&str> = (errors.iter().zip(&places))
        .filter(|(_, (first, _))| matches!(first, Some(Part::Position(_))))
        .map(|(error, _)| &*error.file)
        .collect();
    for (error, (first, parts)) in errors.iter().zip(&places) {
        let is_array = arrays.contains(&*error.file);
        let (place, inner) = match (first, parts.split_first()) {
            (Some(Part::Position(at)), Some((_, inner))) => {
                (Place::Ordinal(at.saturating_add(1)), inner)
            }
            _ if is_array => {
                report.remarks.push(format!(
                    "check-jsonschema says of {} as a whole: {}",
                    error.file,
                    error.message()
                ));
                continue;
            }
            _ => (Place::Ordinal(1), parts.as_slice()),
        };
        let record = report.at(place, &error.file);
        record.problems.push(error.told(inner).problem());
        record.quote(&format!("{}: {}", error.said.path, error.said.message));
        if let Some(below) =
            (error.deepest.as_ref()).filter(|below| below.message != error.said.message)
        {
            record.quote(&format!("{}: {}", below.path, below.message));
        }
    }
    Ok(())
}

impl Error<'_> {
    fn message(&self) -> &str {
        let said = self.deepest.as_ref().unwrap_or(&self.said);
        &said.message
    }

    /// The problem at a place inside of the record.
    fn told(&self, inner: &[Part]) -> Told<'_> {
        let message = self.message();
        let mut path = (inner.iter()).fold(Path::root(), |path, part| path.child(&part.name()));
        let lacks = message
            .strip_suffix(" is a required property")
            .and_then(python::string);
        let found = match lacks {
            // The field that is missing is only named in the message.
            Some((name, "")) => {
                path = path.child(&name);
                Some(Found::Missing)
            }
            _ if path.is_root() => None,
            _ => python::value(message)
                .filter(|(_, rest)| AFTER_VALUE.iter().any(|after| rest.starts_with(after)))
                .map(|(value, _)| value),
        };
        Told {
            stage: Stage::Schema,
            code: "",
            detail: "",
            path,
            message,
            found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: &str, unread: &str) -> Report {
        let text = format!(r#"{{"status":"fail","errors":[{errors}],"parse_errors":[{unread}]}}"#);
        assert!(fits(&Head::new(text.as_bytes(), true)));
        read(&File::of(&text)).unwrap()
    }

    fn error(file: &str, path: &str, message: &str) -> String {
        format!(
            r#"{{"filename":"{file}","path":"{path}","message":"{message}","has_sub_errors":false}}"#
        )
    }

    #[test]
    fn a_field_that_is_missing_is_named_by_the_message_only() {
        let report = report(
            &error("a.json", "$[4].b", "'it\\\\'s' is a required property"),
            "",
        );
        let outcome = &report.outcomes[0];
        assert_eq!(outcome.place, Place::Ordinal(5));
        assert_eq!(outcome.problems[0].path.as_str(), "/b/it's");
        assert_eq!(outcome.problems[0].found, Some(Found::Missing));
    }

    #[test]
    fn the_deepest_reason_gives_the_place_and_the_words() {
        let below = r#""best_match":{"path":"$[0]","message":"x"},"best_deep_match":{"path":"$[0].b","message":"'7' is not of type 'integer'"}"#;
        let error = error("a.json", "$[0]", "no").replace("\"has_sub_errors\":false", below);
        let report = report(&error, "");
        let problem = &report.outcomes[0].problems[0];
        assert_eq!(problem.path.as_str(), "/b");
        assert_eq!(problem.found, Some(Found::Text("7".to_owned())));
        assert_eq!(
            report.outcomes[0].record.as_ref(),
            b"$[0]: no\n$[0].b: '7' is not of type 'integer'"
        );
    }

    #[test]
    fn a_file_is_an_array_or_one_record() {
        let errors = [
            error("a.json", "$", "too long"),
            error("a.json", "$[1].x", "no"),
            error("b.json", "$", "no"),
            error("b.json", "$['1']", "no"),
        ];
        let report = report(&errors.join(","), "");
        let places: Vec<&Place> = report
            .outcomes
            .iter()
            .map(|outcome| &outcome.place)
            .collect();
        assert_eq!(places, [&Place::Ordinal(2), &Place::Ordinal(1)]);
        assert_eq!(report.outcomes[1].problems.len(), 2);
        assert!(report.remarks[0].contains("a.json as a whole: too long"));
    }

    #[test]
    fn what_could_not_be_read_is_a_record() {
        let report = report(
            "",
            r#"{"filename":"c.json","message":"Failed to parse c.json"}"#,
        );
        assert_eq!(report.outcomes[0].problems[0].stage, Stage::Parse);
        assert_eq!(
            report.outcomes[0].record.as_ref(),
            b"c.json: Failed to parse c.json"
        );
    }

    #[test]
    fn what_is_no_error_is_refused() {
        for errors in ["7", r#"{"filename":"a","path":"4","message":"m"}"#] {
            let text = format!(r#"{{"status":"fail","errors":[{errors}],"parse_errors":[]}}"#);
            assert!(read(&File::of(&text)).is_err(), "{text}");
        }
        assert!(read(&File::of("{\"status\":\"fail\"")).is_err());
    }
}
