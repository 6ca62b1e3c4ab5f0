//! Reports that are read as a whole.

use std::{borrow::Cow, collections::HashMap};

use super::{Outcome, Place, parquet};
use crate::{
    check::wording,
    model::{Fault, Form, Found, Layout, Path, Problem, Severity, Stage},
    row::{Row, lenient},
};

/// A file of results.
pub struct File<'f> {
    /// As given.
    pub name: &'f str,
    /// Without a byte order mark.
    pub bytes: &'f [u8],
    /// The bytes of a file of this name in the same folder.
    pub beside: &'f dyn Fn(&str) -> Option<Vec<u8>>,
}

impl<'f> File<'f> {
    /// Its text.
    ///
    /// # Errors
    /// `results:encoding` with the byte.
    pub fn text(&self) -> Result<&'f str, Fault> {
        std::str::from_utf8(self.bytes).map_err(|error| {
            let message = format!(
                "byte {} of {} is not UTF-8 text",
                error.valid_up_to(),
                self.name
            );
            Fault::unusable("results:encoding", message)
                .hint("save the results as UTF-8 and load them again")
                .at(self.name, None)
        })
    }

    /// The file's name without its folder.
    pub fn own_name(&self) -> &'f str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    /// That tables and logs end within a line, which tools do not do, as a sentence for a person. JSON and Parquet show themselves
    /// whether they are whole.
    pub fn end(&self) -> Option<String> {
        let shows_its_end = matches!(self.bytes.trim_ascii_end().last(), Some(b'}' | b']'))
            || self.bytes.starts_with(parquet::MAGIC);
        let ends = shows_its_end || self.bytes.ends_with(b"\n");
        (!ends).then(|| {
            format!(
                "{} does not end with a line end; it may have been cut off",
                self.name
            )
        })
    }

    /// The results cannot be read: `why` says what is wrong.
    pub fn broken(&self, why: &str) -> Fault {
        Fault::unusable("results:syntax", format!("{} {why}", self.name))
            .hint("write the results anew; they may have been cut off")
            .at(self.name, None)
    }
}

#[cfg(test)]
impl<'f> File<'f> {
    /// A file that stands alone.
    pub fn of(text: &'f str) -> Self {
        Self {
            name: "results",
            bytes: text.as_bytes(),
            beside: &|_| None,
        }
    }
}

/// What a report says, record by record.
#[derive(Debug)]
pub struct Report {
    pub outcomes: Vec<Outcome<'static>>,
    /// How the records that are given become fields.
    pub layout: Layout,
    /// What a person should know of it, one sentence each: checks of whole tables, what was left out.
    pub remarks: Vec<String>,
    /// Whether the tool stopped before it had told everything, so that counts are "at least".
    pub capped: bool,
    known: HashMap<(Place, String), usize>,
    /// Of each outcome, the input its place is in, as the tool names it; may be empty.
    inputs: Vec<String>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            outcomes: Vec::new(),
            layout: Layout::Json,
            remarks: Vec::new(),
            capped: false,
            known: HashMap::new(),
            inputs: Vec::new(),
        }
    }
}

impl Report {
    /// What readers of one result a line have said.
    pub fn of(outcomes: Vec<Outcome<'static>>) -> Self {
        Self {
            inputs: vec![String::new(); outcomes.len()],
            outcomes,
            ..Self::default()
        }
    }

    /// Gives problems whose tool has no codes this one, so that they can be filtered by something.
    pub fn name_codes(&mut self, word: &str) {
        let problems = self
            .outcomes
            .iter_mut()
            .flat_map(|outcome| &mut outcome.problems);
        for problem in problems.filter(|problem| problem.code.is_empty()) {
            word.clone_into(&mut problem.code);
        }
    }

    /// Adds what another report says. Its rows become objects where they have other columns.
    pub fn append(&mut self, mut other: Self) {
        if self.outcomes.is_empty() {
            self.layout = other.layout.clone();
        }
        if self.layout != other.layout {
            let own = std::mem::replace(&mut self.layout, Layout::Json);
            self.turn_into_objects(&own);
            let layout = other.layout.clone();
            other.turn_into_objects(&layout);
        }
        self.outcomes.append(&mut other.outcomes);
        self.inputs.append(&mut other.inputs);
        self.remarks.append(&mut other.remarks);
        self.capped |= other.capped;
    }

    /// Writes rows of this layout as JSON objects; one that has not the cells of its columns stays as an excerpt.
    pub fn turn_into_objects(&mut self, layout: &Layout) {
        for outcome in &mut self.outcomes {
            if outcome.form != Form::Csv {
                continue;
            }
            let object = match Row::read(layout, Form::Csv, &outcome.record) {
                Ok(Row::Cells(cells)) => {
                    let fields = cells.columns.iter().enumerate();
                    let text = |(n, name): (usize, &String)| {
                        (
                            name.clone(),
                            serde_json::Value::String(cells.get(n).into_owned()),
                        )
                    };
                    Some(fields.map(text).collect::<serde_json::Map<_, _>>())
                }
                _ => None,
            };
            outcome.form = if object.is_some() {
                Form::Json
            } else {
                Form::Excerpt
            };
            if let Some(object) = object {
                let text = serde_json::Value::Object(object).to_string();
                outcome.record = Cow::Owned(text.into_bytes());
            }
        }
    }

