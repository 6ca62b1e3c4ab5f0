//! The picture of an unreadable record.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};
use serde_json::Value;

use super::{
    Raw,
    excerpt::{Caret, Excerpt, Row},
};
use crate::{
    model::{Form, Layout as Columns, RecordDetail, Status},
    text,
    tui::{
        action::Action,
        pages::editor::{
            draft::{Draft, Focus, Verdict, as_text},
            edit_box::{closed, try_line, under},
        },
        theme::Theme,
        widgets::{cursor::put_cursor, lines::cut, panel::panel, stages::in_one_line, wrap::wrap},
    },
};

/// The row below the header.
pub fn banner(page: &Raw, theme: Theme) -> Line<'static> {
    let mut spans = page.one.banner(theme);
    spans.push(Span::raw("state: "));
    let status = page.one.record.as_ref().map(|record| record.row.status);
    spans.push(match status.filter(|status| *status != Status::Rejected) {
        Some(status) => Span::styled(status.label(), theme.status(status)),
        None => Span::styled("unreadable", theme.error()),
    });
    if let Some(record) = &page.one.record {
        let stopped = record.row.problems.first();
        let stage = stopped.map_or("Read", |problem| problem.stage.label());
        spans.push(Span::raw(format!("   stopped at: {stage}")));
    }
    Line::from(spans)
}

/// Everything between the two rows on top and the two at the bottom.
pub fn page(page: &mut Raw, frame: &mut Frame, area: Rect, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let Some(record) = &page.one.record else {
        let words = page
            .one
            .error
            .as_deref()
            .unwrap_or("Reading the record ...");
        let block = panel(area.width, "Record", "", true, theme);
        let lines = indented(wrap(words, usize::from(area.width.saturating_sub(4))));
        frame.render_widget(Paragraph::new(lines), block.inner(area));
        frame.render_widget(block, area);
        return;
    };
    let columns = usize::from(area.width.saturating_sub(4));
    let problem = problem_lines(record, page.excerpt.caret, columns, theme);
    let (most, edit_height) = if page.one.draft.is_some() {
        (area.height / 3, (area.height * 10 / 26).clamp(4, 10))
    } else {
        (area.height * 2 / 5, 3)
    };
    let problem_height = (problem.len() as u16 + 2).min(most).max(3);
    let [top, middle, bottom] = area.layout(&Layout::vertical([
        Constraint::Length(problem_height),
        Constraint::Fill(1),
        Constraint::Length(edit_height),
    ]));
    let note = in_one_line(
        &record.stages,
        false,
        usize::from(area.width).saturating_sub(16),
    );
    let block = panel(area.width, "Problem", &note, false, theme);
    frame.render_widget(Paragraph::new(problem), block.inner(top));
    frame.render_widget(block, top);
    excerpt(page, frame, middle, theme);
    if page.one.draft.is_none() {
        put_cursor(frame, middle, (2, 1));
    }
    edit_box(page, frame, bottom, theme);
}

fn problem_lines(
    record: &RecordDetail,
    caret: Option<Caret>,
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let Some(problem) = record.row.problems.first() else {
        return vec![Line::from(" The text cannot be split into fields.")];
    };
    let mut lines = indented(wrap(&text::safe(&problem.message), columns));
    if !problem.hint.is_empty() {
        lines.extend(indented(wrap(&text::safe(&problem.hint), columns)));
    }
    // The bytes are those of the file, which the received text stands in.
    let at = caret.filter(|_| record.text == record.raw);
    let byte = record.byte + at.map_or(0, |caret| caret.byte as u64);
    let line = caret.map_or(record.row.line, |caret| caret.number);
    let mut code = format!(
        " Code  {}   byte {}   line {}",
        text::safe(&problem.code),
        text::thousands(byte),
        text::thousands(line),
    );
    if let Some(caret) = caret {
        code += &format!("   position {}", text::thousands(caret.position as u64));
    }
    lines.push(Line::styled(code, theme.muted()));
    lines
}

