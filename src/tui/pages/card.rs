//! The card about one problem: since when, how many, one bug or many, an example, what to do.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::about::{List, padded};
use crate::{
    model::{Found, Group, Note, Severity, Status},
    text,
    tui::{
        action::Action,
        overlays::wrap,
        theme::Theme,
        widgets::{
            bar::{bar, percent},
            panel::panel,
        },
        words,
    },
};

/// What, since when, how many, one bug or many, an example, and what to do.
pub(super) fn draw_card(frame: &mut Frame, area: Rect, view: &List, theme: Theme) {
    let Some(group) = view.groups.get(view.at) else {
        return;
    };
    let short = area.height < 8;
    let mut title = "About this problem".to_owned();
    if short {
        title.push_str(&format!("  ({} more)", view.keys.of(Action::Zoom)));
    }
    let note = format!("{} of {}", view.at + 1, view.groups.len());
    let block = panel(area.width, &title, &note, false, theme);
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
    for (label, words) in facts(view, group) {
        for (at, part) in wrap(&words, columns.saturating_sub(7))
            .into_iter()
            .enumerate()
        {
            let label = if at == 0 { label } else { "" };
            lines.push(Line::from(vec![
                Span::styled(format!("{label:<7}"), theme.accent()),
                Span::raw(part),
            ]));
        }
    }
    let to_do: Vec<String> = view
        .example
        .map(|(_, problem)| wrap(&words::to_do(problem), columns))
        .filter(|lines| lines.iter().any(|line| !line.is_empty()))
        .unwrap_or_default();
    let after = to_do.len() + 4;
    let shapes = rows.saturating_sub(lines.len() + after + 1);
    lines.extend(shape_lines(group, columns, shapes, theme));
    if let Some(example) = example(view, group) {
        lines.push(Line::from(format!(
            "Example  {}",
            text::shorten(&example, columns.saturating_sub(9))
        )));
    }
    lines.extend(next_step(view, to_do, columns, theme));
    lines
}

/// What it is, who answers for it, since when, how many, one bug or many. Safe to print.
pub(super) fn facts(view: &List, group: &Group) -> Vec<(&'static str, String)> {
    let rejected = view.run.with_status(Status::Rejected).max(group.open);
    let mut facts = vec![("What", what(view, group))];
    if group.severity == Severity::Warning {
        let words = "A warning: such records are not kept from being sent.";
        facts.push(("Kind", words.to_owned()));
    }
    if !group.owner.is_empty() {
        facts.push(("Owner", text::safe(&group.owner).into_owned()));
    }
    if !group.template.is_empty() {
        facts.push(("Says", text::safe(&group.template).into_owned()));
    }
    let notes = view.notes.iter().rev().take(3);
    facts.extend(notes.map(|note| ("Note", noted(note))));
    let before = view.was_there(group).unwrap_or_default();
    let since = format!("{}. {before}", since(group)).trim_end().to_owned();
    facts.extend([("Since", since), ("Many", many(group, rejected))]);
    facts.extend(cause(group).map(|cause| ("Cause", cause)));
    facts
}

/// The fix that would help most, else what to do by hand.
fn next_step(view: &List, to_do: Vec<String>, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let (title, words) = match view.advice {
        Some(advice) => {
            let key = view.keys.of(Action::FixAll);
            (format!("Suggested fix  ({key})"), wrap(advice, columns))
        }
        None if to_do.is_empty() => return Vec::new(),
        None => ("What to do".to_owned(), to_do),
    };
    let mut lines = vec![Line::default(), Line::styled(title, theme.accent())];
    lines.extend(words.into_iter().map(Line::from));
    lines
}

/// The card in four lines.
fn strip(view: &List, group: &Group, columns: usize) -> Vec<Line<'static>> {
    let mut since = since(group);
    if let Some(before) = view.was_there_in_short(group) {
        since.push_str(&format!(", {before}"));
    }
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
        match group.severity {
            Severity::Error => format!("What   {}", what(view, group)),
            Severity::Warning => format!("What   ~ Warning: {}", what(view, group)),
        },
        match view.notes.last() {
            Some(note) => format!("Note   {}", noted(note)),
            None => format!("Since  {since}"),
        },
    ];
    if !shapes.is_empty() {
        let example =
            example(view, group).map_or(String::new(), |example| format!("   e.g. {example}"));
        lines.push(format!("Values {}{example}", shapes.join(", ")));
    }
    let to_do = view.example.map(|(_, problem)| words::to_do(problem));
    if let Some(advice) = view.advice {
        let key = view.keys.of(Action::FixAll);
        lines.push(format!("Fix    {key}  {advice}"));
    } else if let Some(to_do) = to_do.filter(|words| !words.is_empty()) {
        lines.push(format!("To do  {to_do}"));
    } else if !group.owner.is_empty() {
        lines.push(format!("To do  Ask {}.", text::safe(&group.owner)));
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

fn noted(note: &Note) -> String {
    text::safe(&format!("{}: {}", note.author, note.text)).into_owned()
}

/// How many records there are, and how many there were.
fn many(group: &Group, rejected: u64) -> String {
    let open = text::count(group.open, "record");
    let gone = group.records.saturating_sub(group.open);
    match (group.severity, gone) {
        // Most of those that passed with a warning are not kept, so that nobody has done them.
        (Severity::Warning, 0) => format!("{open}."),
        (Severity::Warning, _) => {
            format!(
                "{open} here, {} when loaded.",
                text::thousands(group.records)
            )
        }
        (Severity::Error, 0) => format!("{open}, {}.", percent(group.open, rejected)),
        (Severity::Error, _) => format!(
            "{open}, {}. {} done.",
            percent(group.open, rejected),
            text::thousands(gone)
        ),
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
            Found::Text(value) => format!("\"{}\"", text::safe_whole(value)),
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
        text::shorten(&text::safe_whole(&shape.example), 40)
    ))
}

/// The commonest shapes of the failing values, with their shares.
fn shape_lines(group: &Group, columns: usize, rows: usize, theme: Theme) -> Vec<Line<'static>> {
    let shapes = rows.min(group.shapes.len());
    let mut lines = Vec::new();
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
    lines
}
