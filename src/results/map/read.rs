//! Reading a report by a map.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    Map,
    checked::{Counted, StageOf},
    select::{Here, Item, Selector},
    value::Value,
};
use crate::{
    model::{Fault, Form, Layout, Path, Problem, Stage},
    results::{
        File, Head, Place, Report, lines,
        report::{Json, Told},
        table::{Row, Table},
    },
    row::{lenient, problems},
    text,
};

/// Remarks of skipped items that a person is told of, at most.
const REMARKS: usize = 20;

impl Map {
    /// Whether what begins like this is recognised.
    pub fn fits(&self, head: &Head<'_>) -> bool {
        if self.when.is_empty() {
            return false;
        }
        if self.forms.text {
            let item = Item::Text(head.text().as_bytes());
            let has = |one: &Selector| one.give(Here::item(&item)).is_some();
            return self.when.iter().all(has);
        }
        match (head.object(), head.json()) {
            (Some(object), _) if self.forms.json || self.forms.jsonl => {
                let text = object.to_string();
                let item = Item::json(&text);
                let has = |one: &Selector| one.give_any(Here::item(&item)).is_some();
                self.when.iter().all(has)
            }
            (None, None) if self.forms.csv => {
                let columns = head.columns();
                let known = |name: &&str| columns.iter().any(|column| column == name);
                let has = |one: &Selector| one.columns().iter().any(known);
                self.when.iter().all(has)
            }
            _ => false,
        }
    }

    /// What a report says.
    ///
    /// # Errors
    /// `results:syntax` and `results:encoding` when it was cut off or is of another format.
    pub fn read(&self, file: &File<'_>) -> Result<Report, Fault> {
        let mut reading = Reading {
            map: self,
            report: Report::default(),
            stated: None,
            leave: self.named(),
        };
        let begins = file.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let is_json = matches!(begins, Some(b'{' | b'['));
        if self.forms.text {
            reading.text(file.bytes);
        } else if is_json && (self.forms.json || self.forms.jsonl) {
            reading.json(file, escaped(file.bytes).trim())?;
        } else if is_json {
            return Err(file.broken("is JSON, and its map reads CSV"));
        } else if self.forms.csv {
            reading.csv(file)?;
        } else {
            return Err(file.broken("is no JSON, which its map reads"));
        }
        reading.compare();
        reading.beside(file);
        Ok(reading.report)
    }

    /// Columns that say something about the record and are no part of it.
    fn named(&self) -> BTreeSet<&str> {
        let (problem, place) = (&self.problem, &self.place);
        let from = match &problem.stage {
            StageOf::Value { from, .. } => Some(from),
            StageOf::Always(_) => None,
        };
        let of_problem = [
            &problem.list,
            &problem.label,
            &problem.code,
            &problem.detail,
            &problem.field,
            &problem.message,
            &problem.value,
            &place.file,
            &self.record.text,
            &self.record.object,
        ];
        let all = (of_problem.into_iter().flatten().chain(from))
            .chain(place.numbers.iter().map(|(_, selector)| selector))
            .flat_map(Selector::columns);
        let without = self.record.rest.iter().flatten().map(String::as_str);
        all.chain(without).collect()
    }
}

/// JSON as text: bytes that are no UTF-8 become escapes as Python writes them, so that a record has them again.
fn escaped(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len() + 64);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\udc{byte:02x}"));
        }
    }
    Cow::Owned(text)
}

struct Reading<'m> {
    map: &'m Map,
    report: Report,
    /// How many records were rejected in all, where the report says so.
    stated: Option<u64>,
    /// Columns that are no part of a record.
    leave: BTreeSet<&'m str>,
}

/// A record as an item has it.
enum Given {
    Whole(Form, Vec<u8>),
    Excerpt(String),
}

