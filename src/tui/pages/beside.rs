//! Beside the records, where a window is wide: every field of the record under the cursor, and what is wrong with it.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    about::padded,
    cell::{Column, Mark},
    records::Records,
};
use crate::{
    model::RecordRow,
    text,
    tui::{
        theme::Theme,
        widgets::{panel::panel, wrap::wrap},
        words,
    },
};

/// From this size of the page on there is room for three panes.
const WIDE: (u16, u16) = (160, 36);

/// Columns of each of the two panes beside the list.
const PANE: u16 = 38;

/// Columns for the names of fields.
const NAMES: usize = 15;

/// The part of the list, and the parts of the panes beside it; those are empty where there is no room for them.
pub(super) fn panes(page: Rect, list: Rect) -> [Rect; 3] {
    if page.width < WIDE.0 || page.height < WIDE.1 {
        return [list, Rect::ZERO, Rect::ZERO];
    }
    list.layout(&Layout::horizontal([
        Constraint::Fill(1),
        Constraint::Length(PANE + (page.width - WIDE.0) / 4),
        Constraint::Length(PANE),
    ]))
}

/// Every field of the record under the cursor, that of the cell that is meant in sight.
pub(super) fn draw_record(frame: &mut Frame, area: Rect, page: &Records, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let row = page.chosen();
    let title = row.map_or("Record".to_owned(), |row| {
        format!("Record {}", text::thousands(row.id.0.unsigned_abs()))
    });
    let columns = page.columns.shown();
    let room = usize::from(area.height.saturating_sub(2));
    let at = page.target().unwrap_or(0);
    let first = (at + 1).saturating_sub(room);
    let note = if columns.len() > room {
        let last = columns.len().min(first + room);
        format!("showing {}-{last} of {}", first + 1, columns.len())
    } else {
        String::new()
    };
    let block = panel(area.width, &title, &note, false, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let Some(row) = row else { return };
    let width = usize::from(inside.width);
    let fields = columns.iter().enumerate().skip(first).take(room);
    let lines = fields.map(|(place, column)| field(row, column, place == at, width, theme));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inside);
}

fn field(
    row: &RecordRow,
    column: &Column,
    here: bool,
    width: usize,
    theme: Theme,
) -> Line<'static> {
    let style = match column.mark(row) {
        Mark::Plain => Style::new(),
        Mark::Failing => theme.error(),
        Mark::Warned => theme.warn(),
        Mark::Changed => theme.changed(),
    };
    let name = padded(&text::shorten(&column.label, NAMES), NAMES);
    let value = text::shorten(&column.shown(row), width.saturating_sub(NAMES + 5));
    let cursor = if here { " > " } else { "   " };
    Line::from(vec![
        Span::styled(cursor, theme.accent()),
        Span::raw(format!("{name} ")),
        Span::styled(value, style),
    ])
}

