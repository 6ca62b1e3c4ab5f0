//! The configuration file: what a person always wants. Flags and the environment win over it, and a mistake in it keeps nobody
//! from working: it is said in one line, and the default stays.

mod keys;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use clap::ValueEnum as _;
use toml::de::{DeTable, DeValue};

use super::{
    args::{Color, Colours, Global},
    out::note,
};
use crate::{
    filter::nearest,
    ops::{Finding, config_folder, in_short},
    text::safe,
    tui::{Glyphs, clock::Times, keymap::Keys},
};

/// All there is to set.
const SETTINGS: [&str; 9] = [
    "theme",
    "color",
    "mouse",
    "ctrl_z",
    "glyphs",
    "slow_link",
    "times",
    "as",
    "keys",
];

/// What a file says, with the defaults for what it does not.
#[derive(Debug, Default)]
pub struct Config {
    /// The file that was looked for, and whether it is there.
    file: Option<PathBuf>,
    is_there: bool,
    mistakes: Vec<Mistake>,
    color: Option<Color>,
    theme: Option<Colours>,
    mouse: Option<bool>,
    author: Option<String>,
    /// Whether Ctrl+Z suspends, and does not undo.
    pub suspends: bool,
    pub glyphs: Glyphs,
    /// What is pressed on the screen for what.
    pub keys: Keys,
    /// Whether frames are few from the start.
    pub slow_link: bool,
    /// How the screen writes times.
    pub times: Times,
}

#[derive(Debug)]
struct Mistake {
    /// 0 where it is about the whole file.
    line: usize,
    words: String,
}

/// Reads the file that is named, else the person's own, if there is one.
pub fn read(named: Option<&Path>) -> Config {
    let Some(file) = named.map(Path::to_owned).or_else(own_file) else {
        return Config::default();
    };
    let mut config = match fs::read_to_string(&file) {
        Ok(text) => Config::parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
            Config::default()
        }
        Err(error) => {
            let mut config = Config::default();
            config.wrong(
                0,
                format!("it cannot be read ({error}); name another with --config"),
            );
            config
        }
    };
    config.is_there = file.exists();
    config.file = Some(file);
    config
}

/// `redrive/config.toml` in `XDG_CONFIG_HOME`, else in `~/.config`.
fn own_file() -> Option<PathBuf> {
    Some(config_folder()?.join("redrive/config.toml"))
}

