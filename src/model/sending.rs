//! Plans, deliveries and attempts: how a record version reaches its destination.

use super::{PlanId, RecordId, RunId};

/// Where one delivery of one record version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Queued,
    Sending,
    /// Will be tried again by itself.
    Waiting,
    Delivered,
    HandedOver,
    /// The destination said no.
    Refused,
    /// We cannot tell whether it was applied.
    Unknown,
    Cancelled,
}

impl DeliveryState {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Waiting,
        Self::Delivered,
        Self::HandedOver,
        Self::Refused,
        Self::Unknown,
        Self::Cancelled,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::HandedOver => "handed_over",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it has not ended: it will be tried, is being tried, or nobody knows what became of it.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Sending | Self::Waiting | Self::Unknown
        )
    }
}

/// Where the records of a plan are. The six always add up to the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub waiting: u64,
    pub in_flight: u64,
    pub sent: u64,
    pub refused: u64,
    /// Will be tried again by itself.
    pub again: u64,
    /// Nobody can tell whether it was applied.
    pub unknown: u64,
}

impl Tally {
    /// So many records more are in this state. What was cancelled is no part of a plan any more.
    pub fn add(&mut self, state: DeliveryState, records: u64) {
        if let Some(count) = self.count(state) {
            *count += records;
        }
    }

    /// So many records less are in this state.
    pub fn take(&mut self, state: DeliveryState, records: u64) {
        if let Some(count) = self.count(state) {
            *count = count.saturating_sub(records);
        }
    }

    fn count(&mut self, state: DeliveryState) -> Option<&mut u64> {
        Some(match state {
            DeliveryState::Queued => &mut self.waiting,
            DeliveryState::Sending => &mut self.in_flight,
            DeliveryState::Delivered | DeliveryState::HandedOver => &mut self.sent,
            DeliveryState::Refused => &mut self.refused,
            DeliveryState::Waiting => &mut self.again,
            DeliveryState::Unknown => &mut self.unknown,
            DeliveryState::Cancelled => return None,
        })
    }

    pub fn total(self) -> u64 {
        self.waiting + self.in_flight + self.again + self.done()
    }

    /// Records nothing more is done about by itself.
    pub fn done(self) -> u64 {
        self.sent + self.refused + self.unknown
    }
}

/// A plan as the workspace knows it, for whoever watches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedPlan {
    pub plan: PlanId,
    pub destination: String,
    /// Untrusted.
    pub author: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// Something of it is still to be sent.
    pub is_open: bool,
    pub sender: Sender,
    /// Why the destination is on hold, if it is. Untrusted.
    pub held: Option<String>,
    pub tally: Tally,
    /// Most frequent first.
    pub refusals: Vec<Refusal>,
    /// The last tries, newest last.
    pub tries: Vec<Try>,
}

impl WatchedPlan {
    /// Where nobody sends it: what was in flight when its sender died may have been applied, and nobody waits for an answer to it
    /// any more.
    #[must_use]
    pub fn unheard(mut self) -> Self {
        if self.sender == Sender::Nobody {
            self.tally.unknown += std::mem::take(&mut self.tally.in_flight);
            for one in &mut self.tries {
                if one.outcome == DeliveryState::Sending {
                    one.outcome = DeliveryState::Unknown;
                }
            }
        }
        self
    }
}

/// Who sends a plan now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Nobody,
    ThisProcess,
    AnotherProcess,
    /// One that cannot be seen from here, in another container, on another host or under another account: it may have ended. It
    /// sends this plan, or another one to the same destination.
    Unseen,
}

/// Records of a plan that were refused alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `http 409`
    pub code: String,
    /// One of the answers, in the destination's own words. Untrusted.
    pub message: String,
    /// What the answers have in common: the words without what differs from record to record. Untrusted.
    pub pattern: String,
    pub records: u64,
    /// An earlier plan was refused in the same way, for this run or for one of its contract before it.
    pub came_back: bool,
}

/// One try, as a log shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// When it ended (began, if it has not), RFC 3339, UTC.
    pub at: String,
    pub record: RecordId,
    /// The record's natural key, where it has one. Untrusted.
    pub key: Option<String>,
    /// The state of the try.
    pub outcome: DeliveryState,
    pub code: String,
    pub duration_ms: Option<u64>,
    /// The record is tried again by itself, not before then; RFC 3339, UTC.
    pub again_at: Option<String>,
}

