//! Draws the page: what to do, and what would happen.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use serde_json::Value;

use super::{Fix, Panel, State, desk};
use crate::{
    model::{Consequence, Effect as Becomes, FixReport, FixRow},
    text,
    tui::{
        action::Action,
        pages::about::padded,
        theme::Theme,
        widgets::{
            bar::bar,
            cursor::put_cursor,
            lines::{Lines, below, first_in_sight},
            panel::{panel, upper_edge},
            wrap::wrap,
        },
    },
};

/// Columns of the widest bar.
const BAR: usize = 20;
/// Lines above the records of a preview: which are shown, and the titles.
const HEAD: usize = 2;

/// Lines for what to do while a preview stands below it.
const WHAT: u16 = 7;

/// Records that are listed before how dates are written gets a second look.
const ROWS: usize = 8;

/// Records that are listed in a box of so many lines, whatever else there is to say.
fn least_rows(height: usize) -> usize {
    match height {
        0..8 => 1,
        8..11 => 3,
        _ => 5,
    }
}

/// The next step in words.
pub fn tip(fix: &Fix) -> String {
    let undo = fix.keys.of(Action::Undo);
    match &fix.preview {
        State::Nothing if fix.suggesting.is_some() => "Looking what would help ...".to_owned(),
        State::Nothing => "Choose what to do; Enter shows what would happen.".to_owned(),
        State::Looking(_) => "Checking what would happen ...".to_owned(),
        State::Known(_) if fix.is_elsewhere() => {
            "The preview is of the line with *. Enter previews this one.".to_owned()
        }
        State::Known(_) if fix.late > 0 => late(fix),
        State::Known(_) => {
            format!("Preview is up to date. You can undo the fix with {undo}.")
        }
        State::Applying(..) => "Applying ...".to_owned(),
        State::Done { .. } => format!("Done. {undo} takes it back."),
        State::Failed(_) => "Choose something else, or correct what was typed.".to_owned(),
    }
}

/// What has changed since the preview, what becomes of it, and how it is looked at again.
fn late(fix: &Fix) -> String {
    let way = match fix.panel {
        Panel::What => "Enter looks again",
        Panel::Would => "Tab and Enter look again",
    };
    let (count, stays) = match fix.late {
        1 => ("1 record".to_owned(), "it stays"),
        many => (text::count(many, "record"), "they stay"),
    };
    format!("{count} changed since: applied now, {stays}. {way}.")
}

pub fn banner(page: &Fix, theme: Theme) -> Line<'_> {
    let undo = page.keys.of(Action::Undo);
    let mut rest = String::new();
    let words = match &page.preview {
        State::Done { .. } => format!("This is what was changed. {undo} takes it back."),
        // The cursor may be on another line by now: what would be applied is named.
        State::Known(preview) => {
            rest = format!("   {} applies it.", page.keys.of(Action::Apply));
            format!("Preview of {}", text::safe(&preview.request.words()))
        }
        _ => format!(
            "Preview only. Your records change when you press Apply. You can undo it with {undo}."
        ),
    };
    let spans = [format!(" {words}"), rest].map(|words| Span::styled(words, theme.muted()));
    let spans = spans.into_iter().filter(|span| !span.content.is_empty());
    spans.collect()
}

pub fn page(page: &mut Fix, frame: &mut Frame, area: Rect, theme: Theme) {
    page.what = Lines::default();
    let is_first = page.panel == Panel::What;
    let [what, would] = if area.width >= 100 {
        area.layout(&Layout::horizontal([
            Constraint::Length(40 + (area.width - 100) / 3),
            Constraint::Fill(1),
        ]))
    } else if is_first && page.typing.is_none() && page.known().is_some() {
        // What was chosen, and what it comes to, are seen together; the records are what is to be looked at.
        area.layout(&Layout::vertical([
            Constraint::Length((area.height / 2).min(WHAT)),
            Constraint::Fill(1),
        ]))
    } else if is_first {
        area.layout(&Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(4),
        ]))
    } else {
        [Rect::ZERO, area]
    };
    if !what.is_empty() {
        page.draw_what(frame, what, theme);
    }
    draw_would(page, frame, would, theme);
    page.boxes = [what, would];
    // A click on the lower one shows it alone.
    page.zooms = upper_edge(if what.is_empty() { would } else { Rect::ZERO });
}