fn indented(lines: Vec<String>) -> Vec<Line<'static>> {
    lines
        .into_iter()
        .map(|line| Line::from(format!(" {line}")))
        .collect()
}

fn excerpt(page: &mut Raw, frame: &mut Frame, area: Rect, theme: Theme) {
    let (key, focus) = (page.one.keys.of(Action::Wrap), page.one.draft.is_none());
    let shown = &mut page.excerpt;
    let note = if shown.wrapped {
        format!("{key} scroll instead")
    } else {
        format!("Left/Right to scroll, {key} wrap")
    };
    let title = if shown.is_said {
        "What the results say of this record"
    } else {
        "The line as it is in the file"
    };
    let block = panel(area.width, title, &note, focus, theme);
    let inner = block.inner(area);
    let last = shown.lines.last().map_or(0, |line| line.number);
    let gutter = last.to_string().len().max(5);
    let room = usize::from(inner.width).saturating_sub(gutter + 4);
    let height = usize::from(inner.height.saturating_sub(1)).max(1);
    let rows = scrolled(shown, room, height);
    let mut lines: Vec<Line> = (rows.into_iter().skip(shown.top).take(height))
        .map(|row| drawn(row, gutter, theme))
        .collect();
    let unseen = Line::styled(format!(" {}", shown.unseen), theme.muted());
    if lines.len() < height {
        lines.push(Line::default());
    }
    lines.push(unseen);
    frame.render_widget(Paragraph::new(lines), inner);
    frame.render_widget(block, area);
}

fn drawn(row: Row, gutter: usize, theme: Theme) -> Line<'static> {
    let blank = "";
    match row {
        Row::Text {
            number,
            text,
            is_own,
        } => {
            let number = number.map(|number| number.to_string()).unwrap_or_default();
            let line = Line::from(format!(" {number:gutter$} | {text}"));
            if is_own {
                line
            } else {
                line.style(theme.muted())
            }
        }
        Row::Caret(words) => Line::styled(format!(" {blank:gutter$} | {words}"), theme.error()),
        Row::Bytes(words) => {
            Line::styled(format!(" {blank:gutter$} | bytes  {words}"), theme.muted())
        }
    }
}

/// The rows of the text. Until it is scrolled by hand, and anew in a window of another width, the place where reading stopped
/// is among those that are seen.
fn scrolled(shown: &mut Excerpt, room: usize, height: usize) -> Vec<Row> {
    let is_anew = std::mem::replace(&mut shown.placed, room) != room;
    if let Some(caret) = shown.caret.filter(|_| is_anew) {
        shown.shift = if caret.column + 24 > room {
            (caret.column + 24).saturating_sub(room)
        } else {
            0
        };
    }
    let (rows, caret) = shown.rows(room);
    (shown.rows, shown.seen) = (rows.len(), height);
    if let Some(caret) = caret.filter(|_| is_anew) {
        shown.top = (caret + 2).saturating_sub(height);
    }
    shown.top = shown.top.min(shown.last_top());
    rows
}

