//! The screen in a real pseudo-terminal: it comes up, follows the window, and gives the terminal back however it ends.

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
use tempfile::TempDir;

/// How long anything may take; only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(30);

const ENTER: &str = "\r";
const DOWN: &str = "\x1b[B";

/// The program in a terminal of its own.
struct Tty {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<(Mutex<Output>, Condvar)>,
    /// The terminal's settings before the program changed them.
    before: String,
}

/// What the program wrote so far.
struct Output {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    ended: bool,
}

impl Tty {
    fn start(folder: &Path, columns: u16, rows: u16, args: &[&str]) -> Self {
        Self::start_with(folder, columns, rows, args, None)
    }

    fn start_with(
        folder: &Path,
        columns: u16,
        rows: u16,
        args: &[&str],
        panic_in: Option<&str>,
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
        if let Some(part) = panic_in {
            command.env("REDRIVE_TEST_PANIC", part);
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

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn resize(&mut self, columns: u16, rows: u16) {
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

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let status = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until the process has stopped, which it does after it gave the terminal back.
    fn is_stopped(&self) {
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

    /// Waits until the screen shows a text.
    fn sees(&self, text: &str) {
        self.waits_for(&format!("to see {text:?}"), |output| {
            output.screen.screen().contents().contains(text)
        });
    }

    fn waits_for(&self, what: &str, done: impl Fn(&Output) -> bool) {
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

    /// Waits for the end and makes sure that the terminal is as it was before.
    fn ends(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        // Whatever the program wrote before it ended can still be read.
        let (lock, changed) = &*self.output;
        let mut output = lock.lock().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !output.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the terminal stays open");
            output = changed.wait_timeout(output, left).unwrap().0;
        }
        let screen = output.screen.screen();
        assert!(!screen.alternate_screen(), "still in the alternate screen");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        let text = String::from_utf8_lossy(&output.bytes);
        assert_eq!(text.matches("\x1b[?1049h").count(), 1, "taken over once");
        assert_eq!(text.matches("\x1b[?1049l").count(), 1, "given back once");
        assert_eq!(settings(&*self.master), self.before, "cooked as before");
        (status, screen.contents())
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.child.kill();
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

fn cells(number: u16) -> NonZero<u16> {
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

/// A folder with a workspace: four records need fixing, the first of the largest group with one certain repair.
fn workspace() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "deals.schema.json",
        br#"{"type": "object", "required": ["id", "email", "stage"], "properties": {
            "id": {"type": "string"}, "email": {"type": "string", "format": "email"},
            "stage": {"enum": ["Open", "Closed Won", "Closed Lost"]}}}"#,
    );
    write(
        "deals.toml",
        b"name = \"deals\"\nkey = [\"/id\"]\n[schema]\nfile = \"deals.schema.json\"\nformats = true\n",
    );
    write(
        "deals.csv",
        b"id,email,stage\nD-1,a@b.example,Open\nD-2,b@b.example,closed won\nD-3,c@b.example,open\nD-4,c@,Open\n\
          D-5,M\xfcller@b.example,Open\n",
    );
    redrive(
        folder.path(),
        &["load", "deals.csv", "--contract", "deals.toml"],
    );
    folder
}

/// Runs the program without a screen.
fn redrive(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_redrive"))
        .args(args)
        .current_dir(folder)
        .env_remove("REDRIVE_WORKSPACE")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_comes_up_and_leaves_the_terminal_as_it_was() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    assert_ne!(settings(&*tty.master), tty.before, "keys come one by one");
    tty.press("q");
    let (status, left) = tty.ends();
    assert!(status.success());
    assert_eq!(left.trim(), "", "nothing is left behind");
}

#[test]
fn it_follows_the_window_and_keeps_what_is_typed() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("About this problem");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press(" kept");
    tty.sees("[ closed won kept");
    tty.resize(50, 12);
    tty.sees("needs 60 x 16");
    tty.resize(80, 24);
    tty.sees("[ closed won kept");
    tty.press("\x1b");
    tty.sees("Nothing was changed.");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn five_keys_make_the_first_record_of_the_example_ready() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 80, 24, &["demo", "--rows", "300"]);
    tty.sees("[DEMO]");
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("needs fixing");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Down Suggestions");
    tty.press(DOWN);
    tty.sees("no problem left after this");
    tty.press(ENTER);
    tty.sees("is ready.");
    tty.sees("n Next");
    tty.sees("state: ready");
    tty.signal("-HUP");
    tty.ends();
    let ready = [
        "-w",
        "redrive-demo/redrive.db",
        "records",
        "status:ready",
        "--json",
    ];
    assert_eq!(redrive(folder.path(), &ready).lines().count(), 1);
}

#[test]
fn a_paste_is_text_and_never_keys() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press("\x15");
    tty.press("\x1b[200~a\rq\tS\x1b[201~");
    tty.sees("[ a<CR>q<TAB>S");
    tty.signal("-TERM");
    tty.ends();
    assert!(redrive(folder.path(), &["show", "2", "--json"]).contains("\"version\":1"));
}

#[test]
fn a_termination_gives_the_terminal_back() {
    let folder = workspace();
    for signal in ["-TERM", "-HUP"] {
        let tty = Tty::start(folder.path(), 80, 24, &[]);
        tty.sees("Stage not in the list");
        tty.signal(signal);
        let (status, _) = tty.ends();
        assert!(!status.success(), "{signal}: the parent sees why it ended");
    }
}

#[test]
fn a_suspension_gives_the_terminal_back_until_it_is_continued() {
    let folder = workspace();
    let tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Stage not in the list");
    tty.signal("-TSTP");
    tty.waits_for("for the shell", |output| {
        !output.screen.screen().alternate_screen()
    });
    tty.is_stopped();
    tty.signal("-CONT");
    tty.waits_for("for the screen", |output| {
        output.screen.screen().alternate_screen()
    });
    tty.sees("Stage not in the list");
    tty.signal("-KILL");
}

#[test]
fn a_bug_in_the_screen_gives_the_terminal_back_and_says_where_the_work_is() {
    let folder = workspace();
    let tty = Tty::start_with(folder.path(), 80, 24, &[], Some("ui"));
    let (status, left) = tty.ends();
    assert!(!status.success());
    assert!(left.contains("Your work is safe."), "{left}");
    assert!(left.contains("redrive.db"), "{left}");
}

#[test]
fn a_bug_in_a_worker_is_an_error_on_a_screen_that_still_works() {
    let folder = workspace();
    let mut tty = Tty::start_with(folder.path(), 80, 24, &[], Some("worker"));
    tty.sees("bug");
    tty.press("\x03");
    tty.sees("Ctrl+C again");
    tty.press("\x03");
    let (status, _) = tty.ends();
    assert!(status.success());
}
