//! A formula in CEL over `value` and `record`. Who knows CEL compiles it: [`crate::check`].

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// `value` is the field's value, null where it is not there; `record` the whole record.
    pub cel: String,
}
