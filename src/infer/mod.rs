//! Drafts a contract from data: what the fields are, which are required, which values and formats they have. A draft says
//! what most records look like, with the share of those that agree, so that a person can decide what is right.
//!
//! Memory does not grow with the input: of texts, shapes and keys only so many are remembered.

mod contract;
mod field;
mod rejects;
mod schema;
mod shapes;
mod texts;
mod unique;
mod words;

use serde_json::{Map, Value};

use self::{
    field::{Fields, Limits},
    rejects::Reported,
    unique::Uniqueness,
};
use crate::{
    model::{Path, Problem},
    row::{Row, cells::Cells, json::Document},
    text::thousands,
};

pub use self::{
    contract::{Names, quoted},
    words::fields,
};

/// Whether a text has a format, as the check decides it, so that drafting and checking cannot disagree.
type Judge = dyn Fn(Format, &str) -> bool;
type Fits<'f> = &'f Judge;

/// The formats that are looked for, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Date,
    DateTime,
    Email,
    Uuid,
    Uri,
    Ipv4,
    Ipv6,
    Time,
}

impl Format {
    pub const ALL: [Self; 8] = [
        Self::Date,
        Self::DateTime,
        Self::Email,
        Self::Uuid,
        Self::Uri,
        Self::Ipv4,
        Self::Ipv6,
        Self::Time,
    ];

    /// JSON Schema's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Email => "email",
            Self::Uuid => "uuid",
            Self::Uri => "uri",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Time => "time",
        }
    }

    /// Whether the text could have it, which is cheap to ask and never a wrong no.
    fn is_likely(self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let at = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
        let digit = bytes.first().is_some_and(u8::is_ascii_digit);
        match self {
            Self::Date => bytes.len() == 10 && at(4, b'-') && digit,
            Self::DateTime => bytes.len() > 16 && at(4, b'-') && digit,
            Self::Email => bytes.contains(&b'@'),
            Self::Uuid => bytes.len() == 36 && at(8, b'-'),
            Self::Uri => bytes.contains(&b':') && bytes[0].is_ascii_alphabetic(),
            Self::Ipv4 => digit && (7..=15).contains(&bytes.len()),
            Self::Ipv6 => text.matches(':').nth(1).is_some(),
            Self::Time => digit && at(2, b':'),
        }
    }
}

/// Looks at records one after the other, and drafts from what it saw.
pub struct Survey {
    fits: Box<Judge>,
    limits: Limits,
    root: Fields,
    /// Whether all values are text, as in CSV.
    is_text: bool,
    records: u64,
    unreadable: u64,
    /// Fields that may tell records apart.
    unique: Vec<Uniqueness>,
    reported: Option<Reported>,
}

impl Survey {
    /// Of a table with these columns.
    pub fn of_table(columns: &[String], fits: impl Fn(Format, &str) -> bool + 'static) -> Self {
        let mut survey = Self::of_documents(fits);
        survey.is_text = true;
        survey.limits = Limits::of(columns.len());
        survey.root = Fields::named(columns);
        survey
    }

    /// Of JSON records.
    pub fn of_documents(fits: impl Fn(Format, &str) -> bool + 'static) -> Self {
        Self {
            fits: Box::new(fits),
            limits: Limits::of(0),
            root: Fields::default(),
            is_text: false,
            records: 0,
            unreadable: 0,
            unique: Vec::new(),
            reported: None,
        }
    }

    /// Takes a record in.
    pub fn add(&mut self, row: &Row<'_>) {
        match row {
            Row::Cells(cells) => self.add_cells(cells),
            Row::Json(json) => {
                if let Value::Object(record) = &json.value {
                    self.add_document(record, &[]);
                }
            }
        }
    }

    /// Takes a record in with the problems a tool reported of it, each also as it wrote it. What stands at their paths is no
    /// example of what is right.
    pub fn add_reported(&mut self, row: Option<&Row<'_>>, problems: &[Problem], written: &[Value]) {
        let reported = self.reported.get_or_insert_default();
        let wrong = reported.add(problems, written);
        match row {
            Some(Row::Json(Document {
                value: Value::Object(record),
                ..
            })) => self.add_document(record, &wrong),
            _ => self.add_unreadable(),
        }
    }

    /// Forgets reported patterns that the check cannot use.
    pub fn keep_patterns(&mut self, usable: impl Fn(&str) -> bool) {
        if let Some(reported) = &mut self.reported {
            reported.keep_patterns(usable);
        }
    }

    /// Counts a record that cannot be split into fields.
    pub fn add_unreadable(&mut self) {
        self.records += 1;
        self.unreadable += 1;
    }

    /// Records looked at, unreadable ones included.
    pub fn records(&self) -> u64 {
        self.records
    }

    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// What was seen as a schema and a contract.
    pub fn draft(&self, names: &Names<'_>) -> Draft {
        contract::draft(self, names)
    }

    fn add_cells(&mut self, cells: &Cells<'_>) {
        let first = self.readable() == 0;
        self.records += 1;
        for (at, field) in self.root.all.iter_mut().enumerate() {
            let text = cells.get(at);
            field.add_cell(&text, &self.fits, &self.limits);
        }
        if first {
            self.unique = unique::candidates(&self.root.names);
        }
        for one in &mut self.unique {
            one.add(&cells.get(one.column));
        }
    }

    fn add_document(&mut self, record: &Map<String, Value>, wrong: &[Path]) {
        self.records += 1;
        self.root
            .add(record, &Path::root(), wrong, &self.fits, &mut self.limits);
        if self.readable() == 1 {
            self.unique = unique::candidates(&self.root.names);
        }
        for one in &mut self.unique {
            match record.get(&one.name) {
                Some(Value::String(text)) => one.add(text),
                Some(Value::Number(number)) => one.add(&number.to_string()),
                _ => one.add(""),
            }
        }
    }

    fn readable(&self) -> u64 {
        self.records - self.unreadable
    }
}

/// A contract and its schema, as texts, and what to tell about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub contract: String,
    pub schema: String,
    pub key: Option<Path>,
    /// Top-level fields, and how many of them are required.
    pub fields: usize,
    pub required: usize,
    /// Whether the constraints come from reported problems and not from good records.
    pub from_problems: bool,
}

/// `9,812 of 10,000 (98.1 %)`. The share is never rounded up to all.
fn share(part: u64, whole: u64) -> String {
    let permille = (u128::from(part) * 1000 / u128::from(whole.max(1))) as u64;
    format!(
        "{} of {} ({}.{} %)",
        thousands(part),
        thousands(whole),
        permille / 10,
        permille % 10
    )
}

/// Whether `part` is at least so many per mille of the whole, and there is any.
fn most(part: u64, whole: u64, permille: u64) -> bool {
    whole > 0 && u128::from(part) * 1000 >= u128::from(whole) * u128::from(permille)
}

#[cfg(test)]
mod tests;
