//! What a contract's text says part by part, with the place of each, for those who explain it or find fault with it.

use anyhow::Result;
use toml::Spanned;

use super::{
    checked::parse,
    place::line_and_column,
    raw::{self, Raw},
};
use crate::model::{Fault, Severity};

/// A part of the contract's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub text: String,
    /// Both from 1.
    pub line: u64,
    pub column: u64,
}

impl Placed {
    /// A fault that points to it.
    pub(super) fn point(&self, fault: Fault, file: String) -> Fault {
        let column = u32::try_from(self.column).unwrap_or(u32::MAX);
        fault.at(file, Some(self.line)).column(column)
    }
}

/// The parts of a contract that can be used.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    pub key: Vec<Placed>,
    /// Whether empty cells are missing fields.
    pub empty_is_missing: bool,
    pub coerce: bool,
    /// The schema's file.
    pub schema: Option<Placed>,
    pub formats: bool,
    pub rules: Vec<OutlinedRule>,
    pub unique: Vec<OutlinedUnique>,
    /// The validator's program and its arguments.
    pub validator: Vec<Placed>,
    pub destinations: Vec<OutlinedDestination>,
}

/// A `[[rule]]`.
#[derive(Clone, Debug)]
pub struct OutlinedRule {
    pub id: Placed,
    pub assert: Placed,
    pub message: String,
    pub fields: Vec<Placed>,
    pub severity: Severity,
    pub owner: String,
}

/// A `[[unique]]`.
#[derive(Clone, Debug)]
pub struct OutlinedUnique {
    pub fields: Vec<Placed>,
    pub message: String,
    pub severity: Severity,
    pub owner: String,
}

/// What only the text of a `[[destination]]` says.
#[derive(Clone, Debug)]
pub struct OutlinedDestination {
    pub name: Placed,
    pub kind: Placed,
    /// Where it lies, as written.
    pub target: String,
    /// Environment variables that hold its secrets.
    pub secrets: Vec<String>,
}

/// Takes the text of a contract that was read before apart.
///
/// # Errors
/// The fault of a text that is no contract.
pub fn outline(text: &str) -> Result<Outline> {
    let raw = parse(text, "")?;
    let places = Places(text);
    Ok(places.outline(&raw))
}

struct Places<'t>(&'t str);

impl Places<'_> {
    fn outline(&self, raw: &Raw) -> Outline {
        let word = |word: &Option<Spanned<String>>, other: &str| {
            word.as_ref().is_some_and(|word| word.get_ref() == other)
        };
        let severity = |given: &Option<Spanned<String>>| {
            if word(given, Severity::Warning.word()) {
                Severity::Warning
            } else {
                Severity::Error
            }
        };
        let rule = |rule: &raw::Rule| OutlinedRule {
            id: self.placed(&rule.id),
            assert: self.placed(&rule.assert),
            message: rule.message.clone(),
            fields: self.all(&rule.fields),
            severity: severity(&rule.severity),
            owner: rule.owner.clone(),
        };
        let unique = |unique: &raw::Unique| OutlinedUnique {
            fields: self.all(&unique.fields),
            message: unique.message.clone(),
            severity: severity(&unique.severity),
            owner: unique.owner.clone(),
        };
        let schema = raw.schema.as_ref();
        Outline {
            key: self.all(&raw.key),
            empty_is_missing: !word(&raw.input.empty, "keep"),
            coerce: raw.input.coerce.unwrap_or(true),
            schema: schema.map(|schema| self.placed(&schema.file)),
            formats: schema.and_then(|schema| schema.formats).unwrap_or(true),
            rules: raw.rule.iter().map(rule).collect(),
            unique: (raw.unique.iter())
                .map(|one| unique(one.get_ref()))
                .collect(),
            validator: self.command(raw),
            destinations: (raw.destination.iter())
                .map(|one| self.destination(one.get_ref()))
                .collect(),
        }
    }

    fn command(&self, raw: &Raw) -> Vec<Placed> {
        let command = raw
            .validator
            .as_ref()
            .map(|validator| &validator.get_ref().command);
        let words = command.into_iter().flat_map(|command| {
            let start = command.span().start;
            command
                .get_ref()
                .iter()
                .map(move |word| (word.clone(), start))
        });
        words.map(|(word, start)| self.at(word, start)).collect()
    }

    fn destination(&self, raw: &raw::Destination) -> OutlinedDestination {
        let url = raw.url.as_ref().map(|url| url.get_ref().clone());
        let command = raw.command.as_ref().map(|words| words.join(" "));
        let secrets = (raw.headers.iter().flatten())
            .filter_map(|(_, value)| value.as_str())
            .chain(url.as_deref())
            .chain(raw.password.as_ref().map(|text| text.get_ref().as_str()))
            .filter_map(|value| value.strip_prefix("env:"))
            .map(str::to_owned);
        OutlinedDestination {
            secrets: secrets.collect(),
            name: self.placed(&raw.name),
            kind: self.placed(&raw.kind),
            target: raw.path.clone().or(url).or(command).unwrap_or_default(),
        }
    }

    fn all(&self, parts: &[Spanned<String>]) -> Vec<Placed> {
        parts.iter().map(|part| self.placed(part)).collect()
    }

    fn placed(&self, part: &Spanned<String>) -> Placed {
        self.at(part.get_ref().clone(), part.span().start)
    }

    fn at(&self, text: String, start: usize) -> Placed {
        let (line, column) = line_and_column(self.0, start);
        Placed { text, line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_knows_its_place() {
        let text = "key = ['/id']\n[[rule]]\nid = 'R'\nassert = 'true'\nfields = [\n  '/ä', '/b']\nseverity = 'warning'\n\
                    [[destination]]\nname = 'a'\nkind = 'http'\nurl = 'https://x'\nheaders = { Authorization = 'env:TOKEN' }\n";
        let outline = outline(text).unwrap();
        let at = |part: &Placed| (part.text.clone(), part.line, part.column);
        assert_eq!(at(&outline.key[0]), ("/id".to_owned(), 1, 8));
        let rule = &outline.rules[0];
        assert_eq!(at(&rule.fields[1]), ("/b".to_owned(), 6, 9));
        assert_eq!(rule.severity, Severity::Warning);
        assert!(outline.empty_is_missing && outline.coerce && outline.formats);
        assert_eq!(outline.destinations[0].secrets, ["TOKEN"]);
        assert_eq!(outline.destinations[0].target, "https://x");
        let database =
            "[[destination]]\nname = 'a'\nkind = 'postgres'\npassword = 'env:PGPASSWORD'\n";
        assert_eq!(
            self::outline(database).unwrap().destinations[0].secrets,
            ["PGPASSWORD"]
        );
    }
}
