//! A person's own keys: what they may be called, and which cannot be given or taken.

use std::collections::HashMap;

use super::{Keys, Mode};
use crate::{filter::nearest, tui::action::Action};

/// Keys without which nobody finds the way back, each with the action it stays with.
const STAYS: [(Action, &str); 7] = [
    (Action::Open, "Enter"),
    (Action::Back, "Esc"),
    (Action::Stop, "Ctrl+C"),
    (Action::Up, "Up"),
    (Action::Down, "Down"),
    (Action::Left, "Left"),
    (Action::Right, "Right"),
];

/// What can be written for keys that have names, and what they are called here.
const NAMED: [(&str, &str); 23] = [
    ("space", "Space"),
    ("enter", "Enter"),
    ("return", "Enter"),
    ("esc", "Esc"),
    ("escape", "Esc"),
    ("tab", "Tab"),
    ("backtab", "Shift+Tab"),
    ("shift+tab", "Shift+Tab"),
    ("shift+up", "Shift+Up"),
    ("shift+down", "Shift+Down"),
    ("del", "Del"),
    ("delete", "Del"),
    ("ins", "Ins"),
    ("insert", "Ins"),
    ("home", "Home"),
    ("end", "End"),
    ("pgup", "PgUp"),
    ("pgdn", "PgDn"),
    ("backspace", "Backspace"),
    ("up", "Up"),
    ("down", "Down"),
    ("left", "Left"),
    ("right", "Right"),
];

/// Letters that a terminal sends as another key when Ctrl is held.
const SENT_AS: [(char, &str); 4] = [
    ('h', "backspace"),
    ('i', "tab"),
    ('j', "enter"),
    ('m', "enter"),
];

impl Keys {
    /// The registry's keys, but for these actions, which are named with all the keys they get. While text is typed, keys
    /// stay as they are. Mistakes come with the place of the line that makes them.
    pub fn own(wanted: &[(String, Vec<String>)]) -> Result<Self, Vec<(usize, String)>> {
        let mut mistakes = Vec::new();
        let mut changed = Vec::new();
        for (at, (name, keys)) in wanted.iter().enumerate() {
            match own_keys(name, keys) {
                Ok((action, keys)) => changed.push((at, action, keys)),
                Err(words) => mistakes.push((at, words)),
            }
        }
        if mistakes.is_empty() {
            mistakes.extend(clashes(&changed));
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let named = |keys: Vec<String>| keys.into_iter().map(|key| &*key.leak()).collect();
        let changed: Vec<_> = (changed.into_iter())
            .map(|(_, action, keys)| (action, named(keys)))
            .collect();
        // Read once for the whole life of the process.
        Ok(Self(changed.leak()))
    }
}

/// One line: the action, and its keys as they are called here.
fn own_keys(name: &str, keys: &[String]) -> Result<(Action, Vec<String>), String> {
    let mut actions = Action::ALL.iter().copied();
    let Some(action) = actions.find(|action| action.word() == name) else {
        let names: Vec<String> = Action::ALL.iter().map(|action| action.word()).collect();
        return Err(match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("{name} is no action; did you mean {near}?"),
            None => format!("{name} is no action; redrive keys lists all"),
        });
    };
    if action.about().keys.is_empty() && !action.about().typing.is_empty() {
        let key = written(action.about().typing[0]);
        return Err(format!(
            "{name} is {key}, for text fields alone, where keys are as always"
        ));
    }
    if keys.is_empty() {
        return Err(format!("{name} needs one key at least"));
    }
    let keys = keys.iter().map(|key| called(key));
    let keys: Vec<String> = keys.collect::<Result<_, _>>()?;
    for (owner, key) in STAYS {
        let has_it = keys.iter().any(|one| one == key);
        let key = written(key);
        if owner == action && !has_it {
            return Err(format!("{key} cannot be taken from {name}"));
        }
        if owner != action && has_it {
            return Err(format!(
                "{key} stays with {}, so it cannot be {name}",
                owner.word()
            ));
        }
    }
    Ok((action, keys))
}

/// Keys that would be two actions, by the line that makes them so.
fn clashes(changed: &[(usize, Action, Vec<String>)]) -> Vec<(usize, String)> {
    let line = |action: Action| changed.iter().find(|(_, one, _)| *one == action);
    let mut owners: HashMap<String, Action> = HashMap::new();
    let mut clashes = Vec::new();
    for &action in Action::ALL {
        let keys = match line(action) {
            Some((.., keys)) => keys.clone(),
            None => (Keys::default().all(Mode::Moving, action).iter())
                .map(|key| (*key).to_owned())
                .collect(),
        };
        for key in keys {
            let words = written(&key);
            let owner = *owners.entry(key).or_insert(action);
            if owner != action {
                let at = line(action).or(line(owner)).map_or(0, |(at, ..)| *at);
                let (one, other) = (owner.word(), action.word());
                clashes.push((at, format!("{words} would be both {one} and {other}")));
            }
        }
    }
    clashes.sort();
    clashes
}

