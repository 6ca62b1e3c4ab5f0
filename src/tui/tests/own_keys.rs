//! Keys that a person has changed: they work, and every page names them.

use super::scenes::{SCENES, reached, strike};
use crate::tui::{
    action::Action,
    app::App,
    event::Route,
    keymap::{self, Keys, Mode},
    testing::{app_with_keys, parse, picture, press, resize},
};

fn own(lines: &[(&str, &[&str])]) -> Keys {
    let line = |(name, keys): &(&str, &[&str])| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        ((*name).to_owned(), keys)
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    Keys::own(&lines).expect("keys")
}

fn problems(keys: Keys) -> App {
    let run = crate::model::RunId(1);
    app_with_keys(Route::Groups { run }, (80, 24), keys)
}

#[test]
fn footer_and_help_show_the_keys_that_hold() {
    let mut app = problems(own(&[("fix_all", &["B", "f4"]), ("help", &["H"])]));
    let shown = picture(&mut app);
    assert!(shown.ends_with("H Help  Esc Menu"), "{shown}");
    assert!(
        shown.contains(" Enter Open  B Fix all  v Values"),
        "{shown}"
    );
    press(&mut app, "Hfix all");
    insta::assert_snapshot!(picture(&mut app), @r#"
     redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
     [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
    ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
    │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
    │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ 6 problems in 1,384 records, 1 done ────────────────────── top 2 explain 52% ┐
    │   Problem                        Field           Stage Records Share         │
    │ > Email address not complete     contact_email   Check     412 ██▍       30% │
    │┌ Help: Problems ───────────────────────────── type to search, Enter runs it ┐│
    ││ Search  [ fix all                          ]                               ││
    ││                                                                            ││
    ││ This page                                                                  ││
    ││ > B F4      Fix all like this                                              ││
    │└────────────────────────────────────────────────────────────────────────────┘│
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
    │ What   This e-mail address is not complete.                                  │
    │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
    │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
    │ To do  Write it like name@example.com.                                       │
    └──────────────────────────────────────────────────────────────────────────────┘
     Dim lines cannot be used now. The reason stands beside them.
     Type to search  Enter Run it                                  Esc Clear search
"#);
    press(&mut app, "<esc><esc>b?");
    assert!(
        picture(&mut app).contains("[1 Problems 6]"),
        "b and ? are free"
    );
    press(&mut app, "<F4>");
    assert!(picture(&mut app).contains("What to do"), "F4 fixes all");
}

/// Keys of another alphabet for all actions whose main key is a letter or a sign; what else they have stays.
fn foreign() -> Vec<(char, char, Action)> {
    let mut letters = ('а'..='я').chain('А'..='Я');
    let mut changed = Vec::new();
    for &action in Action::ALL {
        let mut main = Keys::default().of(action).chars();
        if let (Some(old), "") = (main.next(), main.as_str()) {
            changed.push((old, letters.next().expect("a letter"), action));
        }
    }
    changed
}

fn all_own(changed: &[(char, char, Action)]) -> Keys {
    let line = |(_, new, action): &(char, char, Action)| {
        let others = Keys::default().all(Mode::Moving, *action).iter().skip(1);
        let keys = others.map(|key| (*key).to_owned());
        (
            action.word(),
            std::iter::once(new.to_string()).chain(keys).collect(),
        )
    };
    Keys::own(&changed.iter().map(line).collect::<Vec<_>>()).expect("keys")
}

/// Goes where `path` leads with the old keys.
fn go(app: &mut App, path: &str, changed: &[(char, char, Action)]) {
    for key in parse(path) {
        let action = Keys::default().resolve(app.mode(), key);
        let new = changed.iter().find(|(_, _, one)| Some(*one) == action);
        match new {
            Some((old, new, _)) if keymap::matches(&old.to_string(), key) => {
                strike(app, keymap::parse(&new.to_string()).expect("a key"));
            }
            _ => {
                strike(app, key);
            }
        }
    }
}

/// Letters that stand alone, as keys do, neither typed nor the unit of a number, by their places in the line.
fn alone(line: &[char]) -> Vec<usize> {
    let edge = |at: Option<usize>| {
        at.and_then(|at| line.get(at))
            .is_none_or(|c| " ()".contains(*c))
    };
    let other = |at: &usize| {
        at.checked_sub(2)
            .is_some_and(|at| line[at] == '[' || line[at].is_ascii_digit())
    };
    let stands = |at: &usize| edge(at.checked_sub(1)) && edge(Some(at + 1)) && !other(at);
    (0..line.len()).filter(stands).collect()
}

/// How many keys are named on this scene; each is the one that holds.
fn check(scene: &str, old: &str, new: &str, changed: &[(char, char, Action)]) -> usize {
    let mut named = 0;
    for (old, new) in old.lines().zip(new.lines()) {
        let back = |c: char| {
            let known = changed.iter().find(|(_, new, _)| *new == c);
            known.map_or(c, |(old, ..)| *old)
        };
        assert_eq!(new.chars().map(back).collect::<String>(), old, "{scene}");
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        for at in alone(&old) {
            let is_key = changed.iter().any(|(key, ..)| *key == old[at]);
            // `a` is a word as well, and `v` is the sign of an open field.
            if is_key && old[at].is_alphabetic() && !"aAv".contains(old[at]) {
                let line: String = new.iter().collect();
                assert_ne!(new[at], old[at], "{scene}: {line}");
                named += 1;
            }
        }
    }
    named
}

#[test]
fn every_page_names_the_keys_that_hold_and_no_other() {
    let changed = foreign();
    let keys = all_own(&changed);
    let mut named = 0;
    // Letters of the menu of what to copy belong to it alone.
    for (scene, path) in SCENES.iter().filter(|(scene, _)| *scene != "what to copy") {
        for size in [(100, 30), (80, 24)] {
            let (mut old, mut new) = (reached(Keys::default()), reached(keys));
            go(&mut old, path, &[]);
            go(&mut new, path, &changed);
            for app in [&mut old, &mut new] {
                resize(app, size.0, size.1);
            }
            named += check(scene, &picture(&mut old), &picture(&mut new), &changed);
        }
    }
    println!("{named} keys are named");
    assert!(named > 200, "only {named}");
}
