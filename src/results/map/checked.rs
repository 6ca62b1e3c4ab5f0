//! From what a map's file says to what the program needs: patterns compiled, words understood, or a fault with file, line
//! and column.

use std::{collections::BTreeMap, ops::Range};

use regex::{Regex, bytes};
use toml::Spanned;

use super::{
    Forms, Map,
    mistake::Source,
    raw::{self, Raw},
    select::{One, Selector},
    value::FieldIs,
};
use crate::model::{Fault, Severity, Stage};

/// Which items are no rejected record.
#[derive(Debug)]
pub(super) struct Skip {
    pub without: Option<Selector>,
    pub with: Option<Selector>,
    /// What a person is told of it.
    pub remark: Option<Selector>,
    /// Whether the tool stopped there.
    pub capped: bool,
}

/// Where the record's text is.
#[derive(Debug)]
pub(super) struct Record {
    pub text: Option<Selector>,
    pub object: Option<Selector>,
    /// Whether it is all columns but these.
    pub rest: Option<Vec<String>>,
    /// Text is JSON even where it cannot be read as JSON.
    pub is_json: bool,
    /// Text is a line of CSV with these columns.
    pub columns: Option<(Vec<String>, char)>,
    /// The n-th line of the file beside, whose name ends so, is that of the n-th record.
    pub beside: Option<String>,
}

/// Where the record stood.
#[derive(Debug)]
pub(super) struct Place {
    pub file: Option<Selector>,
    /// In the order in which they are trusted.
    pub numbers: Vec<(Counted, Selector)>,
    pub key: Option<(String, Selector)>,
    pub item: bool,
}

/// What a number of a place counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counted {
    Byte,
    Record,
    Index,
    Line,
    LastLine,
    Row,
}

/// What is wrong with a record.
#[derive(Debug)]
pub(super) struct Problem {
    pub list: Option<Selector>,
    pub stage: StageOf,
    pub label: Option<Selector>,
    pub code: Option<Selector>,
    pub detail: Option<Selector>,
    pub field: Option<Selector>,
    pub field_is: FieldIs,
    pub message: Option<Selector>,
    pub value: Option<Selector>,
    pub severity: Severity,
}

#[derive(Debug)]
pub(super) enum StageOf {
    Always(Stage),
    Value {
        from: Selector,
        values: BTreeMap<String, Stage>,
        otherwise: Stage,
    },
}

/// Stages that a tool can say; `validator` is the pipeline's own, of a contract.
const STAGES: [(&str, Stage); 4] = [
    ("parse", Stage::Parse),
    ("schema", Stage::Schema),
    ("rule", Stage::Rule),
    ("send", Stage::Send),
];

const SEVERITIES: [(&str, Severity); 2] =
    [("error", Severity::Error), ("warning", Severity::Warning)];

/// Longer patterns than this compiled are refused.
const PATTERN_BYTES: usize = 1 << 22;

/// Compiles what a file says.
///
/// # Errors
/// `map:invalid` with the place.
pub(super) fn map(raw: &Raw, source: Source<'_>) -> Result<Map, Fault> {
    let forms = forms(&raw.format, source)?;
    agree(raw, forms, source)?;
    let pattern = |key: Option<&Spanned<String>>| key.map(|key| in_text(key, source)).transpose();
    let items = pattern(raw.pattern.as_ref())?;
    let reading = Reading {
        source,
        trim: raw.trim,
        groups: items.as_ref().map(names_in),
    };
    // What a text is recognised by is looked for in all of it, and so are totals.
    let whole = Reading {
        groups: reading.groups.as_ref().map(|_| Vec::new()),
        ..reading
    };
    let when = raw.when.iter().flatten();
    let when = when.map(|one| whole.at(one.get_ref(), &one.span()));
    Ok(Map {
        tool: raw.tool.get_ref().clone(),
        text: source.text.to_owned(),
        forms,
        when: when.collect::<Result<_, _>>()?,
        items: raw.items.as_ref().and_then(|items| tokens(items.get_ref())),
        pattern: items,
        starts: pattern(raw.starts.as_ref())?,
        limit: whole.selector(raw.limit.as_ref())?,
        skip: (raw.skip.iter().map(|skip| reading.skip(skip))).collect::<Result<_, _>>()?,
        record: reading.record(&raw.record)?,
        place: reading.place(&raw.place)?,
        problem: reading.problem(&raw.problem)?,
    })
}

