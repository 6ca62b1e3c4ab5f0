//! What the run picker shows of a run beside its own row.

use super::event::Place;

/// What the card of a run says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacts {
    /// How many problems are open.
    pub problems: u64,
    /// The title of the problem that most records have, and how many do. Untrusted.
    pub biggest: Option<(String, u64)>,
    /// Where its records can go; nowhere where the contract is not to be had.
    pub to: Vec<Place>,
    /// Steps that stand and of which something is not sent yet.
    pub not_sent: u64,
    /// Another process sends it now.
    pub is_sent: bool,
}