impl Reading<'_> {
    fn csv(&mut self, file: &File<'_>) -> Result<(), Fault> {
        let mut table = Table::read(file, file.text()?)?;
        match &table {
            Table::Csv { delimiter, .. } if self.map.record.rest.is_some() => {
                let columns = table.columns().iter();
                let kept = columns.filter(|name| !self.leave.contains(name.as_str()));
                self.report.layout = Layout::Csv {
                    columns: kept.cloned().collect(),
                    delimiter: *delimiter,
                };
            }
            _ => self.layout_of_text(),
        }
        let mut count = 0;
        while let Some(row) = table.next_row(file)? {
            count += 1;
            match &row {
                Row::Cells { columns, cells, .. } if columns.len() != cells.len() => {
                    let problem = problems::field_count(columns.len(), cells.len());
                    self.unread(row.whole(), problem);
                }
                _ => self.take(&Item::Row(row), count),
            }
        }
        Ok(())
    }

    fn layout_of_text(&mut self) {
        if let Some((columns, delimiter)) = self.map.record.columns.clone() {
            self.report.layout = Layout::Csv { columns, delimiter };
        }
    }

    fn json(&mut self, file: &File<'_>, json: &str) -> Result<(), Fault> {
        self.layout_of_text();
        let documents = if json.starts_with('[') {
            let elements = lenient::elements(json);
            elements.ok_or_else(|| file.broken("is not one whole JSON array"))?
        } else if self.map.forms.json && lenient::members(json).is_some() {
            vec![json]
        } else if self.map.forms.jsonl {
            let lines = json.lines().map(str::trim);
            lines.filter(|line| !line.is_empty()).collect()
        } else {
            return Err(file.broken("is not one whole JSON document"));
        };
        let (mut count, mut without) = (0, 0);
        for document in documents {
            let item = Item::json(document);
            if lenient::members(document).is_none() {
                let problem = lines::members_of(document.as_bytes()).err();
                self.unread(document, problem.unwrap_or_else(lines::no_result));
                continue;
            }
            self.total(&item);
            let Some(tokens) = &self.map.items else {
                count += 1;
                self.take(&item, count);
                continue;
            };
            let list = tokens
                .iter()
                .try_fold(Json(document), |value, token| value.get(token));
            without += u64::from(list.is_none());
            for element in list.map(Json::elements).unwrap_or_default() {
                count += 1;
                self.take(&Item::json(element.0), count);
            }
        }
        if let (Some(tokens), 1..) = (&self.map.items, without) {
            self.report.remarks.push(format!(
                "{} of {} without a list at /{}, of which nothing was loaded",
                text::count(without, "document"),
                file.name,
                tokens.join("/")
            ));
        }
        Ok(())
    }

    fn text(&mut self, bytes: &[u8]) {
        self.layout_of_text();
        self.total(&Item::Text(bytes));
        let Some(pattern) = &self.map.pattern else {
            return;
        };
        let Some(starts) = &self.map.starts else {
            for (groups, count) in pattern.captures_iter(bytes).zip(1..) {
                self.take(&Item::Groups(groups), count);
            }
            return;
        };
        let mut starts: Vec<usize> = starts.find_iter(bytes).map(|found| found.start()).collect();
        starts.push(bytes.len());
        for (range, count) in starts.windows(2).zip(1..) {
            let &[start, end] = range else { continue };
            let piece = bytes.get(start..end).unwrap_or_default();
            match pattern.captures(piece) {
                Some(groups) => self.take(&Item::Groups(groups), count),
                None => self.unread(&String::from_utf8_lossy(piece), lines::no_result()),
            }
        }
    }

    /// Keeps what cannot be read.
    fn unread(&mut self, text: &str, problem: Box<Problem>) {
        let outcome = self.report.at(Place::Nowhere, "");
        outcome.quote(text);
        outcome.problems.push(*problem);
    }

    fn total(&mut self, item: &Item<'_>) {
        let stated = self.map.limit.as_ref();
        if let Some(more) = stated.and_then(|limit| limit.give(Here::item(item))?.number()) {
            self.stated = Some(self.stated.unwrap_or(0).saturating_add(more));
        }
    }

    /// Takes the item that is the `count`-th of its report.
    fn take(&mut self, item: &Item<'_>, count: u64) {
        let here = Here::item(item);
        if self.skips(here) {
            return;
        }
        let list = self.map.problem.list.as_ref();
        let problems: Vec<Problem> = match list {
            None => vec![self.problem(here)],
            Some(list) => {
                let elements = list
                    .give(here)
                    .map(|list| list.elements())
                    .unwrap_or_default();
                let each = elements.iter().map(|element| {
                    let element = Some(element);
                    self.problem(Here { item, element })
                });
                each.collect()
            }
        };
        let given = self.record(here);
        let place = self.place(here, count);
        let file = &self.map.place.file;
        let input = file
            .as_ref()
            .map(|file| file.text(here))
            .unwrap_or_default();
        let outcome = self.report.at(place, &input);
        outcome.problems.extend(problems);
        match given {
            Given::Whole(form, text) => outcome.give(form, text),
            Given::Excerpt(text) => outcome.quote(&text),
        }
    }

    fn skips(&mut self, here: Here<'_>) -> bool {
        let fits = |with: &Option<Selector>, wanted: bool| match with {
            Some(selector) => selector.give(here).is_some() == wanted,
            None => true,
        };
        let mut all = self.map.skip.iter();
        let Some(skip) = all.find(|skip| fits(&skip.with, true) && fits(&skip.without, false))
        else {
            return false;
        };
        self.report.capped |= skip.capped;
        if let Some(remark) = &skip.remark {
            let remark = format!("{} says: {}", self.map.tool, remark.text(here));
            let remarks = &mut self.report.remarks;
            if remarks.len() < REMARKS && !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
        true
    }

    fn problem(&self, here: Here<'_>) -> Problem {
        let map = &self.map.problem;
        let text = |selector: &Option<Selector>| {
            selector
                .as_ref()
                .map(|selector| selector.text(here))
                .unwrap_or_default()
        };
        let (code, message) = (text(&map.code), text(&map.message));
        let detail = Some(text(&map.detail)).filter(|detail| !detail.is_empty());
        let field = map.field.as_ref().and_then(|field| field.give(here));
        let value = map.value.as_ref().and_then(|value| value.give_any(here));
        let mut problem = Told {
            stage: self.stage(here),
            code: &code,
            // A problem has no place of its own for what the pipeline calls the stage.
            detail: &detail.unwrap_or_else(|| text(&map.label)),
            path: field.map_or_else(Path::root, |field| map.field_is.path(&field)),
            message: if message.is_empty() { &code } else { &message },
            found: value.map(|value| value.found()),
        }
        .problem();
        problem.severity = map.severity;
        problem
    }

    fn stage(&self, here: Here<'_>) -> Stage {
        match &self.map.problem.stage {
            StageOf::Always(stage) => *stage,
            StageOf::Value {
                from,
                values,
                otherwise,
            } => *values.get(&from.text(here)).unwrap_or(otherwise),
        }
    }

    fn place(&self, here: Here<'_>, count: u64) -> Place {
        let map = &self.map.place;
        for (counted, selector) in &map.numbers {
            let Some(number) = selector.give(here).and_then(|value| value.number()) else {
                continue;
            };
            return match counted {
                Counted::Byte => Place::Byte(number),
                Counted::Record => Place::Ordinal(number),
                Counted::Index => Place::Ordinal(number.saturating_add(1)),
                Counted::Line => Place::Line(number),
                Counted::LastLine => Place::LastLine(number),
                Counted::Row => Place::Row(number),
            };
        }
        if let Some((field, value)) = &map.key
            && let Some(value) = value.give(here)
        {
            return Place::Key {
                field: field.clone(),
                value: value.text().into_owned(),
            };
        }
        if map.item {
            Place::Ordinal(count)
        } else {
            Place::Nowhere
        }
    }

    fn record(&self, here: Here<'_>) -> Given {
        let map = &self.map.record;
        let object = map.object.as_ref().and_then(|object| object.give(here));
        if let Some(object) = object.and_then(|value| value.object()) {
            return Given::Whole(Form::Json, object.into_bytes());
        }
        if let Some(value) = map.text.as_ref().and_then(|text| text.give(here)) {
            return self.of_text(&value);
        }
        match (&map.rest, here.item) {
            (None, item) => Given::Excerpt(item.whole().into_owned()),
            (Some(_), Item::Row(row)) => Given::Whole(Form::Csv, self.cells(row)),
            (Some(_), Item::Json { members, .. }) => {
                let own = members
                    .iter()
                    .filter(|(name, _)| !self.leave.contains(&**name));
                let own: Vec<String> = own
                    .map(|(name, text)| format!("{}:{text}", serde_json::json!(name)))
                    .collect();
                Given::Whole(Form::Json, format!("{{{}}}", own.join(",")).into_bytes())
            }
            (Some(_), item) => Given::Excerpt(item.whole().into_owned()),
        }
    }

    fn of_text(&self, value: &Value<'_>) -> Given {
        let map = &self.map.record;
        if map.columns.is_some() {
            Given::Whole(Form::Csv, value.bytes())
        } else if map.is_json {
            Given::Whole(Form::Json, value.bytes())
        } else if let Some(object) = value.object() {
            Given::Whole(Form::Json, object.into_bytes())
        } else {
            Given::Excerpt(value.text().into_owned())
        }
    }

    /// The record in a row, as its cells are written.
    fn cells(&self, row: &Row<'_>) -> Vec<u8> {
        let Row::Cells { columns, .. } = row else {
            return row.whole().as_bytes().to_vec();
        };
        let delimiter = match &self.report.layout {
            Layout::Csv { delimiter, .. } => *delimiter,
            Layout::Json => ',',
        };
        let own = columns.iter().zip(row.written());
        let own = own.filter(|(name, _)| !self.leave.contains(name.as_str()));
        let cells: Vec<&str> = own.map(|(_, cell)| cell).collect();
        cells.join(&String::from(delimiter)).into_bytes()
    }

    /// Says so where the report states more records than it tells of.
    fn compare(&mut self) {
        let rejected = self
            .report
            .outcomes
            .iter()
            .filter(|outcome| !outcome.problems.is_empty());
        let told = rejected.count() as u64;
        if let Some(stated) = self.stated.filter(|stated| *stated > told) {
            self.report.capped = true;
            self.report.remarks.push(format!(
                "{} rejected {stated} records and tells of {told}, so the counts are \"at least\".",
                self.map.tool
            ));
        }
    }

    /// Adds the n-th line of the file beside to the n-th record, where there are as many of both.
    fn beside(&mut self, file: &File<'_>) {
        let Some(ending) = &self.map.record.beside else {
            return;
        };
        let own = file.own_name();
        let stem = own.rsplit_once('.').map_or(own, |(stem, _)| stem);
        let name = format!("{stem}.{ending}");
        let Some(bytes) = (file.beside)(&name) else {
            return;
        };
        let text = String::from_utf8_lossy(&bytes);
        let (lines, records) = (text.lines().count(), self.report.outcomes.len());
        if lines != records {
            self.report.remarks.push(format!(
                "{name} was not used: it has {lines} lines for {records} records."
            ));
            return;
        }
        for (outcome, line) in self.report.outcomes.iter_mut().zip(text.lines()) {
            if outcome.form == Form::Excerpt {
                let said = String::from_utf8_lossy(&outcome.record);
                outcome.record = Cow::Owned(format!("{line}\n{said}").into_bytes());
            }
        }
    }
}