/// Refuses keys that mean nothing for the format.
fn agree(raw: &Raw, forms: Forms, source: Source<'_>) -> Result<(), Fault> {
    if forms.text && raw.pattern.is_none() {
        let what = "a map of a text needs the pattern of what it lists";
        return Err(source
            .mistake(what, &raw.format.span())
            .hint("add pattern = '(?m)^line (?<line>\\d+): (?<message>.*)$'"));
    }
    for (name, key) in [("pattern", &raw.pattern), ("starts", &raw.starts)] {
        if let Some(key) = key.as_ref().filter(|_| !forms.text) {
            let what = format!("{name} is for texts, and this map is of another format");
            return Err(source
                .mistake(what, &key.span())
                .hint("say format = \"text\", or remove it"));
        }
    }
    if let Some(limit) = raw
        .limit
        .as_ref()
        .filter(|_| !forms.text && raw.items.is_none())
    {
        let what = "limit is for texts and for JSON with items: a table has no place for a total";
        return Err(source.mistake(what, &limit.span()).hint("remove it"));
    }
    let Some(items) = &raw.items else {
        return Ok(());
    };
    if forms.text || forms.csv {
        let what = "items is for JSON, and this map is of another format";
        return Err(source
            .mistake(what, &items.span())
            .hint("say format = \"json\", or remove it"));
    }
    if tokens(items.get_ref()).is_none() {
        let what = format!("{} is no JSON pointer", items.get_ref());
        return Err(source
            .mistake(what, &items.span())
            .hint("write the names after slashes: /a/b"));
    }
    Ok(())
}

fn forms(words: &Spanned<raw::Words>, source: Source<'_>) -> Result<Forms, Fault> {
    let mut forms = Forms::default();
    for word in &words.get_ref().0 {
        match word.as_str() {
            "csv" => forms.csv = true,
            "jsonl" => forms.jsonl = true,
            "json" => forms.json = true,
            "text" => forms.text = true,
            "table" => (forms.csv, forms.jsonl, forms.json) = (true, true, true),
            _ => {
                let known = ["csv", "jsonl", "json", "table", "text"];
                return Err(source.unknown("format", word, &known, &words.span()));
            }
        }
    }
    if forms.text == (forms.csv || forms.jsonl || forms.json) {
        let what = "the format is one or several of csv, jsonl and json, or text alone";
        return Err(source
            .mistake(what, &words.span())
            .hint("write a map for each"));
    }
    Ok(forms)
}

fn names_in(pattern: &bytes::Regex) -> Vec<String> {
    let names = pattern.capture_names().flatten();
    names.map(str::to_owned).collect()
}

fn in_text(pattern: &Spanned<String>, source: Source<'_>) -> Result<bytes::Regex, Fault> {
    (bytes::RegexBuilder::new(pattern.get_ref()).size_limit(PATTERN_BYTES))
        .build()
        .map_err(|error| bad_pattern(&error, pattern.span(), source))
}

fn in_value(pattern: &Spanned<String>, source: Source<'_>) -> Result<Regex, Fault> {
    (regex::RegexBuilder::new(pattern.get_ref()).size_limit(PATTERN_BYTES))
        .build()
        .map_err(|error| bad_pattern(&error, pattern.span(), source))
}

fn bad_pattern(error: &regex::Error, span: Range<usize>, source: Source<'_>) -> Fault {
    let why = error.to_string();
    let last = why.lines().last().unwrap_or_default();
    let why = last.trim_start_matches("error: ");
    source
        .mistake(format!("this pattern cannot be used: {why}"), &span)
        .hint("patterns are regular expressions as the regex crate of Rust reads them")
}

/// The tokens of a pointer, unescaped. `None` where it is none.
fn tokens(pointer: &str) -> Option<Vec<String>> {
    let path = crate::model::Path::parse(pointer)?;
    Some(path.segments().collect())
}

