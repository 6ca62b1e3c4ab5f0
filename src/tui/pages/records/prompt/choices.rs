//! What a filter can go on with, as a list below the prompt.

use std::collections::HashSet;

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::Line,
    widgets::{Clear, Paragraph},
};
use serde_json::Value;

use crate::{
    filter::{Item, MEANINGS, Of, Offered, STANDINGS, begins, key_of_field},
    model::Path,
    ops::View,
    text,
    tui::{
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, Roll, first_in_sight},
            panel::panel,
            scrollbar::Scrollbar,
        },
    },
};

/// Lines that are seen at once.
const SHOWN: usize = 8;
/// The most columns of a label, and of what stands behind it.
const WIDTHS: (usize, usize) = (36, 34);
/// How deep in a record fields are offered.
const DEPTH: usize = 4;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Safe to print.
    label: String,
    /// Safe to print.
    note: String,
    pub with: With,
}

/// What a choice puts in the place of what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum With {
    /// A key or a value.
    Part(String),
    /// The whole line.
    Line(String),
}

#[derive(Debug, Default)]
pub(super) struct Choices {
    lines: Vec<Choice>,
    /// The line under the cursor, once it is in the list.
    at: Option<usize>,
    /// The first line that is shown.
    first: usize,
    places: Lines,
}

impl Choices {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line under the cursor.
    pub fn chosen(&self) -> Option<&Choice> {
        self.lines.get(self.at?)
    }

    /// The line under the cursor, else the first.
    pub fn wanted(&self) -> Option<&Choice> {
        self.lines.get(self.at.unwrap_or(0))
    }

    /// Moves the cursor; above the first line it is in the prompt again.
    pub fn step(&mut self, by: isize) {
        let last = self.lines.len().saturating_sub(1);
        self.at = match self.at {
            None if by > 0 => Some(0),
            None => None,
            Some(at) => at.checked_add_signed(by).map(|at| at.min(last)),
        };
    }

    pub fn leave(&mut self) {
        self.at = None;
    }

    /// Puts the cursor on the line under the pointer. Says whether there is one.
    pub fn choose_at(&mut self, place: Position) -> bool {
        let line = self.places.at(place);
        self.at = line.or(self.at);
        line.is_some()
    }

