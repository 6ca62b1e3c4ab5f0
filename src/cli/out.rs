//! Where words go: data to stdout, everything else to stderr; tables for people, JSON for scripts.

use std::{
    cell::RefCell,
    env,
    ffi::OsString,
    fmt::Write as _,
    io::{self, BufWriter, IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value, json};

use super::{
    args::{Color, Global},
    stop,
};
use crate::{
    model::{Fault, FaultKind, RecordId, RunRow, Status},
    text,
};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// Some records still need a person.
    StillRejected,
    Usage,
    Unusable,
    Held,
    Unknown,
    Interrupted,
}

impl Exit {
    /// `Done` when nothing is left for a person.
    pub fn when_rejected(rejected: u64) -> Self {
        if rejected == 0 {
            Self::Done
        } else {
            Self::StillRejected
        }
    }

    /// How a command ends that acted on a run, whichever of its records it looked at.
    pub fn of_run(run: &RunRow) -> Self {
        Self::when_rejected(run.with_status(Status::Rejected))
    }

    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::StillRejected => 1,
            Self::Usage => 2,
            Self::Unusable => 3,
            Self::Held => 4,
            Self::Unknown => 5,
            Self::Interrupted => stop::exit_code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// How many records a sentence names, at most.
const NAMED: usize = 20;

/// Records in a sentence: how many, and the numbers of the first of them.
pub fn named(records: &[RecordId]) -> String {
    let names: Vec<String> = (records.iter().take(NAMED))
        .map(ToString::to_string)
        .collect();
    let more = if records.len() > NAMED { ", ..." } else { "" };
    format!(
        "{} ({}{more})",
        text::count(records.len() as u64, "record"),
        names.join(", ")
    )
}

/// The two output streams.
pub struct Out {
    stdout: RefCell<BufWriter<io::Stdout>>,
    json: bool,
    /// Whether stdout is a terminal, where even JSON must not steer it.
    terminal: bool,
    color: bool,
}

impl Out {
    pub fn new(global: &Global) -> Self {
        let always = global.color() == Color::Always;
        Self {
            stdout: RefCell::new(BufWriter::new(io::stdout())),
            json: global.json,
            terminal: io::stdout().is_terminal(),
            color: (always || io::stderr().is_terminal()) && global.color().is_wanted(),
        }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// One JSON document on one line.
    pub fn json(&self, document: &Value) -> Result<()> {
        let mut line = document.to_string();
        if self.terminal {
            line = escape_hidden(&line);
        }
        line.push('\n');
        self.data(line.as_bytes())
    }

    /// A sentence about the result, for people.
    pub fn say(&self, sentence: &str) -> Result<()> {
        self.data(format!("{sentence}\n").as_bytes())
    }

    /// Bytes as they are: what a script asked for.
    pub fn data(&self, bytes: &[u8]) -> Result<()> {
        self.stdout.borrow_mut().write_all(bytes)?;
        Ok(())
    }

    /// A writer to stdout for streams of data.
    pub fn stream<T>(&self, work: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
        work(&mut *self.stdout.borrow_mut())
    }

    /// A table; head and cells may hold untrusted text. Columns whose head starts with `#` are numbers, set to the right.
    pub fn table(&self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if self.terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.set_header(head.iter().map(|name| {
            let name = name.strip_prefix('#').unwrap_or(name);
            text::safe(name).into_owned()
        }));
        for (index, name) in head.iter().enumerate() {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((0, 2));
                if name.starts_with('#') {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        for row in rows {
            table.add_row(row.iter().map(|cell| text::safe(cell).into_owned()));
        }
        let lines: Vec<String> = table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        self.say(&lines.join("\n"))
    }

    pub fn flush(&self) -> Result<()> {
        self.stdout.borrow_mut().flush()?;
        Ok(())
    }

    /// Says what went wrong and gives the exit that belongs to it. A closed pipe is a quiet end.
    pub fn fail(&self, error: &anyhow::Error) -> Exit {
        if is_broken_pipe(error) {
            return Exit::Done;
        }
        let _ = self.flush();
        let fault = error.downcast_ref::<Fault>();
        let words = if self.json {
            error_json(error, fault)
        } else {
            self.error_text(error, fault)
        };
        let _ = writeln!(io::stderr(), "{words}");
        match fault.map(|fault| fault.kind) {
            Some(FaultKind::Usage) => Exit::Usage,
            Some(FaultKind::Held) => Exit::Held,
            Some(FaultKind::Interrupted) => Exit::Interrupted,
            Some(FaultKind::Nothing) => Exit::StillRejected,
            Some(FaultKind::Unusable) | None => Exit::Unusable,
        }
    }

    fn error_text(&self, error: &anyhow::Error, fault: Option<&Fault>) -> String {
        let (bold, plain) = if self.color {
            ("\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let mut words = format!("{bold}redrive:{plain} {}", place(error, fault));
        let mut said = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            // SQLite says one thing twice, the second time with a number before it.
            if !cause.ends_with(&said) {
                let _ = write!(words, "\n  {}", lines_safe(&cause));
            }
            said = cause;
        }
        if let Some(hint) = fault.and_then(|fault| fault.hint.as_deref()) {
            let _ = write!(words, "\n\n{bold}hint:{plain} {}", lines_safe(hint));
        }
        words
    }
}

/// Wrong usage in the words of the parser of arguments. It quotes what was typed, and a shell's `*` types names of files.
pub fn usage(error: &clap::Error) {
    let hides = |word: OsString| word.to_string_lossy().contains(text::is_hidden);
    if env::args_os().any(hides) {
        let _ = writeln!(io::stderr(), "{}", lines_safe(&error.render().to_string()));
    } else {
        // In colour, where there is one.
        let _ = error.print();
    }
}

/// Wrong usage as a JSON document on stderr: its first line and what that lists, without what the parser of arguments puts around it.
pub fn usage_json(words: &str) {
    let mut lines = words.lines();
    let first = lines.next().unwrap_or_default();
    let listed: Vec<&str> = lines
        .take_while(|line| line.starts_with("  "))
        .map(str::trim)
        .collect();
    let message = format!(
        "{} {}",
        first.trim_start_matches("error: "),
        listed.join(", ")
    );
    let fault = Fault::usage("usage", message.trim_end())
        .hint("`redrive help` and `redrive help COMMAND` say what there is");
    let words = error_json(&fault.clone().into(), Some(&fault));
    let _ = writeln!(io::stderr(), "{words}");
}

/// A remark beside the data, on stderr.
pub fn note(remark: &str) {
    // Nobody is left to tell when stderr is gone.
    let _ = writeln!(io::stderr(), "{}", text::safe(remark));
}

/// The first line, with the place where the fault knows one and does not say it.
fn place(error: &anyhow::Error, fault: Option<&Fault>) -> String {
    let message = lines_safe(&error.to_string());
    if let Some(place) = fault.and_then(Fault::place) {
        return format!("{}: {message}", text::safe(&place));
    }
    match fault.and_then(|fault| fault.file.as_deref()) {
        Some(file) if !message.contains(file) => format!("{}: {message}", text::safe(file)),
        _ => message,
    }
}

/// Safe line by line: the line breaks of our own messages (a caret under an expression) stay.
fn lines_safe(words: &str) -> String {
    words.lines().map(text::safe).collect::<Vec<_>>().join("\n")
}

fn error_json(error: &anyhow::Error, fault: Option<&Fault>) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    json!({"error": {
        "code": fault.map_or("internal", |fault| fault.code),
        "message": causes.join(": "),
        "hint": fault.and_then(|fault| fault.hint.as_deref()),
        "file": fault.and_then(|fault| fault.file.as_deref()),
        "line": fault.and_then(|fault| fault.line),
        "column": fault.and_then(|fault| fault.column),
    }})
    .to_string()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// JSON with hidden characters as `\uXXXX`: serde_json leaves C1, DEL and bidi controls as they are, and a terminal obeys
/// them. They stand only inside strings, so the document stays the same.
fn escape_hidden(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        if text::is_hidden(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_on_a_terminal_cannot_steer_it_and_says_the_same() {
        let document = json!({"notes": "\u{9b}31mred \u{202e} \u{e0041} Müller"});
        let line = escape_hidden(&document.to_string());
        assert!(!line.chars().any(text::is_hidden));
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), document);
    }

    #[test]
    fn an_error_says_where_and_what_to_do() {
        let out = Out {
            stdout: RefCell::new(BufWriter::new(io::stdout())),
            json: false,
            terminal: false,
            color: false,
        };
        let fault = Fault::usage("contract:unknown_key", "unknown key `retires`")
            .at("customers.toml", Some(12))
            .hint("did you mean `retries`?");
        let error = anyhow::Error::from(fault);
        assert_eq!(
            out.error_text(&error, error.downcast_ref()),
            "redrive: customers.toml:12: unknown key `retires`\n\nhint: did you mean `retries`?"
        );
    }
}
