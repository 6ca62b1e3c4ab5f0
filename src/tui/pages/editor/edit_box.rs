//! The box at the bottom of the editor.

use std::ops::Range;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    Editor,
    draft::{Draft, Focus, Verdict},
    draw::cell,
    fields::{FieldLine, shown},
    frozen,
    panels::sentence,
};
use crate::{
    model::{RecordDetail, Wants},
    text,
    tui::{
        action::Action,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{cut, width},
            panel::panel,
        },
    },
};

/// Said where the record cannot be changed, whatever is typed.
const CLOSED: &str = "Not now";

/// What is wrong with the text as it is, when it may be said: what to call it, and the sentence.
pub fn told(draft: &Draft) -> Option<(&'static str, String)> {
    let wrong = "Not right yet";
    match draft.verdict() {
        _ if !draft.loud => None,
        Verdict::Refused(_) if draft.closed().is_some() => Some((CLOSED, closed(draft)?)),
        Verdict::Wrong(problem) => Some((wrong, sentence(problem))),
        Verdict::Refused(words) => Some((wrong, text::safe(words).into_owned())),
        Verdict::Right => {
            let warning = draft.warning()?;
            Some(("Warning", sentence(warning)))
        }
        Verdict::NotYet => None,
    }
}

/// Why the record cannot be changed at all, and what becomes of what is typed. Safe to print.
pub fn closed(draft: &Draft) -> Option<String> {
    let why = frozen(false, draft.closed()?).unwrap_or("It was set aside meanwhile.");
    Some(format!("{why} Enter keeps what you typed."))
}

/// The box at the bottom: what is being typed, or the value under the cursor.
pub fn edit_box(editor: &mut Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    if area.is_empty() {
        return;
    }
    if let Some(draft) = &mut editor.one.draft {
        let record = editor.one.record.as_deref();
        let has_contract = record.is_some_and(|record| record.has_contract);
        // A field that is being added has no line yet.
        let line = editor.fields.selected();
        let line = line.filter(|line| line.tree.path == draft.path);
        let was = line.map_or("(not there)".to_owned(), |line| was(record, line));
        draft_box(draft, (&was, ""), has_contract, frame, area, theme);
    } else {
        let inner = inside(area);
        let tall = inner.height >= 4;
        let title = match editor.fields.path() {
            Some(path) => {
                let look = editor.look.as_ref().filter(|(known, _)| known == path);
                let kind = kind(look.map(|(_, preview)| &preview.wants));
                format!("{}{kind}", text::safe(&path.label()))
            }
            None => String::new(),
        };
        frame.render_widget(panel(area.width, &title, "", false, theme), area);
        draw_lines(look_box(editor, tall, theme), frame, inner);
    }
}

/// What is being typed, what was there before it, and what could be put in. `place` says which record's it is, where that
/// is not clear.
pub fn draft_box(
    draft: &mut Draft,
    (was, place): (&str, &str),
    has_contract: bool,
    frame: &mut Frame,
    area: Rect,
    theme: Theme,
) {
    let inner = inside(area);
    let label = draft.path.label();
    let kind = kind(draft.wants());
    let comma = if place.is_empty() { "" } else { ", " };
    let title = format!("Editing {}{kind}{comma}{place}", text::safe(&label));
    let note = if has_contract {
        "checked as you type"
    } else {
        "not checked: no contract"
    };
    frame.render_widget(panel(area.width, &title, note, true, theme), area);
    let (lines, cursor) = if inner.height >= 4 {
        tall_box(draft, was, inner, theme)
    } else {
        flat_box(draft, was, inner, theme)
    };
    let at = under(&lines, theme).unwrap_or((cursor, 0));
    draft.same.place = Rect {
        y: inner.y + lines.len() as u16 - 1,
        height: u16::from(draft.same.is_offered()),
        ..inner
    };
    draw_lines(lines, frame, inner);
    put_cursor(frame, inner, at);
}

