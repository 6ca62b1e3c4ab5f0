//! Where copied text goes besides the terminal: to tmux, and into a file.

use std::{
    env, fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::ops::{state_folder, write_text};

/// Puts a text into tmux's buffer and its terminal's clipboard. Says whether there was a tmux that took it.
pub(super) fn give_to_tmux(text: &str) -> bool {
    if env::var_os("TMUX").is_none_or(|socket| socket.is_empty()) {
        return false;
    }
    let child = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    let written = (child.stdin.take()).is_some_and(|mut to| to.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// Writes a text into the file of the last copy, which nobody else can read. Gives its name, with `~` for one's home.
pub(super) fn keep(text: &str) -> Option<String> {
    let folder = state_folder()?.join("redrive");
    fs::create_dir_all(&folder).ok()?;
    let file = folder.join("clip.txt");
    write_text(&file, text).ok()?;
    let home = env::var_os("HOME").map(PathBuf::from);
    let short = home.and_then(|home| file.strip_prefix(home).ok().map(PathBuf::from));
    Some(match short {
        Some(rest) => format!("~/{}", rest.display()),
        None => file.display().to_string(),
    })
}
