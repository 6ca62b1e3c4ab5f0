//! The program in a pseudo-terminal: keys in, a screen out.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    process::Command,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take; only a failing test waits this long.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program in a terminal of its own.
pub struct Tty {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<(Mutex<Output>, Condvar)>,
    /// The terminal's settings before the program changed them.
    before: String,
}

/// What the program wrote so far.
pub struct Output {
    pub screen: vt100::Parser,
    pub bytes: Vec<u8>,
    ended: bool,
}

impl Tty {
    pub fn start(folder: &Path, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::start_in(folder, (columns, rows), args, &[])
    }

    /// In a terminal that can do nothing but show lines.
    pub fn start_dumb(folder: &Path, args: &[&str]) -> Self {
        Self::start_in(folder, (80, 24), args, &[("TERM", "dumb")])
    }

    /// With these variables in its environment.
    pub fn start_in(
        folder: &Path,
        (columns, rows): (u16, u16),
        args: &[&str],
        set: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redrive"));
        command.args(args);
        command.cwd(folder);
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        command.env_remove("NO_COLOR");
        command.env_remove("REDRIVE_WORKSPACE");
        // The pictures are drawn with box characters.
        command.env_remove("LC_ALL");
        command.env_remove("LC_CTYPE");
        command.env("LANG", "C.UTF-8");
        // Not of whoever runs the tests.
        command.env_remove("TMUX");
        // Nor what they set and kept.
        command.env("XDG_CONFIG_HOME", folder.join("config"));
        command.env("XDG_STATE_HOME", folder.join("state"));
        if set.iter().all(|(name, _)| *name != "XDG_STATE_HOME") {
            comes_for_the_first_time(folder);
        }
        for (name, value) in set {
            command.env(name, value);
        }
        let before = settings(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        let output = Arc::new((
            Mutex::new(Output {
                screen: vt100::Parser::new(cells(rows), cells(columns), 0),
                bytes: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        read_along(pair.master.try_clone_reader().unwrap(), Arc::clone(&output));
        Self {
            input: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            output,
            before,
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Presses the left button on a text that is to be seen, and lets it go.
    pub fn click(&mut self, text: &str) {
        let contents = self.screen().contents();
        let mut rows = contents.lines().zip(1..);
        let found = rows.find_map(|(line, row)| Some((line.find(text)?, line, row)));
        let (at, line, row) = found.unwrap_or_else(|| panic!("{text:?} is not in:\n{contents}"));
        let column = line[..at].chars().count() + 1;
        self.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        };
        let mut output = self.output.0.lock().unwrap();
        output
            .screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        drop(output);
        self.master.resize(size).unwrap();
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let status = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until the process has stopped, which it does after it gave the terminal back.
    pub fn is_stopped(&self) {
        let id = self.child.process_id().unwrap().to_string();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = Command::new("ps")
                .args(["-o", "stat=", "-p", &id])
                .output()
                .unwrap();
            if state.stdout.starts_with(b"T") {
                return;
            }
            assert!(Instant::now() < deadline, "it goes on running");
        }
    }

    /// Whether the terminal is in another mode than before the program came.
    pub fn is_taken_over(&self) -> bool {
        settings(&*self.master) != self.before
    }

    /// What the screen shows now.
    pub fn screen(&self) -> vt100::Screen {
        self.output.0.lock().unwrap().screen.screen().clone()
    }

    /// Waits until the screen shows a text.
    pub fn sees(&self, text: &str) {
        self.waits_for(&format!("to see {text:?}"), |output| {
            output.screen.screen().contents().contains(text)
        });
    }

    /// Waits until something was ever written, on whatever line.
    pub fn sees_line(&self, text: &str) {
        self.waits_for(&format!("to read {text:?}"), |output| {
            String::from_utf8_lossy(&output.bytes).contains(text)
        });
    }

    /// Presses a key that does no harm twice until the screen shows a text: a dialog is deaf for a moment, and as long as
    /// somebody types on.
    pub fn press_until(&mut self, keys: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        let (lock, changed) = &*Arc::clone(&self.output);
        loop {
            self.press(keys);
            let output = lock.lock().unwrap();
            let shown = |output: &Output| output.screen.screen().contents().contains(text);
            let wait = |output: &mut Output| !shown(output);
            let (output, _) = changed
                .wait_timeout_while(output, Duration::from_millis(400), wait)
                .unwrap();
            if shown(&output) {
                return;
            }
            let contents = output.screen.screen().contents();
            assert!(Instant::now() < deadline, "{text:?} is not in:\n{contents}");
        }
    }

    /// What the screen says now.
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// All that was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.output.0.lock().unwrap().bytes.clone()
    }

    /// Waits until nothing was written for so long. Gives how many bytes were written in all.
    pub fn rests(&self, time: Duration) -> usize {
        let (lock, changed) = &*self.output;
        let mut output = lock.lock().unwrap();
        loop {
            let before = output.bytes.len();
            let silent = |output: &mut Output| output.bytes.len() == before && !output.ended;
            let (now, waited) = changed.wait_timeout_while(output, time, silent).unwrap();
            output = now;
            if waited.timed_out() || output.ended {
                return output.bytes.len();
            }
        }
    }

    /// Waits until so many bytes were written, or none for a while.
    pub fn writes(&self, bytes: usize) {
        let (lock, changed) = &*self.output;
        let output = lock.lock().unwrap();
        let wanted = |output: &mut Output| output.bytes.len() < bytes && !output.ended;
        drop(changed.wait_timeout_while(output, Duration::from_millis(300), wanted));
    }

    pub fn waits_for(&self, what: &str, done: impl Fn(&Output) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let (lock, changed) = &*self.output;
        let mut output = lock.lock().unwrap();
        while !done(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            let contents = output.screen.screen().contents();
            assert!(!left.is_zero(), "waited {what}, but it shows:\n{contents}");
            assert!(!output.ended, "waited {what}, but it ended:\n{contents}");
            output = changed.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Waits for the end of a program that never takes the terminal over. Gives all it wrote.
    pub fn ends_in_lines(self) -> (ExitStatus, String) {
        let (status, this) = self.waits_for_the_end();
        let output = this.output.0.lock().unwrap();
        assert_eq!(settings(&*this.master), this.before, "cooked as before");
        let text = String::from_utf8_lossy(&output.bytes).into_owned();
        (status, text)
    }

    /// Waits for the end and makes sure that the terminal is as it was before.
    pub fn ends(self) -> (ExitStatus, String) {
        let (status, this) = self.waits_for_the_end();
        let output = this.output.0.lock().unwrap();
        let screen = output.screen.screen();
        assert!(!screen.alternate_screen(), "still in the alternate screen");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        let mouse = screen.mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None, "the mouse is kept");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        let text = String::from_utf8_lossy(&output.bytes);
        assert_eq!(text.matches("\x1b[?1049h").count(), 1, "taken over once");
        assert_eq!(text.matches("\x1b[?1049l").count(), 1, "given back once");
        assert_eq!(settings(&*this.master), this.before, "cooked as before");
        (status, screen.contents())
    }

    fn waits_for_the_end(mut self) -> (ExitStatus, Self) {
        // Whatever the program wrote before it ended can still be read; the terminal is closed with it.
        let (lock, changed) = &*self.output;
        let mut output = lock.lock().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !output.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            let contents = output.screen.screen().contents();
            assert!(!left.is_zero(), "it does not end:\n{contents}");
            output = changed.wait_timeout(output, left).unwrap().0;
        }
        drop(output);
        let status = self.child.wait().unwrap();
        (status, self)
    }
}

/// Waits for what no screen tells.
pub fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "waited {what}");
        thread::yield_now();
    }
}

/// Nobody comes back to where they were, unless a test says where that is kept: how far the screen before this one had come when it
/// was ended is no part of a test.
fn comes_for_the_first_time(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder.join("state/redrive/visits"));
}

impl Drop for Tty {
    fn drop(&mut self) {
        // It has ended already unless the test failed, or needs no more of it. Nothing of it writes into what comes after it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_along(mut reader: Box<dyn Read + Send>, output: Arc<(Mutex<Output>, Condvar)>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        loop {
            // The other side of a terminal is gone with an error, not with an end.
            let read = reader.read(&mut buffer).unwrap_or(0);
            let mut now = output.0.lock().unwrap();
            now.screen.process(&buffer[..read]);
            now.bytes.extend_from_slice(&buffer[..read]);
            now.ended = read == 0;
            drop(now);
            output.1.notify_all();
            if read == 0 {
                return;
            }
        }
    });
}

pub fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

/// The terminal's modes, as text: raw mode changes them.
fn settings(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().unwrap();
    format!(
        "{:?} {:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags
    )
}
