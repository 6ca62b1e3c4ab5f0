//! How wide the columns of the records table are, and that they stay so while one steps through it: a table whose columns
//! move with every line is hard to read, and all of it would have to be written for one step.

use std::{ops::Range, sync::Arc};

use super::{
    cell::{Column, also},
    grid::{STATE, own},
    records::{Columns, Records},
};
use crate::{
    model::{RecordId, RecordRow, Sort, SortBy},
    text,
};

/// The widest a column of values is made, and the narrowest.
const WIDEST: usize = 28;
const NARROWEST: usize = 3;

/// The widest columns are made where not all of them fit: the problem's own, and others.
const BOUNDED: [usize; 2] = [22, 16];

/// How the table was laid out, and what for.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    pub widths: Vec<usize>,
    /// The columns whose values were looked at, besides the pinned ones; the others are as wide as their titles until then.
    measured: [Range<usize>; 2],
    /// Columns of the terminal for the other fields that fail.
    pub also: usize,
    ids: Arc<[RecordId]>,
    columns: Columns,
    sort: Sort,
    pub room: Room,
    first: usize,
    /// The versions of the records that are shown, of those that are known.
    shown: Vec<Option<(RecordId, i64)>>,
}

/// How many columns of the terminal there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// For a whole line.
    pub line: usize,
    /// For the record's number.
    pub number: usize,
    /// Lines that show a record.
    pub lines: usize,
}

impl Room {
    /// For the columns of values.
    fn values(self, also: usize) -> usize {
        let fixed = 3 + self.number + 2 + STATE;
        self.line.saturating_sub(fixed + also)
    }
}

impl Laid {
    /// As it was drawn last if only a few lines have moved, else for the records that are shown and a page on either side, and
    /// for the columns that can be seen with the first one or the one under the cursor.
    pub fn of(page: &Records, room: Room) -> Self {
        let end = page.ids.len().min(page.first + room.lines);
        let rows = page.ids[page.first..end].iter().map(|id| page.row(*id));
        let shown: Vec<_> = rows
            .map(|row| row.map(|row| (row.id, row.version)))
            .collect();
        if let Some(laid) = page
            .laid
            .as_ref()
            .filter(|laid| laid.holds(page, room, &shown))
        {
            let first = page.first;
            return Self {
                first,
                shown,
                ..laid.clone()
            };
        }
        let near = page.first.saturating_sub(room.lines)..page.ids.len().min(end + room.lines);
        let rows: Vec<&RecordRow> = page.ids[near]
            .iter()
            .filter_map(|id| page.row(*id))
            .collect();
        let also = also_width(page, &rows, room.line);
        let space = room.values(also);
        let measured = seen_from(page).map(|at| {
            // With a blank on either side no more columns than these can be seen, and as many again are there already.
            let most = space / (NARROWEST + 2) + 2;
            at.saturating_sub(most)..at + 2 * most
        });
        Self {
            widths: widths(page, &rows, space, &measured),
            measured,
            also,
            ids: Arc::clone(&page.ids),
            columns: page.columns.clone(),
            sort: page.sort.clone(),
            room,
            first: page.first,
            shown,
        }
    }

    /// Columns of the terminal for the columns of values.
    pub fn values(&self) -> usize {
        self.room.values(self.also)
    }

    /// Whether it is the same list, seen from almost the same line, and nothing in it has changed.
    fn holds(&self, page: &Records, room: Room, shown: &[Option<(RecordId, i64)>]) -> bool {
        let known = self.shown.iter().flatten().count();
        let moved = self.first.abs_diff(page.first);
        let is_kept = |(id, version): &(RecordId, i64)| {
            let mut before = self.shown.iter().flatten();
            before.all(|(other, was)| other != id || was == version)
        };
        Arc::ptr_eq(&self.ids, &page.ids)
            && self.room == room
            && self.sort == page.sort
            && moved * 2 <= room.lines
            && known * 2 > room.lines.min(self.shown.len())
            && shown.iter().flatten().all(is_kept)
            && self.columns == page.columns
            && self.is_measured(page)
    }

    /// Whether the values of all columns were looked at that can be seen now.
    fn is_measured(&self, page: &Records) -> bool {
        let most = self.values() / (NARROWEST + 2) + 2;
        let all = page.columns.shown().len();
        let is_measured = |range: Range<usize>| {
            let mut measured = self.measured.iter();
            measured.any(|known| known.start <= range.start && known.end >= range.end.min(all))
        };
        let [first, cursor] = seen_from(page);
        is_measured(first..first + most) && is_measured(cursor.saturating_sub(most)..cursor + most)
    }
}

/// The columns the table is seen from: the first one that scrolls, and the one under the cursor.
fn seen_from(page: &Records) -> [usize; 2] {
    if page.in_cell {
        [page.first_column, page.column]
    } else {
        [0; 2]
    }
}