fn draw_would(page: &mut Fix, frame: &mut Frame, area: Rect, theme: Theme) {
    let (title, note) = match &page.preview {
        State::Known(preview) | State::Applying(_, preview) => (
            "2 What would happen",
            format!("checked {}", text::count(preview.report.scope, "record")),
        ),
        State::Done { report, .. } => ("What was changed", text::count(report.changed, "record")),
        _ => ("2 What would happen", String::new()),
    };
    let focus = page.panel == Panel::Would;
    let block = panel(area.width, title, &note, focus, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let (columns, height) = (usize::from(inside.width), usize::from(inside.height));
    let mut lines = match &page.preview {
        State::Nothing => vec![Line::from(" Choose what to do, and press Enter.")],
        State::Looking(_) => vec![Line::from(" Checking ...")],
        State::Failed(words) => crate::tui::overlays::wrap(words, columns.saturating_sub(2))
            .into_iter()
            .map(|line| Line::from(format!(" {line}")))
            .collect(),
        State::Known(preview) | State::Applying(_, preview) => {
            let kept = 2 + page.listed.len().min(least_rows(height));
            counts(&preview.report, false, columns, height.saturating_sub(kept))
        }
        State::Done { report, .. } => {
            let left = done(report);
            let kept = 2 + left.len() + page.listed.len().min(least_rows(height));
            let mut lines = counts(report, true, columns, height.saturating_sub(kept));
            lines.extend(left);
            lines
        }
    };
    if let (Some(evidence), Some(_), false) = (&page.dates, page.known(), page.is_done()) {
        let kept = lines.len() + 2 + page.listed.len().min(ROWS);
        let room = height.saturating_sub(kept);
        let said = desk::lines(evidence, columns.saturating_sub(2), room);
        lines
            .extend((said.into_iter()).map(|line| Line::styled(format!(" {line}"), theme.muted())));
    }
    page.lines = Lines::default();
    let mut at = 0;
    if page.known().is_some() {
        let rows = rows(page, (columns, height), lines.len(), theme);
        if rows.len() > HEAD {
            let above = lines.len() + HEAD;
            let shown = exactly(below(inside, above as u16), rows.len() - HEAD);
            page.lines = Lines::new(shown, page.first, page.listed.len());
            at = above + page.row.saturating_sub(page.first);
        }
        lines.extend(rows);
    }
    frame.render_widget(Paragraph::new(lines), inside);
    if focus {
        put_cursor(frame, inside, (1, at as u16));
    }
}

/// The first rows of an area.
fn exactly(area: Rect, rows: usize) -> Rect {
    let height = area.height.min(rows as u16);
    Rect { height, ..area }
}

/// How many records become what, in no more lines than there is room for: with bars, else in a sentence.
fn counts(report: &FixReport, is_done: bool, columns: usize, room: usize) -> Vec<Line<'static>> {
    let bars = bars(report, is_done);
    if bars.len() <= room {
        return bars;
    }
    let mut words: Vec<String> = kinds(report, is_done)
        .map(|(mark, number, words)| format!("{} {} {words}", mark.trim(), text::thousands(number)))
        .collect();
    words.extend(of_these(report));
    let mut lines = wrap(&words.join(", "), columns.saturating_sub(2));
    if lines.len() > room {
        lines.truncate(room);
        if let Some(last) = lines.last_mut() {
            *last = text::shorten(&format!("{last} …"), columns.saturating_sub(2));
        }
    }
    let lines = lines.into_iter();
    lines.map(|line| Line::from(format!(" {line}"))).collect()
}

/// What there is of each kind: its sign, how many records, and the words for it.
fn kinds(
    report: &FixReport,
    is_done: bool,
) -> impl Iterator<Item = (&'static str, u64, &'static str)> + use<> {
    let ready = if is_done {
        "ready to send"
    } else {
        "will be ready to send"
    };
    let all = [
        ("!!", report.newly_broken, "newly broken in another field"),
        ("+ ", report.ready, ready),
        ("! ", report.still_wrong, "still wrong here"),
        ("! ", report.wrong_elsewhere, "have another problem"),
        ("~ ", report.not_checked, "changed, nothing can check them"),
        ("= ", report.unchanged, "unchanged"),
    ];
    all.into_iter().filter(|(_, number, _)| *number > 0)
}

/// What is said of records that are in the kinds above, which add up without them.
fn of_these(report: &FixReport) -> Vec<String> {
    let [ambiguous, undecided] = [report.ambiguous, report.undecided].map(text::thousands);
    let mut lines = Vec::new();
    if report.ambiguous > 0 {
        lines.push(format!("{ambiguous} of these can be read two ways"));
    }
    if report.undecided > 0 {
        lines.push(format!(
            "{undecided} of them stay: nobody has decided which is meant"
        ));
    }
    lines
}

