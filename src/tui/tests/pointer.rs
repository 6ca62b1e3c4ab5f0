//! The wheel: on every page and over it, it moves what is in sight and does nothing else.

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{
    layout::is_on_what_has_focus,
    scenes::{SCENES, at, is_covered, settle},
};
use crate::tui::{
    app::App,
    event::{Effect, Event},
    testing::{cursor, picture},
};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (100, 30), (160, 40)];

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
                    (MouseEventKind::ScrollDown, 30),
                    (MouseEventKind::ScrollUp, 40),
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
