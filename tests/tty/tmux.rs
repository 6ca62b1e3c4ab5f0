//! The program in a real tmux, whose server is the test's own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

/// How long anything may take; only a failing test waits this long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where nothing came for so long, nothing comes any more.
const REST: Duration = Duration::from_millis(400);

pub struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    /// A shell in a window of this size, in this folder; `None`, with a word, where there is no tmux.
    pub fn start(folder: &Path, (columns, rows): (u16, u16)) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            println!("skipped: there is no tmux here");
            return None;
        }
        let tmux = Self {
            socket: folder.join(format!("tmux-{columns}x{rows}")),
        };
        let size = [columns.to_string(), rows.to_string()];
        let window = ["new-session", "-d", "-x", &size[0], "-y", &size[1]];
        let shell = ["env", "PS1=shell> ", "sh", "-i"];
        let mut command = tmux.command(&window);
        command.args(shell).current_dir(folder);
        // Not of whoever runs the tests, nor what they set and kept.
        for name in [
            "TMUX",
            "NO_COLOR",
            "REDRIVE_WORKSPACE",
            "LC_ALL",
            "LC_CTYPE",
        ] {
            command.env_remove(name);
        }
        command.env("LANG", "C.UTF-8");
        command.env("HOME", folder.join("state"));
        command.env("XDG_CONFIG_HOME", folder.join("config"));
        // Whoever was in another window may still be writing down where they left.
        let state = folder.join(format!("state-{columns}x{rows}"));
        command.env("XDG_STATE_HOME", state);
        Self::said(&command.output().unwrap());
        tmux.sees("shell>");
        Some(tmux)
    }

    /// What a tmux command says.
    pub fn asks(&self, args: &[&str]) -> String {
        Self::said(&self.command(args).output().unwrap())
    }

    /// Types a text as it is.
    pub fn types(&self, text: &str) {
        self.asks(&["send-keys", "-l", text]);
    }

    /// Presses keys by tmux's names for them.
    pub fn presses(&self, keys: &[&str]) {
        self.asks(&[&["send-keys"], keys].concat());
    }

    /// Starts the program from the shell.
    pub fn redrive(&self, args: &str) {
        self.types(&format!("'{}' {args}\n", env!("CARGO_BIN_EXE_redrive")));
    }

    /// What is to be seen, and how it looks.
    pub fn screen(&self) -> String {
        self.asks(&["capture-pane", "-e", "-p"])
    }

    /// Whether the terminal is a full screen's, and says what the mouse does.
    pub fn is_taken_over(&self) -> [bool; 2] {
        let flags = self.asks(&["display", "-p", "#{alternate_on} #{mouse_any_flag}"]);
        let mut flags = flags.split_whitespace().map(|flag| flag == "1");
        [(); 2].map(|()| flags.next().unwrap())
    }

    pub fn sees(&self, text: &str) {
        self.waits_for(&format!("to see {text:?}"), || {
            self.asks(&["capture-pane", "-p"]).contains(text)
        });
    }

    pub fn waits_for(&self, what: &str, done: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done() {
            assert!(
                Instant::now() < deadline,
                "waited {what}, but it shows:\n{}",
                self.asks(&["capture-pane", "-p"])
            );
        }
    }

    /// Waits until nothing comes any more. Gives what is to be seen then.
    pub fn rests(&self) -> String {
        let mut seen = self.screen();
        let mut since = Instant::now();
        while since.elapsed() < REST {
            let now = self.screen();
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
        seen
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-S"]);
        command.arg(&self.socket).args(args);
        command
    }

    fn said(output: &Output) -> String {
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux: {wrong}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command(&["kill-server"]).output();
    }
}
