//! The pages one can be on, as data.

use super::among::{Among, FilterLine, FixView};
use crate::{
    filter::Filter,
    model::{RecordId, RunId},
};

/// Where the user can be, as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    Runs,
    /// A run as the person left it; its Problems page if they never were there.
    Run {
        run: RunId,
    },
    /// The Problems page.
    Groups {
        run: RunId,
    },
    /// Records of a run: all, or of one group. `title` is the crumb, `field` the path pattern of the problem, whose column
    /// stands first.
    Records {
        run: RunId,
        filter: Filter,
        title: String,
        field: Option<String>,
        typed: Option<FilterLine>,
    },
    /// The editor.
    Record {
        id: RecordId,
        among: Among,
    },
    /// The same edit for all records of a list.
    Fix(Box<FixView>),
    /// The problems of a run beside those of the run before it.
    Comparison {
        run: RunId,
    },
    /// The values that fail in one problem.
    Values(Box<FixView>),
    /// What will be sent.
    Review {
        run: RunId,
    },
    /// How what is sent stands.
    Sending {
        run: RunId,
    },
    /// What was done.
    History {
        run: RunId,
    },
    /// The text of a record that cannot be split into fields.
    Raw {
        id: RecordId,
        among: Among,
    },
}
