//! Where a person's own files lie.

use std::{
    env,
    path::{Path as FilePath, PathBuf},
};

/// The folder of the person for what a program remembers: `XDG_STATE_HOME`, else `~/.local/state`.
pub fn state_folder() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state")
}

/// The folder of the person for what a program is told: `XDG_CONFIG_HOME`, else `~/.config`.
pub fn config_folder() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config")
}

fn folder(variable: &str, in_home: &str) -> Option<PathBuf> {
    set(variable).or_else(|| Some(set("HOME")?.join(in_home)))
}

fn set(variable: &str) -> Option<PathBuf> {
    let folder = env::var_os(variable).filter(|folder| !folder.is_empty());
    folder.map(PathBuf::from)
}

/// A path with `~` for one's home.
pub fn in_short(file: &FilePath) -> String {
    short(file, set("HOME").as_deref())
}

fn short(file: &FilePath, home: Option<&FilePath>) -> String {
    let inside = home.and_then(|home| file.strip_prefix(home).ok());
    inside.map_or_else(
        || file.display().to_string(),
        |rest| format!("~/{}", rest.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_ones_home_is_named_from_there() {
        let short = |file: &str, home: Option<&str>| short(file.as_ref(), home.map(FilePath::new));
        assert_eq!(short("/home/ann/a/b", Some("/home/ann")), "~/a/b");
        assert_eq!(short("/home/anna/b", Some("/home/ann")), "/home/anna/b");
        assert_eq!(short("/a", None), "/a");
    }
}