fn bars(report: &FixReport, is_done: bool) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = kinds(report, is_done)
        .map(|(mark, number, words)| {
            Line::from(format!(
                " {mark} {}{:>9}  {}",
                padded(words, 31),
                text::thousands(number),
                bar(number, report.scope, BAR)
            ))
        })
        .collect();
    let also = of_these(report).into_iter();
    lines.extend(also.map(|words| Line::from(format!("    {words}"))));
    lines
}

/// What stayed as it was, of what was to be changed.
fn done(report: &FixReport) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(format!(
        " {} changed as one step.",
        text::count(report.changed, "record")
    ))];
    if report.left_out > 0 {
        lines.push(Line::from(format!(
            " {} left out.",
            text::thousands(report.left_out)
        )));
    }
    if !report.skipped.is_empty() {
        lines.push(Line::from(format!(
            " {} skipped: somebody changed or sent them meanwhile.",
            text::count(report.skipped.len() as u64, "record")
        )));
    }
    lines
}

fn rows(
    page: &mut Fix,
    (columns, height): (usize, usize),
    above: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let room = height.saturating_sub(above + HEAD);
    if room == 0 {
        return Vec::new();
    }
    let first = first_in_sight(page.first, page.row, page.listed.len(), room);
    page.first = first;
    let kind = page.show.map_or("All", words_of);
    let shown = if page.listed.is_empty() {
        "none".to_owned()
    } else {
        format!(
            "{}-{} of {}",
            text::thousands(first as u64 + 1),
            text::thousands((first + room).min(page.listed.len()) as u64),
            text::thousands(page.listed.len() as u64)
        )
    };
    let left = match page.left_out.len() {
        _ if page.is_done() => String::new(),
        0 => String::new(),
        left => format!("   {} left out", text::thousands(left as u64)),
    };
    let value = columns.saturating_sub(29) / 2;
    let mut lines = vec![
        Line::from(format!(" Show  [{kind}]   {shown}{left}")),
        Line::styled(
            format!(
                "      {}{}{}Result",
                padded("Record", 9),
                padded("Before", value),
                padded("After", value)
            ),
            theme.muted(),
        ),
    ];
    let Some(preview) = page.known() else {
        return lines;
    };
    for (n, at) in page.listed.iter().enumerate().skip(first).take(room) {
        let Some(one) = preview.consequences.get(*at) else {
            continue;
        };
        let chosen = n == page.row && page.panel == Panel::Would;
        let line = row_line(
            one,
            page.rows.get(&one.record),
            (chosen, mark(page, one)),
            value,
        );
        let style = if chosen { theme.select() } else { Style::new() };
        lines.push(Line::styled(text::shorten(&line, columns), style));
    }
    lines
}

fn mark(page: &Fix, one: &Consequence) -> &'static str {
    match page.left_out.contains(&one.record) {
        // Nothing can be left out any more.
        _ if page.is_done() => "   ",
        true => "[ ]",
        false => "[x]",
    }
}

fn row_line(
    one: &Consequence,
    row: Option<&FixRow>,
    (chosen, mark): (bool, &str),
    value: usize,
) -> String {
    let (before, after) = match row {
        Some(row) => {
            let [before, after] = [&row.before, &row.after].map(|json| {
                let json = json.as_deref()?;
                Some(
                    crate::row::json::value(json).unwrap_or_else(|| Value::String(json.to_owned())),
                )
            });
            let (before, after) = text::change_in_words(before.as_ref(), after.as_ref());
            (
                text::safe(&before).into_owned(),
                text::safe(&after).into_owned(),
            )
        }
        None => ("...".to_owned(), String::new()),
    };
    let two_ways = if one.ambiguous { "  2 ways" } else { "" };
    format!(
        " {}{} {}{}{}{}{two_ways}",
        if chosen { ">" } else { " " },
        mark,
        padded(&text::thousands(one.record.0.unsigned_abs()), 9),
        padded(&before, value),
        padded(&after, value),
        words_of(one.effect)
    )
}

fn words_of(effect: Becomes) -> &'static str {
    match effect {
        Becomes::NewlyBroken => "!! breaks",
        Becomes::Ready => "+ ready",
        Becomes::StillWrong => "! still wrong",
        Becomes::WrongElsewhere => "! other field",
        Becomes::NotChecked => "~ not checked",
        Becomes::Unchanged => "= unchanged",
    }
}
