//! Somebody changed the record while it was edited here: what it was, what they made of it, what was typed, and what to do.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};
use serde_json::Value;

use super::{
    Verdict,
    choices::{Choice, Choices},
    dialog::wrap,
    ears::Ears,
    framed,
};
use crate::{
    fix::three_way::Parting,
    model::{Status, WhoChanged},
    ops::{Conflict, Decision},
    text,
    tui::{
        action::Action,
        event::{Cx, Effect},
        meeting::Meeting,
        theme::Theme,
        widgets::{
            footer::Hint,
            lines::{Roll, below},
            scrollbar::Scrollbar,
        },
    },
};

/// The widest it is made.
const WIDEST: u16 = 104;

/// Columns for who changed a field.
const WHO: usize = 13;

#[derive(Debug)]
pub struct Disagreement {
    conflict: Conflict,
    /// Who changed it and when. Safe to print; may be empty.
    theirs: String,
    /// Why the record cannot be changed any more, if so. Safe to print.
    closed: Option<String>,
    choices: Choices<Way>,
    pub(super) ears: Ears,
}

/// One way to go on.
#[derive(Debug)]
struct Way {
    letter: char,
    how: Decision,
    words: &'static str,
}

impl Choice for Way {
    fn label(&self) -> &str {
        self.words
    }

    fn letter(&self) -> Option<char> {
        Some(self.letter)
    }
}

impl Disagreement {
    pub fn new(conflict: Conflict, cx: &Cx) -> Self {
        let theirs = match &conflict.theirs {
            Some((author, at)) => {
                let author = text::shorten(&text::safe(author), 16);
                format!("{author}, {}", cx.clock.exact(at))
            }
            None => String::new(),
        };
        let closed = closed(&conflict, cx);
        let ways = ways(&conflict);
        // The one that decides nothing.
        let last = ways.len() - 1;
        Self {
            conflict,
            theirs,
            closed,
            choices: Choices::new(ways).beginning_at(last),
            ears: Ears::default(),
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        if self.ears.are_deaf(cx) {
            return Verdict::Stay;
        }
        match action {
            Action::Back => return self.decide(Decision::Keep),
            Action::Open => return self.take(),
            _ => self.choices.act(action, cx),
        }
        Verdict::Stay
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &Cx) -> Verdict {
        if self.ears.hear_letter(cx) && self.choices.type_key(key) {
            self.take()
        } else {
            Verdict::Stay
        }
    }

    pub fn click(&mut self, place: Position, cx: &Cx) -> Verdict {
        if !self.ears.are_deaf(cx) && self.choices.click(place) {
            self.take()
        } else {
            Verdict::Stay
        }
    }

    /// Moves what is in sight of the ways to go on.
    pub fn roll(&mut self, roll: Roll) {
        self.choices.roll(roll);
    }

    /// The scrollbar under the pointer.
    pub fn bar_at(&self, place: Position) -> Option<Scrollbar> {
        self.choices.bar_at(place)
    }

    fn take(&self) -> Verdict {
        let chosen = self.choices.chosen();
        chosen.map_or(Verdict::Stay, |way| self.decide(way.how))
    }

    fn decide(&self, how: Decision) -> Verdict {
        let conflict = Box::new(self.conflict.clone());
        Verdict::Then(Effect::Meet(Meeting::Decide(conflict, how)))
    }

    pub fn hints() -> Vec<Hint> {
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        vec![
            hint("Type", "a letter"),
            hint("Up/Down", "Choose"),
            hint("Enter", "Do it"),
        ]
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = area.width.saturating_sub(4).min(WIDEST);
        let columns = usize::from(width).saturating_sub(4);
        let ways = self.choices.height();
        let most = usize::from(area.height).saturating_sub(ways + 6);
        let mut lines = match &self.closed {
            Some(words) => (wrap(words, columns).into_iter())
                .map(|line| Line::from(format!(" {line}")))
                .collect(),
            None => self.table(columns, most.max(1), theme),
        };
        lines.push(Line::default());
        let first = lines.len();
        let id = text::thousands(self.conflict.saving.record.0.unsigned_abs());
        let (title, theirs) = match self.closed {
            Some(_) => (format!("Record {id} cannot be changed now"), ""),
            None => (
                format!("Record {id} changed while you were editing"),
                self.theirs.as_str(),
            ),
        };
        let size = (width, (first + ways + 2) as u16);
        let inside = framed(frame, area, size, &title, theirs, theme);
        frame.render_widget(Paragraph::new(lines), inside);
        let below = below(inside, first as u16);
        self.choices.draw(frame, below, 1, theme);
    }

    /// A line for each field that is not the same to all, what both changed first.
    fn table(&self, columns: usize, most: usize, theme: Theme) -> Vec<Line<'static>> {
        let mut fields: Vec<&Parting> = self.conflict.partings.iter().collect();
        fields.sort_by_key(|one| match one.who() {
            WhoChanged::Both => 0,
            WhoChanged::Mine => 1,
            WhoChanged::Theirs => 2,
            WhoChanged::Alike => 3,
        });
        let label = |one: &Parting| text::safe(&one.path.label()).into_owned();
        let longest = fields.iter().map(|one| text::width(&label(one))).max();
        let name = longest.unwrap_or_default().clamp(5, 18) + 2;
        let value = columns.saturating_sub(name + WHO) / 3;
        let widths = [name, value, value, value, WHO];
        let opened = if value > 15 {
            "when you opened"
        } else {
            "opened"
        };
        let head = ["field", opened, "now", "yours", ""];
        let mut lines = vec![row(head.map(str::to_owned), widths, [theme.muted(); 5])];
        let shown = if fields.len() > most {
            most.saturating_sub(1)
        } else {
            fields.len()
        };
        for one in &fields[..shown] {
            let who = one.who();
            let style = match who {
                WhoChanged::Both => theme.warn(),
                _ => theme.muted(),
            };
            let values = [&one.opened, &one.theirs, &one.mine].map(|value| as_cell(value.as_ref()));
            let values = values.each_ref().map(String::as_str);
            let values = text::shorten_beside(&values, &[value.saturating_sub(1); 3]);
            let [opened, theirs, mine] = <[String; 3]>::try_from(values).unwrap_or_default();
            let cells = [label(one), opened, theirs, mine, who.words().to_owned()];
            let plain = Style::new();
            lines.push(row(
                cells,
                widths,
                [plain, plain, plain, theme.changed(), style],
            ));
        }
        let hidden = fields.len() - shown;
        if hidden > 0 {
            let words = format!("   and {}", text::count(hidden as u64, "more field"));
            lines.push(Line::styled(words, theme.muted()));
        }
        lines
    }
}

