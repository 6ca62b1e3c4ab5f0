//! Checks 4, 7, 9 and 19: Esc in steps, windows of any size, Enter again and again, and lists of any length.

use crossterm::event::KeyEvent;
use ratatui::layout::Size;

use super::{
    random, rounds,
    scenes::{SCENES, at, few, is_bulk, is_covered, sending, sent, strike},
};
use crate::{
    model::{RecordId, RunId},
    tui::{
        action::Action,
        app::App,
        event::{Answer, Effect, Event, Query, Route, Wish},
        keymap::{self, Keys},
        testing::{self, app, feed_with, picture, shows, shows_not},
    },
};

fn key(name: &str) -> KeyEvent {
    keymap::parse(name).expect("a key")
}

#[test]
fn esc_leads_from_everywhere_to_the_menu_and_neither_changes_nor_leaves_anything() {
    for (name, keys) in SCENES {
        let mut app = at(keys, (100, 30));
        let mut presses = 0;
        // From the run picker it leads out, and no further than to the question whether to leave.
        let is_there = |app: &mut App| {
            let is_outside = !is_covered(app) && app.pages.top().escape() == "Quit";
            is_outside || picture(app).contains("┌ Menu: Problems")
        };
        while !is_there(&mut app) || presses == 0 {
            let said = picture(&mut app);
            let effects = strike(&mut app, key("Esc"));
            assert_ne!(picture(&mut app), said, "{name}: Esc does nothing");
            // A filter that was applied is kept to be offered again, and others hear that nobody edits any more.
            let changes = |effect: &Effect| match effect {
                Effect::Change(_, wish) => {
                    !matches!(wish, Wish::KeepFilter { .. } | Wish::ReleaseEdit)
                }
                other => matches!(other, Effect::Start(_) | Effect::Cancel(_)),
            };
            assert!(!effects.iter().any(changes), "{name}: {effects:?}");
            assert_eq!(app.exit(), None, "{name}");
            presses += 1;
            assert!(presses < 9, "{name}: no way out of\n{said}");
        }
    }
}

#[test]
fn enter_again_and_again_changes_nothing_in_bulk_and_sends_nothing_whatever_was_opened() {
    for (name, keys) in SCENES {
        // What lies over a page has Enter alone: whoever moves there means to.
        let first = at(keys, (100, 30));
        let pressed = |action: &Action| Keys::default().all(first.mode(), *action).first().copied();
        let actions = Action::ALL.iter().filter(|_| !is_covered(&first));
        let keys_of_actions = actions.filter_map(pressed).map(Some);
        for pressed in std::iter::once(None).chain(keys_of_actions) {
            let mut app = at(keys, (100, 30));
            if let Some(pressed) = pressed {
                strike(&mut app, key(pressed));
            }
            let was_over = app.exit().is_some();
            for _ in 0..30 {
                let effects = strike(&mut app, key("Enter"));
                let bulk: Vec<&Effect> = effects.iter().filter(|effect| is_bulk(effect)).collect();
                assert!(bulk.is_empty(), "{name}, {pressed:?}, Enter: {bulk:?}");
                assert!(
                    app.exit().is_none() || was_over,
                    "{name}, {pressed:?}: left"
                );
            }
        }
    }
}

#[test]
fn a_storm_of_sizes_loses_nothing_that_was_typed_and_no_question() {
    let mut random = random("sizes");
    for (name, keys) in SCENES {
        let mut app = at(keys, (100, 30));
        let before = picture(&mut app);
        for _ in 0..rounds(8) {
            let size = Size::new(random.u16(20..=250), random.u16(5..=80));
            app.update(Event::Resize(size));
            let seen = picture(&mut app);
            if size.width < 60 || size.height < 16 {
                let now = format!("Now: {} x {}.", size.width, size.height);
                assert!(
                    seen.contains("60 x 16.") && seen.contains(&now),
                    "{name}: {seen}"
                );
                // Nothing that cannot be seen is answered.
                strike(&mut app, key("Enter"));
                strike(&mut app, key("x"));
            }
        }
        app.update(Event::Resize(Size::new(100, 30)));
        // What the tip says depends on what was drawn.
        picture(&mut app);
        assert_eq!(picture(&mut app), before, "{name}");
    }
}

#[test]
fn a_send_goes_on_and_ends_in_a_window_that_shows_nothing_of_it() {
    let mut app = at("S<Right><ret>", (100, 30));
    app.update(Event::Resize(Size::new(30, 8)));
    strike(&mut app, key("q"));
    assert_eq!(app.exit(), None, "a send is under way");
    shows(&mut app, "Sending has not ended.");
    shows_not(&mut app, "quit");
    app.update(Event::Progress(sending()));
    app.update(sent());
    app.update(Event::Resize(Size::new(100, 30)));
    assert!(picture(&mut app).contains("Sent: 1,199 of 1,199"));
    for (name, keys) in SCENES
        .iter()
        .filter(|(_, keys)| !keys.starts_with("S<Right>"))
    {
        let mut app = at(keys, (30, 8));
        strike(&mut app, key("q"));
        assert!(app.exit().is_some(), "{name}: q in a small window leaves");
    }
}

/// A list of so many records, and how often it was asked for rows on the way down, and for how many at most.
fn down(records: i64, steps: usize) -> (usize, usize) {
    let answers = move |query: Query| match query {
        Query::Ids { .. } => match few(query) {
            Answer::Ids { run, unknown, .. } => Answer::Ids {
                run,
                ids: (1..=records).map(RecordId).collect(),
                unknown,
            },
            other => other,
        },
        other => testing::answer(other),
    };
    let mut app = app(Route::Groups { run: RunId(1) }, (100, 30));
    let effects = app.update(Event::Key(key("Enter")));
    feed_with(&mut app, effects, &answers);
    let (mut asked, mut most) = (0, 0);
    for _ in 0..steps {
        let effects = app.update(Event::Key(key("Down")));
        for effect in &effects {
            match effect {
                Effect::Ask(_, Query::Rows { ids }) => {
                    asked += 1;
                    most = most.max(ids.len());
                }
                Effect::Ask(_, Query::Preview { .. } | Query::Example { .. }) => {}
                other => panic!("a step down asks for {other:?}"),
            }
        }
        feed_with(&mut app, effects, &answers);
        picture(&mut app);
    }
    (asked, most)
}

#[test]
fn a_step_down_a_list_costs_the_same_however_long_the_list_is() {
    assert_eq!(down(1_000, 200), down(100_000, 200));
    let (asked, most) = down(100_000, 200);
    assert!(asked < 10 && most < 500, "{asked} questions, {most} rows");
}

#[test]
fn what_is_pasted_presses_no_key_on_any_page() {
    for (name, keys) in SCENES {
        let mut app: App = at(keys, (100, 30));
        let covered = is_covered(&app);
        let effects = app.update(Event::Paste("Ax*S1199\rq".to_owned()));
        let acts = |effect: &Effect| matches!(effect, Effect::Change(..) | Effect::Start(_));
        assert!(!effects.iter().any(acts), "{name}: {effects:?}");
        assert_eq!(app.exit(), None, "{name}");
        assert_eq!(is_covered(&app), covered, "{name}");
    }
}
