//! Keys to actions, by the table in [`action`](super::action) and what a person has changed of it.

mod own;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::Action;

/// What keys mean now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Moving,
    /// A text field has focus: printable keys are text.
    Typing,
}

/// Which keys stand for which action: those of the registry, but for actions whose keys a person has changed. They are known
/// before the screen begins and hold as long as it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys(&'static [(Action, Vec<&'static str>)]);

impl Keys {
    /// The names of an action's keys, the main one first.
    pub fn all(self, mode: Mode, action: Action) -> &'static [&'static str] {
        let mut changed = self.0.iter();
        match (mode, changed.find(|(one, _)| *one == action)) {
            (Mode::Moving, Some((_, keys))) => keys,
            (Mode::Moving, None) => action.about().keys,
            (Mode::Typing, _) => action.about().typing,
        }
    }

    /// The name of an action's main key while nothing is typed; empty where it has none.
    pub fn of(self, action: Action) -> &'static str {
        self.all(Mode::Moving, action)
            .first()
            .copied()
            .unwrap_or("")
    }

    /// The action a key stands for. `None` means that the key is free; in [`Mode::Typing`] it belongs to the text field.
    pub fn resolve(self, mode: Mode, key: KeyEvent) -> Option<Action> {
        let mut actions = Action::ALL.iter().copied();
        actions.find(|&action| {
            let mut names = self.all(mode, action).iter();
            names.any(|name| matches(name, key))
        })
    }
}

/// The key a name stands for; `None` when there is no such key.
pub fn parse(name: &str) -> Option<KeyEvent> {
    if let Some(letter) = name.strip_prefix("Ctrl+") {
        let letter = letter.chars().next()?.to_ascii_lowercase();
        return Some(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
    }
    if let Some(key) = name.strip_prefix("Alt+") {
        let key = key.chars().next()?;
        return Some(KeyEvent::new(KeyCode::Char(key), KeyModifiers::ALT));
    }
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Shift+Up" => return Some(KeyEvent::new(KeyCode::Up, KeyModifiers::SHIFT)),
        "Shift+Down" => return Some(KeyEvent::new(KeyCode::Down, KeyModifiers::SHIFT)),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Del" => KeyCode::Delete,
        "Ins" => KeyCode::Insert,
        "Backspace" => KeyCode::Backspace,
        "Tab" => KeyCode::Tab,
        "Shift+Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        _ => {
            let mut chars = name.chars();
            match (chars.next()?, chars.as_str()) {
                (only, "") => KeyCode::Char(only),
                ('F', number) => KeyCode::F(number.parse().ok()?),
                _ => return None,
            }
        }
    };
    Some(KeyEvent::from(code))
}

/// Whether this is the key of that name. Shift is part of the letter, so it is compared only where it makes another key.
pub fn matches(name: &str, key: KeyEvent) -> bool {
    let without_shift = match key.code {
        KeyCode::Up | KeyCode::Down => key.modifiers,
        _ => key.modifiers - KeyModifiers::SHIFT,
    };
    parse(name).is_some_and(|wanted| {
        let same = match (wanted.code, key.code) {
            (KeyCode::Char(wanted), KeyCode::Char(pressed))
                if without_shift == KeyModifiers::CONTROL =>
            {
                wanted == pressed.to_ascii_lowercase()
            }
            (wanted, pressed) => wanted == pressed,
        };
        same && wanted.modifiers == without_shift
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(mode: Mode, key: KeyEvent) -> Option<Action> {
        Keys::default().resolve(mode, key)
    }

    #[test]
    fn every_key_of_the_table_is_a_key_and_leads_back_to_its_action() {
        for mode in [Mode::Moving, Mode::Typing] {
            for &action in Action::ALL {
                for name in Keys::default().all(mode, action) {
                    let key = parse(name).unwrap_or_else(|| panic!("{name} is no key"));
                    assert_eq!(resolve(mode, key), Some(action), "{name}");
                }
            }
        }
    }

    #[test]
    fn letters_are_text_while_typing() {
        assert_eq!(
            resolve(Mode::Typing, KeyEvent::from(KeyCode::Char('S'))),
            None
        );
        let shifted = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(resolve(Mode::Moving, shifted), Some(Action::Send));
        let up = KeyEvent::new(KeyCode::Up, KeyModifiers::SHIFT);
        assert_eq!(resolve(Mode::Moving, up), Some(Action::Earlier));
        let alt = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::ALT);
        assert_eq!(resolve(Mode::Moving, alt), None);
        let alt = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
        assert_eq!(resolve(Mode::Typing, alt), None);
    }
}
