//! What stands around every page: header, tabs, status line, footer, and the message of a window that is too small.

use std::{ops::Range, time::Instant};

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

use super::{
    action::Action,
    app::{App, LEAST},
    keymap::{self, Mode},
    mouse::Spot,
    overlays::{Overlay, wrap},
    pages::Page,
    running::Running,
    tabs::Tab,
    widgets::{
        cursor::put_cursor,
        footer::{Hint, footer, hint_width, place},
        header::{Corner, header},
        lines,
    },
    words,
};
use crate::text;

impl App {
    /// The frame that was drawn last is out.
    pub fn drawn(&mut self, now: Instant) {
        let small = self.is_too_small();
        if let Some(overlay) = self.overlay.as_mut().filter(|_| !small) {
            overlay.seen(now);
        }
    }

    pub fn draw(&mut self, frame: &mut Frame) {
        let area = frame.area();
        if area.width < LEAST.width || area.height < LEAST.height {
            let running = self.job.as_ref().map(Running::name);
            return draw_too_small(frame, area, self.cx.keys.of(Action::Leave), running);
        }
        let status_height = self.status_lines(area.width).len() as u16;
        let [top, row, main, status, bottom] = area.layout(&Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Fill(1),
            Constraint::Length(status_height),
            Constraint::Length(1),
        ]));
        self.spots.clear();
        let header = self.header(top);
        frame.render_widget(Paragraph::new(header), top);
        let theme = self.theme;
        // Where nothing has focus, because nothing is there yet, it stands where that will be.
        put_cursor(frame, main, (2, 1));
        self.pages.top_mut().draw(frame, main, theme);
        // The row of tabs is seen while it has focus.
        let second = match self.pages.top().banner(theme) {
            Some(mut banner) if self.tab.is_none() => {
                // Details come last; half of one would say something else.
                while lines::width(&banner.spans) > usize::from(row.width) && banner.spans.len() > 1
                {
                    banner.spans.pop();
                }
                if let [only] = banner.spans.as_mut_slice() {
                    only.content = text::shorten(&only.content, row.width.into()).into();
                }
                banner
            }
            _ => self.tabs(row),
        };
        frame.render_widget(Paragraph::new(second), row);
        self.put_cursor_on_tab(frame);
        if let (Page::Records(_), None, Mode::Moving) =
            (self.pages.top(), &self.overlay, self.mode())
            && let Some(key) = keymap::parse(self.cx.keys.of(Action::Filter))
        {
            let line = Rect { height: 1, ..main };
            self.put_spot(line, Spot::Key(key));
        }
        if let Some(overlay) = &mut self.overlay {
            let area = Rect {
                y: row.y,
                height: main.height + 1,
                ..main
            };
            overlay.draw(frame, area, theme);
        }
        // A page knows only now what it had room for, and so what its tip need not say.
        let status_lines = self.status_lines(area.width);
        frame.render_widget(Paragraph::new(status_lines), status);
        self.put_undo(status);
        let footer = self.footer(bottom);
        frame.render_widget(Paragraph::new(footer), bottom);
    }

    fn header(&mut self, area: Rect) -> Line<'static> {
        let run = self.shown_run();
        let mut crumbs: Vec<String> = run
            .map(|run| text::safe(&run.name).into_owned())
            .into_iter()
            .collect();
        if run.is_some() {
            // What belongs to the run is beside its problems, not one of them.
            let all = self.pages.iter().any(Page::is_beside_problems);
            let inner = self
                .pages
                .iter()
                .skip_while(|page| page.problems_of().is_none())
                .skip(usize::from(all));
            let inner: Vec<String> = inner.map(Page::crumb).collect();
            // The Problems page itself is where a run begins.
            if all || inner.len() > 1 {
                crumbs.extend(inner);
            }
        }
        let (to, environment) = self.aim();
        let mut badges: Vec<String> = run
            .and_then(|run| words::badge(run, environment.as_deref()))
            .into_iter()
            .collect();
        if self.cx.read_only {
            badges.push("READ ONLY".to_owned());
        }
        let corner = match run {
            Some(run) => Corner {
                to,
                badges,
                note: format!("saved {}", self.cx.clock.time(&run.saved_at)),
            },
            None => Corner {
                to: None,
                badges,
                note: format!("version {}   {}", env!("CARGO_PKG_VERSION"), self.workspace),
            },
        };
        let (line, places) = header(area.width, &crumbs, &corner, self.theme);
        for (columns, pages) in places {
            self.put_spot(part(area, columns), Spot::Crumb(pages));
        }
        line
    }

    fn tabs(&mut self, area: Rect) -> Line<'static> {
        let Some(run) = self.shown_run().cloned() else {
            return Line::default();
        };
        let width = area.width;
        let active = self.active_tab();
        // Where there is little room, the tabs stand closer.
        let gap = if width < 100 { "" } else { " " };
        let mut spans = vec![Span::raw(" ")];
        let mut used = 1;
        for tab in Tab::ALL.into_iter().filter(|tab| *tab != Tab::Menu) {
            // Where they do not fit, the others are digits and counts.
            let with_word = width >= 80 || tab == active || self.tab == Some(tab);
            let label = self.tab_label(tab, &run, with_word);
            // Where the focus is must be seen without colour.
            let label = match (self.tab == Some(tab), tab == active) {
                (true, true) => format!(">{label}]"),
                (true, false) => format!(">{label} "),
                (false, true) => format!("[{label}]"),
                (false, false) => format!(" {label} "),
            };
            let columns = used as u16..(used + text::width(&label)) as u16;
            self.put_spot(part(area, columns), Spot::Tab(tab));
            used += text::width(&label) + gap.len();
            spans.push(Span::styled(label, self.tab_style(tab, tab == active)));
            spans.push(Span::raw(gap));
        }
        spans.push(Span::raw(
            " ".repeat(usize::from(width).saturating_sub(used + 6)),
        ));
        let is_chosen = self.tab == Some(Tab::Menu);
        spans.push(Span::raw(if is_chosen { ">" } else { " " }));
        let menu = width.saturating_sub(6)..width;
        self.put_spot(part(area, menu), Spot::Tab(Tab::Menu));
        spans.push(Span::styled("Menu", self.tab_style(Tab::Menu, false)));
        Line::from(spans)
    }

    fn put_cursor_on_tab(&self, frame: &mut Frame) {
        let spot = self.tab.map(Spot::Tab);
        let place = (self.spots.iter()).find(|(_, one)| Some(*one) == spot);
        if let Some((place, _)) = place {
            put_cursor(frame, *place, (0, 0));
        }
    }

    fn tab_style(&self, tab: Tab, active: bool) -> Style {
        match (self.tab == Some(tab), active) {
            (true, _) => self.theme.select(),
            (false, true) => self.theme.accent(),
            (false, false) => Style::new(),
        }
    }

    /// The status line and above it what must be noticed. As many lines before a page is drawn as after.
    fn status_lines(&self, width: u16) -> Vec<Line<'static>> {
        let mut lines = self.status(width);
        if let Some(notice) = self.notice() {
            let columns = usize::from(width).saturating_sub(2);
            let notice = format!(" {}", text::shorten(&notice, columns));
            lines.insert(0, Line::styled(notice, self.theme.warn()));
        }
        lines
    }

    /// The running job, else what the last action came to, else the next step in words. What an action came to is said
    /// whole: in a second line, where one is not enough.
    fn status(&self, width: u16) -> Vec<Line<'static>> {
        let words = match (&self.overlay, &self.status, &self.job) {
            // What comes by itself takes nothing away that was said.
            (Some(Overlay::Letters(letters)), said, _) => match letters.tip() {
                tip if tip.is_empty() => said.clone().unwrap_or_default(),
                tip => tip,
            },
            (Some(overlay), _, _) => overlay.tip(self.cx.keys),
            (None, Some(status), None) => status.clone(),
            // It says how far the job is.
            (None, said, Some(_)) if matches!(self.pages.top(), Page::Sending(_)) => {
                said.clone().unwrap_or_else(|| self.pages.top().tip())
            }
            (None, status, Some(job)) => {
                let stopping = if job.stopping { ", stopping" } else { "" };
                let status = status.as_deref().unwrap_or_default();
                format!("{}: {}{stopping}.  {status}", job.name(), job.so_far())
            }
            (None, None, None) if self.tab.is_some() => {
                "Left and Right choose, Enter opens, Down goes back.".to_owned()
            }
            (None, None, None) => self.pages.top().tip(),
        };
        let columns = usize::from(width).saturating_sub(2);
        let mut lines = match (&self.overlay, &self.status) {
            (None, Some(_)) => wrap(&words, columns),
            _ => vec![whole_sentences(&words, columns).to_owned()],
        };
        if lines.len() > 2 {
            let rest = lines.split_off(1).join(" ");
            lines.push(rest);
        }
        lines
            .iter()
            .map(|line| Line::from(format!(" {}", text::shorten(line, columns))))
            .collect()
    }

    /// `u Undo` at the end of what an action came to can be clicked.
    fn put_undo(&mut self, area: Rect) {
        let is_seen = self.overlay.is_none() && self.job.is_none();
        let status = self.status.as_deref().filter(|_| is_seen);
        let keys = self.cx.keys;
        let ways = [
            (words::undo(keys), Action::Undo),
            (words::redo(keys), Action::Redo),
        ];
        let said = (ways.iter())
            .find(|(words, _)| status.is_some_and(|status| status.ends_with(words)))
            .and_then(|(_, action)| keymap::parse(keys.of(*action)));
        if let Some(key) = said {
            self.put_spot(area, Spot::Key(key));
        }
    }

    fn footer(&mut self, area: Rect) -> Line<'static> {
        let mode = self.mode();
        let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
        let (hints, escape): (Vec<Hint>, String) = match (&self.overlay, self.tab) {
            (Some(overlay), _) => (overlay.hints(self.cx.keys), overlay.escape()),
            (None, Some(_)) => (
                vec![hint("Left/Right", "Choose"), hint("Enter", "Open")],
                "Back to the list".to_owned(),
            ),
            (None, None) => (self.hints(mode), self.escape()),
        };
        let help = match mode {
            _ if self.overlay.is_some() => None,
            mode => {
                let key = self.cx.keys.all(mode, Action::Help).first();
                key.map(|key| hint(key, "Help"))
            }
        };
        let pinned: Vec<Hint> = help.into_iter().chain([hint("Esc", &escape)]).collect();
        let placed = place(area.width, &hints, &pinned);
        for (x, hint) in &placed {
            if let Some(key) = keymap::parse(&hint.0) {
                let columns = *x..*x + hint_width(hint);
                self.put_spot(part(area, columns), Spot::Key(key));
            }
        }
        footer(&placed, self.theme)
    }

    fn hints(&self, mode: Mode) -> Vec<Hint> {
        let offers = self.offers().into_iter();
        offers
            .filter(|offer| offer.unable.is_none() && !offer.label.is_empty())
            .filter(|offer| !matches!(offer.action, Action::Back | Action::Help))
            .filter_map(|offer| {
                let key = self.cx.keys.all(mode, offer.action).first()?;
                Some(((*key).to_owned(), offer.label))
            })
            .collect()
    }
}

