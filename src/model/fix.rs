//! What a fix of many records does and would do.

use super::{RecordId, StepId};

/// What becomes of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It has a problem that it had not, in another field: listed first.
    NewlyBroken,
    Ready,
    /// The field that is fixed still has a problem.
    StillWrong,
    /// Only other fields have problems.
    WrongElsewhere,
    /// It changes, and nothing can check it: its run has no contract.
    NotChecked,
    Unchanged,
}

impl Effect {
    /// In the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::NewlyBroken,
        Self::Ready,
        Self::StillWrong,
        Self::WrongElsewhere,
        Self::NotChecked,
        Self::Unchanged,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyBroken => "newly_broken",
            Self::Ready => "ready",
            Self::StillWrong => "still_wrong",
            Self::WrongElsewhere => "wrong_elsewhere",
            Self::NotChecked => "not_checked",
            Self::Unchanged => "unchanged",
        }
    }
}

/// What a fix would do to one version of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consequence {
    pub record: RecordId,
    pub version: i64,
    pub effect: Effect,
    /// Whether a value can be read in two ways, decided or not.
    pub ambiguous: bool,
    /// Whether such a value is left because nobody decided.
    pub undecided: bool,
}

/// What a fix did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FixReport {
    /// Records that were looked at. Those on their way, sent or set aside are not among them.
    pub scope: u64,
    pub changed: u64,
    pub ready: u64,
    /// Changed, and the field itself still has a problem.
    pub still_wrong: u64,
    /// Changed, and another field has a problem.
    pub wrong_elsewhere: u64,
    /// Changed, with a problem in another field that was not there before.
    pub newly_broken: u64,
    /// Changed in a run without a contract.
    pub not_checked: u64,
    pub unchanged: u64,
    /// Records with a value that can be read in two ways.
    pub ambiguous: u64,
    /// Of these, left because nobody decided.
    pub undecided: u64,
    /// Left out by hand.
    pub left_out: u64,
    /// Other records whose uniqueness was decided again.
    pub others: u64,
    /// Records that somebody changed or sent after the preview: they stay as they are.
    pub skipped: Vec<RecordId>,
    pub step: Option<StepId>,
}

impl FixReport {
    /// Counts one more record.
    pub fn add(&mut self, one: &Consequence) {
        self.scope += 1;
        self.changed += u64::from(one.effect != Effect::Unchanged);
        self.ambiguous += u64::from(one.ambiguous);
        self.undecided += u64::from(one.undecided);
        *match one.effect {
            Effect::NewlyBroken => &mut self.newly_broken,
            Effect::Ready => &mut self.ready,
            Effect::StillWrong => &mut self.still_wrong,
            Effect::WrongElsewhere => &mut self.wrong_elsewhere,
            Effect::NotChecked => &mut self.not_checked,
            Effect::Unchanged => &mut self.unchanged,
        } += 1;
    }

    /// Changed records that still need fixing, whatever the reason.
    pub fn still_rejected(&self) -> u64 {
        self.still_wrong + self.wrong_elsewhere + self.not_checked
    }
}

/// One record of a preview, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixRow {
    pub consequence: Consequence,
    /// 1-based physical line in the input.
    pub line: u64,
    pub key: Option<String>,
    /// The values of the field before and after, as JSON; `None` where it is not there. Of a list the first that changes.
    pub before: Option<String>,
    pub after: Option<String>,
    /// Why a value was left, or the first problem the record has then.
    pub note: String,
}
