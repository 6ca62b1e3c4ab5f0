//! The panels of the Problems page: where records stopped, the problems, and the card about one of them.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::groups::State;
use crate::{
    model::{Found, Group, Path, Problem, RunRow, Stage, Status},
    text,
    tui::{
        overlays::wrap,
        theme::Theme,
        widgets::{
            bar::{bar, percent},
            panel::panel,
        },
    },
};

/// What list and card show.
pub(super) struct List<'a> {
    pub run: &'a RunRow,
    pub groups: &'a [Group],
    /// Place of the cursor.
    pub at: usize,
    /// The problem under the cursor as it stands on one line of the input.
    pub example: Option<(u64, &'a Problem)>,
    pub wide: bool,
}

/// Rows the funnel takes, its box included.
pub(super) fn funnel_height(area: Rect) -> u16 {
    if area.width >= 100 { 5 } else { 4 }
}

/// From what was read to what passed, and where the stored records stand now.
pub(super) fn draw_funnel(frame: &mut Frame, area: Rect, run: &RunRow, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let number = text::thousands;
    let failed = run.rejected.saturating_sub(run.unparsed);
    let note = format!("passed {} of {}", number(run.passed), number(run.records));
    let mut lines = Vec::new();
    if area.width >= 100 {
        let stages = [
            ("Read", run.records, Some((run.unparsed, "unreadable"))),
            (
                "Check",
                run.records.saturating_sub(run.unparsed),
                Some((failed, "failed checks")),
            ),
            ("Passed", run.passed, None),
        ];
        let (mut above, mut below) = (String::new(), String::new());
        for (label, records, lost) in stages {
            if !above.is_empty() {
                above.push_str(" ──> ");
            }
            let at = text::width(&above) + label.len() + 1;
            above.push_str(&format!("{label} {}", number(records)));
            if let Some((lost, why)) = lost {
                let gap = at
                    .saturating_sub(below.len())
                    .max(usize::from(!below.is_empty()));
                below.push_str(&format!("{}-{} {why}", " ".repeat(gap), number(lost)));
            }
        }
        above.push_str(&format!(" ({})", share(run.passed, run.records)));
        lines.extend([above, below]);
    } else {
        lines.push(format!(
            "Read -{}  >  Check -{}  >  Passed {}",
            number(run.unparsed),
            number(failed),
            share(run.passed, run.records)
        ));
    }
    let gap = if area.width >= 100 { "     " } else { "   " };
    let mut states = vec![
        format!("Needs fixing {}", number(run.with_status(Status::Rejected))),
        format!("Ready to send {}", number(run.with_status(Status::Ready))),
        format!("Sent {}", number(run.with_status(Status::Accepted))),
    ];
    for (word, status) in [
        ("Handed over", Status::HandedOver),
        ("Set aside", Status::Discarded),
        ("No answer", Status::Unknown),
        ("Sending", Status::Sending),
    ] {
        if run.with_status(status) > 0 {
            states.push(format!("{word} {}", number(run.with_status(status))));
        }
    }
    lines.push(states.join(gap));
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line::from(format!(" {line}")))
        .collect();
    let block = panel(area.width, "Where records stopped", &note, false, theme);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The list, the cursor always in it; `first` is the first group that is shown.
