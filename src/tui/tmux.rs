//! tmux, asked with an end of patience: one that hangs must hang nobody else.

use std::{
    io::{Seek as _, Write as _},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What tmux says to a command that is given this input; `None` when there is none, it fails, or it takes too long.
pub fn ask(command: &[&str], input: &str) -> Option<String> {
    ask_program("tmux", command, input, PATIENCE)
}

fn ask_program(program: &str, command: &[&str], input: &str, patience: Duration) -> Option<String> {
    // A pipe could be full before it is read.
    let mut given = tempfile::tempfile().ok()?;
    given.write_all(input.as_bytes()).ok()?;
    given.rewind().ok()?;
    let mut child = Command::new(program)
        .args(command)
        .stdin(given)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let until = Instant::now() + patience;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > until {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        // The end of a program can be asked for, not waited for with an end of patience.
        thread::sleep(Duration::from_millis(5));
    }
    let said = child.wait_with_output().ok()?;
    let words = String::from_utf8(said.stdout).ok()?;
    said.status.success().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn a_program_is_given_its_input_and_says_something() {
        let large = "x".repeat(1 << 20);
        let said = ask_program("wc", &["-c"], &large, LONG).unwrap();
        assert_eq!(said.trim(), "1048576");
        assert_eq!(ask_program("false", &[], "", LONG), None);
        assert_eq!(ask_program("no-such-program", &[], "", LONG), None);
    }

    #[test]
    fn one_that_hangs_is_ended() {
        let began = Instant::now();
        let large = "x".repeat(1 << 20);
        assert_eq!(
            ask_program("sleep", &["3600"], &large, Duration::ZERO),
            None
        );
        assert!(began.elapsed() < LONG);
    }
}
