//! The history: everything one action changed, undone as one.

use std::sync::Arc;

use super::{GroupId, Path, RecordId, RunId, StepId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Edit,
    /// The same edit of many records.
    Fix,
    Check,
    /// Records were set aside.
    Discard,
    /// Records that had been set aside were taken back.
    Restore,
    Note,
    /// A person said whether records without an answer had been sent.
    Settle,
    Undo,
    Redo,
}

impl StepKind {
    pub const ALL: [Self; 9] = [
        Self::Edit,
        Self::Fix,
        Self::Check,
        Self::Discard,
        Self::Restore,
        Self::Note,
        Self::Settle,
        Self::Undo,
        Self::Redo,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Fix => "fix",
            Self::Check => "check",
            Self::Discard => "discard",
            Self::Restore => "restore",
            Self::Note => "note",
            Self::Settle => "settle",
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    pub id: StepId,
    /// The step before it on its branch.
    pub parent: Option<StepId>,
    pub run: RunId,
    pub kind: StepKind,
    /// As claimed, not proven.
    pub author: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// What was done, in words: `contact_email  foo@ -> office@example.com`. Holds untrusted text.
    pub label: String,
    pub records: u64,
    /// Whether it has been undone and not redone.
    pub undone: bool,
}

impl StepRow {
    /// Whether it is a step that can be taken back by itself, and was not.
    pub fn can_be_undone(&self) -> bool {
        let kind = self.kind;
        !self.undone && !matches!(kind, StepKind::Undo | StepKind::Redo | StepKind::Settle)
    }

    /// Whether so many records that were sent, or are on their way, are all it has: then nothing of it is taken back.
    pub fn is_frozen(&self, sent: u64) -> bool {
        sent > 0 && sent >= self.records
    }
}

/// What a step did to its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepFacts {
    pub step: StepId,
    pub records: Arc<[RecordId]>,
    pub examples: Vec<StepExample>,
}

/// What a step did to a field of a record. The values are untrusted; JSON where they are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepExample {
    pub record: RecordId,
    pub path: Path,
    pub before: String,
    pub after: String,
}

/// What `edit` and `check` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeReport {
    pub checked: u64,
    pub ready: u64,
    pub still_rejected: u64,
    /// Records that had no problem before and have one now.
    pub newly_broken: u64,
    /// Of those checked, records whose verdict was current, so that they were not looked at again.
    pub current: u64,
    /// `None` when nothing changed.
    pub step: Option<StepId>,
    /// Why the contract's validator was not asked about a change that was saved, if so. The record is not checked then.
    pub not_checked: Option<String>,
}

/// What `undo` and `redo` say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoReport {
    /// The step taken back or brought back.
    pub step: StepId,
    pub label: String,
    pub records: u64,
    /// Records that were left as they are because they were sent or changed since.
    pub skipped: Vec<RecordId>,
    /// Whether it is what one's own next undo takes back: not after an undo, and not where the step that was brought back is
    /// another person's, or older than another one of one's own.
    pub is_next: bool,
}

/// What going back to before a step came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WentBack {
    /// Steps that were taken back, each as a whole,
    pub steps: u64,
    /// of so many that could be.
    pub of: u64,
    pub records: u64,
    /// A person stopped it before all were taken back.
    pub is_stopped: bool,
}

/// What `discard` and `restore` say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AsideReport {
    pub records: u64,
    /// Records that are on their way or were sent: they stay as they are.
    pub skipped: Vec<RecordId>,
    /// `None` when nothing changed.
    pub step: Option<StepId>,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteAbout {
    Run(RunId),
    Group(GroupId),
    Record(RecordId),
}

impl NoteAbout {
    pub fn word(self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Group(_) => "group",
            Self::Record(_) => "record",
        }
    }

    pub fn id(self) -> i64 {
        match self {
            Self::Run(run) => run.0,
            Self::Group(group) => group.0,
            Self::Record(record) => record.0,
        }
    }
}

impl std::fmt::Display for NoteAbout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.word(), self.id())
    }
}

/// What a person wrote down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub step: StepId,
    /// As claimed, not proven.
    pub author: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// Untrusted.
    pub text: String,
}