/// What is wrong with the record under the cursor, and what to do.
pub(super) fn draw_problems(frame: &mut Frame, area: Rect, page: &Records, theme: Theme) {
    if area.is_empty() {
        return;
    }
    let row = page.chosen();
    let note = row.map_or(String::new(), |row| words::problems(&row.problems));
    let block = panel(area.width, "Problems in this record", &note, false, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inside.width).saturating_sub(4);
    let mut lines = Vec::new();
    for problem in row.iter().flat_map(|row| &row.problems) {
        let (mark, style) = if problem.rejects() {
            ("!", theme.error())
        } else {
            ("~", theme.warn())
        };
        let label = text::safe(&problem.path.label()).into_owned();
        let label = text::shorten(&format!("{mark}{label}"), columns);
        lines.push(Line::from(vec![Span::raw(" "), Span::styled(label, style)]));
        let sentence = format!("{} {}", text::safe(&problem.message), words::to_do(problem));
        let wrapped = wrap(sentence.trim_end(), columns).into_iter();
        lines.extend(wrapped.map(|line| Line::from(format!("   {line}"))));
        lines.push(Line::default());
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

#[cfg(test)]
mod tests {
    use crate::tui::testing::{picture, press, problems};

    #[test]
    fn a_wide_window_shows_the_record_and_its_problems_beside_the_list() {
        let mut app = problems((160, 40));
        press(&mut app, "<ret>n");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > Problems > Email address not complete                                                              to crm [TEST]   saved 02:41
          1 Problems 6  [2 Records 1,387]  3 Review 3   4 Send   5 History 4                                                                                       Menu
         Filter  none, type / to add one                                                                                                                    412 records
        ┌ Records ──────────────────────────── by record   columns 5 of 10, Right for more ┐┌ Record 7 ──────────────────────────┐┌ Problems in this record ───────────┐
        │   Record  State         contact_email  name         phone             Also       ││   contact_email   !office@         ││ !contact_email                     │
        │>  7       needs fixing  !office@       Müller GmbH  !(missing)        phone     █││   customer_id     CUS-0000007      ││   This e-mail address is not       │
        │   14      needs fixing  !office@       Müller GmbH                              │││   name            Müller GmbH      ││   complete. Write it like          │
        │   21      ready         ~office@       Müller GmbH                              │││ > phone           !(missing)       ││   name@example.com.                │
        │   28      unreadable    !This e-mail address is not complete.                   │││   stage           Lead             ││                                    │
        │   35      needs fixing  !office@       Müller GmbH                              │││   address         {2 fields}       ││ !phone                             │
        │   42      needs fixing  !office@       Müller GmbH  !(missing)        phone     │││   deal_value      1200.5           ││   This e-mail address is not       │
        │   49      needs fixing  !office@       Müller GmbH                              │││   created_at      2025-11-20T02:1… ││   complete. Write it like          │
        │   56      ready         ~office@       Müller GmbH                              │││                                    ││   name@example.com.                │
        │   63      unreadable    !This e-mail address is not complete.                   │││                                    ││                                    │
        │   70      needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   77      needs fixing  !office@       Müller GmbH  !(missing)        phone     │││                                    ││                                    │
        │   84      needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   91      ready         ~office@       Müller GmbH                              │││                                    ││                                    │
        │   98      unreadable    !This e-mail address is not complete.                   │││                                    ││                                    │
        │   105     needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   112     needs fixing  !office@       Müller GmbH  !(missing)        phone     │││                                    ││                                    │
        │   119     needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   126     ready         ~office@       Müller GmbH                              │││                                    ││                                    │
        │   133     unreadable    !This e-mail address is not complete.                   │││                                    ││                                    │
        │   140     needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   147     needs fixing  !office@       Müller GmbH  !(missing)        phone     │││                                    ││                                    │
        │   154     needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │   161     ready         ~office@       Müller GmbH                              │││                                    ││                                    │
        │   168     unreadable    !This e-mail address is not complete.                   │││                                    ││                                    │
        │   175     needs fixing  !office@       Müller GmbH                              │││                                    ││                                    │
        │ ! has a problem   ~ changed by you, or a warning                                 ││                                    ││                                    │
        └──────────────────────────────────────────────────────────────────────────────────┘└────────────────────────────────────┘└────────────────────────────────────┘
        ┌ Cell: phone, record 7, line 8 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────── problem 2 of 2 ┐
        │ Received   nothing: the field is missing                                                                                                                     │
        │ Problem    This e-mail address is not complete.                                                                                                              │
        │ What to do Write it like name@example.com.                                                                                                                   │
        │ Code       format:email  at /phone                                                                                                                           │
        └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
         Left and Right go from cell to cell. < and > change the width.
         Enter Open  e Edit  n Next problem  Space Mark  b Fix 412  x Set aside  / Filter  f Only like this  F Hide  s Sort  c Columns       ? Help  Esc Leave the cell
        ");
        let mut app = problems((159, 40));
        press(&mut app, "<ret>");
        assert!(!picture(&mut app).contains("Problems in this record"));
    }
}
