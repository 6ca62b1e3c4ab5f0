//! Draws the records page: the filter line, the table, and the strip about one cell.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect, Size},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    beside::{draw_problems, draw_record, panes},
    funnel::draw_words,
    grid::{Places, draw_grid},
    records::{Records, State},
    strip::draw_strip,
};
use crate::{
    text,
    tui::{
        action::Action,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            panel::{said, upper_edge},
        },
    },
};

/// How many records are seen at once in a window of this size.
pub(super) fn rows_shown(window: Size, zoomed: bool) -> usize {
    let main = window.height.saturating_sub(4);
    let strip = strip_height(window.width, main, zoomed);
    usize::from(main.saturating_sub(1 + strip + 3 + legend_height(window.width, main)))
}

/// Whether a window of this size has room below the records for what the marks mean.
pub(super) fn has_legend(window: Size) -> bool {
    legend_height(window.width, window.height.saturating_sub(4)) > 0
}

/// Rows below the records that say what the marks mean.
fn legend_height(width: u16, height: u16) -> u16 {
    u16::from(width >= 100 && height >= 24)
}

/// Rows the strip about one cell takes; on small windows it has the place of the table or none.
fn strip_height(width: u16, height: u16, zoomed: bool) -> u16 {
    match (width, height) {
        _ if zoomed => 0,
        (100.., 24..) => 6,
        (80.., 18..) => 4,
        _ => 0,
    }
}

pub(super) fn draw(frame: &mut Frame, area: Rect, page: &mut Records, theme: Theme) {
    let strip = strip_height(area.width, area.height, page.zoomed);
    // Who types sees it, however small the window.
    let strip = if page.is_editing() {
        strip.max(4)
    } else {
        strip
    };
    let [filter, list, below] = area.layout(&Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(strip),
    ]));
    page.places = Places::default();
    page.nothing.hide();
    page.zooms = Rect::ZERO;
    match &page.state {
        State::Loading => {
            draw_words(frame, list, "Records", &["loading ...".to_owned()], theme);
        }
        State::Failed(words) => {
            draw_words(frame, list, "Records", std::slice::from_ref(words), theme);
        }
        State::Known if page.ids.is_empty() => {
            let said = draw_words(frame, list, "Records", &page.nothing_in_words(), theme);
            if page.finds_nothing() {
                page.nothing.stands(said);
            }
        }
        State::Known if page.zoomed && (area.width < 80 || area.height < 18) => {
            draw_strip(frame, list, page, theme);
            page.zooms = upper_edge(list);
        }
        State::Known => {
            page.zooms = upper_edge(list);
            let legend = legend_height(area.width, area.height) > 0;
            page.has_legend = legend;
            let [list, record, problems] = panes(area, list);
            draw_grid(frame, list, page, legend, theme);
            draw_record(frame, record, page, theme);
            draw_problems(frame, problems, page, theme);
            page.late = [record, problems].map(said).concat();
            if !below.is_empty() && !page.is_editing() {
                draw_strip(frame, below, page, theme);
            }
        }
    }
    page.draw_draft(frame, below, theme);
    draw_filter(frame, filter, page, theme);
    page.draw_offered(frame, area, theme);
}

/// ` Filter  [status:ready]   type / to add or change            812 of 1,203 records`, or the open prompt.
fn draw_filter(frame: &mut Frame, area: Rect, page: &mut Records, theme: Theme) {
    let found = page.ids.len() as u64;
    let still = page.still() as u64;
    let count = match (&page.state, page.total) {
        (State::Known, _) if still != found => format!(
            "{}, {} still match",
            text::count(found, "record"),
            text::thousands(still)
        ),
        (State::Known, Some(total)) if total as u64 != found => {
            format!(
                "{} of {}",
                text::thousands(found),
                text::count(total as u64, "record")
            )
        }
        (State::Known, _) => text::count(found, "record"),
        _ => String::new(),
    };
    let room = usize::from(area.width).saturating_sub(text::width(&count) + 14);
    let label = " Filter  [";
    let mut spans = vec![Span::raw(label)];
    let mut cursor = None;
    let is_refused = page.refusal().is_some();
    let key = page.keys.of(Action::Filter);
    match &mut page.prompt {
        Some(prompt) => {
            let (line, column) = prompt.field.line(room.min(60), theme.warn());
            cursor = Some(area.x + (label.len() + column) as u16);
            prompt.column = cursor.unwrap_or_default();
            spans.extend(line.spans);
            spans.push(Span::raw("]"));
            if is_refused {
                spans.push(Span::styled(" ?", theme.error()));
            }
        }
        None if page.typed.is_empty() => {
            spans = vec![
                Span::raw(" Filter  "),
                Span::styled(format!("none, type {key} to add one"), theme.muted()),
            ];
        }
        None => {
            let typed = text::shorten(&text::safe(&page.typed), room.saturating_sub(20));
            spans.push(Span::styled(typed, theme.accent()));
            spans.push(Span::raw("]"));
            spans.push(Span::styled(format!("   {key} to change"), theme.muted()));
        }
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
    let width = text::width(&count) as u16 + 1;
    let right = Line::from(format!("{count} "));
    let x = area.right().saturating_sub(width);
    let place = Rect { x, width, ..area }.intersection(area);
    frame.render_widget(Paragraph::new(right), place);
    if let Some(x) = cursor {
        put_cursor(frame, area, (x - area.x, 0));
    }
}