/// What a key is called here that somebody wrote in their own way.
fn called(typed: &str) -> Result<String, String> {
    let mut chars = typed.chars();
    if let (Some(only), "") = (chars.next(), chars.as_str())
        && !only.is_whitespace()
        && !only.is_control()
    {
        return Ok(only.to_string());
    }
    let lower = typed.to_lowercase();
    if let Some((_, name)) = NAMED.iter().find(|(word, _)| *word == lower) {
        return Ok((*name).to_owned());
    }
    let number = lower.strip_prefix('f').and_then(|rest| rest.parse().ok());
    if let Some(number @ 1..=12_u8) = number {
        return Ok(format!("F{number}"));
    }
    let mut parts = typed.splitn(2, '+');
    let with = parts.next().unwrap_or_default().to_lowercase();
    let mut rest = parts.next().unwrap_or_default().chars();
    match (with.as_str(), rest.next(), rest.as_str()) {
        ("ctrl", Some(letter), "") if letter.is_ascii_alphabetic() => {
            let small = letter.to_ascii_lowercase();
            match SENT_AS.iter().find(|(sent, _)| *sent == small) {
                Some((_, other)) => Err(format!("terminals send {lower} as {other}")),
                None => Ok(format!("Ctrl+{}", letter.to_ascii_uppercase())),
            }
        }
        ("alt", Some(key), "") if key.is_ascii_graphic() => Ok(format!("Alt+{key}")),
        ("shift", Some(letter), "") if letter.is_alphabetic() => {
            let capital = letter.to_uppercase();
            Err(format!("write {lower} as {capital}"))
        }
        _ => Err(format!(
            "{typed} is no key; there are b, B, f4, space, pgup, ctrl+x, alt+x and the like"
        )),
    }
}

/// How a key is written in a file.
fn written(name: &str) -> String {
    match name.strip_prefix("Alt+") {
        Some(key) => format!("alt+{key}"),
        None if name.chars().count() == 1 => name.to_owned(),
        None => name.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::parse;

    fn own(lines: &[(&str, &[&str])]) -> Result<Keys, Vec<(usize, String)>> {
        let owned = |key: &&str| (*key).to_owned();
        let line =
            |(name, keys): &(&str, &[&str])| ((*name).to_owned(), keys.iter().map(owned).collect());
        Keys::own(&lines.iter().map(line).collect::<Vec<_>>())
    }

    fn mistake(lines: &[(&str, &[&str])]) -> String {
        let mistakes = own(lines).expect_err("a mistake");
        let words = mistakes
            .iter()
            .map(|(at, words)| format!("{}: {words}", at + 1));
        words.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_keys_that_are_named_take_the_place_of_the_old_ones() {
        let keys = own(&[("fix_all", &["B", "f4", "alt+x", "ctrl+b"])]).unwrap();
        for name in ["B", "F4", "Alt+x", "Ctrl+B"] {
            let key = parse(name).expect(name);
            assert_eq!(keys.resolve(Mode::Moving, key), Some(Action::FixAll));
        }
        assert_eq!(keys.of(Action::FixAll), "B");
        assert_eq!(keys.resolve(Mode::Moving, parse("b").unwrap()), None);
        assert_eq!(keys.resolve(Mode::Typing, parse("B").unwrap()), None);
        let send = keys.resolve(Mode::Moving, parse("S").unwrap());
        assert_eq!(send, Some(Action::Send), "the others stay");
    }

    #[test]
    fn two_actions_can_change_places() {
        let keys = own(&[("undo", &["z"]), ("zoom", &["u"])]).unwrap();
        assert_eq!((keys.of(Action::Undo), keys.of(Action::Zoom)), ("z", "u"));
    }

    #[test]
    fn every_key_that_can_be_written_is_one_that_can_be_pressed() {
        for (typed, name) in NAMED {
            assert_eq!(called(typed).as_deref(), Ok(name));
            assert!(parse(name).is_some(), "{name}");
        }
        for typed in ["b", "+", "é", "F12", "Ctrl+X", "alt+X", "alt++", "PgUp"] {
            let name = called(typed).expect(typed);
            assert!(parse(&name).is_some(), "{name}");
            assert_eq!(called(&written(&name)), Ok(name), "{typed}");
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let check = |name: &str, keys: &[&str], expected: &str| {
            assert_eq!(mistake(&[(name, keys)]), format!("1: {expected}"));
        };
        check(
            "fix_al",
            &["x"],
            "fix_al is no action; did you mean fix_all?",
        );
        check(
            "launch",
            &["x"],
            "launch is no action; redrive keys lists all",
        );
        check(
            "clear_text",
            &["ctrl+k"],
            "clear_text is ctrl+u, for text fields alone, where keys are as always",
        );
        check("fix_all", &[], "fix_all needs one key at least");
        check(
            "fix_all",
            &["hyper+x"],
            "hyper+x is no key; there are b, B, f4, space, pgup, ctrl+x, alt+x and the like",
        );
        check("fix_all", &["shift+x"], "write shift+x as X");
        check("fix_all", &["ctrl+i"], "terminals send ctrl+i as tab");
    }

    #[test]
    fn a_key_that_would_be_two_actions_is_named_with_both() {
        let lines: &[(&str, &[&str])] = &[("zoom", &["Z"]), ("fix_all", &["x"])];
        assert_eq!(mistake(lines), "2: x would be both fix_all and set_aside");
        let lines: &[(&str, &[&str])] = &[("zoom", &["Z"]), ("values", &["Z"])];
        assert_eq!(mistake(lines), "1: Z would be both values and zoom");
    }

    #[test]
    fn keys_that_lead_back_can_be_neither_given_nor_taken() {
        let check = |name: &str, keys: &[&str], expected: &str| {
            assert_eq!(mistake(&[(name, keys)]), format!("1: {expected}"));
        };
        check(
            "send",
            &["enter"],
            "enter stays with open, so it cannot be send",
        );
        check(
            "fix_all",
            &["ctrl+c"],
            "ctrl+c stays with stop, so it cannot be fix_all",
        );
        check("back", &["q"], "esc cannot be taken from back");
        check("down", &["j"], "down cannot be taken from down");
        assert!(own(&[("down", &["J", "down"])]).is_ok());
    }
}