fn word<T: Copy>(
    what: &str,
    word: &Spanned<String>,
    known: &[(&str, T)],
    source: Source<'_>,
) -> Result<T, Fault> {
    let found = known.iter().find(|(name, _)| name == word.get_ref());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        source.unknown(what, word.get_ref(), &names, &word.span())
    })
}

/// What all selectors of a map share.
struct Reading<'t> {
    source: Source<'t>,
    trim: bool,
    /// The groups of a text's pattern, which are all the fields there are. None for all of a text, which has no fields.
    groups: Option<Vec<String>>,
}

impl Reading<'_> {
    fn selector(&self, raw: Option<&Spanned<raw::Selector>>) -> Result<Option<Selector>, Fault> {
        raw.map(|raw| self.at(raw.get_ref(), &raw.span()))
            .transpose()
    }

    fn at(&self, raw: &raw::Selector, span: &Range<usize>) -> Result<Selector, Fault> {
        if raw.0.is_empty() {
            let what = "this list is empty, so nothing can be found by it";
            return Err(self
                .source
                .mistake(what, span)
                .hint("name a column or a pointer in it"));
        }
        let all = raw.0.iter().map(|one| self.one(one, span));
        Ok(Selector(all.collect::<Result<_, _>>()?))
    }

    fn one(&self, raw: &raw::One, span: &Range<usize>) -> Result<One, Fault> {
        let pattern = (raw.pattern.as_ref())
            .map(|pattern| in_value(pattern, self.source))
            .transpose()?;
        if raw.from.is_none() && pattern.is_none() && (raw.text.is_none() || raw.pair.is_some()) {
            let fault = self.source.mistake("from is missing here", span);
            return Err(fault.hint("say where it stands: { from = \"column\" }"));
        }
        if raw.from.is_some() && raw.text.is_some() && pattern.is_none() {
            let what = "from and text together need a pattern whose groups the text takes";
            let fault = self.source.mistake(what, span);
            return Err(fault.hint("add pattern = '(...)' and write $1 in the text"));
        }
        let (outer, from) = match &raw.from {
            Some(from) => match from.strip_prefix('^') {
                Some(from) => (true, Some(from)),
                None => (false, Some(from.as_str())),
            },
            None => (false, None),
        };
        let from = match from {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                Some(tokens(pointer).ok_or_else(|| {
                    let what = format!("{pointer} is no JSON pointer");
                    (self.source.mistake(what, span)).hint("write ~ as ~0, and / in a name as ~1")
                })?)
            }
            Some(name) => Some(vec![name.to_owned()]),
            None => None,
        };
        if let (Some(groups), Some(name)) =
            (&self.groups, from.as_ref().and_then(|all| all.first()))
            && !groups.contains(name)
        {
            let known: Vec<&str> = groups.iter().map(String::as_str).collect();
            let fault = if known.is_empty() {
                let what = format!("all of a text has no field {name}");
                (self.source.mistake(what, span)).hint("look for it: { pattern = '...' }")
            } else {
                self.source.unknown("group", name, &known, span)
            };
            return Err(fault);
        }
        Ok(One {
            from,
            outer,
            pair: raw.pair.clone(),
            pattern,
            text: raw.text.clone(),
            lower: raw.lower,
            trim: raw.trim || self.trim,
        })
    }

    fn skip(&self, raw: &Spanned<raw::Skip>) -> Result<Skip, Fault> {
        let (raw, span) = (raw.get_ref(), raw.span());
        if raw.with.is_none() && raw.without.is_none() {
            let fault = self.source.mistake("this skips nothing", &span);
            return Err(fault.hint("say where = ... or without = ..."));
        }
        Ok(Skip {
            without: self.selector(raw.without.as_ref())?,
            with: self.selector(raw.with.as_ref())?,
            remark: self.selector(raw.remark.as_ref())?,
            capped: raw.capped,
        })
    }

    fn record(&self, raw: &raw::Record) -> Result<Record, Fault> {
        let form = raw.form.as_ref();
        let is_json = form.map(|form| word("form", form, &[("json", true)], self.source));
        let delimiter = match &raw.delimiter {
            None => ',',
            Some(text) => match text.get_ref().as_bytes() {
                [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => char::from(*byte),
                _ => {
                    let what = "a delimiter is one ASCII character, such as \",\" or \"\\t\"";
                    return Err(self.source.mistake(what, &text.span()));
                }
            },
        };
        if let (Some(rest), Some(_)) = (&raw.rest, &self.groups) {
            let what = "a text has no columns that could make up a record";
            return Err(self
                .source
                .mistake(what, &rest.span())
                .hint("name the group that holds the record: text = ..."));
        }
        let rest = raw.rest.as_ref().is_some_and(|rest| *rest.get_ref());
        let columns = match &raw.columns {
            Some(columns) if rest || raw.text.is_none() || is_json.is_some() => {
                let what = "columns are those of a record's text, and no such text is named";
                return Err(self.source.mistake(what, &columns.span()));
            }
            Some(columns) if columns.get_ref().is_empty() => {
                return Err((self.source).mistake("no column is named", &columns.span()));
            }
            Some(columns) => Some((columns.get_ref().clone(), delimiter)),
            None => None,
        };
        Ok(Record {
            text: self.selector(raw.text.as_ref())?,
            object: self.selector(raw.object.as_ref())?,
            rest: rest.then(|| raw.without.clone()),
            is_json: is_json.transpose()?.unwrap_or_default(),
            columns,
            beside: raw.beside.as_ref().map(|beside| beside.get_ref().clone()),
        })
    }

    fn place(&self, raw: &raw::Place) -> Result<Place, Fault> {
        let counted = [
            (Counted::Byte, &raw.byte),
            (Counted::Record, &raw.record),
            (Counted::Index, &raw.index),
            (Counted::Line, &raw.line),
            (Counted::LastLine, &raw.last_line),
            (Counted::Row, &raw.row),
        ];
        let mut numbers = Vec::new();
        for (counted, raw) in counted {
            if let Some(selector) = self.selector(raw.as_ref())? {
                numbers.push((counted, selector));
            }
        }
        let key = match &raw.key {
            Some(key) => {
                let value = self.at(key.value.get_ref(), &key.value.span())?;
                Some((key.field.clone(), value))
            }
            None => None,
        };
        Ok(Place {
            file: self.selector(raw.file.as_ref())?,
            numbers,
            key,
            item: raw.item,
        })
    }

    fn problem(&self, raw: &raw::Problem) -> Result<Problem, Fault> {
        let stage = |raw: &Spanned<String>| word("stage", raw, &STAGES, self.source);
        let span = raw.stage.span();
        let stage = match raw.stage.get_ref() {
            raw::Stage::Word(name) => {
                let name = Spanned::new(span, name.clone());
                StageOf::Always(stage(&name)?)
            }
            raw::Stage::Table(table) => StageOf::Value {
                from: self.at(&table.from, &span)?,
                values: (table.values.iter())
                    .map(|(value, name)| Ok((value.clone(), stage(name)?)))
                    .collect::<Result<_, Fault>>()?,
                otherwise: stage(&table.otherwise)?,
            },
        };
        let severity = raw.severity.as_ref();
        let field_is = raw.field_is.as_ref();
        Ok(Problem {
            list: self.selector(raw.list.as_ref())?,
            stage,
            label: self.selector(raw.label.as_ref())?,
            code: self.selector(raw.code.as_ref())?,
            detail: self.selector(raw.detail.as_ref())?,
            field: self.selector(raw.field.as_ref())?,
            field_is: (field_is
                .map(|word_| word("kind of field", word_, &FieldIs::ALL, self.source)))
            .transpose()?
            .unwrap_or(FieldIs::Name),
            message: self.selector(raw.message.as_ref())?,
            value: self.selector(raw.value.as_ref())?,
            severity: (severity.map(|word_| word("severity", word_, &SEVERITIES, self.source)))
                .transpose()?
                .unwrap_or_default(),
        })
    }
}
