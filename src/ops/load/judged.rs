//! A problem with what its group counts.

use crate::model::{Problem, shape_of};

/// A problem on its way to its group.
pub(super) struct Judged {
    pub problem: Problem,
    /// The path with positions as `[]`.
    pub pattern: String,
    /// The shape of the value found.
    pub shape: Option<String>,
    /// The value found, as JSON.
    pub found: Option<String>,
}

impl From<Problem> for Judged {
    fn from(problem: Problem) -> Self {
        Self {
            pattern: problem.path.pattern(),
            shape: problem.found.as_ref().map(shape_of),
            found: (problem.found.as_ref()).map(|found| {
                serde_json::to_string(found).expect("text can always be written as JSON")
            }),
            problem,
        }
    }
}