    /// Whether an outcome is about the input of this name. Where the tool read one input only, it is that, whatever it is
    /// called now.
    pub fn is_about(&self, outcome: usize, input: &str) -> bool {
        let own = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let named = || self.inputs.iter().filter(|name| !name.is_empty());
        let only = named().all(|name| Some(name) == named().next());
        let name = self.inputs.get(outcome).map_or("", String::as_str);
        only || name.is_empty() || own(name) == own(input)
    }

    /// The record at a place of an input (whose name may be empty), a new one where none was named there before. A record
    /// without a place is always a new one.
    pub fn at(&mut self, place: Place, input: &str) -> &mut Outcome<'static> {
        let next = self.outcomes.len();
        let number = if place == Place::Nowhere {
            next
        } else {
            let named = (place.clone(), input.to_owned());
            *self.known.entry(named).or_insert(next)
        };
        if number == next {
            self.inputs.push(input.to_owned());
            self.outcomes.push(Outcome {
                place,
                record: Cow::Borrowed(b""),
                form: Form::Excerpt,
                problems: Vec::new(),
            });
        }
        &mut self.outcomes[number]
    }
}

impl Outcome<'static> {
    /// Gives the record's own text, if it was not given before.
    pub fn give(&mut self, form: Form, text: Vec<u8>) {
        if self.form == Form::Excerpt {
            self.form = form;
            self.record = Cow::Owned(text);
        }
    }

    /// Adds what a report says of a record that it does not give, as a line of its excerpt.
    pub fn quote(&mut self, text: &str) {
        if self.form == Form::Excerpt {
            let excerpt = self.record.to_mut();
            if !excerpt.is_empty() {
                excerpt.push(b'\n');
            }
            excerpt.extend_from_slice(text.as_bytes());
        }
    }
}

/// A problem in a tool's own words.
pub(super) struct Told<'t> {
    pub stage: Stage,
    pub code: &'t str,
    /// What tells problems of this code apart; may be empty.
    pub detail: &'t str,
    pub path: Path,
    pub message: &'t str,
    pub found: Option<Found>,
}

impl Told<'_> {
    pub fn problem(self) -> Problem {
        let (message, hint) = wording::foreign(
            self.stage,
            self.code,
            self.detail,
            &self.path,
            self.message,
            self.found.as_ref(),
        );
        let shape = match &self.found {
            Some(Found::Text(value)) => shape_without(self.message, value),
            _ => wording::shape(self.message),
        };
        Problem {
            stage: self.stage,
            code: self.code.to_owned(),
            detail: self.detail.to_owned(),
            path: self.path,
            message,
            hint,
            found: self.found,
            shape,
            severity: Severity::Error,
            owner: String::new(),
        }
    }
}

/// The pattern of a message without the value it shows after a colon, which tools often do not quote.
pub(super) fn shape_without(message: &str, value: &str) -> String {
    let shown = format!(": {value}");
    match message.split_once(&shown) {
        Some((before, after)) if !value.is_empty() => {
            wording::shape(&format!("{before}: \"\"{after}"))
        }
        _ => wording::shape(message),
    }
}

/// A JSON value by its text. Values are found, not built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'j>(pub &'j str);

impl<'j> Json<'j> {
    /// The member of an object; of several of one name the last.
    pub fn get(self, name: &str) -> Option<Self> {
        let members = lenient::members(self.0)?;
        let known = members.iter().rev().find(|(known, _)| known == name);
        known.map(|(_, text)| Self(text))
    }

    /// The elements of an array; none where it is not one.
    pub fn elements(self) -> Vec<Self> {
        let found = lenient::elements(self.0).unwrap_or_default();
        found.into_iter().map(Self).collect()
    }

    /// The text of a string.
    pub fn text(self) -> Option<Cow<'j, str>> {
        lenient::string(self.0)
    }

    /// A whole number that is not negative.
    pub fn number(self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// A value as problems carry it.
    pub fn found(self) -> Found {
        match self.text() {
            Some(text) => Found::Text(text.into_owned()),
            None => Found::Json(self.0.to_owned()),
        }
    }
}

/// One line of CSV with these cells.
pub(super) fn csv_line<'c>(
    cells: impl IntoIterator<Item = Cow<'c, str>>,
    delimiter: char,
) -> Vec<u8> {
    let mut line = String::new();
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            line.push(delimiter);
        }
        if cell.contains([delimiter, '"', '\n', '\r']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&cell);
        }
    }
    line.into_bytes()
}
