//! How the Review page looks.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::Line,
    widgets::Paragraph,
};

use super::{Facts, Review, State};
use crate::{
    ops::{FieldChanges, Made, MadeBy},
    text,
    tui::{
        clock::Clock,
        pages::list::fitted,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            diff::{Sign, diff},
            lines::Lines,
            panel::panel,
            wrap::wrap,
        },
        words,
    },
};

/// Columns of what was done, at least; who did it is cut before that.
const WHAT: usize = 30;
/// Lines of who made the records what they are.
const MADE: usize = 3;

impl Review {
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let facts = match &self.state {
            State::Known(facts) => facts,
            State::Loading => return say(frame, area, "loading ...", theme),
            State::Open => {
                let words = "The contract names more than one destination. Enter chooses where to.";
                return say(frame, area, words, theme);
            }
            State::Failed(why) => return say(frame, area, &why.clone(), theme),
        };
        let columns = usize::from(area.width).saturating_sub(4);
        let first = what(facts, &self.clock, columns);
        let [top, rest] = area.layout(&Layout::vertical([
            Constraint::Length(first.len() as u16 + 2),
            Constraint::Fill(1),
        ]));
        let name = text::safe(&facts.plan.destination);
        let title = format!("What will be sent to {name}");
        draw_lines(frame, top, &title, &first, theme);
        let wide = area.width >= 100;
        let changes = changes(facts, if wide { area.width / 2 } else { area.width });
        let [left, right] = if wide {
            rest.layout(&Layout::horizontal([
                Constraint::Fill(1),
                Constraint::Fill(1),
            ]))
        } else {
            // A box without a line in it says nothing.
            let most = match rest.height.saturating_sub(5) {
                0..3 => 0,
                most => most,
            };
            rest.layout(&Layout::vertical([
                Constraint::Length((changes.len() as u16 + 2).min(most)),
                Constraint::Fill(1),
            ]))
        };
        if !left.is_empty() {
            draw_lines(frame, left, "Checks and changes", &changes, theme);
        }
        self.draw_record(frame, right, theme);
    }

    fn draw_record(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        self.lines = Lines::default();
        let records = self.facts().map_or(0, |facts| facts.ids.len());
        let Some(record) = self.record.as_ref().filter(|_| records > 0) else {
            let block = panel(area.width, "As it will be sent", "", true, theme);
            return frame.render_widget(block, area);
        };
        let key = record
            .row
            .key
            .clone()
            .unwrap_or_else(|| format!("record {}", record.row.id));
        let title = format!(
            "{} as it will be sent",
            text::shorten(&text::safe(&key), 30)
        );
        let note = format!(
            "{} of {}",
            text::thousands(self.at as u64 + 1),
            text::thousands(records as u64)
        );
        let block = panel(area.width, &title, &note, true, theme);
        let inside = block.inner(area);
        let lines = match &record.row.current {
            Some(current) => diff(record.received.as_ref(), current),
            None => Vec::new(),
        };
        // Where something differs, it is in sight at first.
        let room = usize::from(inside.height);
        let differs = lines.iter().position(|(sign, _)| *sign != Sign::Same);
        let differs = differs.filter(|at| *at >= room);
        let first = self
            .top
            .unwrap_or(differs.map_or(0, |at| at.saturating_sub(room / 2)));
        let first = first.min(lines.len().saturating_sub(room));
        let (all, column) = (lines.len(), area.right().saturating_sub(1));
        let columns = usize::from(inside.width).saturating_sub(2);
        let shown: Vec<Line> = (lines.iter().skip(first).take(room))
            .map(|(sign, line)| {
                let (sign, style) = match sign {
                    Sign::Same => (' ', Style::default()),
                    Sign::Before => ('-', theme.error()),
                    Sign::After => ('+', theme.ok()),
                };
                let line = format!(" {sign} {}", text::safe(line));
                Line::styled(text::shorten(&line, columns), style)
            })
            .collect();
        frame.render_widget(Paragraph::new(shown).block(block), area);
        self.lines = Lines::new(inside, first, all).with_bar(frame, column, theme);
        put_cursor(frame, inside, (1, 0));
    }
}

fn say(frame: &mut Frame, area: Rect, words: &str, theme: Theme) {
    let columns = usize::from(area.width).saturating_sub(4);
    draw_lines(
        frame,
        area,
        "What will be sent",
        &wrap(words, columns),
        theme,
    );
}

