//! The runs of this workspace, newest first.

mod choice;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Margin, Position, Rect},
    style::Style,
    text::Line,
    widgets::Paragraph,
};

use self::choice::{Order, Search};
use super::{about::padded, funnel::draw_words};
use crate::{
    model::{RunId, RunRow, Status},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, Query, Route, Ticket},
        keymap::Mode,
        theme::Theme,
        widgets::{
            lines::{Lines, below},
            panel::panel,
        },
        words,
    },
};

#[derive(Debug)]
pub struct Runs {
    state: State,
    pending: Option<Ticket>,
    selected: Option<RunId>,
    first: usize,
    lines: Lines,
    clock: Clock,
    order: Order,
    search: Search,
    /// The runs the person was in, the last one first, with the time when.
    visits: Vec<(RunId, String)>,
    asked_visits: Option<Ticket>,
    /// Whether the only run is opened at once; not when a person came here from it.
    open_only: bool,
}

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Vec<RunRow>),
}

impl Runs {
    pub fn open(cx: &mut Cx) -> Self {
        Self {
            state: State::Loading,
            // Known before the runs are, so that the cursor begins with the last one.
            asked_visits: Some(cx.ask(Query::Visits)),
            pending: Some(cx.ask(Query::Runs)),
            order: Order::default(),
            search: Search::default(),
            visits: Vec::new(),
            selected: None,
            first: 0,
            lines: Lines::default(),
            clock: cx.clock.clone(),
            open_only: true,
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        if self.search.is_typing {
            return Self::typing_offers();
        }
        let mut offers = Vec::new();
        if self.chosen().is_some() {
            offers.push(Offer::new(Action::Open, "Open"));
        }
        if matches!(&self.state, State::Known(runs) if !runs.is_empty()) {
            offers.push(Offer::new(Action::Filter, "Filter"));
            offers.push(Offer::new(Action::Sort, "Sort"));
        }
        offers
    }

    pub fn escape(&self) -> &'static str {
        match (self.search.is_typing, self.search.text()) {
            (true, _) => "Cancel",
            (false, "") => "Quit",
            (false, _) => "Clear filter",
        }
    }

