//! Reads an input as loading does, record by record, and looks at what is in it.

use std::path::Path as FilePath;

use anyhow::Result;
use serde_json::Value;

use super::DraftRequest;
use crate::{
    check::{Checker, Formats, Spec},
    infer::{self, Survey},
    model::{Fault, Form, Layout, Problem},
    ops::{
        Job, Progress,
        load::lines::{line_text, rest_after_open_quote},
    },
    read::{
        Format, Input,
        blocks::{BLOCK_BYTES, Block, BlockReader},
        sniff,
    },
    results::{Reader, Tool},
    row::{Row, cells::Splitter},
};

/// What was seen of an input.
pub(super) struct Seen {
    pub survey: Survey,
    pub format: Format,
    /// Whether it was left before its end.
    pub is_sample: bool,
}

/// Looks at all records of an input, or the first ones.
///
/// # Errors
/// Those of reading it; `input:empty`, `interrupted`.
pub(super) fn of(request: &DraftRequest, job: &Job) -> Result<Seen> {
    let input = Input::open(&request.from, &job.cancel_flag());
    job.check()?;
    let input = input?;
    if input.is_whole() && input.head[input.mark()..].trim_ascii().is_empty() {
        return Err(empty(&request.from).into());
    }
    let format = match &request.format {
        Some(word) => sniff::named(word, &input)?,
        None => sniff::recognise(&input)?,
    };
    if let Format::Results(tool) = format
        && !matches!(tool.reader, Reader::Lines { .. })
    {
        let message = format!("a contract cannot be drafted from {}", tool.name);
        return Err(Fault::usage("contract:from", message)
            .hint("draft it from the file that the tool read")
            .into());
    }
    let total = input.size;
    let mut reader = BlockReader::new(input, format, BLOCK_BYTES)?;
    let layout = layout(format, &mut reader, &request.from)?;
    let survey = begin(&layout)?;
    let mut looking = Looking {
        survey,
        layout: &layout,
        format,
        most: request.sample.unwrap_or(u64::MAX),
    };
    let mut buffer = Vec::new();
    let mut is_sample = false;
    while let Some(block) = reader.next(buffer)? {
        job.check()?;
        is_sample = looking.block(&block);
        if is_sample {
            break;
        }
        job.report(Progress {
            done: reader.offset(),
            total,
            records: looking.survey.records(),
            ..Progress::default()
        });
        buffer = block.bytes;
    }
    let mut survey = looking.survey;
    if survey.records() == 0 && layout == Layout::Json {
        return Err(empty(&request.from).into());
    }
    survey.keep_patterns(is_usable);
    Ok(Seen {
        survey,
        format,
        is_sample,
    })
}

/// How records become fields.
fn layout(format: Format, reader: &mut BlockReader, from: &FilePath) -> Result<Layout, Fault> {
    let Format::Csv { delimiter } = format else {
        return Ok(Layout::Json);
    };
    let header = reader.header(Splitter::new(delimiter))?;
    let columns = header.ok_or_else(|| empty(from))?.columns;
    Ok(Layout::Csv { columns, delimiter })
}

fn begin(layout: &Layout) -> Result<Survey> {
    let formats = Formats::build(infer::Format::ALL.map(infer::Format::word))
        .map_err(|error| anyhow::anyhow!(error.message))?;
    let fits = move |format: infer::Format, text: &str| formats.fits(format.word(), text);
    Ok(match layout {
        Layout::Csv { columns, .. } => Survey::of_table(columns, fits),
        Layout::Json => Survey::of_documents(fits),
    })
}

/// Whether the check can use a pattern that another tool reported.
fn is_usable(pattern: &str) -> bool {
    let spec = Spec {
        schema: Some(serde_json::json!({"pattern": pattern})),
        ..Spec::default()
    };
    Checker::build(spec).is_ok()
}

fn empty(file: &FilePath) -> Fault {
    let name = file.display().to_string();
    Fault::unusable("input:empty", format!("{name} holds no record"))
        .hint("a contract is drafted from records; check how the file was written")
        .at(name, None)
}

struct Looking<'l> {
    survey: Survey,
    layout: &'l Layout,
    format: Format,
    /// Records to look at.
    most: u64,
}

