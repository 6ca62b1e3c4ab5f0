//! What went wrong with the work itself (never with a record), in the words of the command line.

/// What kind of mistake it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Wrong usage, contract or filter: exit 2.
    Usage,
    /// An input or the workspace cannot be used: exit 3.
    Unusable,
    /// The destination is on hold: exit 4.
    Held,
    /// Stopped by a person or a signal: exit 130.
    Interrupted,
    /// Nothing to do, said politely: exit 1.
    Nothing,
}

/// An error that says what, where and what to do now. Put at the root of an `anyhow::Error`; faces find it with
/// `downcast_ref`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// A stable word for scripts, such as `input:missing` or `contract:unknown_key`.
    pub code: &'static str,
    /// What happened, lower case, no full stop. May hold untrusted text: faces sanitise it.
    pub message: String,
    /// What to do now.
    pub hint: Option<String>,
    pub file: Option<String>,
    /// 1-based line in `file`.
    pub line: Option<u64>,
    /// 1-based character in `line`.
    pub column: Option<u32>,
}

impl Fault {
    pub fn new(kind: FaultKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            hint: None,
            file: None,
            line: None,
            column: None,
        }
    }

    /// A fault of exit 2.
    pub fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Usage, code, message)
    }

    /// A fault of exit 3.
    pub fn unusable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Unusable, code, message)
    }

    /// Says what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says where: a file, and a 1-based line in it where one is known.
    #[must_use]
    pub fn at(mut self, file: impl Into<String>, line: Option<u64>) -> Self {
        self.file = Some(file.into());
        self.line = line;
        self
    }

    /// Says where in the line: a 1-based character.
    #[must_use]
    pub fn column(mut self, column: u32) -> Self {
        self.column = Some(column);
        self
    }

    /// `file:line:column`, as far as it is known; `None` without a line.
    pub fn place(&self) -> Option<String> {
        let (file, line) = (self.file.as_ref()?, self.line?);
        Some(match self.column {
            Some(column) => format!("{file}:{line}:{column}"),
            None => format!("{file}:{line}"),
        })
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
