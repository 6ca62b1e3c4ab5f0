//! What is wrong with a record, and where it came from.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span, Text},
};

use super::{Editor, edit_box::told};
use crate::{
    model::{Problem, RecordDetail, Status},
    text,
    tui::{
        theme::Theme,
        widgets::{panel::panel, wrap::wrap},
    },
};

/// The sentence and what to do, in one line.
pub fn sentence(problem: &Problem) -> String {
    let words = if problem.hint.is_empty() {
        problem.message.clone()
    } else {
        format!("{} {}", problem.message, problem.hint)
    };
    text::safe(&words).into_owned()
}

/// The problem the cursor is on: its index, and whether it is really on it.
fn problem_here(editor: &Editor) -> Option<(usize, bool)> {
    let problems = &editor.record.as_ref()?.row.problems;
    let path = editor.fields.path();
    let here = problems
        .iter()
        .position(|problem| Some(&problem.path) == path);
    match here {
        Some(at) => Some((at, true)),
        None => (!problems.is_empty()).then_some((0, false)),
    }
}

/// What is wrong, and where the record came from, beside the fields or in their place.
pub fn side_panels(editor: &Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let Some(record) = &editor.record else { return };
    let columns = usize::from(area.width.saturating_sub(2));
    let lines = problem_lines(editor, record, columns, theme);
    let needed = lines.len() as u16 + 2;
    let most = area.height.saturating_sub(10).max(area.height / 2);
    let height = needed.clamp(4, most.max(4));
    let [problems, origin] = area.layout(&Layout::vertical([
        Constraint::Length(height),
        Constraint::Fill(1),
    ]));
    let note = record.row.problems.len().to_string();
    let block = panel(area.width, "Problems in this record", &note, false, theme);
    let inner = block.inner(problems);
    let rows = usize::from(inner.height);
    let mut lines = lines;
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        lines.push(Line::styled(
            " ... (n jumps to the next one)",
            theme.muted(),
        ));
    }
    frame.render_widget(&block, problems);
    frame.render_widget(Text::from(lines), inner);
    let block = panel(area.width, "Where it came from", "", false, theme);
    let inner = block.inner(origin);
    frame.render_widget(&block, origin);
    frame.render_widget(
        Text::from(origin_lines(editor, record, columns, theme)),
        inner,
    );
}

fn problem_lines(
    editor: &Editor,
    record: &RecordDetail,
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let problems = &record.row.problems;
    if problems.is_empty() {
        let words = match record.row.status {
            Status::Rejected if !record.has_contract => "None known: there is no contract.",
            _ => "None.",
        };
        return vec![Line::from(format!(" {words}"))];
    }
    let at = problem_here(editor);
    // The problem under the cursor is always among those that fit.
    let first = at.map_or(0, |(at, _)| at.saturating_sub(1));
    let mut lines = Vec::new();
    for (index, problem) in problems.iter().enumerate().skip(first) {
        let cursor = if at == Some((index, true)) { ">" } else { " " };
        let label = text::shorten(
            &text::safe(&problem.path.label()),
            columns.saturating_sub(4),
        );
        lines.push(Line::from(vec![
            Span::raw(format!(" {cursor} ")),
            Span::styled(label, theme.error()),
        ]));
        for line in wrap(&sentence(problem), columns.saturating_sub(4)) {
            lines.push(Line::from(format!("   {line}")));
        }
    }
    if problems.len() > 1 {
        lines.push(Line::styled(" (n jumps to the next one)", theme.muted()));
    }
    lines
}

fn origin_lines(
    editor: &Editor,
    record: &RecordDetail,
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let file = record.source.rsplit('/').next().unwrap_or_default();
    let stopped = match (record.row.problems.first(), record.attempts.last()) {
        (_, Some(attempt)) => format!("Send to {}", attempt.destination),
        (Some(problem), None) => format!("{} (never sent)", problem.stage.label()),
        (None, None) => "(never sent)".to_owned(),
    };
    let mut rows = vec![
        ("File", file.to_owned()),
        ("Line", text::thousands(record.row.line)),
        ("Record", text::thousands(record.row.id.0.unsigned_abs())),
        ("Stopped", stopped),
        (
            "Rules",
            if record.has_contract {
                "the run's contract".to_owned()
            } else {
                "none: there is no contract".to_owned()
            },
        ),
    ];
    if let Some(attempt) = record
        .attempts
        .last()
        .filter(|last| !last.message.is_empty())
    {
        rows.push(("Answer", format!("{} {}", attempt.code, attempt.message)));
    }
    let room = columns.saturating_sub(10);
    let mut lines: Vec<_> = rows
        .into_iter()
        .map(|(what, words)| {
            let words = text::shorten(&text::safe(&words), room);
            Line::from(vec![
                Span::styled(format!(" {what:<8}"), theme.muted()),
                Span::raw(words),
            ])
        })
        .collect();
    lines.push(Line::default());
    lines.push(Line::styled(" History of this record", theme.muted()));
    if editor.history.is_empty() {
        lines.push(Line::from("   (no changes yet)"));
    }
    for step in &editor.history {
        lines.push(Line::from(format!(
            "   {}",
            text::shorten(step, columns.saturating_sub(4))
        )));
    }
    lines
}

/// One problem, where there is no room for all.
pub fn problem_strip(editor: &Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let (Some(record), false) = (&editor.record, area.is_empty()) else {
        return;
    };
    let problems = &record.row.problems;
    let live = editor.draft.as_ref().and_then(told);
    let (title, words) = match (live, problem_here(editor)) {
        (Some(words), _) => ("Not right yet".to_owned(), words),
        (None, Some((at, here))) => {
            let mut title = format!("Problem {} of {}", at + 1, problems.len());
            if !here {
                let label = problems[at].path.label();
                title.push_str(&format!(": {}", text::safe(&label)));
            }
            (title, sentence(&problems[at]))
        }
        (None, None) => (
            "Problems".to_owned(),
            tip_without_problem(record).to_owned(),
        ),
    };
    let block = panel(area.width, &title, "", false, theme);
    let inner = block.inner(area);
    let lines = wrap(&words, usize::from(inner.width).saturating_sub(2));
    let lines: Vec<_> = lines.into_iter().map(|line| format!(" {line}")).collect();
    frame.render_widget(&block, area);
    frame.render_widget(Text::from(lines.join("\n")), inner);
}

fn tip_without_problem(record: &RecordDetail) -> &'static str {
    if record.has_contract {
        "No problem in this record."
    } else {
        "No contract: nothing can be checked."
    }
}
