//! The wheel and scrollbars: on every page and over it, they move what is in sight and do nothing else. Double clicks on
//! titles: they do what their key does.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use std::time::{Duration, Instant};

use ratatui::layout::Position;

use super::{
    layout::is_on_what_has_focus,
    scenes::{SCENES, at, is_covered, settle},
};
use crate::tui::{
    app::App,
    event::{Effect, Event},
    keymap::Mode,
    testing::{cells, cursor, picture, press, problems, shows, shows_not},
};

const SIZES: [(u16, u16); 3] = [(60, 16), (80, 24), (100, 30)];

fn mouse(app: &mut App, kind: MouseEventKind, (column, row): (u16, u16)) -> Vec<Effect> {
    let modifiers = KeyModifiers::NONE;
    let effects = app.update(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    }));
    settle(app, effects)
}

/// Fails unless the cursor stands on what has focus, and drawing again changes nothing.
fn is_well(app: &mut App, name: &str, place: &str) {
    let (Position { x, y }, _) = cursor(app);
    let seen = picture(app);
    assert!(is_on_what_has_focus(app, name), "{place}: {x},{y}\n{seen}");
    assert_eq!(picture(app), seen, "{place}");
}

#[test]
fn the_wheel_only_looks_and_the_cursor_is_seen_wherever_it_is_turned() {
    for (name, keys) in SCENES {
        for size in SIZES {
            let mut app = at(keys, size);
            let (covered, page) = (is_covered(&app), app.pages.top().name());
            let tab = app.tab;
            let points = [(8, 8), (size.0 - 8, 8), (size.0 / 2, size.1 - 4)];
            for point in points {
                for (kind, notches) in [
                    (MouseEventKind::ScrollDown, 2),
                    (MouseEventKind::ScrollUp, 1),
                    (MouseEventKind::ScrollDown, 12),
                    (MouseEventKind::ScrollUp, 14),
                ] {
                    let place = format!("{name} at {size:?}, {kind:?} x {notches} at {point:?}");
                    for _ in 0..notches {
                        let effects = mouse(&mut app, kind, point);
                        let looks = |effect: &Effect| matches!(effect, Effect::Ask(..));
                        assert!(effects.iter().all(looks), "{place}: {effects:?}");
                    }
                    assert_eq!(is_covered(&app), covered, "{place}");
                    assert_eq!(app.pages.top().name(), page, "{place}");
                    assert_eq!(app.tab, tab, "{place}");
                    is_well(&mut app, name, &place);
                }
            }
        }
    }
}

const PRESSED: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAGGED: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const LET_GO: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// The column and the rows of a scrollbar, counted from the right, and the rows of its thumb.
fn bar(app: &mut App, place: usize) -> (u16, Vec<u16>, Vec<u16>) {
    let buffer = cells(app);
    let area = buffer.area;
    let symbol = |x: u16, y: u16| buffer[(x, y)].symbol();
    let thumb = |x: u16| -> Vec<u16> {
        let right = |y: &u16| {
            symbol(x, *y) == "█" && ["", " ", "│", "┐"].contains(&symbol(x - 1, *y).trim())
        };
        (0..area.height).filter(right).collect()
    };
    let (x, thumb) = (1..area.width)
        .rev()
        .map(|x| (x, thumb(x)))
        .filter(|(_, thumb)| !thumb.is_empty())
        .nth(place)
        .unwrap_or_else(|| panic!("no scrollbar in\n{}", picture(app)));
    let is_track = |y: &u16| ["█", "│"].contains(&symbol(x, *y));
    let down = (thumb[0]..area.height).take_while(is_track);
    let up = (0..thumb[0]).rev().take_while(is_track);
    let mut track: Vec<u16> = up.chain(down).collect();
    track.sort_unstable();
    (x, track, thumb)
}

#[test]
fn a_press_on_the_track_goes_there_and_its_ends_are_those_of_the_list() {
    let mut app = problems((100, 30));
    press(&mut app, "2");
    let (x, track, _) = bar(&mut app, 0);
    mouse(&mut app, PRESSED, (x, *track.last().unwrap()));
    shows(&mut app, ">  9,611 ");
    shows(&mut app, "   9,709 ");
    mouse(&mut app, LET_GO, (x, *track.last().unwrap()));
    mouse(&mut app, PRESSED, (x, track[0]));
    shows(&mut app, "│   7  ");
    let middle = track[track.len() / 2];
    mouse(&mut app, PRESSED, (x, middle));
    let (.., thumb) = bar(&mut app, 0);
    assert!(thumb.contains(&middle), "{thumb:?}");
    // It is no click on a line: neither once nor twice.
    mouse(&mut app, PRESSED, (x, middle));
    shows(&mut app, "[2 Records");
}

