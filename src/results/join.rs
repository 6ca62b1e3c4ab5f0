//! Finds the records that results are about in the input the tool read.
//!
//! Every tool counts in its own way, and what a home-made importer calls a line can be the first or the last line of a record,
//! with a lone CR counted or not. So every record is looked at with all its numbers; where more than one way of counting
//! is possible, the one is taken whose records hold what the results say of them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::{Outcome, Place, Report};
use crate::{
    model::{Found, Layout, Path},
    row::Row,
    text::{count, thousands},
};

/// Ways to count lines: of a record's begin or its end, a lone CR being one or not.
const WAYS: usize = 4;

/// A record of the input as every tool may count it. All numbers but the byte are 1-based.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Over all inputs.
    pub number: u64,
    /// A header and blank lines do not count.
    pub ordinal: u64,
    /// 0-based.
    pub byte: u64,
    /// The physical lines it begins and ends on, then both with a lone CR counted as a line end.
    pub lines: [u64; WAYS],
    /// The header is row 1 and blank lines count, but not line breaks in quotes.
    pub row: u64,
}

/// What was found for results, by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// By the number of a record over all inputs: what is said of it, in the order of the results.
    pub found: BTreeMap<u64, Vec<usize>>,
    /// What is about a record that was not found.
    pub lost: Vec<usize>,
    /// What a person should know of it, one sentence each.
    pub remarks: Vec<String>,
}

/// Looks at the records of inputs, one after the other.
pub struct Joining<'o> {
    report: &'o Report,
    /// What is looked for in the input at hand.
    wanted: Wanted,
    key: &'o dyn Fn(&Row<'_>) -> Option<String>,
    /// The names of the inputs.
    inputs: Vec<String>,
    /// By the number of the outcome: the record found for it, by each way of counting.
    found: Vec<[Option<u64>; WAYS]>,
    /// What fits more than one record, by the number of the outcome and the way of counting.
    ambiguous: BTreeSet<(usize, usize)>,
    /// By each way of counting: records that hold what the results say, and those that do not.
    agreed: [(u64, u64); WAYS],
    /// What becomes of results whose record is not found.
    lost: Lost,
}

/// What becomes of results whose record is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    /// They are kept as the results show them.
    Kept,
    PassedOver,
}

/// Outcomes by where they say their record is.
#[derive(Default)]
struct Wanted {
    bytes: HashMap<u64, Vec<usize>>,
    ordinals: HashMap<u64, Vec<usize>>,
    lines: HashMap<u64, Vec<usize>>,
    last_lines: HashMap<u64, Vec<usize>>,
    rows: HashMap<u64, Vec<usize>>,
    /// By field and value.
    keys: HashMap<String, HashMap<String, Vec<usize>>>,
    /// By the contract's key, for records that are given without a place.
    identities: HashMap<String, Vec<usize>>,
    /// By all that a record holds, where that alone tells it.
    texts: HashMap<BTreeMap<String, String>, Vec<usize>>,
}

