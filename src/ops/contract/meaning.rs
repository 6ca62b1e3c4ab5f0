//! What a contract means, and what is wrong with it. Looking only: nothing is written, made, started or sent.

use std::path::{Path as FilePath, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::{places, schema};
use crate::{
    check::{Known, suggest::nearest},
    contract::{self, Contract, Kind, Outline, Placed},
    infer,
    model::{Fault, Path, Severity},
    send::{Taker, UrlTemplate},
};

/// Fields that are named.
const FIELDS: usize = 1_000;

/// One thing that is wrong with a contract, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub severity: Severity,
    /// A stable word for scripts.
    pub code: &'static str,
    pub message: String,
    /// What to do.
    pub hint: String,
    pub file: String,
    /// Both from 1, where there is a place.
    pub line: Option<u64>,
    pub column: Option<u64>,
}

/// A contract in words.
pub struct Meaning {
    pub contract: Contract,
    pub outline: Outline,
    /// Each field with what must be true of it.
    pub fields: Vec<(Path, String)>,
    /// Whether fields that the schema does not name are let through.
    pub is_open: bool,
    /// What may be wrong; the contract can be used all the same.
    pub flaws: Vec<Flaw>,
}

/// Reads a contract, says what it means and looks for mistakes. Paths of destinations count from `folder`, the workspace's.
///
/// # Errors
/// Those of a contract that cannot be used; [`flaw_of`] makes a flaw of them.
pub fn explain_contract(path: &FilePath, folder: &FilePath) -> Result<Meaning> {
    let contract = contract::read(path)?;
    let outline = contract::outline(&contract.text)?;
    let name = outline.schema.as_ref().map(|schema| schema.text.as_str());
    let root: Option<Value> = (contract.files.iter())
        .find(|(file, _)| Some(file.as_str()) == name)
        .and_then(|(_, text)| serde_json::from_str(text).ok());
    let fields = root
        .as_ref()
        .map_or_else(Vec::new, |root| infer::fields(root, FIELDS));
    let mut review = Review {
        contract: &contract,
        outline: &outline,
        file: path.display().to_string(),
        flaws: Vec::new(),
    };
    review.nothing_checked();
    review.rules();
    review.key_and_unique();
    review.destinations();
    let own = path.parent().unwrap_or(FilePath::new("")).to_owned();
    schema::look(&mut review, &own);
    places::validator(&mut review);
    places::destinations(&mut review, folder);
    let mut flaws = review.flaws;
    // The contract's own file first.
    let shown = path.display().to_string();
    flaws.sort_by_key(|flaw| {
        (
            flaw.file != shown,
            flaw.file.clone(),
            flaw.line,
            flaw.column,
        )
    });
    let unnamed = Path::field("no field has this name");
    Ok(Meaning {
        is_open: contract.checker.known(&unnamed) != Known::No,
        fields,
        outline,
        contract,
        flaws,
    })
}

/// What keeps a contract from being used, in the form of what may be wrong with one; `None` for another kind of failure.
pub fn flaw_of(error: &anyhow::Error, path: &FilePath) -> Option<Flaw> {
    let fault: &Fault = error.downcast_ref()?;
    Some(Flaw {
        severity: Severity::Error,
        code: fault.code,
        message: fault.message.clone(),
        hint: fault.hint.clone().unwrap_or_default(),
        file: fault
            .file
            .clone()
            .unwrap_or_else(|| path.display().to_string()),
        line: fault.line,
        column: fault.column.map(u64::from),
    })
}

/// A contract that is looked through.
pub(super) struct Review<'r> {
    pub contract: &'r Contract,
    pub outline: &'r Outline,
    file: String,
    flaws: Vec<Flaw>,
}