#[test]
fn a_thumb_is_dragged_until_it_is_let_go_wherever_the_pointer_strays() {
    let mut app = problems((100, 30));
    press(&mut app, "2");
    let (x, track, thumb) = bar(&mut app, 0);
    mouse(&mut app, PRESSED, (x, thumb[0]));
    mouse(&mut app, DRAGGED, (x, thumb[0]));
    shows(&mut app, ">  7 ");
    let mut asked = 0;
    for row in thumb[0]..*track.last().unwrap() + 3 {
        asked += mouse(&mut app, DRAGGED, (x.min(40), row)).len();
    }
    shows(&mut app, ">  9,6");
    shows(&mut app, "  9,709 ");
    assert!(asked < 40, "{asked} questions");
    mouse(&mut app, DRAGGED, (3, 0));
    shows(&mut app, "│   7 ");
    mouse(&mut app, LET_GO, (3, 0));
    let before = picture(&mut app);
    mouse(&mut app, DRAGGED, (x, 12));
    assert_eq!(picture(&mut app), before);
}

#[test]
fn the_pointer_that_moves_over_the_page_with_a_button_held_draws_nothing() {
    let mut app = problems((100, 30));
    picture(&mut app);
    app.take_changed();
    for kind in [DRAGGED, LET_GO, MouseEventKind::Moved] {
        mouse(&mut app, kind, (20, 12));
        assert!(!app.take_changed(), "{kind:?}");
    }
    mouse(&mut app, MouseEventKind::ScrollDown, (20, 12));
    assert!(app.take_changed());
}

#[test]
fn lists_over_the_page_and_what_a_filter_can_go_on_with_have_scrollbars_too() {
    for (keys, place, first, last) in [
        ("?", 0, "Open this one thing", "Somebody else edits it"),
        (".", 0, "Open this one thing", "Leave redrive"),
        ("2/<Tab>", 1, "a problem in this field", "created_at:"),
    ] {
        let mut app = problems((80, 24));
        press(&mut app, keys);
        let (x, _, thumb) = bar(&mut app, place);
        mouse(&mut app, PRESSED, (x, thumb[0]));
        shows(&mut app, first);
        mouse(&mut app, DRAGGED, (x, 23));
        shows(&mut app, last);
        shows_not(&mut app, first);
        mouse(&mut app, LET_GO, (x, 0));
    }
}

#[test]
fn what_is_typed_has_the_mouse_for_what_can_follow_it_alone() {
    let mut app = problems((100, 30));
    press(&mut app, "2");
    let (x, track, _) = bar(&mut app, 0);
    press(&mut app, "/");
    let before = picture(&mut app);
    mouse(&mut app, PRESSED, (x, *track.last().unwrap()));
    assert_eq!(picture(&mut app), before);
}

/// A place where a double click shows a box alone, or not alone any more.
fn title(app: &App) -> Option<Position> {
    let size = app.cx.size;
    let mut places = (0..size.height).flat_map(|y| (0..size.width).map(move |x| Position { x, y }));
    places.find(|place| app.pages.top().zooms_at(*place))
}

fn click_twice(app: &mut App, Position { x, y }: Position, between: Duration) {
    let now = app.cx.now.unwrap_or_else(Instant::now) + Duration::from_mins(1);
    app.update(Event::Tick(now));
    mouse(app, PRESSED, (x, y));
    picture(app);
    app.update(Event::Tick(now + between));
    mouse(app, PRESSED, (x, y));
}

#[test]
fn a_double_click_on_a_title_does_what_z_does_and_a_second_one_takes_it_back() {
    let mut found = Vec::new();
    for (name, keys) in SCENES
        .iter()
        .filter(|(_, keys)| !is_covered(&at(keys, (80, 24))))
    {
        for size in SIZES {
            let mut app = at(keys, size);
            app.status = None;
            let before = picture(&mut app);
            let Some(place) =
                title(&app).filter(|_| app.mode() == Mode::Moving && app.tab.is_none())
            else {
                continue;
            };
            let mut other = at(keys, size);
            picture(&mut other);
            press(&mut other, "z");
            let zoomed = picture(&mut other);
            let at_place = format!("{name} at {size:?}, {place:?}");
            assert_ne!(zoomed, before, "{at_place}");
            click_twice(&mut app, place, Duration::from_secs(1));
            assert_eq!(picture(&mut app), before, "slowly, {at_place}");
            click_twice(&mut app, place, Duration::from_millis(200));
            assert_eq!(picture(&mut app), zoomed, "{at_place}");
            found.push((*name, size));
            // What it was exchanged for in Fix all has no title to click on twice: one click gives it the focus.
            if let Some(place) = title(&app) {
                click_twice(&mut app, place, Duration::from_millis(200));
                assert_eq!(picture(&mut app), before, "again, {at_place}");
            }
        }
    }
    for name in [
        "problems",
        "records of a problem",
        "a record",
        "fix all, its records",
        "history",
    ] {
        assert!(
            found.iter().any(|(one, _)| *one == name),
            "{name}: {found:?}"
        );
    }
}