    pub fn mode(&self) -> Mode {
        if self.search.is_typing {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.search.is_typing {
            return self.act_while_typing(action);
        }
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        match action {
            Action::Filter => self.search.is_typing = true,
            Action::Sort => self.ask_for_order(cx),
            Action::Back => self.search = Search::default(),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            Action::Open => {
                if let Some(run) = self.chosen().map(|run| run.id) {
                    cx.effects.push(Effect::Replace(Route::Run { run }));
                }
            }
            _ => {}
        }
    }

    pub fn point(&mut self, place: Position) -> bool {
        let run = self.lines.at(place);
        let run = run.and_then(|at| self.listed().get(at).map(|run| run.id));
        self.selected = run.or(self.selected);
        run.is_some()
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        [self.pending, self.asked_visits].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self
            .asked_visits
            .take_if(|asked| *asked == ticket)
            .is_some()
        {
            // Without them the list is shown all the same.
            if let Ok(Answer::Visits(visits)) = answer {
                self.visits = visits;
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::Runs(runs)) => {
                if let ([only], true) = (runs.as_slice(), self.open_only) {
                    let run = only.id;
                    cx.effects.push(Effect::Replace(Route::Run { run }));
                }
                let last = self.visits.first().map(|(run, _)| *run);
                let kept = self
                    .selected
                    .or(last)
                    .filter(|kept| runs.iter().any(|run| run.id == *kept));
                self.selected = kept.or(runs.first().map(|run| run.id));
                self.state = State::Known(runs);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.open_only = false;
        self.asked_visits = Some(cx.ask(Query::Visits));
        self.pending = Some(cx.ask(Query::Runs));
    }

    pub fn tip(&self) -> String {
        match &self.state {
            State::Known(runs) => format!(
                "{} in this workspace.",
                text::count(runs.len() as u64, "run")
            ),
            _ => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        match &self.state {
            State::Loading => {
                return draw_words(
                    frame,
                    area,
                    "Choose an import run",
                    &["loading ...".to_owned()],
                    theme,
                );
            }
            State::Failed(words) => {
                return draw_words(
                    frame,
                    area,
                    "Cannot open this workspace",
                    std::slice::from_ref(words),
                    theme,
                );
            }
            State::Known(runs) if runs.is_empty() => {
                let words = [
                    "This workspace holds no run yet.".to_owned(),
                    String::new(),
                    "Load one:         redrive load FILE --contract CONTRACT".to_owned(),
                    "Try the example:  redrive demo".to_owned(),
                ];
                return draw_words(frame, area, "Choose an import run", &words, theme);
            }
            State::Known(_) => {}
        }
        let is_searched = self.search.is_typing || !self.search.text().is_empty();
        let [search, list, card] = area.layout(&Layout::vertical([
            Constraint::Length(u16::from(is_searched)),
            Constraint::Fill(1),
            Constraint::Length(if area.height >= 16 { 6 } else { 0 }),
        ]));
        self.draw_search(frame, search, theme);
        let runs: Vec<RunRow> = self.listed().into_iter().cloned().collect();
        let at = self.at().unwrap_or_default();
        let room = usize::from(list.height.saturating_sub(3)).max(1);
        let mut first = self.first.min(at).max((at + 1).saturating_sub(room));
        if runs.len() <= room {
            first = 0;
        }
        self.draw_list(frame, list, &runs, (first, room, at), theme);
        let inside = list.inner(Margin::new(1, 1));
        self.lines = Lines::new(below(inside, 1), first, runs.len());
        if let (Some(run), false) = (runs.get(at), card.is_empty()) {
            self.draw_card(frame, card, run, theme);
        }
        self.first = first;
    }

    fn draw_list(
        &self,
        frame: &mut Frame,
        area: Rect,
        runs: &[RunRow],
        (first, room, at): (usize, usize, usize),
        theme: Theme,
    ) {
        let note = if runs.len() <= room {
            self.order.words()
        } else {
            format!(
                "{}, showing {}-{} of {}",
                self.order.words(),
                first + 1,
                (first + room).min(runs.len()),
                runs.len()
            )
        };
        let block = panel(area.width, "Choose an import run", &note, true, theme);
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let wide = inside.width >= 90;
        let name = if wide { 22 } else { 18 };
        let read = |words: &str| {
            if wide {
                format!("{words:>9}")
            } else {
                String::new()
            }
        };
        let heading = format!(
            "   {:<name$}{:<17}{}{:>10}{:>8}{:>7}  State",
            "Run",
            "Started",
            read("Read"),
            "Rejected",
            "To fix",
            "Sent"
        );
        let mut lines = vec![Line::styled(heading, theme.muted())];
        for (place, run) in runs.iter().enumerate().skip(first).take(room) {
            lines.push(self.line(run, place == at, (usize::from(inside.width), name), theme));
        }
        frame.render_widget(Paragraph::new(lines), inside);
        let y = inside.y + 1 + (at - first) as u16;
        if inside.contains((inside.x + 1, y).into()) {
            frame.set_cursor_position((inside.x + 1, y));
        }
    }

    fn line(
        &self,
        run: &RunRow,
        chosen: bool,
        (columns, name): (usize, usize),
        theme: Theme,
    ) -> Line<'static> {
        let read = match columns {
            90.. => format!("{:>9}", text::thousands(run.records)),
            _ => String::new(),
        };
        let sent = run.with_status(Status::Accepted) + run.with_status(Status::HandedOver);
        let line = format!(
            " {} {}{}{}{:>10}{:>8}{:>7}  {}",
            if chosen { ">" } else { " " },
            padded(&text::safe(&run.name), name),
            padded(&self.clock.day_and_time(&run.loaded_at), 17),
            read,
            text::thousands(run.rejected),
            text::thousands(run.with_status(Status::Rejected)),
            text::thousands(sent),
            state(run)
        );
        let line = text::shorten(&line, columns);
        let style = if chosen { theme.select() } else { Style::new() };
        Line::styled(line, style)
    }

    fn step(&mut self, by: isize) {
        let at = self.at().unwrap_or_default().saturating_add_signed(by);
        let listed = self.listed();
        let at = at.min(listed.len().saturating_sub(1));
        self.selected = listed.get(at).map(|run| run.id);
    }

    fn at(&self) -> Option<usize> {
        (self.listed().iter()).position(|run| Some(run.id) == self.selected)
    }

    fn chosen(&self) -> Option<&RunRow> {
        self.listed().get(self.at()?).copied()
    }

    fn draw_card(&self, frame: &mut Frame, area: Rect, run: &RunRow, theme: Theme) {
        let block = panel(area.width, &text::safe(&run.name), "", false, theme);
        let contract = run
            .contract
            .as_deref()
            .unwrap_or("none: nothing can be checked");
        let visit = self.visits.iter().find(|(visited, _)| *visited == run.id);
        let visit = visit.map(|(_, time)| {
            let time = self.clock.day_and_time(time);
            format!("Your last visit: {time}. It will be just as you left it.")
        });
        let lines = [
            format!(
                "From      {}  ({} bytes, {})",
                run.source,
                text::thousands(run.bytes),
                run.format
            ),
            format!("Contract  {contract}"),
            format!(
                "{} read, {} passed, {}{} rejected, {} of them unreadable.",
                text::thousands(run.records),
                text::thousands(run.passed),
                if run.capped { "at least " } else { "" },
                text::thousands(run.rejected),
                text::thousands(run.unparsed)
            ),
            visit.unwrap_or_default(),
        ];
        let columns = usize::from(area.width).saturating_sub(4);
        let lines: Vec<Line> = lines
            .iter()
            .map(|line| Line::from(format!(" {}", text::shorten(&text::safe(line), columns))))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

/// In a few words, what is left to do with a run.
fn state(run: &RunRow) -> String {
    let left = run.with_status(Status::Rejected);
    let ready = run.with_status(Status::Ready);
    match (left, ready) {
        _ if run.rejected == 0 && ready == 0 => "nothing to fix".to_owned(),
        (0, 0) => "done".to_owned(),
        (_, 0) => format!("{} to fix", text::thousands(left)),
        (_, ready) => format!("{} ready, not sent", text::thousands(ready)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::{app, picture, press};

    #[test]
    fn the_page_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut app(Route::Runs, (100, 30))), @r#"
         redrive                                                                 version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────────────────────────── newest first ┐
        │   Run                   Started               Read  Rejected  To fix   Sent  State               │
        │ > customers-2025-11-20  20 Nov 2025         10,000     1,387   1,384      0  3 ready, not sent   │
        │   customers-2025-11-19  19 Nov 2025         10,000       212       0    212  done                │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ customers-2025-11-20 ────────────────────────────────────────────────────────────────────────────┐
        │ From      customers.csv  (2,210,443 bytes, csv)                                                  │
        │ Contract  customers                                                                              │
        │ 10,000 read, 8,613 passed, 1,387 rejected, 12 of them unreadable.                                │
        │ Your last visit: 20 Nov 2025. It will be just as you left it.                                    │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         2 runs in this workspace.
         Enter Open  / Filter  s Sort                                                      ? Help  Esc Quit
        "#);
    }

    #[test]
    fn the_page_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut app(Route::Runs, (80, 24))), @r#"
         redrive                                             version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────── newest first ┐
        │   Run               Started            Rejected  To fix   Sent  State        │
        │ > customers-2025-1… 20 Nov 2025           1,387   1,384      0  3 ready, not…│
        │   customers-2025-1… 19 Nov 2025             212       0    212  done         │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ customers-2025-11-20 ────────────────────────────────────────────────────────┐
        │ From      customers.csv  (2,210,443 bytes, csv)                              │
        │ Contract  customers                                                          │
        │ 10,000 read, 8,613 passed, 1,387 rejected, 12 of them unreadable.            │
        │ Your last visit: 20 Nov 2025. It will be just as you left it.                │
        └──────────────────────────────────────────────────────────────────────────────┘
         2 runs in this workspace.
         Enter Open  / Filter  s Sort                                  ? Help  Esc Quit
        "#);
    }

    #[test]
    fn enter_opens_the_problems_of_the_run_under_the_cursor() {
        let mut app = app(Route::Runs, (80, 24));
        let effects = press(&mut app, "j<ret>");
        assert!(matches!(
            effects[0],
            Effect::Ask(_, Query::Groups { run: RunId(2) })
        ));
        assert!(picture(&mut app).contains("[1 Problems 6]"));
    }
}
