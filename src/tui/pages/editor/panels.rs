//! What is wrong with a record, and where it came from.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Editor, draft::Draft, draw::doubt, edit_box::told};
use crate::{
    model::{Freshness, Problem, RecordDetail, Stage, StageMark, Status},
    said, text,
    tui::{
        action::Action,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            panel::panel,
            stages::{in_lines, in_one_line},
            wrap::wrap,
        },
        words::{self, to_do},
    },
};

/// The sentence and what to do, in one line.
pub fn sentence(problem: &Problem) -> String {
    let words = format!(
        "{} {}",
        said::end(&text::safe(&problem.message)),
        to_do(problem)
    );
    words.trim_end().to_owned()
}

/// One answer of the check about the record: as it is, or as the draft would make it.
struct Shown<'a> {
    stages: &'a [StageMark],
    problems: &'a [Problem],
    draft: bool,
}

impl<'a> Shown<'a> {
    fn of(editor: &'a Editor, record: &'a RecordDetail) -> Self {
        let after = editor.one.draft.as_ref().and_then(Draft::after);
        match after.filter(|preview| !preview.stages.is_empty()) {
            Some(preview) => Self {
                stages: &preview.stages,
                problems: &preview.problems,
                draft: true,
            },
            None => Self {
                stages: &record.stages,
                problems: &record.row.problems,
                draft: false,
            },
        }
    }
}

/// The problem the cursor is on: its index, and whether it is really on it.
fn problem_here(editor: &Editor, problems: &[Problem]) -> Option<(usize, bool)> {
    let path = editor.fields.path();
    let here = problems
        .iter()
        .position(|problem| Some(&problem.path) == path);
    if let Some(at) = here {
        return Some((at, true));
    }
    let first = problems.iter().position(Problem::rejects);
    (!problems.is_empty()).then_some((first.unwrap_or(0), false))
}

/// What is wrong, and where the record came from, beside the fields or in their place.
pub fn side_panels(editor: &Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let Some(record) = &editor.one.record else {
        return;
    };
    let columns = usize::from(area.width.saturating_sub(2));
    let shown = Shown::of(editor, record);
    let mut lines = in_lines(shown.stages, shown.draft, columns, theme);
    if editor.one.draft.is_none() && doubt(editor).is_some() {
        // The status line says it in full.
        let key = editor.one.keys.of(Action::Check);
        let words = match record.verdict {
            Freshness::Old => format!(" An older verdict: {key} checks again."),
            _ => format!(" Not checked: {key} checks it."),
        };
        lines.push(Line::styled(words, theme.warn()));
    }
    lines.extend(problem_lines(
        editor,
        record,
        shown.problems,
        columns,
        theme,
    ));
    let needed = lines.len() as u16 + 2;
    let most = area.height.saturating_sub(9).max(area.height / 2);
    let height = needed.clamp(4, most.max(4));
    let [problems, origin] = area.layout(&Layout::vertical([
        Constraint::Length(height),
        Constraint::Fill(1),
    ]));
    let found = shown.problems;
    let (title, note) = if !found.iter().all(Problem::rejects) {
        ("Problems", words::problems(found))
    } else if shown.draft {
        ("Problems after this", found.len().to_string())
    } else {
        ("Problems in this record", found.len().to_string())
    };
    let block = panel(area.width, title, &note, false, theme);
    let inner = block.inner(problems);
    let rows = usize::from(inner.height);
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        let words = format!(" ...{}", jumps(editor));
        lines.push(Line::styled(words, theme.muted()));
    }
    frame.render_widget(&block, problems);
    frame.render_widget(Paragraph::new(lines), inner);
    if editor.second_panel {
        put_cursor(frame, inner, (1, 0));
    }
    let block = panel(area.width, "Where it came from", "", false, theme);
    let inner = block.inner(origin);
    frame.render_widget(&block, origin);
    frame.render_widget(
        Paragraph::new(origin_lines(editor, record, columns, theme)),
        inner,
    );
}

fn jumps(editor: &Editor) -> String {
    let key = editor.one.keys.of(Action::NextProblem);
    format!(" ({key} jumps to the next one)")
}