fn edit_box(page: &mut Raw, frame: &mut Frame, area: Rect, theme: Theme) {
    let Some(record) = &page.one.record else {
        return;
    };
    let editing = page.one.draft.is_some();
    let is_excerpt = record.text.form == Form::Excerpt;
    let (note, title) = match (editing, is_excerpt) {
        (true, false) => ("read again as you type", "Edit this line"),
        (true, true) => ("read as you type", "Put the record here"),
        (false, false) => ("Enter edits it", "This line"),
        (false, true) => ("Enter puts it in", "The record"),
    };
    let block = panel(area.width, title, note, editing, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inner.width);
    let mut lines = Vec::new();
    let bad = std::str::from_utf8(&record.text.bytes).is_err();
    if let Some(draft) = &mut page.one.draft {
        let (text, cursor) = draft.field.line(columns.saturating_sub(4), theme.muted());
        let mut spans = vec![Span::raw(" [")];
        spans.extend(text.spans);
        spans.push(Span::raw("]"));
        lines.push(Line::from(spans));
        lines.extend(verdict(draft, record, columns, theme));
        if bad {
            let words =
                "What is no UTF-8 is read as Windows-1252 for editing. The received bytes stay.";
            let room = columns.saturating_sub(2);
            let words = wrap(words, room).into_iter();
            let words = words.map(|line| Line::styled(format!(" {line}"), theme.muted()));
            let at = lines.len().min(2);
            lines.splice(at..at, words);
        }
        let at = suggestions(draft, &mut lines, inner, theme);
        put_cursor(frame, inner, at.unwrap_or((2 + cursor as u16, 0)));
    } else {
        let text = if is_excerpt {
            "The results name it and do not hold it.".to_owned()
        } else {
            text::safe_bytes(&record.text.bytes)
        };
        lines.push(Line::from(format!(
            " {}",
            text::shorten(&text, columns.saturating_sub(2))
        )));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// Puts the texts that it could be on the last line. Gives where the one is that is chosen.
fn suggestions(
    draft: &Draft,
    lines: &mut Vec<Line<'static>>,
    inner: Rect,
    theme: Theme,
) -> Option<(u16, u16)> {
    let height = usize::from(inner.height);
    if draft.choices.is_empty() || draft.focus == Focus::Anyway || height < 2 {
        return None;
    }
    let columns = usize::from(inner.width);
    let offered = try_line(draft, " Suggestions  ", columns, theme);
    lines.resize(height - 1, Line::default());
    lines.push(cut(offered, columns));
    under(&lines[height - 1..], theme).map(|(x, _)| (x, height as u16 - 1))
}

fn verdict(
    draft: &Draft,
    record: &RecordDetail,
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    if draft.focus == Focus::Anyway {
        let offer = "> Save anyway, it stays in needs fixing";
        let words = told(draft).unwrap_or_default();
        let mut lines = vec![Line::from(vec![
            Span::raw(" "),
            Span::styled(offer, theme.select()),
        ])];
        lines.extend(indented(wrap(&words, columns.saturating_sub(2))));
        return lines;
    }
    if let Some(words) = told(draft) {
        return indented(wrap(&words, columns.saturating_sub(2)));
    }
    let Some(current) = draft.preview().and_then(|preview| preview.current.as_ref()) else {
        return vec![Line::default()];
    };
    let problems = draft.preview().map_or(0, |preview| {
        preview.problems.iter().filter(|one| one.rejects()).count()
    });
    let reads = match (&record.layout, record.text.form) {
        (Columns::Csv { columns, .. }, Form::Csv) => text::count(columns.len() as u64, "column"),
        _ => text::count(
            current.as_object().map_or(0, serde_json::Map::len) as u64,
            "field",
        ),
    };
    let left = match problems {
        0 => "   No problem left after this.".to_owned(),
        left => format!(
            "   {} left after this.",
            text::count(left as u64, "problem")
        ),
    };
    let mut lines = vec![
        Line::from(vec![
            Span::raw(" "),
            Span::styled("OK", theme.ok()),
            Span::raw(format!("  Reads as {reads} now.{left}")),
        ]),
        Line::default(),
    ];
    let fields = field_words(current).join("   ");
    lines.extend(indented(wrap(&fields, columns.saturating_sub(2))));
    lines
}

fn told(draft: &Draft) -> Option<String> {
    let words = match draft.verdict() {
        Verdict::Wrong(problem) if draft.loud => format!("{} {}", problem.message, problem.hint),
        Verdict::Refused(words) if draft.loud => closed(draft).unwrap_or_else(|| words.to_owned()),
        _ => return None,
    };
    Some(text::safe(&words).into_owned())
}

/// `name value` for each field.
fn field_words(current: &Value) -> Vec<String> {
    let fields = current.as_object().into_iter().flatten();
    fields
        .take(40)
        .map(|(name, value)| {
            let value = text::shorten(&text::safe(&as_text(value)), 40);
            format!("{} {value}", text::shorten(&text::safe(name), 24))
        })
        .collect()
}
