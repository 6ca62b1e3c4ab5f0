//! What was tried, line by line.

use std::time::Duration;

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::Sending;
use crate::{
    model::{DeliveryState, Try},
    ops::Logged,
    text,
    tui::{action::Action, clock::Clock, pages::list::fitted, theme::Theme, widgets::panel::panel},
};

impl Sending {
    /// The tries of the log, newest last.
    fn tries(&self) -> impl Iterator<Item = &Try> {
        let live = self.live.iter().flat_map(|live| &live.log);
        let live = live.filter_map(|line| match line {
            Logged::Try(one) => Some(one),
            _ => None,
        });
        let known = self.plan().filter(|_| self.live.is_none());
        live.chain(known.into_iter().flat_map(|plan| &plan.tries))
    }

    pub(super) fn draw_log(&mut self, frame: &mut Frame, area: Rect, whole: bool, theme: Theme) {
        let note = if whole {
            String::new()
        } else {
            format!("{} full log", self.keys.of(Action::FullLog))
        };
        let block = panel(area.width, "Log", &note, whole, theme);
        let inside = block.inner(area);
        let columns = usize::from(inside.width).saturating_sub(2);
        let width = name_width(self.tries(), columns);
        let lines: Vec<String> = match (&self.live, self.plan()) {
            (Some(live), _) => (live.log.iter())
                .map(|line| logged(line, &self.clock, width))
                .collect(),
            (None, _) => (self.tries())
                .map(|one| tried(one, &self.clock, width))
                .collect(),
        };
        if whole {
            self.log.fit(lines.len());
            let newest_first: Vec<String> = lines.into_iter().rev().collect();
            let heading = "   Newest first".to_owned();
            return self
                .log
                .draw(frame, area, block, heading, &newest_first, theme);
        }
        let last = lines.len().saturating_sub(usize::from(inside.height));
        let lines: Vec<Line> = lines[last..]
            .iter()
            .map(|line| Line::from(format!(" {}", text::shorten(line, columns))))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}

fn logged(line: &Logged, clock: &Clock, width: usize) -> String {
    match line {
        Logged::Try(one) => tried(one, clock, width),
        Logged::Waits { at, waits } => {
            format!("{} {}", clock.exact(at), waits.words())
        }
        Logged::Paused { at, is_paused } => {
            let word = if *is_paused {
                "paused by you"
            } else {
                "goes on"
            };
            format!("{} {word}", clock.exact(at))
        }
    }
}

/// What people call a record: its key, or else its number. Safe to print.
fn name(one: &Try) -> String {
    match one.key.as_deref() {
        Some(key) if !key.is_empty() => text::safe(key).into_owned(),
        _ => format!("#{}", one.record),
    }
}

/// How wide the names of records are written in a log of so many columns.
fn name_width<'t>(tries: impl Iterator<Item = &'t Try>, columns: usize) -> usize {
    let widest = tries.map(|one| text::width(&name(one))).max();
    // What stands beside them in most lines.
    let others = 35;
    widest
        .unwrap_or(0)
        .min(columns.saturating_sub(others))
        .max(8)
}

fn tried(one: &Try, clock: &Clock, width: usize) -> String {
    let word = match one.outcome {
        _ if one.again_at.is_some() => "retry",
        DeliveryState::Delivered => "sent",
        DeliveryState::HandedOver => "handed",
        DeliveryState::Refused => "refused",
        DeliveryState::Unknown => "no answer",
        DeliveryState::Sending => "sending",
        DeliveryState::Waiting | DeliveryState::Queued => "retry",
        DeliveryState::Cancelled => "cancelled",
    };
    let took = one.duration_ms.map_or(String::new(), |ms| {
        format!("{:.2} s", Duration::from_millis(ms).as_secs_f64())
    });
    let end = match &one.again_at {
        Some(at) => format!("in {}", between(&one.at, at)),
        None => took,
    };
    let line = format!(
        "{} {word:<9} {} {:<8} {end}",
        clock.exact(&one.at),
        fitted(&name(one), width),
        text::safe(&one.code),
    );
    line.trim_end().to_owned()
}

/// `4 s`, between two times of RFC 3339.
fn between(from: &str, to: &str) -> String {
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let seconds = match (time(from), time(to)) {
        (Some(from), Some(to)) => to.duration_since(from).as_secs_f64().max(0.0).ceil(),
        _ => 0.0,
    };
    format!("{seconds} s")
}