    /// The scrollbar, if it is there.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        self.places.bar_at(place)
    }

    /// Moves what is in sight. The cursor comes along, and from the prompt into the list.
    pub fn roll(&mut self, roll: Roll) {
        if let Some((first, at)) = self.places.roll(roll, self.at.unwrap_or(0)) {
            (self.first, self.at) = (first, Some(at));
        }
    }

    /// Fields and keys that begin with what is typed, those of the data first where something is typed.
    pub fn add_keys(&mut self, typed: &str, fields: &[String]) {
        let fields = fields.iter().map(|field| (field.as_str(), "field"));
        let mut all: Vec<(&str, &str)> = fields.chain(MEANINGS).collect();
        if typed.is_empty() {
            // Who asks for everything looks for the keys.
            all.rotate_right(MEANINGS.len());
        }
        for (key, meaning) in all {
            let name = key.trim_start_matches('.');
            if begins(name, typed.trim_start_matches('.')) {
                self.add(&format!("{key}:"), meaning, With::Part(format!("{key}:")));
            }
        }
    }

    /// Views a word of whose name begins with what is typed.
    pub fn add_views(&mut self, typed: &str, views: &[View]) {
        for view in views {
            let mut words = view.name.split_whitespace();
            if begins(&view.name, typed) || words.any(|word| begins(word, typed)) {
                self.add(&view.name, &view.filter, With::Line(view.filter.clone()));
            }
        }
    }

    /// Values that begin with what is typed, with how many records have each; those of the whole run are said to be.
    pub fn add_values(&mut self, of: &Of, sign: char, typed: &str, offered: &Offered) {
        let more = match offered {
            Offered { of_run: true, .. } => " of all",
            Offered { whole: true, .. } => "",
            _ => "+",
        };
        for (value, records) in &offered.values {
            let label = match value {
                Item::Like(text) => text.clone(),
                other => other.to_string(),
            };
            if begins(&label, typed)
                && let Some(written) = of.written(sign, value)
            {
                let plus = if offered.of_run && !offered.whole {
                    "+"
                } else {
                    ""
                };
                let note = format!("{}{plus}{more}", text::thousands(*records));
                self.add(&label, &note, With::Part(written));
            }
        }
    }

    /// What `is:` takes besides the states.
    pub fn add_standings(&mut self, of: &Of, typed: &str) {
        if *of == Of::Key("is".to_owned()) {
            for (word, meaning) in STANDINGS {
                if begins(word, typed) {
                    self.add(word, meaning, With::Part(word.to_owned()));
                }
            }
        }
    }

    /// What stands there already is no choice.
    pub fn leave_out(&mut self, typed: &str) {
        let typed = With::Part(typed.to_owned());
        self.lines.retain(|choice| choice.with != typed);
    }

    fn add(&mut self, label: &str, note: &str, with: With) {
        self.lines.push(Choice {
            label: text::shorten(&text::safe(label), WIDTHS.0),
            note: text::shorten(&text::safe(note), WIDTHS.1),
            with,
        });
    }

    /// Draws the list below the first row of an area, its text below that column.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, column: u16, theme: Theme) {
        self.places = Lines::default();
        let room = SHOWN.min(usize::from(area.height.saturating_sub(3)));
        if self.lines.is_empty() || room == 0 {
            return;
        }
        let widest = |width: fn(&Choice) -> usize| self.lines.iter().map(width).max().unwrap_or(0);
        let label = widest(|choice| text::width(&choice.label));
        let note = widest(|choice| text::width(&choice.note));
        let width = ((label + note + 8) as u16).min(area.width);
        let at = self.at.unwrap_or(0);
        self.first = first_in_sight(self.first, at, self.lines.len(), room);
        let place = Rect {
            x: column
                .saturating_sub(3)
                .min(area.right().saturating_sub(width)),
            y: area.y + 1,
            width,
            height: (self.lines.len().min(room) + 2) as u16,
        };
        let all = self.lines.len();
        let more = if all > room {
            format!("{} of {all}", at + 1)
        } else {
            String::new()
        };
        frame.render_widget(Clear, place);
        let block = panel(width, "", &more, self.at.is_some(), theme);
        let inside = block.inner(place);
        frame.render_widget(block, place);
        self.places = Lines::new(inside, self.first, all).with_bar(frame, place.right() - 1, theme);
        let shown = self.lines.iter().enumerate().skip(self.first).take(room);
        let is_number = |note: &str| note.starts_with(|c: char| c.is_ascii_digit());
        let lines = shown.map(|(line, choice)| {
            let is_chosen = self.at == Some(line);
            let cursor = if is_chosen { ">" } else { " " };
            let gap = " ".repeat(label - text::width(&choice.label));
            let right = if is_number(&choice.note) {
                " ".repeat(note - text::width(&choice.note))
            } else {
                String::new()
            };
            let words = format!(" {cursor} {}{gap}  {right}{} ", choice.label, choice.note);
            let style = if is_chosen {
                theme.select()
            } else {
                ratatui::style::Style::new()
            };
            Line::styled(words, style)
        });
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inside);
        if let Some(at) = self.at {
            put_cursor(frame, inside, (1, at.saturating_sub(self.first) as u16));
        }
    }
}

/// The fields of some records, as keys of a filter, in their order.
pub(super) fn fields_of<'v>(records: impl Iterator<Item = &'v Value>) -> Vec<String> {
    let mut keys = Keys::default();
    for record in records {
        add_fields(&Path::root(), record, DEPTH, &mut keys);
    }
    keys.in_order
}

/// Keys, each once.
#[derive(Default)]
struct Keys {
    in_order: Vec<String>,
    known: HashSet<String>,
}

fn add_fields(path: &Path, value: &Value, depth: usize, keys: &mut Keys) {
    match value {
        Value::Object(fields) if depth > 0 => {
            for (name, value) in fields {
                add_fields(&path.child(name), value, depth - 1, keys);
            }
        }
        // What holds for one entry holds for all.
        Value::Array(items) if depth > 0 && items.iter().any(Value::is_object) => {
            for item in items.iter().take(3) {
                add_fields(&path.child("[]"), item, depth - 1, keys);
            }
        }
        _ if path.is_root() => {}
        _ => {
            let key = key_of_field(path);
            if keys.known.insert(key.clone()) {
                keys.in_order.push(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_offered_as_they_are_typed() {
        let records = [
            json!({"country": "DE", "status": "x", "lines": [{"qty": 1}, {"tax": 2}], "tags": ["a"]}),
            json!({"country": "FR", "address": {"city": "Köln"}, "a b": null}),
        ];
        let fields = fields_of(records.iter());
        assert_eq!(
            fields,
            [
                "country",
                ".status",
                "lines[].qty",
                "lines[].tax",
                "tags",
                "address.city",
                ".\"/a b\""
            ]
        );
    }
}