fn row(cells: [String; 5], widths: [usize; 5], styles: [Style; 5]) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for ((words, width), style) in cells.into_iter().zip(widths).zip(styles) {
        let shown = text::shorten(&words, width.saturating_sub(1));
        let rest = width.saturating_sub(text::width(&shown));
        spans.push(Span::styled(shown, style));
        spans.push(Span::raw(" ".repeat(rest)));
    }
    Line::from(spans)
}

/// A value as a cell shows it. Safe to print.
fn as_cell(value: Option<&Value>) -> String {
    text::safe_whole(&text::in_words(value)).into_owned()
}

fn ways(conflict: &Conflict) -> Vec<Way> {
    let way = |letter, how, words| Way { letter, how, words };
    let merge = way(
        'm',
        Decision::Merge,
        "Merge: yours where only you changed it, theirs elsewhere",
    );
    let theirs = way(
        't',
        Decision::Theirs,
        "Take theirs, and forget what you typed",
    );
    let overwrite = way(
        'o',
        Decision::Overwrite,
        "Overwrite theirs (it stays in the history)",
    );
    let keep = way('d', Decision::Keep, "Keep my draft, and decide later");
    let can_merge = conflict.can_merge().then_some(merge);
    let can_overwrite = conflict.is_open().then_some(overwrite);
    let mut ways = Vec::new();
    ways.extend(can_merge);
    ways.push(theirs);
    ways.extend(can_overwrite);
    ways.push(keep);
    ways
}

/// Why the record cannot be changed at all any more, if so. Safe to print.
fn closed(conflict: &Conflict, cx: &Cx) -> Option<String> {
    let id = text::thousands(conflict.saving.record.0.unsigned_abs());
    let sent = conflict.sent.as_ref();
    let sent = sent.map_or(String::new(), |sent| {
        format!(" ({})", sent.words(&cx.clock.exact(&sent.since)))
    });
    let words = match conflict.status {
        _ if conflict.is_open() => return None,
        Status::Sending => format!(
            "Record {id} is being sent{sent}. Your edit is kept as a draft; it can be saved once the answer is known."
        ),
        Status::Unknown => format!(
            "Record {id} was sent{sent}, and nobody knows yet whether it arrived. Your edit is kept as a draft; it can be \
             saved once that is settled."
        ),
        Status::Discarded => format!(
            "Record {id} was set aside meanwhile. Your edit is kept as a draft; it can be saved once the record is taken back."
        ),
        _ => format!(
            "Record {id} was sent meanwhile, and what was sent stays as it was sent. Your edit is kept as a draft until you \
             forget it."
        ),
    };
    Some(text::safe(&words).into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{fix::three_way::part, tui::testing::conflict};

    #[test]
    fn what_differs_is_seen_of_values_that_begin_alike() {
        let mut found = conflict(7, "/email");
        let email = |end: &str| json!({"email": format!("simon.mensah@office.exam{end}")});
        let [opened, theirs, mine] = ["", "ple", "ple.com"].map(email);
        found.partings = part(&opened, &theirs, &mine);
        let asked = Disagreement::new(found, &Cx::default());
        let lines = asked.table(80, 5, Theme::default());
        assert_eq!(
            lines[1].to_string().trim_end(),
            " email  …office.exam        …office.example     …office.example.com both changed"
        );
    }
}
