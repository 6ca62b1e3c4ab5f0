//! The strip below the records: one whole value, and what is wrong with it.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{
    cell::{Column, Mark, also},
    editor::draft::as_text,
    records::Records,
};
use crate::{
    check::suggest::Suggestion,
    model::{Problem, RecordRow},
    text,
    tui::{
        theme::Theme,
        widgets::{cursor::put_cursor, panel::panel, wrap::wrap},
        words,
    },
};

/// The whole value of one cell, and what is wrong with it.
pub(super) fn draw_strip(frame: &mut Frame, area: Rect, page: &Records, theme: Theme) {
    let (Some(row), column) = (page.chosen(), page.target_column()) else {
        let block = panel(area.width, "Cell", "", false, theme);
        frame.render_widget(block, area);
        return;
    };
    let own = column.and_then(|column| column.problem(row));
    // A record that cannot be read has no cells, and what is wrong with a whole record belongs to every cell.
    let of_all = row.problems.iter().find(|problem| problem.path.is_root());
    let problem = own.or(of_all);
    let label = match (&row.current, column) {
        (Some(_), Some(column)) => column.label.as_str(),
        _ => "whole line",
    };
    let title = format!(
        "Cell: {label}, record {}, line {}",
        text::thousands(row.id.0.unsigned_abs()),
        text::thousands(row.line)
    );
    let rejecting: Vec<_> = (row.problems.iter())
        .filter(|problem| problem.rejects())
        .collect();
    let place = problem.and_then(|own| rejecting.iter().position(|other| *other == own));
    let note = match (place, rejecting.len()) {
        (Some(place), all) if all > 1 => format!("problem {} of {all}", place + 1),
        (Some(_), _) => String::new(),
        (None, _) if row.problems.is_empty() => String::new(),
        (None, _) => words::problems(&row.problems),
    };
    let block = panel(area.width, &title, &note, false, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inside.width).saturating_sub(2);
    let suggestion = page.suggestion(row).map(suggested).unwrap_or_default();
    let lines = strip(row, column, problem, &suggestion, (columns, inside.height));
    // Where it has the place of the table, nothing is cut that has room.
    let lines: Vec<String> = if inside.height >= TALL {
        (lines.iter().flat_map(|line| whole(line, columns))).collect()
    } else {
        lines
    };
    let lines = lines
        .iter()
        .map(|line| Line::from(format!(" {}", text::shorten(line, columns))));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inside);
    if page.zoomed {
        put_cursor(frame, inside, (1, 0));
    }
}

/// A box of so many lines has the place of the table.
const TALL: u16 = 7;

/// Columns of what stands before a value or a sentence.
const LABEL: usize = 11;

/// A line of the strip in as many lines as it takes, what goes on below what it begins with.
fn whole(line: &str, columns: usize) -> Vec<String> {
    let Some((label, rest)) = line.split_at_checked(LABEL) else {
        return vec![line.to_owned()];
    };
    let lines = wrap(rest, columns.saturating_sub(LABEL)).into_iter();
    let before = std::iter::once(label).chain(std::iter::repeat("           "));
    before
        .zip(lines)
        .map(|(before, line)| format!("{before}{line}"))
        .collect()
}

/// What the strip says: the value, what is wrong with it, what to do; in a low box in two lines.
fn strip(
    row: &RecordRow,
    column: Option<&Column>,
    problem: Option<&Problem>,
    suggestion: &str,
    (columns, height): (usize, u16),
) -> Vec<String> {
    let value = column
        .filter(|_| row.current.is_some())
        .map(|column| column.value(row));
    let label = match column.map(|column| column.mark(row)) {
        Some(Mark::Changed) => "Changed to",
        _ if row.version > 1 => "Value now",
        _ => "Received",
    };
    let mut lines = Vec::new();
    if height < 4 {
        let message = problem.map(|problem| {
            let mark = if problem.rejects() { "" } else { "~ Warning: " };
            format!("{mark}{}", text::safe(&problem.message))
        });
        let said = message.as_deref().unwrap_or_default();
        // The sentence may name the value itself.
        let value = value
            .filter(|value| !said.contains(value.as_str()))
            .map(|value| format!("{label} \"{value}\". "))
            .unwrap_or_default();
        lines.push(format!("{value}{}", message.unwrap_or_default()));
        let gap = if suggestion.is_empty() { "" } else { "   " };
        let to_do = |problem| format!("{}{gap}{suggestion}", words::to_do(problem));
        lines.extend(problem.map(to_do));
    } else {
        let missing = value.as_deref() == Some("(missing)")
            && column.is_some_and(|column| column.length(row).is_none());
        if missing {
            lines.push(format!("{label:<10} nothing: the field is missing"));
        } else if let Some(value) = value {
            let about = length(row, column, &value);
            if height >= TALL {
                lines.push(format!("{label:<10} \"{value}\""));
                lines.push(format!("{:LABEL$}({about})", ""));
            } else {
                let room = columns.saturating_sub(text::width(&about) + 18);
                lines.push(format!(
                    "{label:<10} \"{}\"   ({about})",
                    text::shorten(&value, room)
                ));
            }
        }
        let rows = problem
            .iter()
            .flat_map(|problem| about(problem, suggestion));
        let row = |(label, words)| format!("{label:<10} {words}").trim_end().to_owned();
        lines.extend(rows.map(row));
    }
    if problem.is_none() && row.problems.iter().any(Problem::rejects) {
        lines.push(format!("This field is fine. To fix: {}", also(row, &[])));
    }
    lines
}

/// `Suggestion: 2025-12-31  (day first)`
fn suggested(suggestion: &Suggestion) -> String {
    let value = as_text(&suggestion.value);
    let value = text::shorten(&text::safe_whole(&value), 40);
    let why = match suggestion.why {
        "" => String::new(),
        why => format!("  ({why})"),
    };
    format!("Suggestion: {value}{why}")
}

/// What is wrong, what to do, and the code, each with what it is called. Safe to print.
pub(super) fn about(problem: &Problem, suggestion: &str) -> [(&'static str, String); 3] {
    let code = problem.code_and_detail();
    let what = if problem.rejects() {
        "Problem"
    } else {
        "~ Warning"
    };
    let at = if problem.path.is_root() {
        String::new()
    } else {
        format!("  at {}", problem.path)
    };
    [
        (what, text::safe(&problem.message).into_owned()),
        (
            "What to do",
            format!("{}     {suggestion}", words::to_do(problem))
                .trim_end()
                .to_owned(),
        ),
        ("Code", text::safe(&format!("{code}{at}")).into_owned()),
    ]
}

/// `10 characters, no hidden characters`: hidden ones stand in the value by their names.
fn length(row: &RecordRow, column: Option<&Column>, safe: &str) -> String {
    match column.and_then(|column| column.length(row)) {
        Some((0, all)) => format!(
            "{}, no hidden characters",
            text::count(all as u64, "character")
        ),
        Some((hidden, all)) => format!(
            "{}, {} hidden",
            text::count(all as u64, "character"),
            text::thousands(hidden as u64)
        ),
        None => text::count(safe.chars().count() as u64, "character"),
    }
}