/// Draws lines, none of them wider than the box.
fn draw_lines(lines: Vec<Line<'static>>, frame: &mut Frame, inner: Rect) {
    let columns = usize::from(inner.width);
    let lines: Vec<_> = (lines.into_iter()).map(|line| cut(line, columns)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The column and line of what is marked, where that is not the text.
pub fn under(lines: &[Line], theme: Theme) -> Option<(u16, u16)> {
    let found = lines.iter().enumerate().find_map(|(y, line)| {
        let is_marked = |span: &Span| span.style == theme.select() && span.content.starts_with('>');
        Some((line.spans.iter().position(is_marked)?, y, line))
    });
    let (before, y, line) = found?;
    Some((width(&line.spans[..before]) as u16, y as u16))
}

fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// What was received, text in quotes.
fn was(record: Option<&RecordDetail>, line: &FieldLine) -> String {
    let received = record.and_then(|record| record.received.as_ref());
    let value = received.and_then(|received| received.pointer(line.tree.path.as_str()));
    match line.received.as_str() {
        words if value.is_some_and(|value| !value.is_string()) => words.to_owned(),
        words if words.starts_with(['(', '"', '{', '[']) => words.to_owned(),
        words => format!("\"{words}\""),
    }
}

fn tall_box(draft: &mut Draft, was: &str, inner: Rect, theme: Theme) -> (Vec<Line<'static>>, u16) {
    let columns = usize::from(inner.width);
    let field = (columns.saturating_sub(12) * 56 / 100).max(10);
    let (mut now, cursor) = field_line(" Now       ", draft, field, theme);
    now.spans.push(Span::raw("   "));
    now.spans.extend(verdict(draft, theme));
    let left = field + 2;
    let mut second = vec![Span::styled(" Was       ", theme.muted())];
    second.extend(cell(was, left, Style::new()));
    second.push(Span::raw(left_after(draft)));
    let mut lines = vec![
        now,
        Line::from(second),
        try_line(draft, " Try       ", columns, theme),
    ];
    if let Some(words) = remark(draft) {
        let words = text::shorten(&words, columns.saturating_sub(2));
        lines.push(Line::styled(format!(" {words}"), theme.warn()));
    }
    if draft.same.is_offered() {
        lines.push(same_line(draft, theme));
    }
    (lines, cursor)
}

/// What is said below what is typed: what is wrong with it, what it warns of, or what it breaks elsewhere. Beside the line about
/// the others there is always the panel that says the same.
fn remark(draft: &Draft) -> Option<String> {
    if draft.same.is_offered() && !matches!(draft.verdict(), Verdict::Refused(_)) {
        return None;
    }
    let told = told(draft).map(|(title, words)| match title {
        "Warning" => format!("~ Warning: {words}"),
        _ => words,
    });
    told.or_else(|| newly_wrong(draft))
}

/// The lines of the box where there is room, with its frame.
pub fn box_height(draft: &Draft) -> u16 {
    6 + u16::from(draft.same.is_offered() && remark(draft).is_some())
}

/// `Same?     [ ] also fix the 1,187 other records like this`
fn same_line(draft: &Draft, theme: Theme) -> Line<'static> {
    let same = &draft.same;
    let tick = if same.is_ticked { "[x]" } else { "[ ]" };
    let (others, then) = match same.others {
        Some(1) => (
            "the other record".to_owned(),
            "opens Fix all with a preview",
        ),
        Some(others) => (
            format!("the {} other records", text::thousands(others)),
            "opens Fix all with a preview",
        ),
        None => ("the other records".to_owned(), "counting them ..."),
    };
    let words = format!("{tick} also fix {others} like this");
    let words = if draft.focus == Focus::Same {
        Span::styled(format!("> {words}"), theme.select())
    } else {
        Span::raw(words)
    };
    Line::from(vec![
        Span::styled(" Same?     ", theme.muted()),
        words,
        Span::styled(format!("   ({then})"), theme.muted()),
    ])
}

fn flat_box(draft: &mut Draft, was: &str, inner: Rect, theme: Theme) -> (Vec<Line<'static>>, u16) {
    let columns = usize::from(inner.width);
    let field = columns
        .saturating_sub(50)
        .clamp(20, 60)
        .min(columns.saturating_sub(5));
    let (mut now, cursor) = field_line(" Now ", draft, field, theme);
    now.spans.push(Span::raw("  "));
    let mut words = verdict(draft, theme);
    let left = left_after(draft).replacen("Record: ", "  ", 1);
    if width(&words) + text::width(&left) + field + 7 > columns {
        words.truncate(1);
    }
    let fits = width(&words) + text::width(&left) + field + 7 <= columns;
    now.spans.extend(words);
    now.spans.extend(fits.then(|| Span::raw(left)));
    let before = vec![
        Span::styled(" Was ", theme.muted()),
        Span::raw(text::shorten(was, columns / 4)),
        Span::raw("  "),
    ];
    let used = width(&before);
    let tries = try_line(draft, " Try ", columns.saturating_sub(used), theme);
    let second = match draft.focus {
        Focus::Anyway => try_line(draft, " ", columns, theme),
        _ => Line::from([before, tries.spans].concat()),
    };
    (vec![now, second], cursor)
}

/// `Now [ text ]` and the column of the cursor.
fn field_line(
    before: &'static str,
    draft: &mut Draft,
    columns: usize,
    theme: Theme,
) -> (Line<'static>, u16) {
    let (text, cursor) = draft.field.line(columns.saturating_sub(2), theme.muted());
    let mut spans = vec![Span::styled(before, theme.muted()), Span::raw("[")];
    spans.extend(text.spans);
    spans.push(Span::raw("]"));
    (Line::from(spans), (before.len() + 1 + cursor) as u16)
}

fn verdict(draft: &Draft, theme: Theme) -> Vec<Span<'static>> {
    if draft.saving.is_some() {
        return vec![Span::raw("saving ...")];
    }
    match draft.verdict() {
        Verdict::Right => {
            let words = draft
                .wants()
                .and_then(word)
                .map_or_else(String::new, |word| format!("  Valid {word}"));
            vec![Span::styled("OK", theme.ok()), Span::raw(words)]
        }
        Verdict::Refused(_) if draft.loud && draft.closed().is_some() => {
            vec![Span::styled(format!("! {CLOSED}"), theme.error())]
        }
        Verdict::Wrong(_) | Verdict::Refused(_) if draft.loud => {
            vec![Span::styled("! Not right yet", theme.error())]
        }
        _ => Vec::new(),
    }
}