fn problem_lines(
    editor: &Editor,
    record: &RecordDetail,
    problems: &[Problem],
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    if problems.is_empty() {
        let words = match record.row.status {
            Status::Rejected if !record.has_contract => "None known: there is no contract.",
            _ => "None.",
        };
        return vec![Line::from(format!(" {words}"))];
    }
    let at = problem_here(editor, problems);
    // The problem under the cursor is always among those that fit.
    let first = at.map_or(0, |(at, _)| at.saturating_sub(1));
    let mut lines = Vec::new();
    for (index, problem) in problems.iter().enumerate().skip(first) {
        let cursor = if at == Some((index, true)) { ">" } else { " " };
        let (mark, note, style) = match (problem.rejects(), problem.stage) {
            (false, _) => ("~ ", " (warning)", theme.warn()),
            // It often says what the schema says, in other words.
            (true, Stage::Validator) => ("", " (validator)", theme.error()),
            (true, _) => ("", "", theme.error()),
        };
        let room = columns.saturating_sub(4 + mark.len() + note.len());
        let label = text::shorten(&text::safe(&problem.path.label()), room);
        let label = format!("{mark}{label}{note}");
        lines.push(Line::from(vec![
            Span::raw(format!(" {cursor} ")),
            Span::styled(label, style),
        ]));
        for line in wrap(&sentence(problem), columns.saturating_sub(4)) {
            lines.push(Line::from(format!("   {line}")));
        }
    }
    if problems.len() > 1 {
        lines.push(Line::styled(jumps(editor), theme.muted()));
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
    let mut rows = vec![
        ("File", file.to_owned()),
        (
            "Line",
            format!(
                "{} (record {})",
                text::thousands(record.row.line),
                text::thousands(record.row.id.0.unsigned_abs())
            ),
        ),
        stopped(record),
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
    add_unreached(record, &mut lines, room);
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

/// Where it stopped, and whether it was ever sent.
fn stopped(record: &RecordDetail) -> (&'static str, String) {
    let rejecting = record.row.problems.iter().find(|one| one.rejects());
    match (rejecting, record.attempts.last()) {
        (_, Some(attempt)) if record.row.status == Status::Accepted => {
            ("Sent", format!("to {}", attempt.destination))
        }
        (_, Some(attempt)) => ("Stopped", format!("Send to {}", attempt.destination)),
        (Some(problem), None) => ("Stopped", format!("{} (never sent)", problem.stage.label())),
        (None, None) => ("Sent", "never".to_owned()),
    }
}

/// Puts the rules that could not be tried yet below the line about rules.
fn add_unreached(record: &RecordDetail, lines: &mut Vec<Line<'static>>, room: usize) {
    let unreached: Vec<_> = (record.stages.iter())
        .flat_map(|one| one.not_reached.iter().map(|rule| text::safe(rule)))
        .collect();
    if unreached.is_empty() {
        return;
    }
    let is_rules = |line: &Line| line.to_string().starts_with(" Rules");
    let at = lines
        .iter()
        .position(is_rules)
        .map_or(lines.len(), |at| at + 1);
    let words = wrap(&format!("not reached: {}", unreached.join(", ")), room);
    let words = words.into_iter().take(3);
    let words = words.map(|line| Line::from(format!("{:9}{line}", "")));
    lines.splice(at..at, words);
}

/// One problem, where there is no room for all.
pub fn problem_strip(editor: &Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let (Some(record), false) = (&editor.one.record, area.is_empty()) else {
        return;
    };
    let live = editor.one.draft.as_ref().and_then(told);
    let shown = Shown::of(editor, record);
    let (title, words) = match (live, problem_here(editor, shown.problems)) {
        (Some((title, words)), _) => (title.to_owned(), words),
        (None, Some((at, here))) => strip_title(shown.problems, at, here),
        (None, None) => (
            "Problems".to_owned(),
            tip_without_problem(record).to_owned(),
        ),
    };
    let room = usize::from(area.width).saturating_sub(9);
    let left = room.saturating_sub(text::width(&title));
    let note = in_one_line(shown.stages, shown.draft, left);
    // The field is named in the sentence or marked in the list.
    let title = match title.split_once(':') {
        Some((short, _)) if text::width(&title) + text::width(&note) > room => short.to_owned(),
        _ => title,
    };
    let block = panel(area.width, &title, &note, false, theme);
    let inner = block.inner(area);
    let lines = wrap(&words, usize::from(inner.width).saturating_sub(2));
    let lines: Vec<_> = lines.into_iter().map(|line| format!(" {line}")).collect();
    frame.render_widget(&block, area);
    frame.render_widget(Paragraph::new(lines.join("\n")), inner);
}

/// `Problem 1 of 2`, with its field where the cursor is elsewhere, and its sentence.
fn strip_title(problems: &[Problem], at: usize, here: bool) -> (String, String) {
    let problem = &problems[at];
    let alike = |other: &&Problem| other.rejects() == problem.rejects();
    let mut title = format!(
        "{} {} of {}",
        if problem.rejects() {
            "Problem"
        } else {
            "~ Warning"
        },
        problems[..=at].iter().filter(alike).count(),
        problems.iter().filter(alike).count()
    );
    if !here {
        title.push_str(&format!(": {}", text::safe(&problem.path.label())));
    }
    (title, sentence(problem))
}

fn tip_without_problem(record: &RecordDetail) -> &'static str {
    if record.has_contract {
        "No problem in this record."
    } else {
        "No contract: nothing can be checked."
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Found, tui::testing::problem};

    #[test]
    fn what_a_destination_said_without_a_full_stop_is_a_sentence_of_its_own() {
        let mut problem = problem("/phone", Found::Missing);
        problem.message = "This number is on our do-not-call list".to_owned();
        problem.hint = "Change the record.".to_owned();
        assert_eq!(
            sentence(&problem),
            "This number is on our do-not-call list. Change the record."
        );
    }
}