/// The codes of a record that the file it was to be handed over in cannot hold, and of one whose frozen bytes are not what was
/// frozen, or no record.
pub const NO_COLUMN: &str = "file:no_column";
pub const NO_LINE: &str = "file:no_line";
pub const DAMAGED: &str = "payload:sha256";
pub const NO_OBJECT: &str = "payload:json";

/// What is refused with one of these never reached the file.
pub const NOT_WRITTEN: [&str; 4] = [NO_COLUMN, NO_LINE, DAMAGED, NO_OBJECT];

/// What the answers to a plan that was handed over say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerReport {
    pub plan: PlanId,
    pub accepted: u64,
    pub rejected: u64,
    /// Records that are still handed over.
    pub unanswered: Vec<RecordId>,
    /// Records that are answered, but had been before, and stay as they are.
    pub answered_before: u64,
    /// What a person should know, one sentence each.
    pub remarks: Vec<String>,
}

/// The frozen list of record versions a send will deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `None` in a dry run: nothing was written.
    pub id: Option<PlanId>,
    pub run: RunId,
    pub destination: String,
    /// `production`, `test` or `demo`.
    pub environment: String,
    /// Where it goes, in words without secrets: `table customer in crm.db`.
    pub target: String,
    pub planned: u64,
    /// Of these, how many were changed by hand since they were received.
    pub changed: u64,
    /// Records that are ready and not part of it.
    pub behind: Behind,
    /// Whether it continues an unfinished plan.
    pub continued: bool,
    /// Records that became ready since it was made; they go with the next one.
    pub since: u64,
}

/// A plan in a list, with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    pub id: PlanId,
    pub destination: String,
    /// `production`, `test` or `demo`.
    pub environment: String,
    /// Where it goes, in words without secrets.
    pub target: String,
    /// As claimed, not proven.
    pub author: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    pub planned: u64,
    /// Its deliveries by state, zeros left out.
    pub states: Vec<(DeliveryState, u64)>,
    pub attempts: u64,
}

impl PlanRow {
    pub fn with_state(&self, state: DeliveryState) -> u64 {
        let mut states = self.states.iter().filter(|(known, _)| *known == state);
        states.next().map_or(0, |(_, records)| *records)
    }
}

/// Records that are ready and stay behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// A date in them can be read in two ways, and nobody has decided.
    pub undecided: u64,
    /// A newer run holds their key: what is older must not overwrite it.
    pub superseded: Vec<RecordId>,
}

impl Behind {
    pub fn is_empty(&self) -> bool {
        self.undecided == 0 && self.superseded.is_empty()
    }
}

/// What `send` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SendReport {
    pub plan: Option<PlanId>,
    pub planned: u64,
    pub accepted: u64,
    pub handed_over: u64,
    pub refused: u64,
    pub unknown: u64,
    pub not_sent: u64,
    /// Taken out of the plan and ready again, because a person stopped it.
    pub given_back: u64,
    /// As in [`Plan::behind`].
    pub behind: Behind,
    /// What the refused ones were refused for, most frequent first.
    pub refusals: Vec<Refusal>,
    pub attempts: u64,
    pub seconds: f64,
    /// Seconds of these in which nothing left: it waited, or was paused.
    pub stood: f64,
    /// Why the destination is on hold, if it is.
    pub held: Option<String>,
}

impl SendReport {
    /// Records whose delivery came to an end in this send.
    pub fn ended(&self) -> u64 {
        self.accepted + self.handed_over + self.refused + self.unknown
    }
}

/// One try to deliver one record version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    pub plan: PlanId,
    /// Who made the plan (as claimed), and when (RFC 3339, UTC).
    pub planned_by: String,
    pub planned_at: String,
    pub record: RecordId,
    pub destination: String,
    /// 1-based within its delivery.
    pub n: i64,
    /// RFC 3339, UTC.
    pub started_at: String,
    pub ended_at: Option<String>,
    /// The delivery's state after it.
    pub outcome: DeliveryState,
    /// `http 409`, an SQLSTATE, `sqlite:constraint`; empty when accepted.
    pub code: String,
    /// The destination's own words. Untrusted.
    pub message: String,
    pub duration_ms: Option<u64>,
    /// What the destination calls the record, or the request; empty when it does not say. Untrusted.
    pub answer_id: String,
}
