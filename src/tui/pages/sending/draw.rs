//! How the Send page looks.

use std::time::Duration;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Seen, Sending};
use crate::{
    model::{Refusal, Sender, Tally, WatchedPlan},
    ops::{Flow, SendProgress, Waits, Why},
    text,
    tui::{
        action::Action,
        keymap::Keys,
        pages::list::fitted,
        theme::Theme,
        widgets::{cursor::put_cursor, panel::panel, wrap::wrap},
        words,
    },
};

impl Sending {
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let wide = area.width >= 100;
        let six_in_two = area.width < 80;
        let said = self.destination_lines(usize::from(area.width).saturating_sub(4), theme);
        let [counts, destination, rest] = area.layout(&Layout::vertical([
            Constraint::Length(if wide || six_in_two && self.live.is_some() {
                6
            } else {
                5
            }),
            Constraint::Length(said.len() as u16 + 2),
            Constraint::Fill(1),
        ]));
        self.draw_counts(frame, counts, theme);
        let block = panel(destination.width, "Destination", "", false, theme);
        let inside = block.inner(destination);
        frame.render_widget(Paragraph::new(said).block(block), destination);
        put_cursor(frame, inside, (1, 0));
        // A box of one row cannot be closed.
        if rest.height < 2 {
            return;
        }
        if self.whole_log {
            return self.draw_log(frame, rest, true, theme);
        }
        let [refused, log] = if wide {
            rest.layout(&Layout::horizontal([
                Constraint::Fill(1),
                Constraint::Fill(1),
            ]))
        } else {
            rest.layout(&Layout::vertical([
                Constraint::Length(6),
                Constraint::Fill(1),
            ]))
        };
        self.draw_refused(frame, refused, theme);
        self.draw_log(frame, log, false, theme);
    }

    fn tally(&self) -> Option<Tally> {
        match (&self.live, &self.seen) {
            (Some(live), _) => Some(live.tally),
            (None, Seen::Known(Some(plan))) => Some(plan.tally),
            _ => None,
        }
    }

    pub(super) fn plan(&self) -> Option<&WatchedPlan> {
        match &self.seen {
            Seen::Known(plan) => plan.as_deref(),
            _ => None,
        }
    }

    pub(super) fn refused(&self) -> &[Refusal] {
        match (&self.live, self.plan()) {
            (Some(live), _) => &live.refusals,
            (None, Some(plan)) => &plan.refusals,
            (None, None) => &[],
        }
    }

    pub(super) fn log_len(&self) -> usize {
        match (&self.live, self.plan()) {
            (Some(live), _) => live.log.len(),
            (None, Some(plan)) => plan.tries.len(),
            (None, None) => 0,
        }
    }

    fn draw_counts(&self, frame: &mut Frame, area: Rect, theme: Theme) {
        let Some(tally) = self.tally() else {
            let words = match &self.seen {
                Seen::Loading => "loading ...",
                Seen::Failed(why) => why,
                Seen::Known(_) => "Nothing was sent yet.",
            };
            let block = panel(area.width, "Sending", "", true, theme);
            let line = Line::from(format!(" {words}"));
            return frame.render_widget(Paragraph::new(line).block(block), area);
        };
        let name = self.sends_to().unwrap_or_default();
        let records = format!(
            "{} to {}",
            text::count(tally.total(), "record"),
            text::shorten(&text::safe(name), 24)
        );
        let title = match (&self.live, self.plan().map(|plan| plan.sender)) {
            (Some(_), _) | (None, Some(Sender::AnotherProcess | Sender::Unseen)) => {
                format!("Sending {records}")
            }
            _ => format!("Plan of {records}"),
        };
        let note = self.plan_note();
        let block = panel(area.width, &title, &note, true, theme);
        let columns = usize::from(block.inner(area).width).saturating_sub(2);
        let mut lines = vec![bar(tally, columns)];
        if area.height >= 6 && columns >= 90 {
            lines.push(String::new());
        }
        let gap = if columns >= 90 { "    " } else { "  " };
        let counts = [
            ("Waiting", tally.waiting),
            ("In flight", tally.in_flight),
            ("Sent", tally.sent),
            ("Refused", tally.refused),
            ("Trying again", tally.again),
            ("No answer", tally.unknown),
        ];
        let counts = counts.map(|(word, records)| format!("{word} {}", text::thousands(records)));
        let all = counts.join(gap);
        if text::width(&all) <= columns {
            lines.push(all);
        } else {
            // None of the six is ever left out.
            lines.extend(counts.chunks(3).map(|some| some.join(gap)));
        }
        lines.extend(self.live.as_ref().map(|live| speed(live)));
        let lines: Vec<Line> = (lines.iter())
            .map(|line| Line::from(format!(" {}", text::shorten(line, columns))))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    /// Which plan it is, and whose.
    fn plan_note(&self) -> String {
        let sent = self.live.as_ref().map(|live| live.plan);
        match (sent, self.plan()) {
            // The one that is known is an earlier one.
            (Some(sent), plan) if plan.is_none_or(|plan| plan.plan != sent) => {
                format!("plan {sent}")
            }
            (_, None) => String::new(),
            (_, Some(plan)) => {
                let at = self.clock.day_and_time(&plan.made_at);
                format!("plan {}, {at} by {}", plan.plan, text::safe(&plan.author))
            }
        }
    }

    /// Two or three lines.
    fn destination_lines(&self, columns: usize, theme: Theme) -> Vec<Line<'static>> {
        let name = text::safe(self.sends_to().unwrap_or_default()).into_owned();
        let (word, first, second) = self.destination(&name);
        let style = match word {
            "FLOWING" | "DONE" => theme.ok(),
            "PAUSED" | "WAITING" | "TESTING" | "PAUSED BY YOU" | "WATCHING" => theme.warn(),
            "" => theme.muted(),
            _ => theme.error(),
        };
        let indent = match word {
            "" => 0,
            word => text::width(word) + 2,
        };
        let room = columns.saturating_sub(indent);
        let mut words = wrap(&first, room);
        if words.len() > 2 {
            let rest = words.split_off(1).join(" ");
            words.push(rest);
        }
        words.push(second);
        let lines = words.iter().enumerate().map(|(n, line)| {
            let start = fitted(if n == 0 { word } else { "" }, indent);
            Line::from(vec![
                Span::raw(" "),
                Span::styled(start, style),
                Span::raw(text::shorten(line, room)),
            ])
        });
        lines.collect()
    }

    /// A word for how it stands, what it means, and what happens next.
    fn destination(&self, name: &str) -> (&'static str, String, String) {
        let said = |word, first: &str, second: &str| (word, first.to_owned(), second.to_owned());
        let (send, pause) = (self.keys.of(Action::Send), self.keys.of(Action::Pause));
        if let Some(live) = &self.live {
            return match live.flow {
                Flow::Paused => {
                    let words = format!("Nothing leaves.  {pause} goes on");
                    said("PAUSED BY YOU", &words, "")
                }
                _ if self.wants_pause == Some(true) => {
                    let words = format!("What is on its way is waited for.  {pause} goes on");
                    said("PAUSED BY YOU", &words, "")
                }
                Flow::Testing => (
                    "TESTING",
                    format!("{name} was not answering well."),
                    "A few records are tried before all others.".to_owned(),
                ),
                Flow::Waiting(waits) if waits.why != Why::Rate => waiting(name, waits, self.keys),
                Flow::Flowing | Flow::Waiting(_) => {
                    ("FLOWING", format!("{name} answers."), String::new())
                }
            };
        }
        let Some(plan) = self.plan() else {
            let review = self.keys.of(Action::ReviewTab);
            let words = format!("{send} sends what is ready. {review} shows it before.");
            return said("", &words, "");
        };
        let left = text::count(plan.tally.total() - plan.tally.done(), "record");
        match (&plan.held, plan.sender) {
            (_, Sender::AnotherProcess) => said(
                "WATCHING",
                &format!("Another process sends this plan to {name}."),
                &format!("If it ends early, {send} here goes on with it; nothing is sent twice."),
            ),
            (_, Sender::Unseen) => unseen(name, self.keys),
            (_, Sender::ThisProcess) => said("FLOWING", "It begins.", ""),
            (Some(why), Sender::Nobody) => (
                "STOPPED",
                text::safe(why).into_owned(),
                format!("{left} not sent to {name}. {send} tries again."),
            ),
            (None, Sender::Nobody) if plan.is_open => (
                "STOPPED",
                stopped_at(plan.tally),
                format!("{send} goes on with sending to {name}; nothing is sent twice."),
            ),
            (None, Sender::Nobody) => ("DONE", format!("{name} has answered."), String::new()),
        }
    }

    fn draw_refused(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let tally = self.tally().unwrap_or_default();
        let note = text::thousands(tally.refused);
        let block = panel(area.width, "Refused, by problem", &note, false, theme);
        if self.refused().is_empty() {
            let mut lines = vec!["Nothing was refused.".to_owned()];
            lines.extend(self.live.as_ref().and_then(|live| took(live)));
            let lines: Vec<Line> = (lines.iter())
                .map(|line| Line::from(format!(" {line}")))
                .collect();
            return frame.render_widget(Paragraph::new(lines).block(block), area);
        }
        let columns = usize::from(block.inner(area).width).saturating_sub(3);
        let lines: Vec<String> = (self.refused().iter())
            .map(|refusal| {
                let columns = columns.saturating_sub(1);
                let end = format!(
                    "{:>7}  {:<8}  {}",
                    text::thousands(refusal.records),
                    text::safe(&refusal.code),
                    words::tag(refusal)
                );
                let room = columns.saturating_sub(text::width(&end));
                format!("{}{end}", fitted(&text::safe(&refusal.message), room))
            })
            .collect();
        let heading = "   Back in Problems, to be fixed and sent again".to_owned();
        self.refusals.fit(lines.len());
        self.refusals
            .draw(frame, area, block, heading, &lines, theme);
    }
}