fn draw_lines(frame: &mut Frame, area: Rect, title: &str, lines: &[String], theme: Theme) {
    let block = panel(area.width, title, "", false, theme);
    let columns = usize::from(block.inner(area).width).saturating_sub(2);
    let lines: Vec<Line> = (lines.iter())
        .map(|line| {
            let style = if line.starts_with('!') {
                theme.warn()
            } else {
                Style::default()
            };
            Line::styled(format!(" {}", text::shorten(line, columns)), style)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Columns in which a change can be read.
const CHANGE: usize = 34;

/// How many, where to, by whom, and what stays.
fn what(facts: &Facts, clock: &Clock, columns: usize) -> Vec<String> {
    let plan = &facts.plan;
    let mut lines = vec![format!(
        "{}   {}",
        text::count(plan.planned, "record"),
        text::safe(&plan.target)
    )];
    lines.extend(made_lines(&facts.made, clock, columns));
    let more: u64 = facts.made.iter().skip(MADE).map(|made| made.records).sum();
    if more > 0 {
        lines.push(format!(
            "{:>9} changed by other steps",
            text::thousands(more)
        ));
    }
    let need = match facts.needs_fixing {
        1 => "needs fixing",
        _ => "need fixing",
    };
    let stays: Vec<String> = [
        (facts.needs_fixing, need),
        (facts.set_aside, "set aside"),
        (facts.unanswered, "sent before, no answer"),
        (plan.behind.undecided, "a date can be read in two ways"),
        (
            plan.behind.superseded.len() as u64,
            "a newer run holds the same key",
        ),
    ]
    .into_iter()
    .filter(|(records, _)| *records > 0)
    .map(|(records, why)| format!("{} {why}", text::thousands(records)))
    .collect();
    let mut line = String::new();
    for stay in stays {
        if text::width(&line) + text::width(&stay) + 4 > columns {
            lines.push(std::mem::take(&mut line));
        }
        line += match () {
            () if !line.is_empty() => "    ",
            () if lines.iter().any(|line| line.starts_with("Stays")) => "               ",
            () => "Stays behind   ",
        };
        line += &stay;
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines
}

/// `      132 changed by  stage  lower case     jana today 02:44`; whose it was stands in one column.
fn made_lines(made: &[Made], clock: &Clock, columns: usize) -> Vec<String> {
    let parts: Vec<(u64, String, String)> = (made.iter().take(MADE))
        .map(|made| {
            let (what, who) = made_parts(made, clock);
            (made.records, what, who)
        })
        .collect();
    let signed = || parts.iter().filter(|(_, _, who)| !who.is_empty());
    let who = signed().map(|(.., who)| text::width(who)).max();
    let what = signed().map(|(_, what, _)| text::width(what)).max();
    let room = columns.saturating_sub(15 + who.unwrap_or(0));
    let what = what.unwrap_or(0).min(room.max(WHAT));
    let line = |(records, made, who): &(u64, String, String)| {
        let made = if who.is_empty() {
            made.clone()
        } else {
            fitted(made, what)
        };
        let line = format!("{:>9} {made}     {who}", text::thousands(*records));
        text::shorten(line.trim_end(), columns)
    };
    parts.iter().map(line).collect()
}

/// What was done to records, and by whom and when.
fn made_parts(made: &Made, clock: &Clock) -> (String, String) {
    match &made.by {
        MadeBy::Received => ("not changed, sent as received".to_owned(), String::new()),
        MadeBy::Edits { author } => (
            "edited one by one".to_owned(),
            text::safe(author).into_owned(),
        ),
        MadeBy::Step { label, author, at } => (
            format!("changed by  {}", text::safe(label)),
            format!("{} {}", text::safe(author), clock.day_and_time(at)),
        ),
    }
}

/// What was looked at, and the fields that differ.
fn changes(facts: &Facts, width: u16) -> Vec<String> {
    let mut lines = Vec::new();
    if facts.plan.planned > 0 {
        lines.push(format!(
            "+ {} pass the contract's checks",
            match facts.plan.planned {
                1 => "the record does".to_owned(),
                all => format!("all {}", text::thousands(all)),
            }
        ));
        lines.push("+ no record is in the list twice".to_owned());
    }
    if facts.plan.continued {
        lines.push("! this continues a sending that was stopped".to_owned());
        if facts.plan.since > 0 {
            lines.push(words::since(facts.plan.since));
        }
    }
    if facts.unanswered > 0 {
        let records = text::count(facts.unanswered, "record");
        lines.push(format!(
            "! {records} sent before without an answer: not in the list"
        ));
    }
    if facts.fields.is_empty() {
        return lines;
    }
    lines.push(String::new());
    if facts.compared < facts.plan.planned {
        let first = text::thousands(facts.compared);
        lines.push(format!("Changed fields of the first {first} records"));
    }
    let columns = usize::from(width).saturating_sub(4);
    lines.extend(field_lines(&facts.fields, columns));
    lines
}

/// `ship_date  1,193 changed   31/12/2025 -> 2025-12-31 (611 times)` for each field; what it was and became has a line of its own
/// where it finds no room beside the name.
fn field_lines(fields: &[FieldChanges], columns: usize) -> Vec<String> {
    let name = |field: &FieldChanges| match field.path.trim_start_matches('/') {
        "" => "(the whole record)".to_owned(),
        path => text::safe(path).into_owned(),
    };
    let longest = fields.iter().map(|field| text::width(&name(field)));
    let longest = longest.max().unwrap_or_default().min(18);
    let most = fields.iter().map(|field| field.records).max();
    let digits = text::thousands(most.unwrap_or_default()).len();
    let mut lines = Vec::new();
    for field in fields {
        let records = text::thousands(field.records);
        let start = format!(
            "{} {records:>digits$} changed",
            fitted(&name(field), longest)
        );
        let Some((before, after, times)) = field.pairs.first() else {
            lines.push(start);
            continue;
        };
        let value = |value: &str| match text::safe(value) {
            empty if empty.is_empty() => "(empty)".to_owned(),
            safe => safe.into_owned(),
        };
        let (before, after) = (value(before), value(after));
        let times = match times {
            2.. => format!(" ({} times)", text::thousands(*times)),
            _ => String::new(),
        };
        let change = |before_it: usize| {
            let room = columns.saturating_sub(before_it + text::width(&times));
            format!("{}{times}", text::shorten_change(&before, &after, room))
        };
        let beside = text::width(&start) + 3;
        let whole = text::width(&before) + text::width(&after) + text::width(&times) + 4;
        if columns.saturating_sub(beside) >= whole.min(CHANGE) {
            lines.push(format!("{start}   {}", change(beside)));
        } else {
            lines.extend([start, format!("  {}", change(2))]);
        }
    }
    lines
}
