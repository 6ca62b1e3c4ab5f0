//! What a person is asked, as data: questions with buttons, lines of text, lists to choose from.

use std::{path::PathBuf, sync::Arc};

use super::event::Effect;
use crate::{
    filter::Filter,
    model::{NoteAbout, RecordId, RunId, StepId},
};

/// A question with buttons; the safe one has focus.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub title: String,
    pub body: Vec<String>,
    /// What must be typed before the verb works: the number of records.
    pub typed: Option<String>,
    /// The safe button: "Go back".
    pub safe: String,
    /// Another way out between the two, and what it does: "Pause".
    pub also: Option<(String, Box<Effect>)>,
    /// The button that does it: "Send 3 records", and what it does.
    pub verb: String,
    pub then: Box<Effect>,
}

/// A line of text that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanting {
    pub title: String,
    pub body: String,
    /// What stands before the text field.
    pub label: String,
    /// What Enter does: "Set aside".
    pub verb: String,
    pub needs: Needs,
}

/// What the text is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Needs {
    /// Why records are set aside.
    Reason(Aside),
    Note(NoteAbout),
    /// The name of the file a report on the run is written to.
    Report(RunId),
    /// The name of the file a step is saved in.
    Recipe(RunId, StepId),
    /// The path of what is opened; the run is one whose contract may be meant for it.
    File {
        like: Option<RunId>,
    },
    /// The contract that what lies there is checked against, or nothing.
    Contract {
        path: PathBuf,
    },
    /// The name of a view of a run, with its filter.
    View(RunId, String),
    /// The name of a field, for the page in front.
    Name,
    /// The number of a record.
    Number,
}

/// Records that are to be set aside.
#[derive(Clone, Debug, PartialEq)]
pub struct Aside {
    pub filter: Filter,
    /// What a person agrees to, once it is counted: it is these records or none.
    pub counted: Option<Arc<[RecordId]>>,
}

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
    /// What other lists are put in order by.
    Order,
    /// Which records are fixed alike.
    FixAll,
    /// Which records are set aside, or taken back.
    SetAside,
    /// Which saved view is listed.
    Views,
    /// Where records are sent.
    Destination,
    /// What kind of value a field is to hold.
    Type,
    /// The name of a field, which was typed.
    Name,
    /// How times are written.
    Times,
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
    /// Whether it is shown, where lines can be shown and hidden.
    pub shown: Option<bool>,
}