/// Some columns of a row.
fn part(row: Rect, columns: Range<u16>) -> Rect {
    let x = row.x + columns.start;
    let width = columns.end - columns.start;
    Rect { x, width, ..row }.intersection(row)
}

/// As many sentences from the beginning as fit; at least the first one.
fn whole_sentences(words: &str, columns: usize) -> &str {
    let mut ends = words.rmatch_indices(". ").map(|(at, _)| &words[..=at]);
    if text::width(words) <= columns {
        return words;
    }
    let first = words
        .split_inclusive(". ")
        .next()
        .unwrap_or(words)
        .trim_end();
    ends.find(|part| text::width(part) <= columns)
        .unwrap_or(first)
}

/// `key` leaves, but while something with a name runs: then it must be asked first, and there is no room to ask.
fn draw_too_small(frame: &mut Frame, area: Rect, key: &str, running: Option<&str>) {
    let (width, height) = (area.width, area.height);
    let leaving = match running {
        Some(name) => format!("{name} has not ended."),
        None if width < 40 => format!("{key}  quit (saved)"),
        None => format!("{key}  quit (your work is saved)"),
    };
    let lines = if width < 40 {
        [
            format!("Needs {} x {}.", LEAST.width, LEAST.height),
            format!("Now: {width} x {height}."),
            leaving,
        ]
    } else {
        [
            format!(
                "redrive needs {} x {}.  Now: {width} x {height}.",
                LEAST.width, LEAST.height
            ),
            "Make the window bigger, or the text smaller.".to_owned(),
            leaving,
        ]
    };
    let lines = lines.map(|line| Line::from(format!(" {line}")));
    let inside = if area.width >= 50 && area.height >= 5 {
        let area = Rect { height: 5, ..area };
        let block = Block::bordered().title(" Window too small ");
        let inside = block.inner(area);
        frame.render_widget(block, area);
        inside
    } else {
        area
    };
    frame.render_widget(Paragraph::new(lines.to_vec()), inside);
    put_cursor(frame, inside, (1, 0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tip_loses_whole_sentences() {
        let tip = "Enter saves. It goes on. Nothing is sent.";
        let check = |columns, expected: &str| assert_eq!(whole_sentences(tip, columns), expected);
        check(50, tip);
        check(40, "Enter saves. It goes on.");
        check(20, "Enter saves.");
        check(5, "Enter saves.");
    }
}