pub(super) fn draw_list(
    frame: &mut Frame,
    area: Rect,
    view: &List,
    first: &mut usize,
    theme: Theme,
) {
    let open = view.groups.iter().filter(|group| group.open > 0).count();
    let rejected = view.run.with_status(Status::Rejected);
    let title = format!(
        "{} in {}",
        text::count(open as u64, "problem"),
        text::count(rejected, "record")
    );
    let per_group = if view.wide { 2 } else { 1 };
    let room = usize::from(area.height.saturating_sub(3)) / per_group;
    *first = (*first)
        .min(view.at)
        .max((view.at + 1).saturating_sub(room.max(1)));
    let last = view.groups.len().min(*first + room);
    let note = if room < view.groups.len() {
        format!("showing {}-{last} of {}", *first + 1, view.groups.len())
    } else {
        explained(view.groups)
    };
    let block = panel(area.width, &title, &note, true, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inside.width);
    let field = match (view.wide, columns) {
        (false, 74..) => 16,
        _ => 0,
    };
    let name = columns.saturating_sub(31 + field).min(40);
    let mut heading = format!("   {:<name$}", "Problem");
    if field > 0 {
        heading.push_str(&format!("{:<field$}", "Field"));
    }
    heading.push_str("Stage Records Share");
    let mut lines = vec![Line::styled(heading, theme.muted())];
    for (at, group) in view.groups.iter().enumerate().take(last).skip(*first) {
        let chosen = at == view.at;
        let style = match (chosen, group.open) {
            (true, _) => theme.select(),
            (false, 0) => theme.disabled(),
            (false, _) => Style::new(),
        };
        let label = text::safe(&field_label(group)).into_owned();
        let mut row = format!(
            " {} {}",
            if chosen { ">" } else { " " },
            padded(&text::safe(&group.title), name)
        );
        if field > 0 {
            row.push_str(&padded(&label, field));
        }
        let share = match group.open {
            0 => "DONE".to_owned(),
            open => format!(
                "{}{:>5}",
                bar(open, rejected.max(open), 8),
                percent(open, rejected.max(open))
            ),
        };
        let records = text::thousands(group.open);
        row.push_str(&format!("{:<6}{records:>7} {share}", group.stage.label()));
        lines.push(Line::styled(row, style));
        if view.wide {
            let under = format!("{label}, {}", code(group));
            let under = text::shorten(&text::safe(&under), columns.saturating_sub(4));
            lines.push(Line::styled(format!("   {under}"), theme.muted()));
        }
    }
    let all: u64 = view.groups.iter().map(|group| group.open).sum();
    if all > rejected && lines.len() + 2 < usize::from(inside.height) {
        lines.push(Line::default());
        let words = "Some records have several problems and are counted in each.";
        lines.push(Line::from(format!(" {words}")));
    }
    frame.render_widget(Paragraph::new(lines), inside);
    // For magnifiers and screen readers the real cursor stands on the focused line.
    let y = inside.y + 1 + ((view.at - *first) * per_group) as u16;
    if inside.contains((inside.x + 1, y).into()) {
        frame.set_cursor_position((inside.x + 1, y));
    }
}

/// What, since when, how many, one bug or many, an example, and what to do.
pub(super) fn draw_card(frame: &mut Frame, area: Rect, view: &List, theme: Theme) {
    let Some(group) = view.groups.get(view.at) else {
        return;
    };
    let short = area.height < 8;
    let title = if short {
        "About this problem  (z more)"
    } else {
        "About this problem"
    };
    let note = format!("{} of {}", view.at + 1, view.groups.len());
    let block = panel(area.width, title, &note, false, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inside.width).saturating_sub(1);
    let lines = if short {
        strip(view, group, columns)
    } else {
        card(view, group, columns, usize::from(inside.height), theme)
    };
    frame.render_widget(Paragraph::new(lines), inside);
}

