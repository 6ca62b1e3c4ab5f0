//! In what order records are listed.

/// What records are put in order by; those that are alike stand in the order of their numbers, also where it is reversed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    pub by: SortBy,
    pub reversed: bool,
}

/// What is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortBy {
    /// The number of the record.
    #[default]
    Record,
    /// Where it stands, in the order of [`Status::ALL`](super::Status::ALL).
    State,
    /// The value at this path pattern: what is missing first, then numbers, then texts, case ignored.
    Field(String),
}