impl<'o> Joining<'o> {
    /// `key` gives a record's natural key, where a contract says what that is.
    pub fn new(report: &'o Report, key: &'o dyn Fn(&Row<'_>) -> Option<String>) -> Self {
        Self {
            report,
            wanted: Wanted::default(),
            key,
            inputs: Vec::new(),
            found: vec![[None; WAYS]; report.outcomes.len()],
            ambiguous: BTreeSet::new(),
            agreed: [(0, 0); WAYS],
            lost: Lost::Kept,
        }
    }

    /// The same where nothing is kept of results whose record is not found, and that is said.
    #[must_use]
    pub fn that_keeps_nothing(self) -> Self {
        Self {
            lost: Lost::PassedOver,
            ..self
        }
    }

    /// Begins with an input: only what is about it is looked for in it.
    pub fn begin(&mut self, input: &str) {
        let mut wanted = Wanted::default();
        let all = self.report.outcomes.iter().enumerate();
        for (number, outcome) in all.filter(|(number, _)| self.report.is_about(*number, input)) {
            let place = match &outcome.place {
                Place::Byte(at) => wanted.bytes.entry(*at).or_default(),
                Place::Ordinal(at) => wanted.ordinals.entry(*at).or_default(),
                Place::Line(at) => wanted.lines.entry(*at).or_default(),
                Place::LastLine(at) => wanted.last_lines.entry(*at).or_default(),
                Place::Row(at) => wanted.rows.entry(*at).or_default(),
                Place::Key { field, value } => {
                    let values = wanted.keys.entry(field.clone()).or_default();
                    values.entry(value.clone()).or_default()
                }
                Place::Nowhere => {
                    let Some(row) = row_of(outcome, &self.report.layout) else {
                        continue;
                    };
                    match (self.key)(&row) {
                        Some(key) => wanted.identities.entry(key).or_default(),
                        None => wanted.texts.entry(fields(&row)).or_default(),
                    }
                }
            };
            place.push(number);
        }
        self.wanted = wanted;
        self.inputs.push(input.to_owned());
    }

    /// Looks at the next record; `row` is `None` where it cannot be split into fields.
    pub fn look(&mut self, at: Counted, row: Option<&Row<'_>>) {
        for (way, line) in at.lines.iter().enumerate() {
            let here = self.wanted.lines.get(line).cloned().unwrap_or_default();
            self.take(&here, way..=way, at, row);
        }
        let wanted = &self.wanted;
        let mut here: Vec<usize> = [
            wanted.bytes.get(&at.byte),
            wanted.ordinals.get(&at.ordinal),
            wanted.rows.get(&at.row),
            wanted.last_lines.get(&at.lines[1]),
        ]
        .into_iter()
        .flatten()
        .flatten()
        .copied()
        .collect();
        if let Some(row) = row {
            for (field, values) in &wanted.keys {
                let value = value_at(row, &Path::field(field));
                here.extend(
                    value
                        .and_then(|value| values.get(&*value))
                        .into_iter()
                        .flatten(),
                );
            }
            if !wanted.identities.is_empty() {
                let key = (self.key)(row);
                here.extend(
                    key.and_then(|key| wanted.identities.get(&key))
                        .into_iter()
                        .flatten(),
                );
            }
            if !wanted.texts.is_empty() {
                here.extend(wanted.texts.get(&fields(row)).into_iter().flatten());
            }
        }
        self.take(&here, 0..=WAYS - 1, at, row);
    }

    fn take(
        &mut self,
        outcomes: &[usize],
        ways: std::ops::RangeInclusive<usize>,
        at: Counted,
        row: Option<&Row<'_>>,
    ) {
        for number in outcomes {
            let agrees = row
                .and_then(|row| agrees(&self.report.outcomes[*number], &self.report.layout, row));
            for way in ways.clone() {
                let found = &mut self.found[*number][way];
                if found.is_some_and(|found| found != at.number) {
                    self.ambiguous.insert((*number, way));
                    continue;
                }
                *found = Some(at.number);
                match agrees {
                    Some(true) => self.agreed[way].0 += 1,
                    Some(false) => self.agreed[way].1 += 1,
                    None => {}
                }
            }
        }
    }

    /// What was found.
    pub fn finish(self) -> Joined {
        let found_by = |way: usize| {
            self.found
                .iter()
                .filter(|found| found[way].is_some())
                .count()
        };
        // Of ways that fit alike the first is the plainest.
        let way = (0..WAYS)
            .rev()
            .max_by_key(|way| (self.agreed[*way].0, found_by(*way)))
            .unwrap_or(0);
        let mut joined = Joined::default();
        for (number, found) in self.found.iter().enumerate() {
            match found[way] {
                Some(record) if !self.ambiguous.contains(&(number, way)) => {
                    joined.found.entry(record).or_default().push(number);
                }
                _ => joined.lost.push(number),
            }
        }
        joined.remarks = self.remarks(&joined, way);
        joined
    }

    fn remarks(&self, joined: &Joined, way: usize) -> Vec<String> {
        let input = match self.inputs.as_slice() {
            [only] => only,
            _ => "the sources",
        };
        let all = self.report.outcomes.len();
        let mut remarks = vec![format!(
            "{} of {} found in {input}",
            all - joined.lost.len(),
            count(all as u64, "record"),
        )];
        let twice = joined.found.values().filter(|said| said.len() > 1).count();
        if twice > 0 {
            remarks.push(format!(
                "{} named more than once in the results; what was said of each is kept together",
                were(twice)
            ));
        }
        let unclear =
            (joined.lost.iter()).filter(|number| self.ambiguous.contains(&(**number, way)));
        let unclear = unclear.count();
        if unclear > 0 {
            remarks.push(format!(
                "{} not joined, because what the results tell them by stands in several records of {input}; {}",
                were(unclear),
                self.lost.words(unclear)
            ));
        }
        let missing = joined.lost.len() - unclear;
        // Many may have no place at all, which is said once.
        let mut lost: Vec<String> = (joined.lost.iter())
            .filter(|number| !self.ambiguous.contains(&(**number, way)))
            .map(|number| self.report.outcomes[*number].place.words())
            .collect();
        lost.dedup();
        if missing > 0 {
            let shown = lost.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if lost.len() > 5 { ", ..." } else { "" };
            remarks.push(format!(
                "{} not found in {input} ({shown}{more}); {}",
                were(missing),
                self.lost.words(missing)
            ));
        }
        let (agreed, differs) = self.agreed[way];
        if differs > agreed {
            remarks.push(format!(
                "{} of the records found hold other values than the results say: is {input} the file the tool read?",
                thousands(differs),
            ));
        }
        remarks
    }
}

impl Lost {
    fn words(self, records: usize) -> &'static str {
        match (self, records) {
            (Self::Kept, 1) => "it is kept as the results show it",
            (Self::Kept, _) => "they are kept as the results show them",
            (Self::PassedOver, 1) => "what is said of it was passed over",
            (Self::PassedOver, _) => "what is said of them was passed over",
        }
    }
}

