//! `keys`: every action of the screen with its name and its keys, from the one registry.

use anyhow::Result;
use serde_json::json;

use super::out::{Exit, Out};
use crate::tui::{
    action::{Action, Section},
    keymap::{Keys, Mode},
};

pub fn keys(out: &Out, keys: Keys) -> Result<Exit> {
    if out.is_json() {
        let all = Action::ALL.iter().map(|&action| {
            let about = action.about();
            json!({
                "action": action.word(),
                "does": about.sentence,
                "keys": keys.all(Mode::Moving, action),
                "typing": about.typing,
                "section": match about.section {
                    Section::Page => "page",
                    Section::Everywhere => "everywhere",
                    Section::Moving => "moving",
                },
                "changes": about.changes,
                "also": about.also.split(", ").filter(|word| !word.is_empty()).collect::<Vec<_>>(),
            })
        });
        out.json(&json!(all.collect::<Vec<_>>()))?;
        return Ok(Exit::Done);
    }
    for &action in Action::ALL {
        let about = action.about();
        let (names, when) = match keys.all(Mode::Moving, action) {
            // It has a meaning in text fields alone, where keys stay what they are.
            [] if !about.typing.is_empty() => (about.typing, " (while text is typed)"),
            names => (names, ""),
        };
        let (name, names) = (action.word(), names.join("  "));
        out.say(&format!("{name:<18} {names:<20} {}{when}", about.sentence))?;
    }
    Ok(Exit::Done)
}
