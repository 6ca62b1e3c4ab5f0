//! Where copied text goes besides the terminal: to tmux, and into a file.

use std::{env, fs};

use super::tmux;
use crate::ops::{in_short, state_folder, write_text};

/// Puts a text into tmux's buffer and its terminal's clipboard. Says whether there was a tmux that took it.
pub(super) fn give_to_tmux(text: &str) -> bool {
    env::var_os("TMUX").is_some_and(|socket| !socket.is_empty())
        && tmux::ask(&["load-buffer", "-w", "-"], text).is_some()
}

/// Writes a text into the file of the last copy, which nobody else can read. Gives its name, with `~` for one's home.
pub(super) fn keep(text: &str) -> Option<String> {
    let folder = state_folder()?.join("redrive");
    fs::create_dir_all(&folder).ok()?;
    let file = folder.join("clip.txt");
    write_text(&file, text).ok()?;
    Some(in_short(&file))
}
