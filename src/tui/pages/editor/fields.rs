//! The fields of a record as lines: what was received beside what it is now.

use std::collections::BTreeSet;

use ratatui::layout::Position;
use serde_json::{Map, Value};

use crate::{
    model::{Form, Layout, Path, RecordDetail},
    text,
    tui::widgets::{
        lines::{Lines, Roll},
        tree::{Kind, Tree, TreeLine, fails_in},
    },
};

/// Longer values are cut before they are made safe: nobody reads a megabyte in a list.
const SHOWN: usize = 400;

/// A record with no more values than this is all open on arrival.
const SMALL: usize = 20;

/// The list of fields with its cursor.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub lines: Vec<FieldLine>,
    /// How many values there are in all, opened or not, and how many of them have a problem.
    pub leaves: usize,
    pub bad: usize,
    /// Index of the line under the cursor.
    pub at: usize,
    /// Index of the first line that is on the screen; drawing sets it.
    pub first: usize,
    /// Where the lines are on the screen; drawing sets it.
    pub places: Lines,
    pub only_differences: bool,
    tree: Tree,
    /// Everything that is received, now there, or missed.
    whole: Value,
    failing: BTreeSet<Path>,
    /// Where something only warns.
    warned: BTreeSet<Path>,
}

/// One line, safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldLine {
    pub tree: TreeLine,
    pub received: String,
    /// `None` where it is as received.
    pub now: Option<String>,
    pub failing: bool,
    /// It is fine but for a warning.
    pub warned: bool,
}

impl Fields {
    /// The lines of a record that can be split into fields. Branches with a problem are open, and the cursor is on the
    /// first problem at the path pattern `field`, else on the first problem.
    pub fn new(record: &RecordDetail, field: Option<&str>) -> Self {
        let mut fields = Self::default();
        fields.take(record, true);
        fields.at = field
            .and_then(|field| fields.failing_at(field))
            .or_else(|| fields.first_failing())
            .or_else(|| (0..fields.lines.len()).find(|at| fields.lines[*at].warned))
            .unwrap_or(0);
        fields
    }

    /// Shows the record as it is now, the cursor still on the same field and what was opened still open.
    pub fn update(&mut self, record: &RecordDetail) {
        let kept = self.selected().map(|line| line.tree.clone());
        self.take(record, false);
        match kept {
            Some(line) => self.find(&line),
            None => self.at = self.first_failing().unwrap_or(0),
        }
    }

    /// Moves the cursor to the line under the pointer, if there is one.
    pub fn point(&mut self, place: Position) -> bool {
        let line = self.places.at(place);
        self.at = line.unwrap_or(self.at);
        line.is_some()
    }

    /// Moves what is in sight, and the cursor where it would not be any more. Says whether anything moved.
    pub fn roll(&mut self, roll: Roll) -> bool {
        let rolled = self.places.roll(roll, self.at);
        if let Some((first, at)) = rolled {
            (self.first, self.at) = (first, at);
            self.step(0);
        }
        rolled.is_some()
    }

    pub fn selected(&self) -> Option<&FieldLine> {
        self.lines.get(self.at)
    }

    /// The place of the value under the cursor, if it is one.
    pub fn path(&self) -> Option<&Path> {
        let line = &self.selected()?.tree;
        (!matches!(line.kind, Kind::More { .. })).then_some(&line.path)
    }

