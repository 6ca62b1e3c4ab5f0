//! How the run picker looks.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::Line,
    widgets::Paragraph,
};

use super::{Runs, State, Under, WAYS};
use crate::{
    model::{RunRow, Status},
    text,
    tui::{
        pages::{funnel::draw_words, list::fitted},
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, first_in_sight},
            panel::panel,
        },
    },
};

const TITLE: &str = "Choose an import run";

/// Lines below the runs: an empty one and the ways to others; where there is room, what else there is.
const BELOW: [usize; 2] = [3, 5];

/// Columns of what is inside the list, and of the number and the name of a run.
#[derive(Clone, Copy)]
struct Columns {
    all: usize,
    /// Digits of the largest number of a run.
    number: usize,
    name: usize,
}

impl Columns {
    fn new(all: usize, runs: &[RunRow]) -> Self {
        let name = if all >= 76 { 22 } else { 12 };
        let digits = runs.iter().map(|run| run.id.to_string().len());
        let number = digits.max().unwrap_or_default();
        Self { all, number, name }
    }

    fn is_wide(self) -> bool {
        self.all >= 90
    }

    fn read(self, words: &str) -> String {
        if self.is_wide() {
            format!("{words:>9}")
        } else {
            String::new()
        }
    }

    fn gap(self) -> &'static str {
        if self.is_wide() { "  " } else { " " }
    }
}

