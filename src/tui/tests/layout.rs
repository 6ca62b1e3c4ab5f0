//! Check 6: at the sizes that are promised every box is closed, and the first thing to do stands in the footer.

use ratatui::{buffer::Buffer, layout::Position};

use super::scenes::{SCENES, at, is_covered};
use crate::tui::{
    app::App,
    keymap::Keys,
    testing::{cells, cursor, picture, resize, wishes},
};

const SIZES: [(u16, u16); 8] = [
    (60, 16),
    (79, 23),
    (80, 24),
    (99, 29),
    (100, 30),
    (120, 30),
    (160, 40),
    (250, 80),
];

/// Whether a frame begins at this cell and comes round to it again. Titles stand in the upper line, a scrollbar in the right one.
fn is_closed(buffer: &Buffer, left: u16, top: u16) -> bool {
    let area = buffer.area;
    let symbol = |x: u16, y: u16| {
        if x < area.width && y < area.height {
            buffer[(x, y)].symbol()
        } else {
            ""
        }
    };
    let row = (left + 1..area.width).take_while(|x| symbol(*x, top) != "┌");
    let Some(right) = row.into_iter().find(|x| symbol(*x, top) == "┐") else {
        return false;
    };
    let rows = (top + 1..area.height).take_while(|y| symbol(left, *y) == "│");
    let bottom = top + 1 + rows.clone().count() as u16;
    let mut sides = rows.map(|y| symbol(right, y));
    sides.all(|side| ["│", "█", "▲", "▼", "║"].contains(&side))
        && symbol(left, bottom) == "└"
        && symbol(right, bottom) == "┘"
        && (left + 1..right).all(|x| symbol(x, bottom) == "─")
}

#[test]
fn every_box_is_closed_at_every_size() {
    for (name, keys) in SCENES {
        for (width, height) in SIZES {
            let mut app = at(keys, (width, height));
            let buffer = cells(&mut app);
            let corners: Vec<(u16, u16)> = (0..height)
                .flat_map(|y| (0..width).map(move |x| (x, y)))
                .filter(|place| buffer[*place].symbol() == "┌")
                .collect();
            let (whole, open): (Vec<(u16, u16)>, Vec<_>) =
                (corners.into_iter()).partition(|(x, y)| is_closed(&buffer, *x, *y));
            let place = format!("{name} at {width} x {height}:\n{}", picture(&mut app));
            assert!(!whole.is_empty(), "{place}");
            // What lies over a page covers parts of its boxes.
            assert!(is_covered(&app) || open.is_empty(), "{open:?} of {place}");
        }
    }
}

#[test]
fn a_window_of_another_size_is_right_at_once() {
    for (name, keys) in SCENES {
        let mut app = at(keys, (100, 30));
        picture(&mut app);
        for (width, height) in [(61, 16), (100, 30), (80, 24), (160, 40)] {
            resize(&mut app, width, height);
            let (first, again) = (picture(&mut app), picture(&mut app));
            assert_eq!(first, again, "{name} at {width} x {height}");
        }
    }
}

/// What stands right before the cursor, and from it on.
fn around(place: Position, buffer: &Buffer) -> (String, String) {
    let symbols = |from: u16, to: u16| -> String {
        let cells = (from..to).map(|x| buffer[(x, place.y)].symbol());
        cells.collect()
    };
    let area = buffer.area;
    (symbols(0, place.x), symbols(place.x, area.width))
}

/// What is read and has no line that is meant: the cursor stands at its beginning.
const READ: [&str; 8] = [
    "why a field is wrong",
    "why a problem is there",
    "the other panel of problems",
    "an unreadable record",
    "review",
    "nothing being sent",
    // Where there is no room for the lines of the list.
    "a send",
    "the log of a send",
];

/// Whether the cursor stands on what has focus in this scene.
pub(super) fn is_on_what_has_focus(app: &mut App, name: &str) -> bool {
    let (place, buffer) = cursor(app);
    let (before, after) = around(place, &buffer);
    let is_meant = match name {
        "a cell" => after.starts_with("!office@"),
        _ if before.contains("[ ") => after.contains(']'),
        name => after.starts_with('>') || READ.contains(&name),
    };
    let is_there = !after.replace(['│', ' '], "").is_empty();
    is_meant && is_there
}

#[test]
fn the_cursor_stands_on_what_has_focus_in_every_frame() {
    for (name, keys) in SCENES {
        for (width, height) in SIZES {
            let mut app = at(keys, (width, height));
            assert!(is_on_what_has_focus(&mut app, name), "{name} at {width}");
        }
    }
}

#[test]
fn the_cursor_stands_somewhere_before_anything_is_there_and_where_there_is_no_room() {
    let mut app = at("<ret>", (80, 24));
    wishes(&mut app, "<ret>");
    let (place, buffer) = cursor(&mut app);
    assert_eq!(buffer[place].symbol(), "R", "Reading the record ...");
    for size in [(59, 24), (30, 3), (3, 1)] {
        let mut app = at("<ret>", size);
        cursor(&mut app);
    }
}

#[test]
fn the_first_thing_to_do_stands_in_the_footer() {
    for (name, keys) in SCENES {
        for (width, height) in SIZES {
            let mut app = at(keys, (width, height));
            let first = match &app.overlay {
                Some(overlay) => overlay.hints(Keys::default()).into_iter().next(),
                None if app.tab.is_some() => None,
                None => (app.offers().into_iter())
                    .find(|offer| offer.unable.is_none() && !offer.label.is_empty())
                    .and_then(|offer| {
                        let key = Keys::default().all(app.mode(), offer.action).first()?;
                        Some(((*key).to_owned(), offer.label))
                    }),
            };
            let Some((key, label)) = first else {
                continue;
            };
            let picture = picture(&mut app);
            let last = picture.lines().last().unwrap_or_default();
            let wanted = format!(" {key} {label}");
            assert!(last.starts_with(&wanted), "{name} at {width}: {last}");
        }
    }
}