impl Config {
    fn parse(text: &str) -> Self {
        let mut config = Self::default();
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |span| line(span.start));
                let message = error.message().lines().next().unwrap_or_default();
                config.wrong(
                    at,
                    format!("{message}; nothing of the file holds until that is mended"),
                );
                return config;
            }
        };
        let mut settings: Vec<_> = table.iter().collect();
        settings.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in settings {
            if key.get_ref() == "keys" {
                match keys::read(value) {
                    Ok(keys) => config.keys = keys,
                    Err(mistakes) => {
                        for (at, words) in mistakes {
                            config.wrong(line(at), words);
                        }
                    }
                }
            } else if let Err(words) = config.set(key.get_ref(), value.get_ref()) {
                config.wrong(line(key.span().start), words);
            }
        }
        config
    }

    fn set(&mut self, key: &str, value: &DeValue<'_>) -> Result<(), String> {
        match key {
            "theme" => self.theme = Some(word_of(key, value, Colours::value_variants())?),
            "color" => self.color = Some(word_of(key, value, Color::value_variants())?),
            "mouse" => self.mouse = Some(yes_or_no(key, value)?),
            "slow_link" => self.slow_link = yes_or_no(key, value)?,
            "times" => {
                self.times = choice(key, value, &Times::ALL.map(|times| (times.word(), times)))?;
            }
            "ctrl_z" => self.suspends = choice(key, value, &[("undo", false), ("suspend", true)])?,
            "glyphs" => {
                let words = [
                    ("auto", Glyphs::Auto),
                    ("unicode", Glyphs::Unicode),
                    ("ascii", Glyphs::Ascii),
                ];
                self.glyphs = choice(key, value, &words)?;
            }
            "as" => match value {
                DeValue::String(name) if !name.trim().is_empty() => {
                    self.author = Some(name.trim().to_owned());
                }
                _ => return Err("as takes a name in quotes".to_owned()),
            },
            other => {
                let near = nearest(other, SETTINGS.into_iter());
                let instead = match near {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("there are {}", SETTINGS.join(", ")),
                };
                return Err(format!("{other} is no setting; {instead}"));
            }
        }
        Ok(())
    }

    fn wrong(&mut self, line: usize, words: String) {
        self.mistakes.push(Mistake { line, words });
    }

    /// What is wrong with the file, in one line that is safe to print.
    pub fn mistake(&self) -> Option<String> {
        let (first, more) = self.mistakes.split_first()?;
        let file = self.file.as_deref().map(in_short).unwrap_or_default();
        let place = match first.line {
            0 => String::new(),
            line => format!(", line {line}"),
        };
        let more = match more.len() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let words = format!("{}{more}", first.words);
        let end = if words.ends_with('?') { "" } else { "." };
        let words = format!("{file}{place}: {words}{end} Defaults stay.");
        Some(safe(&words).into_owned())
    }

    /// All that is wrong with the file. Safe to print.
    fn all_mistakes(&self) -> Option<String> {
        if self.mistakes.len() < 2 {
            return self.mistake();
        }
        let file = self.file.as_deref().map(in_short).unwrap_or_default();
        let place = |mistake: &Mistake| match mistake.line {
            0 => mistake.words.clone(),
            line => format!("line {line}: {}", mistake.words),
        };
        let all: Vec<String> = self.mistakes.iter().map(place).collect();
        let words = format!("{file}, {}. Defaults stay.", all.join("; "));
        Some(safe(&words).into_owned())
    }

    /// Says on stderr what is wrong with the file.
    pub fn report(&self) {
        if let Some(mistake) = self.mistake() {
            note(&mistake);
        }
    }

    /// What `doctor` says of it.
    pub fn finding(&self) -> Finding {
        let file = self.file.as_deref().map(in_short).unwrap_or_default();
        let words = match self.all_mistakes() {
            Some(mistakes) => mistakes,
            None if self.is_there => format!("{file} holds, where no flag says otherwise"),
            None if file.is_empty() => "no file, and no HOME to look for one in".to_owned(),
            None => format!("no file; {file} would set {}", SETTINGS.join(", ")),
        };
        Finding::new("configuration", self.mistakes.is_empty(), words)
    }

    /// Sets what neither a flag nor the environment has set.
    pub fn fill(&self, global: &mut Global) {
        global.color = global.color.or(self.color);
        global.theme = global.theme.or(self.theme);
        let said = env::var_os("REDRIVE_NO_MOUSE").is_some_and(|said| !said.is_empty());
        global.no_mouse |= self.mouse == Some(false) && !said;
        global.author = global.author.take().or_else(|| self.author.clone());
    }
}

fn yes_or_no(key: &str, value: &DeValue<'_>) -> Result<bool, String> {
    match value {
        DeValue::Boolean(yes) => Ok(*yes),
        _ => Err(format!("{key} is true or false")),
    }
}

/// One of the words that a flag takes.
fn word_of<T: clap::ValueEnum>(key: &str, value: &DeValue<'_>, all: &[T]) -> Result<T, String> {
    let names: Vec<(String, T)> = (all.iter())
        .filter_map(|one| Some((one.to_possible_value()?.get_name().to_owned(), one.clone())))
        .collect();
    let words: Vec<(&str, T)> = (names.iter())
        .map(|(name, one)| (name.as_str(), one.clone()))
        .collect();
    choice(key, value, &words)
}