impl Runs {
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let told = |frame: &mut Frame, title: &str, words: &str| {
            draw_words(frame, area, title, &[words.to_owned()], theme);
        };
        match &self.state {
            State::Loading => return told(frame, TITLE, "loading ..."),
            State::Failed(words) => return told(frame, "Cannot open this workspace", words),
            State::Known(_) => {}
        }
        let is_searched = self.search.is_typing || !self.search.text().is_empty();
        let card = match (area.width, area.height) {
            (100.., 24..) => 9,
            (_, 16..) => 7,
            _ => 0,
        };
        let [search, list, card] = area.layout(&Layout::vertical([
            Constraint::Length(u16::from(is_searched)),
            Constraint::Fill(1),
            Constraint::Length(card),
        ]));
        self.draw_list(frame, list, theme);
        // The terminal's cursor is in the text that is typed.
        self.draw_search(frame, search, theme);
        if !card.is_empty() {
            self.draw_card(frame, card, theme);
        }
    }

    fn draw_list(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let runs: Vec<RunRow> = self.listed().into_iter().cloned().collect();
        let at = self.at().unwrap_or_default();
        let height = usize::from(area.height.saturating_sub(2));
        let below = BELOW[usize::from(height >= 10)];
        let room = height.saturating_sub(1 + below).max(1);
        // While the cursor is below them, the last runs are in sight.
        let line = at.min(runs.len().saturating_sub(1));
        let first = first_in_sight(self.first, line, runs.len(), room);
        self.first = first;
        let shown = runs.len().saturating_sub(first).min(room);
        let note = self.note(first, shown, runs.len());
        let block = panel(area.width, TITLE, &note, true, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let columns = Columns::new(usize::from(inside.width), &runs);
        let mut lines = match runs.as_slice() {
            [] => vec![Line::from(self.nothing())],
            _ => vec![Line::styled(heading(columns), theme.muted())],
        };
        for (place, run) in runs.iter().enumerate().skip(first).take(shown) {
            lines.push(self.line(run, place == at, columns, theme));
        }
        lines.push(Line::default());
        let row = |n: usize| Rect {
            y: inside.y + n as u16,
            height: inside.height.saturating_sub(n as u16),
            ..inside
        };
        let exactly = |n: usize, height: usize| Rect {
            height: row(n).height.min(height as u16),
            ..row(n)
        };
        self.lines = Lines::new(exactly(1, shown), first, runs.len());
        self.ways = Lines::new(exactly(lines.len(), WAYS.len()), 0, WAYS.len());
        let mut cursor = 1 + at.saturating_sub(first);
        for way in WAYS {
            if self.selected == Under::Way(way) {
                cursor = lines.len();
            }
            lines.push(self.way(way, columns, theme));
        }
        if below == BELOW[1] {
            let words = " Another workspace opens by its path, or with  redrive -w FILE";
            lines.extend([Line::default(), Line::from(words)]);
        }
        frame.render_widget(Paragraph::new(lines), inside);
        put_cursor(frame, inside, (1, cursor as u16));
    }

    /// In what order the runs are, and which are shown where not all are.
    fn note(&self, first: usize, shown: usize, all: usize) -> String {
        let order = self.order.words();
        if shown == all {
            return order;
        }
        format!("{order}, showing {}-{} of {all}", first + 1, first + shown)
    }

    /// What stands in place of the runs.
    fn nothing(&self) -> &'static str {
        match &self.state {
            State::Known(runs) if runs.is_empty() => " There is no run here yet.",
            _ => " No run matches.",
        }
    }

    fn way(&self, way: super::Action, columns: Columns, theme: Theme) -> Line<'static> {
        let is_chosen = self.selected == Under::Way(way);
        let sentence = way.about().sentence;
        let more = match way {
            super::Action::OpenFile => "...",
            _ => "",
        };
        let why = if self.read_only {
            "   the workspace is open to read only"
        } else {
            ""
        };
        let sign = if is_chosen { ">" } else { " " };
        let line = text::shorten(&format!(" {sign} {sentence}{more}{why}"), columns.all);
        let style = match (is_chosen, self.read_only) {
            (true, _) => theme.select(),
            (false, true) => theme.muted(),
            (false, false) => Style::new(),
        };
        Line::styled(line, style)
    }

    fn line(&self, run: &RunRow, chosen: bool, columns: Columns, theme: Theme) -> Line<'static> {
        let sent = run.with_status(Status::Accepted) + run.with_status(Status::HandedOver);
        let line = format!(
            " {} {:>number$} {}{}{}{:>10}{:>7}{:>6}{}{}",
            if chosen { ">" } else { " " },
            run.id.to_string(),
            fitted(&text::safe(&run.name), columns.name),
            fitted(
                &self.clock.day_and_time(&run.loaded_at),
                self.clock.columns()
            ),
            columns.read(&text::thousands(run.records)),
            text::thousands(run.rejected),
            text::thousands(fixed(run)),
            text::thousands(sent),
            columns.gap(),
            self.state_of(run),
            number = columns.number
        );
        let line = text::shorten(&line, columns.all);
        let style = if chosen { theme.select() } else { Style::new() };
        Line::styled(line, style)
    }

    /// In a few words, who is at a run, else what is left to do with it.
    fn state_of(&self, run: &RunRow) -> String {
        let at_it = self.in_work.iter().find(|(id, _)| *id == run.id);
        if let Some((_, name)) = at_it {
            return format!("in work by {}", text::shorten(&text::safe(name), 24));
        }
        let left = run.with_status(Status::Rejected);
        let ready = run.with_status(Status::Ready);
        let on_the_way = run.with_status(Status::Sending);
        let unknown = run.with_status(Status::Unknown);
        let aside = run.with_status(Status::Discarded);
        match (left, ready) {
            (0, 0) if on_the_way > 0 => format!("{} on the way", text::thousands(on_the_way)),
            (0, 0) if unknown > 0 => format!("{} without an answer", text::thousands(unknown)),
            (0, 0) if run.with_status(Status::HandedOver) > 0 => "done, handed over".to_owned(),
            (0, 0) if run.rejected == 0 => "nothing to fix".to_owned(),
            (0, 0) if aside == 0 => "done, all sent".to_owned(),
            (0, 0) => "done".to_owned(),
            (_, 0) => format!("{} to fix", text::thousands(left)),
            (_, ready) => format!("{} ready, not sent", text::thousands(ready)),
        }
    }
}

/// Records that were rejected, and are neither wrong any more nor set aside.
fn fixed(run: &RunRow) -> u64 {
    let open = run.with_status(Status::Rejected) + run.with_status(Status::Discarded);
    run.rejected.saturating_sub(open)
}

fn heading(columns: Columns) -> String {
    format!(
        "   {}{}{}{:>10}{:>7}{:>6}{}State",
        fitted("Run", columns.name + columns.number + 1),
        fitted("Started", 15),
        columns.read("Read"),
        "Rejected",
        "Fixed",
        "Sent",
        columns.gap()
    )
}