/// `[█████░░░]  600 of 1,199  50%`
fn bar(tally: Tally, columns: usize) -> String {
    let (done, total) = (tally.done(), tally.total());
    let percent = (done * 100).checked_div(total).unwrap_or(0);
    let end = format!(
        "{} of {}  {percent}%",
        text::thousands(done),
        text::thousands(total)
    );
    let room = columns.saturating_sub(text::width(&end) + 4);
    let full = match total {
        0 => 0,
        _ => (done as usize * room) / total as usize,
    };
    format!("[{}{}]  {end}", "█".repeat(full), "░".repeat(room - full))
}

fn speed(live: &SendProgress) -> String {
    let limit = match live.limit {
        0 => String::new(),
        most => format!(" (limit {most})"),
    };
    let speed = if live.speed < 10.0 {
        format!("{:.1}", live.speed)
    } else {
        text::thousands(live.speed.round() as u64)
    };
    let so_far = clock_time(live.elapsed);
    let stands = matches!(live.flow, Flow::Paused | Flow::Waiting(_));
    let left = match live.left {
        None => String::new(),
        Some(left) if stands => format!("    {} of sending left", about(left)),
        Some(left) => format!("    {} left", about(left)),
    };
    format!("{speed} per second{limit}    so far {so_far}{left}")
}

