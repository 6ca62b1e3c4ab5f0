//! The program in a real terminal.

use std::{
    io::{Read, Write},
    path::Path,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// No screen takes longer, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program in a terminal of its own.
pub struct Screen {
    started: Instant,
    /// How long it took to draw anything.
    pub first: Duration,
    /// Bytes of the last frame that answered a key.
    pub last: usize,
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    /// Dropped last: a terminal without its other side ends the program.
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Screen {
    pub fn start(workspace: &Path, folder: &Path) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 120,
            ..PtySize::default()
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a terminal can be made");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_redrive"));
        command.env("TERM", "xterm-256color");
        command.env("REDRIVE_WORKSPACE", workspace);
        command.env("XDG_STATE_HOME", folder);
        command.cwd(folder);
        let mut reader = pair.master.try_clone_reader().expect("it can be read");
        let input = pair.master.take_writer().expect("it can be written to");
        let (give, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 1 << 14];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if give.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("redrive runs");
        let mut screen = Self {
            started,
            first: Duration::ZERO,
            last: 0,
            parser: vt100::Parser::new(
                40.try_into().expect("not zero"),
                120.try_into().expect("not zero"),
                0,
            ),
            output,
            input,
            child,
            _master: pair.master,
        };
        screen.first = screen.sees("redrive");
        screen
    }

    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).expect("keys arrive");
        self.input.flush().expect("keys arrive");
    }

    /// Waits until a text is to be seen; gives the time since the start.
    pub fn sees(&mut self, text: &str) -> Duration {
        while !self.parser.screen().contents().contains(text) {
            let more = self.output.recv_timeout(PATIENCE);
            let contents = self.parser.screen().contents();
            let bytes = more.unwrap_or_else(|_| panic!("no {text:?} in:\n{contents}"));
            self.parser.process(&bytes);
        }
        self.started.elapsed()
    }

    /// The word before a text, on the first line that has it.
    pub fn word_before(&self, text: &str) -> String {
        let contents = self.parser.screen().contents();
        let mut lines = contents.lines();
        let line = lines.find_map(|line| line.split_once(text));
        let word = line.and_then(|(before, _)| before.split_whitespace().last());
        word.unwrap_or_default().to_owned()
    }

    /// Reads until nothing has come for so long.
    pub fn settle(&mut self, quiet: Duration) {
        while let Ok(bytes) = self.output.recv_timeout(quiet) {
            self.parser.process(&bytes);
        }
    }

    /// Presses keys and waits until a text is to be seen that was not there before; gives the time between.
    pub fn takes(&mut self, keys: &str, text: &str) -> Duration {
        let took = self.takes_within(PATIENCE, keys, text);
        took.unwrap_or_else(|| panic!("no {text:?} in:\n{}", self.parser.screen().contents()))
    }

    /// The same; `None` when nothing comes for so long.
    pub fn takes_within(&mut self, quiet: Duration, keys: &str, text: &str) -> Option<Duration> {
        let before = self.parser.screen().contents();
        let pressed = Instant::now();
        self.press(keys);
        loop {
            let contents = self.parser.screen().contents();
            if contents.contains(text) && contents != before {
                return Some(pressed.elapsed());
            }
            self.parser.process(&self.output.recv_timeout(quiet).ok()?);
        }
    }

    /// Presses a key and waits for the frame it leads to; gives the time between.
    pub fn answers(&mut self, key: &str) -> Duration {
        // What still comes from the key before is no answer to this one. A key held down repeats 25 to 30 times a second; whoever
        // presses faster than frames may come measures only how long they wait for the next.
        self.settle(Duration::from_millis(40));
        let pressed = Instant::now();
        self.press(key);
        let bytes = self.output.recv_timeout(PATIENCE).expect("a frame comes");
        let took = pressed.elapsed();
        self.last = bytes.len();
        self.parser.process(&bytes);
        took
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