/// What is wanted, in a word or two. Nothing for plain text.
fn word(wants: &Wants) -> Option<String> {
    let format = wants.format.as_deref().map(|format| match format {
        "date" => "date",
        "date-time" => "date and time",
        "time" => "time",
        "email" | "idn-email" => "e-mail address",
        "uri" | "iri" | "url" => "web address",
        "uuid" => "ID",
        other => other,
    });
    let word = match format {
        Some(word) => text::safe(word).into_owned(),
        None if !wants.allowed.is_empty() => "value".to_owned(),
        None if wants.integer && !wants.text => "whole number".to_owned(),
        None if wants.number && !wants.text => "number".to_owned(),
        None if wants.boolean && !wants.text => "yes or no".to_owned(),
        None => return None,
    };
    Some(word)
}

/// ` (date, required)`, as far as it is known.
fn kind(wants: Option<&Wants>) -> String {
    let Some(wants) = wants else {
        return String::new();
    };
    let kind = match word(wants) {
        _ if !wants.allowed.is_empty() => Some("one of a list".to_owned()),
        Some(word) => Some(word),
        None if wants.object => Some("fields".to_owned()),
        None if wants.array => Some("list".to_owned()),
        None => wants.text.then(|| "text".to_owned()),
    };
    let required = wants.required.then(|| "required".to_owned());
    let words: Vec<_> = [kind, required].into_iter().flatten().collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({})", words.join(", "))
    }
}

fn left_after(draft: &Draft) -> String {
    match draft.preview() {
        Some(preview) if preview.refusal.is_none() => {
            match preview.problems.iter().filter(|one| one.rejects()).count() as u64 {
                0 => "Record: no problem left after this".to_owned(),
                left => format!("Record: {} left after this", text::count(left, "problem")),
            }
        }
        _ => String::new(),
    }
}

