//! Checks 2 and 3: the last line says how to get help and what Esc does, cuts no hint, and tells the truth.

use super::scenes::{SCENES, at, is_covered, strike};
use crate::tui::{
    app::App,
    event::Effect,
    keymap::{self, Keys, Mode},
    testing::picture,
};

/// `Enter Open`, `/ Filter`: all that could stand in the footer now.
fn hints(app: &App) -> Vec<(String, String)> {
    match &app.overlay {
        Some(overlay) => overlay.hints(Keys::default()),
        None if app.tab.is_some() => {
            let hint = |key: &str, label: &str| (key.to_owned(), label.to_owned());
            vec![hint("Left/Right", "Choose"), hint("Enter", "Open")]
        }
        None => (app.offers().into_iter())
            .filter(|offer| offer.unable.is_none() && !offer.label.is_empty())
            .filter_map(|offer| {
                let key = Keys::default().all(app.mode(), offer.action).first()?;
                Some(((*key).to_owned(), offer.label))
            })
            .collect(),
    }
}

/// What the last line says, hint by hint.
fn last_line(app: &mut App) -> Vec<String> {
    let picture = picture(app);
    let line = picture.lines().last().unwrap_or_default().to_owned();
    let hints = line.split("  ").map(|hint| hint.trim().to_owned());
    hints.filter(|hint| !hint.is_empty()).collect()
}

#[test]
fn at_every_width_the_last_line_ends_with_what_esc_does_and_cuts_no_hint() {
    for (name, keys) in SCENES {
        let mut app = at(keys, (100, 30));
        for (width, height) in (60..=200).step_by(4).zip([16, 24, 45].into_iter().cycle()) {
            crate::tui::testing::resize(&mut app, width, height);
            let mut said = last_line(&mut app);
            let place = format!("{name} at {width} x {height}: {said:?}");
            let escape = said.pop().unwrap_or_default();
            assert!(escape.len() > 4 && escape.starts_with("Esc "), "{place}");
            if !is_covered(&app) {
                let help = said.pop().unwrap_or_default();
                let typing = app.mode() == Mode::Typing;
                assert_eq!(help, if typing { "F1 Help" } else { "? Help" }, "{place}");
            }
            let whole = hints(&app);
            let whole = whole.iter().map(|(key, label)| format!("{key} {label}"));
            let whole: Vec<String> = whole.collect();
            assert!(said.iter().all(|hint| whole.contains(hint)), "{place}");
        }
    }
}

/// The keys a hint of the footer stands for.
fn keys_of(hint: &str) -> Vec<String> {
    let (prefix, rest) = match hint.split_once('+') {
        Some((prefix, rest)) if !rest.is_empty() => (format!("{prefix}+"), rest),
        _ => (String::new(), hint),
    };
    match rest {
        "/" => vec![rest.to_owned()],
        _ => rest
            .split('/')
            .map(|key| format!("{prefix}{key}"))
            .collect(),
    }
}

/// Whether a key did anything that a person would notice.
fn does_something(keys: &str, key: &str) -> bool {
    let mut app = at(keys, (100, 30));
    let before = picture(&mut app);
    app.take_redraw();
    let effects = strike(&mut app, keymap::parse(key).expect("a key"));
    let changes = |effect: &Effect| {
        matches!(
            effect,
            Effect::Change(..)
                | Effect::Start(_)
                | Effect::Steer(_)
                | Effect::Cancel(_)
                | Effect::Suspend
        )
    };
    picture(&mut app) != before
        || app.exit().is_some()
        || app.take_redraw()
        || effects.iter().any(changes)
}

#[test]
fn every_hint_of_the_footer_is_a_key_of_the_registry_and_does_something() {
    let mut wrong = Vec::new();
    for (name, keys) in SCENES {
        let app = at(keys, (100, 30));
        let mode = app.mode();
        let mut seen = Vec::new();
        for (hint, label) in hints(&app) {
            if hint == "Type" {
                continue;
            }
            for key in keys_of(&hint) {
                let Some(press) = keymap::parse(&key) else {
                    wrong.push(format!("{name}: {hint} {label}: no such key"));
                    continue;
                };
                if seen.contains(&key) {
                    wrong.push(format!("{name}: {key} stands there twice"));
                }
                seen.push(key.clone());
                if Keys::default().resolve(mode, press).is_none() {
                    wrong.push(format!("{name}: {hint} {label}: not in the registry"));
                }
            }
            if !keys_of(&hint).iter().any(|key| does_something(keys, key)) {
                wrong.push(format!("{name}: {hint} {label}: does nothing"));
            }
        }
        if !does_something(keys, "Esc") {
            wrong.push(format!("{name}: Esc does nothing"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_help_and_menu_offer_does_something_and_whatever_they_refuse_says_why() {
    let mut wrong = Vec::new();
    for (name, keys) in SCENES {
        let app = at(keys, (100, 30));
        if is_covered(&app) || app.tab.is_some() {
            continue;
        }
        let mode = app.mode();
        for offer in app.offers() {
            let Some(key) = Keys::default().all(mode, offer.action).first() else {
                continue;
            };
            let action = offer.action;
            match offer.unable {
                None if !does_something(keys, key) => {
                    wrong.push(format!("{name}: {key} ({action:?}) does nothing"));
                }
                None => {}
                Some(why) => {
                    let mut app = at(keys, (100, 30));
                    strike(&mut app, keymap::parse(key).expect("a key"));
                    if !picture(&mut app).contains("Not now") {
                        wrong.push(format!("{name}: {key} ({action:?}) does not say: {why}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn help_names_a_key_for_all_it_lists_and_the_key_is_the_one_that_works() {
    for (name, keys) in SCENES {
        let app = at(keys, (100, 30));
        for offer in app.offers() {
            for key in Keys::default().all(Mode::Moving, offer.action) {
                let press = keymap::parse(key).expect("a key");
                let works = Keys::default().resolve(Mode::Moving, press);
                assert_eq!(works, Some(offer.action), "{name}: {key}");
            }
        }
    }
}
