//! What undo and redo would do next, in words.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{
    History,
    entry::{Entry, Id},
};
use crate::{
    model::{StepId, StepRow},
    text,
    tui::pages::list::fitted,
};

/// Columns below which a step's time is left out.
const NARROW: usize = 36;

const FROZEN: &str = "Sent records are frozen: undo skips them and says so.";

impl History {
    /// Below the entries, which take so many lines, where there is room for it.
    pub(super) fn draw_next(&self, frame: &mut Frame, inside: Rect, taken: u16) {
        let columns = usize::from(inside.width).saturating_sub(2);
        let mut lines = vec![FROZEN.to_owned()];
        lines.extend(self.next(columns));
        let height = lines.len() as u16;
        // An empty line stands between.
        if lines.len() == 1 || taken + 1 + height > inside.height {
            return;
        }
        let below = Rect {
            y: inside.bottom() - height,
            height,
            ..inside
        };
        let lines: Vec<Line> = (lines.into_iter())
            .map(|line| Line::from(format!(" {line}")))
            .collect();
        frame.render_widget(Paragraph::new(lines), below);
    }

    /// Puts it into the last of so many lines, if that is free.
    pub(super) fn put_next(&self, lines: &mut Vec<String>, room: usize, columns: usize) {
        let half = columns.saturating_sub(3) / 2;
        let next = self.next(half);
        if let [undo, redo] = next.as_slice()
            && lines.len() < room
        {
            lines.resize(room - 1, String::new());
            lines.push(format!("{}   {redo}", fitted(undo, half)));
        }
    }

    /// `Next undo: Set aside 12 records, 02:48`, and the same of the redo; nothing before it is known.
    fn next(&self, columns: usize) -> Vec<String> {
        let Some(turns) = self.turns else {
            return Vec::new();
        };
        let line = |(words, step): (&str, Option<StepId>)| {
            let room = columns.saturating_sub(text::width(words) + 1);
            format!("{words} {}", self.named(step, room))
        };
        [("Next undo:", turns.undo), ("Next redo:", turns.redo)]
            .map(line)
            .to_vec()
    }

    /// A step in so many columns, with its time where there is room for more than its name.
    fn named(&self, step: Option<StepId>, columns: usize) -> String {
        let Some(step) = step else {
            return "(nothing)".to_owned();
        };
        let mut entries = self.entries().iter();
        let Some(entry) = entries.find(|entry| entry.id() == Id::Step(step)) else {
            return "a step of another run".to_owned();
        };
        let sent = self.sent.get(&step).copied().unwrap_or_default();
        let is_frozen = |step: &StepRow| sent > 0 && sent >= step.records;
        if entry.step().is_some_and(is_frozen) {
            return text::shorten("none, as all of the last step was sent", columns);
        }
        let what = format!("{} {}", entry.action(), text::safe(&Entry::details(entry)));
        if columns < NARROW {
            return text::shorten(&what, columns);
        }
        let time = self.clock.day_and_time(entry.at());
        let room = columns.saturating_sub(text::width(&time) + 2);
        format!("{}, {time}", text::shorten(&what, room))
    }
}
