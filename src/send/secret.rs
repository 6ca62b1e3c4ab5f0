//! Where secrets are found. A contract names the place; the value is fetched when a send begins, and again once when the
//! destination says that it no longer holds. Values never reach the workspace, logs or errors.

use std::{env, fmt, fs, path::Path as FilePath, process::Command};

/// A header's value, or where it is found.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// Stands in the contract, and is none.
    Plain(String),
    /// A variable of the environment.
    Env(String),
    /// A file; relative to the contract's folder.
    File(String),
    /// What a program prints; it runs in the contract's folder.
    Command(Vec<String>),
}

/// What is there is not shown even by accident.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("plain"),
            _ => f.write_str(&self.place()),
        }
    }
}

impl Secret {
    /// Reads `env:NAME`, `file:PATH` and `cmd:["program", "argument"]`; anything else is the value itself.
    ///
    /// # Errors
    /// Says what is wrong with it, lower case, no full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = |name: &str, what: &str| match name.trim() {
            "" => Err(format!("it names no {what}")),
            name => Ok(name.to_owned()),
        };
        if let Some(name) = text.strip_prefix("env:") {
            return Ok(Self::Env(named(name, "variable")?));
        }
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Self::File(named(path, "file")?));
        }
        let Some(words) = text.strip_prefix("cmd:") else {
            return Ok(Self::Plain(text.to_owned()));
        };
        let words: Vec<String> = serde_json::from_str(words)
            .map_err(|_| "write a command as cmd:[\"program\", \"argument\"]".to_owned())?;
        if words.first().is_none_or(String::is_empty) {
            return Err("it names no program".to_owned());
        }
        Ok(Self::Command(words))
    }

    /// Where it is found, in words.
    pub fn place(&self) -> String {
        match self {
            Self::Plain(_) => "the contract".to_owned(),
            Self::Env(name) => format!("the variable {name}"),
            Self::File(path) => format!("the file {path}"),
            Self::Command(words) => format!("the command {}", words[0]),
        }
    }

    /// Whether asking again can give something else.
    pub fn can_change(&self) -> bool {
        matches!(self, Self::File(_) | Self::Command(_))
    }

    /// The value, without blanks and line ends around it.
    ///
    /// # Errors
    /// Says what is missing: the place, never a value.
    pub fn fetch(&self, folder: &FilePath) -> Result<String, String> {
        let place = self.place();
        let text = match self {
            Self::Plain(text) => return Ok(text.clone()),
            Self::Env(name) => env::var(name).map_err(|_| format!("{place} is not set"))?,
            Self::File(path) => fs::read_to_string(folder.join(path))
                .map_err(|error| format!("{place} cannot be read: {error}"))?,
            Self::Command(words) => {
                let done = Command::new(&words[0])
                    .args(&words[1..])
                    .current_dir(folder)
                    .output()
                    .map_err(|error| format!("{place} cannot be run: {error}"))?;
                if !done.status.success() {
                    return Err(format!("{place} failed ({})", done.status));
                }
                String::from_utf8(done.stdout)
                    .map_err(|_| format!("{place} prints something that is no text"))?
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("{place} is empty"));
        }
        if text.contains(|c: char| c.is_control()) {
            return Err(format!("{place} holds more than one line"));
        }
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(text: &str, folder: &FilePath) -> Result<String, String> {
        Secret::parse(text)?.fetch(folder)
    }

    #[test]
    fn a_secret_is_fetched_from_where_the_contract_says() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "Bearer s3cret\n").unwrap();
        let check = |text: &str, expected: &str| {
            assert_eq!(fetch(text, folder.path()).as_deref(), Ok(expected));
        };
        check("file:token", "Bearer s3cret");
        check(r#"cmd:["echo", "from a program"]"#, "from a program");
        check("application/json", "application/json");
    }

    #[test]
    fn what_is_missing_is_named_by_its_place_and_never_by_its_value() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("two"), "s3cret\nline").unwrap();
        fs::write(folder.path().join("none"), "\n").unwrap();
        let check = |text: &str, expected: &str| {
            let wrong = fetch(text, folder.path()).unwrap_err();
            assert!(wrong.starts_with(expected), "{wrong}");
            assert!(!wrong.contains("s3cret"));
        };
        check(
            "env:REDRIVE_NO_SUCH",
            "the variable REDRIVE_NO_SUCH is not set",
        );
        check("file:missing", "the file missing cannot be read");
        check("file:two", "the file two holds more than one line");
        check("file:none", "the file none is empty");
        check(r#"cmd:["false"]"#, "the command false failed");
        check("cmd:echo", "write a command as");
        check("env: ", "it names no variable");
    }

    #[test]
    fn a_value_is_not_shown_by_accident() {
        let plain = Secret::Plain("s3cret".to_owned());
        assert_eq!(format!("{plain:?}"), "plain");
    }
}
