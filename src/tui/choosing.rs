//! Lists that are offered to choose from, as data.

/// A list to choose a line from, or to show, hide and order its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosing {
    pub of: ChoiceOf,
    pub title: String,
    pub lines: Vec<Choosable>,
    /// The line under the cursor; in the end, the one that is chosen.
    pub at: usize,
}

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceOf {
    /// Which columns are shown, and in what order.
    Columns,
    /// What records are put in order by.
    Sort,
    /// Which records are fixed alike.
    FixAll,
    /// Which records are set aside, or taken back.
    SetAside,
}

/// One line of a [`Choosing`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosable {
    /// What it stands for, for whoever asked.
    pub key: String,
    /// Safe to print.
    pub label: String,
    /// Safe to print.
    pub note: String,
    pub shown: bool,
}