/// The sentence of a problem elsewhere in the record that this change would bring.
fn newly_wrong(draft: &Draft) -> Option<String> {
    let preview = draft.preview()?;
    let new = preview.problems.iter().find(|problem| {
        problem.path != draft.path
            && !draft
                .known
                .contains(&(problem.path.clone(), problem.code.clone()))
    })?;
    let label = new.path.label();
    let new_what = if new.rejects() {
        "New"
    } else {
        "~ New warning"
    };
    Some(format!(
        "{new_what}: {}: {}",
        text::safe(&label),
        sentence(new)
    ))
}

/// The choices, scrolled so that the marked one is seen; or the offer to save anyway.
pub fn try_line(
    draft: &Draft,
    before: &'static str,
    columns: usize,
    theme: Theme,
) -> Line<'static> {
    let mut spans = vec![Span::styled(before, theme.muted())];
    if draft.focus == Focus::Anyway {
        let offer = "> Save anyway, it stays in needs fixing";
        spans.push(Span::styled(offer, theme.select()));
        return Line::from(spans);
    }
    if draft.choices.is_empty() {
        let words = match draft.checked {
            Some(_) => "(no suggestion)",
            None => "",
        };
        spans.push(Span::styled(words, theme.muted()));
        return Line::from(spans);
    }
    let marked = match draft.focus {
        Focus::Choice(at) => Some(at),
        Focus::Text | Focus::Anyway | Focus::Same => None,
    };
    let words = draft.choice_words();
    let shown = fitting(
        &words,
        marked.unwrap_or(0),
        columns.saturating_sub(before.len()),
    );
    if shown.start > 0 {
        spans.push(Span::raw("... "));
    }
    for at in shown.clone() {
        let (mark, style) = if marked == Some(at) {
            (">".to_owned(), theme.select())
        } else {
            ((at + 1).to_string(), Style::new())
        };
        spans.push(Span::styled(format!("{mark} {}", words[at]), style));
        spans.push(Span::raw("   "));
    }
    if shown.end < words.len() {
        spans.push(Span::raw("..."));
    }
    Line::from(spans)
}

/// Which choices are seen: as many as fit whole, the marked one always among them.
fn fitting(words: &[String], marked: usize, room: usize) -> Range<usize> {
    let width = |at: usize| text::width(&words[at]) + (at + 1).to_string().len() + 4;
    let span = |range: Range<usize>| range.map(width).sum::<usize>() + 7;
    let mut first = 0;
    while first < marked && span(first..marked + 1) > room {
        first += 1;
    }
    let mut end = marked + 1;
    while end < words.len() && span(first..end + 1) <= room {
        end += 1;
    }
    first..end
}

/// The value under the cursor while nothing is typed, and what could be right.
fn look_box(editor: &Editor, tall: bool, theme: Theme) -> Vec<Line<'static>> {
    let (Some(record), Some(line)) = (&editor.one.record, editor.fields.selected()) else {
        return Vec::new();
    };
    let label = |words: &'static str| {
        if tall {
            Span::styled(format!(" {words:<10}"), theme.muted())
        } else {
            Span::styled(format!(" {words} "), theme.muted())
        }
    };
    let now = line.now.clone().unwrap_or_else(|| line.received.clone());
    let mut lines = vec![Line::from(vec![label("Now"), Span::raw(now)])];
    let was = match line.now {
        Some(_) => vec![label("Was"), Span::raw(was(Some(record), line))],
        None => Vec::new(),
    };
    let tries = match editor.suggestion() {
        Some(suggestion) if frozen(editor.one.read_only, record.row.status).is_none() => vec![
            label("Try"),
            Span::styled(editor.one.keys.of(Action::AcceptSuggestion), theme.accent()),
            Span::raw(format!(" {}  ", shown(Some(&suggestion.value), true))),
            Span::styled(suggestion.why, theme.muted()),
        ],
        _ => Vec::new(),
    };
    if tall {
        lines.extend([Line::from(was), Line::from(tries)]);
    } else {
        let gap = (!was.is_empty()).then(|| Span::raw(" "));
        lines.push(was.into_iter().chain(gap).chain(tries).collect());
    }
    lines
}
