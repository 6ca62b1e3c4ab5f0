//! Where a person's own files lie.

use std::{
    env,
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path as FilePath, PathBuf},
};

/// The folder of the person for what a program remembers: `XDG_STATE_HOME`, else `~/.local/state`.
pub fn state_folder() -> Option<PathBuf> {
    // No test remembers anything for whoever runs it.
    let is_kept = !cfg!(test);
    is_kept.then(|| folder("XDG_STATE_HOME", ".local/state"))?
}

/// Makes the folder of a file that holds what a person typed: nobody else looks into it.
///
/// # Errors
/// Those of the file system.
pub(super) fn make_folder_of(file: &FilePath) -> io::Result<()> {
    let folder = file.parent().unwrap_or(FilePath::new(""));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Nobody else of this program changes a file while this is there. It is another file, because the file itself is replaced.
/// `None` where the disk has no locks: then the last one wins.
pub(super) fn alone(file: &FilePath) -> Option<File> {
    let lock = File::create(file.with_extension("lock")).ok()?;
    lock.lock().ok()?;
    Some(lock)
}

/// The folder of the person for what a program is told: `XDG_CONFIG_HOME`, else `~/.config`.
pub fn config_folder() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config")
}

fn folder(variable: &str, in_home: &str) -> Option<PathBuf> {
    set(variable).or_else(|| Some(set("HOME")?.join(in_home)))
}

/// A relative path would mean another folder wherever one starts: the XDG base directory specification says to ignore it.
fn set(variable: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env::var_os(variable)?);
    folder.is_absolute().then_some(folder)
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