    pub fn step(&mut self, by: isize) {
        let last = self.lines.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// Puts the cursor on a path, or on the nearest line above it.
    pub fn select(&mut self, path: &Path) {
        let mut path = path.clone();
        loop {
            let found = self.lines.iter().position(|line| {
                line.tree.path == path && !matches!(line.tree.kind, Kind::More { .. })
            });
            if let Some(at) = found {
                self.at = at;
                return;
            }
            match path.split_last() {
                Some((parent, _)) => path = parent,
                None => return,
            }
        }
    }

    /// Moves to the next (or with `back` the previous) line that has a problem itself. `false` when there is none.
    pub fn step_to_failing(&mut self, back: bool) -> bool {
        let fails = |at: &usize| self.is_problem(*at);
        let found = if back {
            (0..self.at).rev().find(fails)
        } else {
            (self.at + 1..self.lines.len()).find(fails)
        };
        if let Some(at) = found {
            self.at = at;
        }
        found.is_some()
    }

    /// The first line with a problem of its own.
    pub fn first_failing(&self) -> Option<usize> {
        (0..self.lines.len()).find(|at| self.is_problem(*at))
    }

    fn failing_at(&self, pattern: &str) -> Option<usize> {
        let at_it = |at: &usize| self.lines[*at].tree.path.pattern() == pattern;
        (0..self.lines.len())
            .find(|at| at_it(at) && (self.is_problem(*at) || self.lines[*at].warned))
    }

    /// Opens the branch under the cursor. `false` when it is none.
    pub fn expand(&mut self, record: &RecordDetail) -> bool {
        let Some(line) = self.selected().map(|line| line.tree.clone()) else {
            return false;
        };
        if line.kind == Kind::Leaf {
            return false;
        }
        self.tree.expand(&line);
        self.rebuild(record);
        true
    }

    /// Closes the branch under the cursor, else goes to its parent.
    pub fn collapse(&mut self, record: &RecordDetail) {
        let Some(line) = self.selected().map(|line| line.tree.clone()) else {
            return;
        };
        if self.tree.collapse(&line) {
            self.rebuild(record);
        } else if let Some((parent, _)) = line.path.split_last() {
            let parent = match line.kind {
                Kind::More { .. } => line.path,
                Kind::Leaf | Kind::Branch { .. } => parent,
            };
            self.select(&parent);
        }
    }

    /// Shows only what differs or fails, or everything again.
    pub fn toggle_differences(&mut self, record: &RecordDetail) {
        self.only_differences = !self.only_differences;
        self.rebuild(record);
    }

    fn is_problem(&self, at: usize) -> bool {
        let line = &self.lines[at].tree;
        let closed = matches!(line.kind, Kind::Branch { expanded: false });
        !matches!(line.kind, Kind::More { .. })
            && (self.failing.contains(&line.path) || closed && self.lines[at].failing)
    }

    fn take(&mut self, record: &RecordDetail, reveal: bool) {
        let paths = |rejects: bool| -> BTreeSet<Path> {
            let problems = record.row.problems.iter();
            problems
                .filter(|problem| problem.rejects() == rejects && !problem.path.is_root())
                .map(|problem| problem.path.clone())
                .collect()
        };
        (self.failing, self.warned) = (paths(true), paths(false));
        let named: BTreeSet<Path> = self.failing.union(&self.warned).cloned().collect();
        self.whole = whole(record, &named);
        (self.leaves, self.bad) = (leaves(&self.whole), self.failing.len());
        if reveal {
            self.tree.reveal(&named);
            if self.leaves <= SMALL {
                self.tree.reveal(&leaf_paths(&self.whole));
            }
        }
        self.rebuild(record);
    }

    fn rebuild(&mut self, record: &RecordDetail) {
        let kept = self.selected().map(|line| line.tree.clone());
        let lines = self.tree.lines(&self.whole, &self.failing);
        self.lines = lines
            .into_iter()
            .map(|line| self.line(record, line))
            .filter(|line| {
                !self.only_differences || line.failing || line.warned || line.now.is_some()
            })
            .collect();
        if let Some(line) = kept {
            self.find(&line);
        }
    }

    fn find(&mut self, line: &TreeLine) {
        let same = |known: &FieldLine| {
            let more = |kind| matches!(kind, Kind::More { .. });
            known.tree.path == line.path && more(known.tree.kind) == more(line.kind)
        };
        match self.lines.iter().position(same) {
            Some(at) => self.at = at,
            None => self.select(&line.path),
        }
        self.step(0);
    }

    fn line(&self, record: &RecordDetail, tree: TreeLine) -> FieldLine {
        if let Kind::More { .. } = tree.kind {
            return FieldLine {
                tree,
                received: String::new(),
                now: None,
                failing: false,
                warned: false,
            };
        }
        let failing = fails_in(&self.failing, &tree.path);
        let warned = !failing && fails_in(&self.warned, &tree.path);
        let typed = failing || warned || record.text.form == Form::Json;
        let pointer = tree.path.as_str();
        let now = record
            .row
            .current
            .as_ref()
            .and_then(|value| value.pointer(pointer));
        let received = record.received.as_ref().map(|value| value.pointer(pointer));
        FieldLine {
            received: match received {
                Some(value) => shown(value, typed),
                None => "(unreadable)".to_owned(),
            },
            now: (received != Some(now)).then(|| shown(now, typed)),
            failing,
            warned,
            tree,
        }
    }
}

/// A value in one line, safe to print. With `typed`, text that could be taken for a number, yes/no or nothing stands in
/// quotes.
pub fn shown(value: Option<&Value>, typed: bool) -> String {
    match value {
        None => "(not there)".to_owned(),
        Some(Value::String(text)) => shown_text(text, typed),
        Some(Value::Object(members)) => {
            format!("{{{}}}", text::count(members.len() as u64, "field"))
        }
        Some(Value::Array(items)) => format!("[{}]", text::count(items.len() as u64, "item")),
        Some(other) => other.to_string(),
    }
}

fn shown_text(value: &str, typed: bool) -> String {
    if value.is_empty() {
        return "\"\"".to_owned();
    }
    let end = value
        .char_indices()
        .nth(SHOWN)
        .map_or(value.len(), |(at, _)| at);
    let safe = text::safe_whole(&value[..end]);
    if typed && end == value.len() && is_like_json(value) {
        return format!("\"{safe}\"");
    }
    safe.into_owned()
}

/// Whether a text, without its quotes, would be another JSON value.
fn is_like_json(text: &str) -> bool {
    matches!(text, "null" | "true" | "false")
        || serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// What was received, then what came later, then what is missed: everything that has a line.
fn whole(record: &RecordDetail, failing: &BTreeSet<Path>) -> Value {
    let mut whole = Value::Object(Map::new());
    if let Layout::Csv { columns, .. } = &record.layout {
        whole = columns
            .iter()
            .map(|name| (name.clone(), Value::Null))
            .collect();
    }
    for value in [&record.received, &record.row.current]
        .into_iter()
        .flatten()
    {
        join(&mut whole, value);
    }
    for path in failing {
        add(&mut whole, &path.segments().collect::<Vec<_>>());
    }
    whole
}

/// Adds to `whole` what `value` has besides. Where they differ in kind, the later one says what there is to open.
fn join(whole: &mut Value, value: &Value) {
    match (whole, value) {
        (Value::Object(known), Value::Object(members)) => {
            for (name, member) in members {
                match known.get_mut(name) {
                    Some(known) => join(known, member),
                    None => {
                        known.insert(name.clone(), member.clone());
                    }
                }
            }
        }
        (Value::Array(known), Value::Array(items)) => {
            for (position, item) in items.iter().enumerate() {
                match known.get_mut(position) {
                    Some(known) => join(known, item),
                    None => known.push(item.clone()),
                }
            }
        }
        (whole, value) => *whole = value.clone(),
    }
}

/// Makes room for a field that is missed, where its parent can hold it.
fn add(whole: &mut Value, segments: &[String]) {
    let Some((name, rest)) = segments.split_first() else {
        return;
    };
    let inner = match whole {
        Value::Object(members) => members.entry(name.clone()).or_insert_with(|| match rest {
            [] => Value::Null,
            _ => Value::Object(Map::new()),
        }),
        Value::Array(items) => match name.parse().ok().and_then(|at: usize| items.get_mut(at)) {
            Some(item) => item,
            None => return,
        },
        _ => return,
    };
    add(inner, rest);
}

fn leaf_paths(value: &Value) -> Vec<Path> {
    fn go(value: &Value, at: &Path, paths: &mut Vec<Path>) {
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, value)| go(value, &at.child(name), paths)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(position, value)| go(value, &at.child(&position.to_string()), paths)),
            _ => paths.push(at.clone()),
        }
    }
    let mut paths = Vec::new();
    go(value, &Path::root(), &mut paths);
    paths
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(leaves).sum(),
        Value::Array(items) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}