fn were(records: usize) -> String {
    let verb = if records == 1 { "was" } else { "were" };
    format!("{} {verb}", count(records as u64, "record"))
}

impl Place {
    /// How a sentence names it.
    fn words(&self) -> String {
        match self {
            Self::Nowhere => "a record without a place".to_owned(),
            Self::Byte(at) => format!("byte {at}"),
            Self::Ordinal(at) => format!("record {at}"),
            Self::Line(at) | Self::LastLine(at) => format!("line {at}"),
            Self::Row(at) => format!("row {at}"),
            Self::Key { field, value } => format!("{field} {value}"),
        }
    }
}

/// Whether a record holds what an outcome says of it; `None` where that says nothing of its values.
fn agrees(outcome: &Outcome<'static>, layout: &Layout, row: &Row<'_>) -> Option<bool> {
    if let Some(given) = row_of(outcome, layout) {
        let given = fields(&given);
        let filled = given.iter().filter(|(_, value)| !value.is_empty());
        let (mut alike, mut all) = (0, 0);
        for (name, value) in filled {
            all += 1;
            let here = value_at(row, &Path::field(name));
            alike += usize::from(here.is_some_and(|here| here == *value));
        }
        return (all > 0).then_some(alike * 2 > all);
    }
    let told = outcome.problems.iter().filter_map(|problem| {
        let value = match problem.found.as_ref()? {
            Found::Text(text) | Found::Json(text) => text,
            Found::Missing => return None,
        };
        Some(value_at(row, &problem.path).is_some_and(|here| here == *value))
    });
    told.reduce(|any, one| any || one)
}

/// The record that an outcome holds.
fn row_of<'r>(outcome: &'r Outcome<'static>, layout: &'r Layout) -> Option<Row<'r>> {
    Row::read(layout, outcome.form, &outcome.record).ok()
}