fn choice<T: Clone>(key: &str, value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, String> {
    let found = match value {
        DeValue::String(typed) => words.iter().find(|(word, _)| word == typed),
        _ => None,
    };
    found.map(|(_, one)| one.clone()).ok_or_else(|| {
        let words: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        format!("{key} is one of {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Action;

    fn mistake(text: &str) -> Option<String> {
        let mut config = Config::parse(text);
        config.file = Some(PathBuf::from("/etc/r.toml"));
        config.mistake()
    }

    #[test]
    fn every_setting_is_taken() {
        let config = Config::parse(
            "theme = \"high-contrast\"\ncolor = \"always\"\nmouse = false\nctrl_z = \"suspend\"\n\
             glyphs = \"ascii\"\nslow_link = true\ntimes = \"utc\"\nas = \"jana\"\n",
        );
        assert_eq!(config.mistake(), None);
        assert_eq!(config.theme, Some(Colours::HighContrast));
        assert_eq!(config.color, Some(Color::Always));
        assert_eq!(config.mouse, Some(false));
        assert!(config.suspends && config.slow_link);
        assert_eq!(config.glyphs, Glyphs::Ascii);
        assert_eq!(config.times, Times::Utc);
        assert_eq!(config.author.as_deref(), Some("jana"));
    }

    #[test]
    fn doctor_is_told_all_mistakes() {
        let mut config = Config::parse("theme = \"pink\"\nmouse = 3\n");
        config.file = Some(PathBuf::from("/etc/r.toml"));
        let words = config.all_mistakes().unwrap();
        assert!(
            words.starts_with("/etc/r.toml, line 1: ") && words.contains("; line 2: "),
            "{words}"
        );
    }

    #[test]
    fn a_mistake_is_said_in_one_line_and_the_rest_of_the_file_holds() {
        let check = |text: &str, expected: &str| {
            assert_eq!(mistake(text).as_deref(), Some(expected), "{text}");
        };
        check(
            "mouse = true\nthem = \"dark\"\n",
            "/etc/r.toml, line 2: them is no setting; did you mean theme? Defaults stay.",
        );
        check(
            "theme = \"pink\"\nmouse = 1\n",
            "/etc/r.toml, line 1: theme is one of \"terminal\", \"dark\", \"light\", \"high-contrast\", \"mono\" \
             (and 1 more). Defaults stay.",
        );
        check(
            "as = \" \"",
            "/etc/r.toml, line 1: as takes a name in quotes. Defaults stay.",
        );
        let config = Config::parse("them = 1\nctrl_z = \"suspend\"\n");
        assert!(config.suspends);
    }

    #[test]
    fn keys_are_changed_all_or_none() {
        let config =
            Config::parse("[keys]\nfix_all = [\"B\", \"f4\"]\nundo = \"z\"\nzoom = [\"u\"]\n");
        assert_eq!(config.mistake(), None);
        assert_eq!(config.keys.of(Action::FixAll), "B");
        assert_eq!(config.keys.of(Action::Undo), "z");
        let check = |text: &str, expected: &str| {
            let expected = format!("/etc/r.toml, line {expected}. Defaults stay.");
            assert_eq!(mistake(text), Some(expected), "{text}");
            assert_eq!(Config::parse(text).keys, Keys::default(), "{text}");
        };
        check(
            "mouse = false\n[keys]\nzoom = [\"Z\"]\nfix_all = [\"x\"]\n",
            "4: no key is changed: x would be both fix_all and set_aside",
        );
        check(
            "[keys]\nundo = [\"U\"]\nsend = 5\nback = [\"q\"]\n",
            "3: no key is changed: send takes keys: send = [\"b\", \"f4\"] (and 1 more)",
        );
        check(
            "keys = true\n",
            "1: no key is changed: it is a table, [keys], with lines such as fix_all = [\"b\", \"f4\"]",
        );
    }

    #[test]
    fn a_file_that_does_not_parse_or_sets_one_thing_twice_leaves_all_defaults() {
        for text in [
            "mouse = false\nmouse = true\n",
            "mouse = false\n= x\n",
            "\u{1b}[31m",
        ] {
            let mistake = mistake(text).expect(text);
            assert!(mistake.contains("r.toml, line "), "{mistake}");
            assert!(!mistake.contains(['\n', '\u{1b}']), "{mistake}");
            assert_eq!(Config::parse(text).mouse, None);
        }
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let named = Path::new("/nowhere/config.toml");
        let said = read(Some(named)).mistake().unwrap();
        assert!(said.contains("cannot be read"), "{said}");
    }
}