impl Looking<'_> {
    /// Looks at a block's records; `true` when there were more than wanted.
    fn block(&mut self, block: &Block) -> bool {
        let bytes = &block.bytes;
        match (self.format, self.layout) {
            (Format::Csv { delimiter }, Layout::Csv { columns, .. }) => {
                let splitter = Splitter::new(delimiter);
                let mut at = 0;
                for line in &block.marks {
                    if self.rows(&bytes[..line.start], at, splitter, columns)
                        || self.one(&bytes[line_text(bytes, line.clone())], Form::Csv)
                    {
                        return true;
                    }
                    at = line.end;
                }
                self.rows(bytes, at, splitter, columns)
            }
            (Format::Json, _) => {
                let mut elements = block.marks.iter();
                elements.any(|element| self.one(&bytes[element.clone()], Form::Json))
            }
            _ => self.lines(bytes),
        }
    }

    fn rows(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        splitter: Splitter,
        columns: &[String],
    ) -> bool {
        let mut spans = Vec::new();
        while let Some(record) = splitter.next(bytes, at, &mut spans) {
            if self.is_done() {
                return true;
            }
            at = record.next;
            match Row::from_cells(columns, &bytes[record.range.clone()], &spans[..]) {
                Ok(row) => self.survey.add(&row),
                Err(problem) => {
                    self.survey.add_unreadable();
                    let readable = problem.code != "encoding:utf-8";
                    let rest = rest_after_open_quote(bytes, &record, splitter, columns.len());
                    at = rest.filter(|_| readable).unwrap_or(at);
                }
            }
        }
        false
    }

    fn lines(&mut self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while at < bytes.len() {
            let next = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            let text = &bytes[line_text(bytes, at..next)];
            at = next;
            if text.trim_ascii().is_empty() {
                continue;
            }
            if self.is_done() {
                return true;
            }
            if let Format::Results(tool) = self.format {
                self.result(tool, text);
            } else {
                self.one(text, Form::Json);
            }
        }
        false
    }

    fn one(&mut self, text: &[u8], form: Form) -> bool {
        if self.is_done() {
            return true;
        }
        match Row::read(self.layout, form, text) {
            Ok(row) => self.survey.add(&row),
            Err(_) => self.survey.add_unreadable(),
        }
        false
    }

    fn result(&mut self, tool: &Tool, line: &[u8]) {
        match tool.read_line(line) {
            Err(_) => self.survey.add_unreadable(),
            Ok(outcome) => {
                let row = Row::read(self.layout, outcome.form, &outcome.record).ok();
                let written = written(line, &outcome.problems);
                (self.survey).add_reported(row.as_ref(), &outcome.problems, &written);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.survey.records() >= self.most
    }
}

/// The problems as the tool wrote them, with what a [`Problem`] does not keep of them.
fn written(line: &[u8], problems: &[Problem]) -> Vec<Value> {
    let text = String::from_utf8_lossy(line);
    let errors = serde_json::from_str::<Value>(&without_words(&text)).ok();
    let errors = errors.and_then(|mut result| match result["errors"].take() {
        Value::Array(errors) => Some(errors),
        _ => None,
    });
    errors
        .filter(|errors| errors.len() == problems.len())
        .unwrap_or_default()
}

/// A line without the `NaN` and `Infinity` that Python writes outside of text.
fn without_words(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    // Outside of quotes, an escaped quote cannot stand.
    let mut inside = false;
    let mut escaped = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if !inside {
            let word = ["NaN", "-Infinity", "Infinity"]
                .into_iter()
                .find(|word| rest.starts_with(word));
            if let Some(word) = word {
                plain.push_str("null");
                rest = &rest[word.len()..];
                continue;
            }
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_no_json_are_replaced_outside_of_text() {
        let check = |line: &str, expected: &str| assert_eq!(without_words(line), expected);
        check(r#"{"a":NaN,"b":-Infinity}"#, r#"{"a":null,"b":null}"#);
        check(r#"{"NaN":"\"NaN"}"#, r#"{"NaN":"\"NaN"}"#);
    }
}