fn card(
    view: &List,
    group: &Group,
    columns: usize,
    rows: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut say = |label: &str, words: &str| {
        for (at, part) in wrap(words, columns.saturating_sub(7))
            .into_iter()
            .enumerate()
        {
            let label = if at == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("{label:<7}"), theme.accent()),
                Span::raw(part),
            ]));
        }
    };
    let rejected = view.run.with_status(Status::Rejected).max(group.open);
    say("What", &what(view, group));
    say("Since", &format!("{}.", since(group)));
    let many = format!(
        "{}, {}.{}",
        text::count(group.open, "record"),
        percent(group.open, rejected),
        match group.records.saturating_sub(group.open) {
            0 => String::new(),
            done => format!(" {} done.", text::thousands(done)),
        }
    );
    say("Many", &many);
    if let Some(cause) = cause(group) {
        say("Cause", &cause);
    }
    let to_do: Vec<String> = view
        .example
        .map(|(_, problem)| wrap(&text::safe(&problem.hint), columns))
        .filter(|lines| lines.iter().any(|line| !line.is_empty()))
        .unwrap_or_default();
    let after = to_do.len() + 4;
    let shapes = rows
        .saturating_sub(lines.len() + after + 1)
        .min(group.shapes.len());
    if shapes > 0 {
        lines.push(Line::default());
        let heading = format!(
            "Values that failed ({})",
            text::count(group.shapes.len() as u64, "shape")
        );
        lines.push(Line::styled(heading, theme.accent()));
        let name = columns.saturating_sub(27).clamp(10, 24);
        for shape in group.shapes.iter().take(shapes) {
            lines.push(Line::from(format!(
                "{} {} {:>7} {:>4}",
                padded(&text::safe(&shape.shape), name),
                bar(
                    shape.count,
                    group.problems,
                    columns.saturating_sub(name + 14)
                ),
                text::thousands(shape.count),
                percent(shape.count, group.problems)
            )));
        }
    }
    if let Some(example) = example(view, group) {
        lines.push(Line::from(format!(
            "Example  {}",
            text::shorten(&example, columns.saturating_sub(9))
        )));
    }
    if !to_do.is_empty() {
        lines.extend([Line::default(), Line::styled("What to do", theme.accent())]);
        lines.extend(to_do.into_iter().map(Line::from));
    }
    lines
}

/// The card in four lines.
fn strip(view: &List, group: &Group, columns: usize) -> Vec<Line<'static>> {
    let mut since = since(group);
    if let Some(cause) = cause(group) {
        since.push_str(&format!(".   Cause  {cause}"));
    }
    let shapes: Vec<String> = group
        .shapes
        .iter()
        .take(3)
        .map(|shape| {
            let name = text::shorten(&text::safe(&shape.shape), 20);
            format!("{name} {}", text::thousands(shape.count))
        })
        .collect();
    let mut lines = vec![
        format!("What   {}", what(view, group)),
        format!("Since  {since}"),
    ];
    if !shapes.is_empty() {
        let example =
            example(view, group).map_or(String::new(), |example| format!("   e.g. {example}"));
        lines.push(format!("Values {}{example}", shapes.join(", ")));
    }
    if let Some((_, problem)) = view.example
        && !problem.hint.is_empty()
    {
        lines.push(format!("To do  {}", text::safe(&problem.hint)));
    }
    lines
        .into_iter()
        .map(|line| {
            Line::from(format!(
                " {}",
                text::shorten(&line, columns.saturating_sub(1))
            ))
        })
        .collect()
}

/// The sentence of the example, which is closer to the matter than the title.
fn what(view: &List, group: &Group) -> String {
    match view.example {
        Some((_, problem)) => text::safe(&problem.message).into_owned(),
        None => format!("{}.", text::safe(&group.title)),
    }
}

fn since(group: &Group) -> String {
    if group.first_line == group.last_line {
        format!("Line {}", text::thousands(group.first_line))
    } else {
        format!(
            "Lines {} to {}",
            text::thousands(group.first_line),
            text::thousands(group.last_line)
        )
    }
}

/// One bug or many, from how few shapes cover nine of ten values. Nothing is known without shapes.
fn cause(group: &Group) -> Option<String> {
    let total: u64 = group
        .problems
        .max(group.shapes.iter().map(|shape| shape.count).sum());
    let mut covered = 0;
    let mut needed = 0;
    for shape in &group.shapes {
        covered += shape.count;
        needed += 1;
        if covered * 10 >= total * 9 {
            break;
        }
    }
    let share = percent(covered, total);
    match (group.shapes.len(), needed) {
        (0, _) => None,
        _ if covered * 10 < total * 9 => Some("Several: the values have many shapes.".to_owned()),
        (_, 1) => Some(format!("Probably ONE: a single shape covers {share}.")),
        (_, 2..=4) => Some(format!("A few: {needed} shapes cover {share}.")),
        _ => Some("Several: the values have many shapes.".to_owned()),
    }
}

