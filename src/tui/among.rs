//! What a page is opened on, where that is more than a number.

use std::sync::Arc;

use super::event::Route;
use crate::{
    filter::Filter,
    model::{GroupId, Path, RecordId, RunId},
};

/// What a fix of many records is about.
#[derive(Clone, Debug, PartialEq)]
pub struct FixView {
    /// The crumb. Safe to print.
    pub title: String,
    pub group: GroupId,
    pub field: Path,
    pub filter: Filter,
    pub records: u64,
}

/// A filter for a list of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterLine {
    /// It stands in the prompt, to be typed on.
    Typed(String),
    /// It is applied, and the cursor is in the list.
    Applied(String),
}

/// The list a record was opened from, for next and previous.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Among {
    pub ids: Arc<[RecordId]>,
    /// The path pattern of the problem the list is about: each of its records opens there.
    pub field: Option<String>,
    /// The field the first of them to be opened is looked at.
    pub at: Option<Path>,
}

impl Among {
    /// These records, each of which opens at this field.
    pub fn about(ids: impl Into<Arc<[RecordId]>>, field: Option<String>) -> Self {
        Self {
            ids: ids.into(),
            field,
            at: None,
        }
    }

    /// Its records, about no problem in particular.
    #[cfg(test)]
    pub fn all(ids: impl Into<Arc<[RecordId]>>) -> Self {
        Self::about(ids, None)
    }
}

/// The route of all records of a run.
pub fn whole_run(run: RunId) -> Route {
    Route::Records {
        run,
        filter: Filter::of_run(run),
        title: "Records".to_owned(),
        field: None,
        typed: None,
    }
}