/// A record's fields as text, those left out that are empty or null.
fn fields(row: &Row<'_>) -> BTreeMap<String, String> {
    match row {
        Row::Cells(cells) => (cells.columns.iter().enumerate())
            .map(|(n, name)| (name.clone(), cells.get(n).into_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        Row::Json(document) => (document.value.as_object().into_iter().flatten())
            .filter_map(|(name, value)| Some((name.clone(), text_of(value)?)))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
    }
}

fn value_at<'r>(row: &'r Row<'_>, path: &Path) -> Option<Cow<'r, str>> {
    match row {
        Row::Cells(cells) => {
            let column = |name: &String| Path::field(name) == *path;
            let at = cells.columns.iter().position(column)?;
            Some(cells.get(at))
        }
        Row::Json(document) => text_of(document.value.pointer(path.as_str())?).map(Cow::Owned),
    }
}

fn text_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Form, Problem, Stage},
        results::report::Told,
    };

    fn problem(path: &str, value: &str) -> Problem {
        Told {
            stage: Stage::Schema,
            code: "type",
            detail: "",
            path: Path::parse(path).unwrap(),
            message: "no",
            found: Some(Found::Text(value.to_owned())),
        }
        .problem()
    }

    fn outcome(place: Place, path: &str, value: &str) -> Outcome<'static> {
        Outcome {
            place,
            record: Cow::Borrowed(b""),
            form: Form::Excerpt,
            problems: vec![problem(path, value)],
        }
    }

    /// Three records of which the second has a line break in quotes; what is found for each outcome.
    fn joined(outcomes: Vec<Outcome<'static>>) -> Joined {
        let layout = Layout::Csv {
            columns: vec!["id".to_owned(), "n".to_owned()],
            delimiter: ',',
        };
        let mut report = Report::of(outcomes);
        report.layout = layout.clone();
        let mut joining = Joining::new(&report, &|_| None);
        joining.begin("in.csv");
        for (ordinal, byte, lines, text) in [
            (1, 5, [2, 2, 2, 2], "A,x"),
            (2, 9, [3, 4, 3, 4], "B,\"y\ny\""),
            (3, 17, [5, 5, 5, 5], "A,z"),
        ] {
            let at = Counted {
                number: ordinal,
                ordinal,
                byte,
                lines,
                row: ordinal + 1,
            };
            let row = Row::read(&layout, Form::Csv, text.as_bytes()).unwrap();
            joining.look(at, Some(&row));
        }
        joining.finish()
    }

    fn ordinals(outcomes: Vec<Outcome<'static>>) -> Vec<u64> {
        joined(outcomes).found.into_keys().collect()
    }

    #[test]
    fn every_way_to_name_a_record_finds_it() {
        for place in [
            Place::Byte(9),
            Place::Ordinal(2),
            Place::Line(3),
            Place::LastLine(4),
            Place::Row(3),
            Place::Key {
                field: "id".to_owned(),
                value: "B".to_owned(),
            },
        ] {
            assert_eq!(
                ordinals(vec![outcome(place.clone(), "/n", "y\ny")]),
                [2],
                "{place:?}"
            );
        }
    }

    #[test]
    fn the_way_to_count_lines_is_the_one_whose_records_hold_what_was_said() {
        let last = vec![
            outcome(Place::Line(4), "/n", "y\ny"),
            outcome(Place::Line(5), "/n", "z"),
        ];
        assert_eq!(ordinals(last), [2, 3]);
    }

    #[test]
    fn a_record_that_is_not_there_and_a_key_of_several_are_said_and_kept() {
        let key = Place::Key {
            field: "id".to_owned(),
            value: "A".to_owned(),
        };
        let joined = joined(vec![
            outcome(key, "/n", "x"),
            outcome(Place::Ordinal(9), "/n", "x"),
            outcome(Place::Ordinal(1), "/n", "x"),
            outcome(Place::Row(2), "/n", "x"),
        ]);
        assert_eq!(joined.lost, [0, 1]);
        assert_eq!(joined.found, BTreeMap::from([(1, vec![2, 3])]));
        assert_eq!(
            joined.remarks,
            [
                "2 of 4 records found in in.csv",
                "1 record was named more than once in the results; what was said of each is kept together",
                "1 record was not joined, because what the results tell them by stands in several records of in.csv; it \
                 is kept as the results show it",
                "1 record was not found in in.csv (record 9); it is kept as the results show it",
            ]
        );
    }

    #[test]
    fn a_record_without_a_place_is_found_by_what_it_holds() {
        let outcome = Outcome {
            place: Place::Nowhere,
            record: Cow::Borrowed(br#"{"n":"z","id":"A","x":null}"#),
            form: Form::Json,
            problems: Vec::new(),
        };
        assert_eq!(ordinals(vec![outcome]), [3]);
    }

    #[test]
    fn another_file_than_the_tool_read_is_noticed() {
        let said = joined(vec![
            outcome(Place::Ordinal(1), "/n", "p"),
            outcome(Place::Ordinal(2), "/n", "q"),
        ]);
        assert_eq!(
            said.remarks[1],
            "2 of the records found hold other values than the results say: is in.csv the file the tool read?"
        );
    }
}