fn example(view: &List, group: &Group) -> Option<String> {
    if let Some((line, problem)) = view.example
        && let Some(found) = &problem.found
    {
        let value = match found {
            Found::Missing => "(missing)".to_owned(),
            Found::Text(value) => format!("\"{}\"", text::safe(value)),
            Found::Json(value) => text::safe(value).into_owned(),
        };
        return Some(format!(
            "{}  (line {})",
            text::shorten(&value, 40),
            text::thousands(line)
        ));
    }
    let shape = group
        .shapes
        .first()
        .filter(|shape| !shape.example.is_empty())?;
    Some(format!(
        "\"{}\"",
        text::shorten(&text::safe(&shape.example), 40)
    ))
}

/// "top 2 explain 70%": the fewest problems that make up half of all.
fn explained(groups: &[Group]) -> String {
    let all: u64 = groups.iter().map(|group| group.open).sum();
    let mut open: Vec<u64> = groups.iter().map(|group| group.open).collect();
    open.sort_unstable_by(|a, b| b.cmp(a));
    let mut sum = 0;
    for (at, records) in open.iter().enumerate() {
        sum += records;
        if sum * 2 >= all && at + 1 < open.len() {
            return format!("top {} explain {}", at + 1, percent(sum, all));
        }
    }
    String::new()
}

fn field_label(group: &Group) -> String {
    match (group.stage, Path::parse(&group.path)) {
        (Stage::Parse, Some(path)) if path.is_root() => "whole line".to_owned(),
        (_, Some(path)) => path.label(),
        (_, None) => group.path.clone(),
    }
}

fn code(group: &Group) -> String {
    if group.detail.is_empty() {
        group.code.clone()
    } else {
        format!("{}:{}", group.code, group.detail)
    }
}

/// Safe text cut and filled up to exactly `columns`.
pub(super) fn padded(safe: &str, columns: usize) -> String {
    let mut shown = text::shorten(safe, columns.saturating_sub(1));
    let gap = columns.saturating_sub(text::width(&shown));
    shown.push_str(&" ".repeat(gap));
    shown
}

fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => "0%".to_owned(),
        _ => format!("{:.1}%", part as f64 * 100.0 / whole as f64),
    }
}

/// Before the answer is there, or when it is an error.
pub(super) fn draw_state(frame: &mut Frame, area: Rect, state: &State, theme: Theme) {
    let (title, words) = match state {
        State::Failed(words) => ("Cannot open this run", words.as_str()),
        _ => ("Problems", "loading ..."),
    };
    draw_words(frame, area, title, &[words.to_owned()], theme);
}

/// Nothing is left to fix.
pub(super) fn draw_done(frame: &mut Frame, area: Rect, run: &RunRow, theme: Theme) {
    let ready = run.with_status(Status::Ready);
    let mut lines = match run.rejected {
        0 => vec![format!(
            "Nothing to fix. All {} passed.",
            text::count(run.records, "record")
        )],
        _ => vec![
            "All done: 0 need fixing.".to_owned(),
            String::new(),
            format!(
                "Ready to send {}   Sent {}   Set aside {}",
                text::thousands(ready),
                text::thousands(
                    run.with_status(Status::Accepted) + run.with_status(Status::HandedOver)
                ),
                text::thousands(run.with_status(Status::Discarded))
            ),
        ],
    };
    lines.push(String::new());
    if ready > 0 {
        lines.push(format!("  Send {}  (S)", text::count(ready, "record")));
    }
    lines.push("> See the records  (Enter)".to_owned());
    draw_words(frame, area, "Problems", &lines, theme);
}

/// A panel with a few sentences.
pub(super) fn draw_words(
    frame: &mut Frame,
    area: Rect,
    title: &str,
    words: &[String],
    theme: Theme,
) {
    let block = panel(area.width, title, "", true, theme);
    let columns = usize::from(area.width).saturating_sub(6);
    let lines = words.iter().flat_map(|line| wrap(line, columns));
    let lines: Vec<Line> = std::iter::once(Line::default())
        .chain(lines.map(|line| Line::from(format!("   {line}"))))
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