impl Review<'_> {
    /// Notes what may be wrong at a place of the contract.
    pub fn warn(&mut self, at: Option<&Placed>, code: &'static str, message: String, hint: String) {
        let file = self.file.clone();
        let place = at.map(|at| (at.line, at.column));
        self.warn_in(file, place, code, message, hint);
    }

    /// The same in another file.
    pub fn warn_in(
        &mut self,
        file: String,
        place: Option<(u64, u64)>,
        code: &'static str,
        message: String,
        hint: String,
    ) {
        self.flaws.push(Flaw {
            severity: Severity::Warning,
            code,
            message,
            hint,
            file,
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
        });
    }

    /// The folder the contract lies in.
    pub fn folder(&self) -> PathBuf {
        self.contract
            .path
            .parent()
            .unwrap_or(FilePath::new(""))
            .to_owned()
    }

    fn nothing_checked(&mut self) {
        let outline = self.outline;
        if outline.schema.is_none() && outline.rules.is_empty() && outline.validator.is_empty() {
            self.warn(
                None,
                "contract:nothing_checked",
                "there is no schema, no rule and no validator, so every record that can be read passes".to_owned(),
                "draft a schema with: redrive contract init --from FILE".to_owned(),
            );
        }
    }

    fn rules(&mut self) {
        let outline = self.outline;
        for rule in &outline.rules {
            let id = &rule.id.text;
            if rule.message.trim().is_empty() {
                let message = format!("rule {id} has no message, so people read its id only");
                let hint = "add message = \"...\": what is wrong and what to do".to_owned();
                self.warn(Some(&rule.id), "contract:rule_message", message, hint);
            }
            if rule.fields.is_empty() {
                let message =
                    format!("rule {id} names no fields, so its problem stands at the whole record");
                let hint = "add fields = [\"/...\"]: the first is the one to correct".to_owned();
                self.warn(Some(&rule.id), "contract:rule_fields", message, hint);
            }
            for field in &rule.fields {
                self.unknown(field, &format!("rule {id}"));
            }
            for name in looked_at(&rule.assert.text) {
                let path = Path::field(&name);
                if rule.fields.iter().all(|field| field.text != path.as_str()) {
                    self.unknown(
                        &Placed {
                            text: path.as_str().to_owned(),
                            ..rule.assert.clone()
                        },
                        &format!("rule {id}"),
                    );
                }
            }
        }
    }

    fn key_and_unique(&mut self) {
        let outline = self.outline;
        let unique = outline.unique.iter().flat_map(|one| &one.fields);
        let key = outline.key.iter().map(|field| (field, "the key"));
        for (field, what) in key.chain(unique.map(|field| (field, "[[unique]]"))) {
            let is_known = self.unknown(field, what);
            let path = Path::parse(&field.text).unwrap_or_default();
            if is_known && outline.schema.is_some() && !self.contract.checker.wants(&path).required
            {
                let message = format!(
                    "{what} names {}, which may be missing; a record without it is not compared",
                    field.text
                );
                let hint = "make the field required in the schema, or name another one".to_owned();
                self.warn(Some(field), "contract:not_required", message, hint);
            }
        }
    }

    fn destinations(&mut self) {
        let (contract, outline) = (self.contract, self.outline);
        for (said, destination) in outline.destinations.iter().zip(&contract.destinations) {
            let values: Vec<&Path> = match &destination.kind {
                Kind::Http(http) => {
                    let asked = http.lookup.iter().flat_map(UrlTemplate::values);
                    http.url.values().chain(asked).collect()
                }
                Kind::Postgres(postgres) => {
                    self.statement(&said.name, &postgres.taker);
                    postgres.taker.values().iter().collect()
                }
                _ => Vec::new(),
            };
            for value in values {
                let field = Placed {
                    text: value.as_str().to_owned(),
                    ..said.name.clone()
                };
                self.unknown(&field, &format!("destination {}", said.name.text));
            }
        }
    }

    fn statement(&mut self, name: &Placed, taker: &Taker) {
        if let Taker::Statement(statement) = taker
            && let Some(quoted) = statement.quoted_value()
        {
            let message = format!(
                "the statement of destination {} has {quoted} in quotes, where it is text and not the record's value",
                name.text
            );
            let hint = "write it without the quotes".to_owned();
            self.warn(Some(name), "destination:quoted_value", message, hint);
        }
    }

    /// Warns of a field that the schema does not name; gives whether it does.
    fn unknown(&mut self, field: &Placed, what: &str) -> bool {
        let checker = &self.contract.checker;
        let Some(path) = Path::parse(&field.text) else {
            return false;
        };
        let names = checker.properties();
        if names.is_empty() || checker.known(&path) == Known::Yes {
            return true;
        }
        // What lies inside of a field of which the schema says nothing may well be there.
        let first = path.segments().next().unwrap_or_default();
        if checker.known(&Path::field(&first)) == Known::Yes
            && checker.known(&path) == Known::Unsaid
        {
            return true;
        }
        let hint = match nearest(&first, names) {
            Some(near) if near != first => format!("did you mean {}?", Path::field(near)),
            _ => "correct it, or add the field to the schema".to_owned(),
        };
        let message = format!(
            "{what} names {}, which the schema does not know",
            field.text
        );
        self.warn(Some(field), "contract:unknown_field", message, hint);
        false
    }
}

/// The top-level fields a rule looks at as `record.name`.
fn looked_at(expression: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in expression.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let starts = !is_name(before) && before != '.';
                if starts && let Some(rest) = expression[at..].strip_prefix("record.") {
                    let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
                    let called = rest[name.len()..].starts_with('(');
                    if !name.is_empty() && !called && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        before = c;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_rule_are_found_outside_of_text() {
        let check = |expression: &str, expected: &[&str]| {
            assert_eq!(looked_at(expression), expected, "{expression}");
        };
        check(
            "!has(record.a) || date(record.b_2) > record.c.d",
            &["a", "b_2", "c"],
        );
        check("record.a == 'record.b' && record.a.size() > 0", &["a"]);
        check("myrecord.a == x.record.b", &[]);
        check("record.size() > 0", &[]);
    }
}