fn about(time: Duration) -> String {
    match time.as_secs() {
        0..60 => "less than a minute".to_owned(),
        seconds if seconds > 3600 => "more than an hour".to_owned(),
        seconds => format!("about {} min", seconds.div_ceil(60)),
    }
}

fn took(live: &SendProgress) -> Option<String> {
    let (half, slowest) = live.took?;
    Some(format!(
        "Took  half under {:.2} s, slowest {:.1} s",
        half.as_secs_f64(),
        slowest.as_secs_f64()
    ))
}

/// `1:37`
fn clock_time(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn waiting(name: &str, waits: Waits, keys: Keys) -> (&'static str, String, String) {
    let time = clock_time(Duration::from_secs(waits.time.as_secs_f64().ceil() as u64));
    let next = format!(
        "Nothing is lost. It goes on by itself in {time}.   {} tries now",
        keys.of(Action::TryNow)
    );
    match waits.why {
        Why::Sick { failed, of } => (
            "PAUSED",
            format!("{name} is not answering well: {failed} of the last {of} tries failed."),
            next,
        ),
        Why::Asked => ("PAUSED", format!("{name} asks to be left alone."), next),
        Why::Again => (
            "WAITING",
            "What did not go through is tried again before more leaves.".to_owned(),
            next,
        ),
        Why::Rate => ("FLOWING", String::new(), next),
    }
}

/// `11 sent, 1 without an answer, 48 waiting.` or, where all that left was answered, `48 records not sent.`
fn stopped_at(tally: Tally) -> String {
    let left = tally.total() - tally.done();
    if tally.unknown == 0 {
        return format!("{} not sent.", text::count(left, "record"));
    }
    let counts = [
        (tally.sent, "sent"),
        (tally.refused, "refused"),
        (tally.unknown, "without an answer"),
        (left, "waiting"),
    ];
    let counts = counts.iter().filter(|(records, _)| *records > 0);
    let words: Vec<String> = counts
        .map(|(records, word)| format!("{} {word}", text::thousands(*records)))
        .collect();
    format!("{}.", words.join(", "))
}

fn unseen(name: &str, keys: Keys) -> (&'static str, String, String) {
    (
        "WATCHING",
        format!(
            "A process that cannot be seen from here sends to {name}: it is in another container, on another host, or \
             somebody else's."
        ),
        format!(
            "Once you know that it has ended, the menu ({}) takes over.",
            keys.of(Action::Menu)
        ),
    )
}