/// As wide as a person made them, else as their values, and those bounded where not all of them fit.
fn widths(
    page: &Records,
    rows: &[&RecordRow],
    space: usize,
    measured: &[Range<usize>; 2],
) -> Vec<usize> {
    let columns = page.columns.shown().iter();
    let chosen: Vec<Option<usize>> = columns.map(|one| page.columns.width(one)).collect();
    let wanted = page.columns.shown().iter().zip(&chosen).enumerate();
    let mut widths: Vec<usize> = wanted
        .map(|(at, (column, chosen))| {
            let is_seen =
                at < page.columns.pinned() || measured.iter().any(|one| one.contains(&at));
            let rows = if is_seen { rows } else { &[] };
            chosen.unwrap_or_else(|| width(page, column, rows))
        })
        .collect();
    if widths.iter().map(|width| width + 2).sum::<usize>() > space {
        for (at, width) in widths.iter_mut().enumerate() {
            let widest = BOUNDED[usize::from(at >= page.columns.pinned())];
            if chosen[at].is_none() {
                *width = widest.min(*width);
            }
        }
    }
    widths
}

/// As wide as its values, the mark counted.
fn width(page: &Records, column: &Column, rows: &[&RecordRow]) -> usize {
    let values = rows.iter().map(|row| text::width(&column.shown(row)));
    let arrow = page.arrow(&SortBy::Field(column.key().to_owned()));
    values
        .chain([text::width(&column.label) + text::width(arrow)])
        .max()
        .unwrap_or_default()
        .clamp(NARROWEST, WIDEST)
}

/// Room for the other fields that fail, where there is room and one of these records has any.
fn also_width(page: &Records, rows: &[&RecordRow], columns: usize) -> usize {
    let mut others = rows
        .iter()
        .filter(|row| row.current.is_some())
        .map(|row| also(row, own(page)));
    if columns >= 70 && others.any(|others| !others.is_empty()) {
        10
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        model::{RecordId, RecordRow},
        tui::{
            app::App,
            event::{Answer, Query},
            pages::Page,
            testing::{answer, feed_with, picture, problems, wishes},
        },
    };

    fn lengthen(row: &mut RecordRow) {
        if let Some(current) = &mut row.current {
            current["name"] = json!("Müller und Söhne");
        }
    }

    /// The line of the titles.
    fn titles(app: &mut App) -> String {
        let picture = picture(app);
        let line = picture.lines().find(|line| line.contains("customer_id"));
        line.map(str::to_owned).unwrap_or_default()
    }

    /// The same after a key was pressed so often. The names from the 40th record on are long.
    fn after(app: &mut App, key: &str, times: usize) -> String {
        let rows = |query: Query| {
            let mut answer = answer(query);
            if let Answer::Rows(rows) = &mut answer {
                let far = rows.iter_mut().filter(|row| row.id >= RecordId(280));
                far.for_each(lengthen);
            }
            answer
        };
        for _ in 0..times {
            let effects = wishes(app, key);
            feed_with(app, effects, &rows);
            titles(app);
        }
        titles(app)
    }

    const SHORT: &str = "name         phone";
    const LONG: &str = "name              phone";

    #[test]
    fn columns_hold_still_while_one_steps_and_are_laid_out_again_where_a_page_is_turned() {
        let mut app = problems((100, 30));
        let first = after(&mut app, "<ret>", 1);
        assert!(first.contains(SHORT), "{first}");
        assert_eq!(after(&mut app, "<Down>", 50), first);
        let turned = after(&mut app, "<PgDn>", 1);
        assert!(turned.contains(LONG), "{turned}");
        assert_eq!(after(&mut app, "<Up>", 60), turned);
        after(&mut app, "<End>", 1);
        assert_eq!(after(&mut app, "<Home>", 1), first);
    }

    #[test]
    fn a_value_that_becomes_longer_is_made_room_for() {
        let mut app = problems((100, 30));
        let first = after(&mut app, "<ret>", 1);
        let Page::Records(page) = app.pages.top_mut() else {
            panic!("the records are in front")
        };
        let row = page.rows.get_mut(&RecordId(14)).unwrap();
        lengthen(row);
        assert_eq!(
            titles(&mut app),
            first,
            "a row that is the same is not looked at"
        );
        let Page::Records(page) = app.pages.top_mut() else {
            panic!("the records are in front")
        };
        page.rows.get_mut(&RecordId(14)).unwrap().version += 1;
        let saved = titles(&mut app);
        assert!(saved.contains(LONG), "{saved}");
    }

    #[test]
    fn of_a_thousand_fields_only_those_are_measured_that_can_be_seen() {
        let mut app = problems((100, 30));
        let rows = |query: Query| {
            let mut answer = answer(query);
            if let Answer::Rows(rows) = &mut answer {
                for row in rows {
                    let field = |n: usize| (format!("f{n}"), json!("x".repeat(14)));
                    row.current = Some((0..1_000).map(field).collect());
                }
            }
            answer
        };
        let effects = wishes(&mut app, "2");
        feed_with(&mut app, effects, &rows);
        let mut width = |column: usize, of: usize| {
            let Page::Records(page) = app.pages.top_mut() else {
                panic!("the records are in front")
            };
            (page.column, page.in_cell) = (column, column > 0);
            let shown = picture(&mut app);
            let Page::Records(page) = app.pages.top_mut() else {
                panic!("the records are in front")
            };
            let at = page
                .columns
                .shown()
                .iter()
                .position(|one| one.label == format!("f{of}"));
            (shown, page.laid.as_ref().unwrap().widths[at.unwrap()])
        };
        assert_eq!(width(0, 1).1, 14);
        assert_eq!(width(0, 900).1, 4, "as wide as its title");
        let (shown, wide) = width(905, 900);
        assert_eq!(wide, 14);
        assert!(shown.contains(&"x".repeat(14)), "{shown}");
    }
}
