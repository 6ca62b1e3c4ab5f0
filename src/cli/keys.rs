//! `keys`: every action of the screen with its keys, from the one registry.

use anyhow::Result;
use serde_json::json;

use super::out::{Exit, Out};
use crate::tui::action::{Action, Section};

pub fn keys(out: &Out) -> Result<Exit> {
    if out.is_json() {
        let all = Action::ALL.iter().map(|&action| {
            let about = action.about();
            json!({
                "action": word(action),
                "does": about.sentence,
                "keys": about.keys,
                "typing": about.typing,
                "section": match about.section {
                    Section::Page => "page",
                    Section::Everywhere => "everywhere",
                    Section::Moving => "moving",
                },
                "changes": about.changes,
            })
        });
        out.json(&json!(all.collect::<Vec<_>>()))?;
        return Ok(Exit::Done);
    }
    for action in Action::ALL {
        let about = action.about();
        let keys = if about.keys.is_empty() {
            about.typing
        } else {
            about.keys
        };
        out.say(&format!("{:<20} {}", keys.join("  "), about.sentence))?;
    }
    Ok(Exit::Done)
}

/// The name of an action in lower case, its words joined: `next_problem`.
fn word(action: Action) -> String {
    let mut word = String::new();
    for c in format!("{action:?}").chars() {
        if c.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(c.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_named_by_its_words() {
        assert_eq!(word(Action::NextProblem), "next_problem");
        assert_eq!(word(Action::Up), "up");
    }
}
