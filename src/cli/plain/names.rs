//! Words that are followed by a name or a number.

use super::page::Wish;
use crate::model::RecordId;

/// A word that is followed by the name of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// This filter can be given one.
    Save(String),
    /// These can be forgotten.
    Remove(Vec<String>),
    /// A record can be left out by its number.
    Leave,
}

impl Names {
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Save(_) => "save NAME",
            Self::Remove(_) => "remove NAME",
            Self::Leave => "leave RECORD",
        }
    }

    /// What a line means that begins with the word and goes on with a name.
    pub(super) fn wish(&self, typed: &str) -> Option<Wish> {
        let (word, name) = typed.split_once(' ')?;
        let name = name.trim().to_owned();
        match self {
            Self::Save(filter) if word == "save" => Some(Wish::SaveView {
                name,
                filter: filter.clone(),
            }),
            Self::Remove(known) if word == "remove" => Some(if known.contains(&name) {
                Wish::RemoveView(name)
            } else {
                Wish::Say("No view is called that.".to_owned())
            }),
            Self::Leave if word == "leave" => Some(match name.parse() {
                Ok(number) => Wish::Leave(RecordId(number)),
                Err(_) => Wish::Say("leave wants the number of a record.".to_owned()),
            }),
            _ => None,
        }
    }
}
