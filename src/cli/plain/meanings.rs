//! The words that can be typed, and what they do.

use super::page::Wish;

/// What can be typed everywhere, in the order it is said.
pub const EVERYWHERE: [(&str, Wish); 11] = [
    ("review", Wish::Review),
    ("history", Wish::History),
    ("undo", Wish::Undo(None)),
    ("redo", Wish::Redo),
    ("check", Wish::Check),
    ("report", Wish::Report),
    ("since", Wish::Since),
    ("views", Wish::Views),
    ("again", Wish::Again),
    ("help", Wish::Help),
    ("quit", Wish::Quit),
];

/// What a word does, for whoever asks for help.
pub fn meaning(word: &str) -> &'static str {
    match word {
        "more" => "the next part of the list",
        "next" => "the next record of the list",
        "fix" => {
            "one thing done to all records with this problem, once you have heard what it comes to"
        }
        "each" => "the records that would change, one by one",
        "leave RECORD" => "leaves the record of that number out, or takes it in again",
        "aside" => {
            "sets the record aside, or all of the list: nobody fixes or sends them until restore"
        }
        "sent" => "says that what has no answer did arrive",
        "not-sent" => "says that what has no answer did not arrive",
        "report" => "a report on the run, into a file",
        "restore" => "takes the record back that was set aside",
        "good" => "says that the record is right as it is",
        "save NAME" => "keeps this filter under a name",
        "remove NAME" => "forgets the filter of that name",
        "review" => "what would be sent, and sending it",
        "history" => "what was changed, and taking a step of it back",
        "undo" => "takes your last step back",
        "redo" => "does what was undone last again",
        "check" => "checks all records again",
        "since" => "what is new or gone beside the run before",
        "views" => "the filters that were kept",
        "again" => "says this again",
        "help" => "this",
        "quit" => "ends; what was saved is kept",
        _ => "",
    }
}

impl Wish {
    /// Whether it changes or sends records.
    pub fn changes(&self) -> bool {
        matches!(
            self,
            Self::Save { .. }
                | Self::Accept { .. }
                | Self::Check
                | Self::Aside(_)
                | Self::Restore(_)
                | Self::Many(..)
                | Self::Send
                | Self::Apply
                | Self::Undo(_)
                | Self::Redo
        )
    }
}
