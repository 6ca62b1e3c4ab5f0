//! What a place says, which answers it takes, and what an answer means. Pure: from what was looked up and a line that was
//! typed to what is to be done.

use crate::{
    filter::Filter,
    fix::Change,
    model::{Group, Path, RecordDetail, RecordId, RecordRow, RunId, RunRow, StepId, StepRow},
    ops::{Preview, Review},
};

/// Where a person is.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Runs,
    /// The problems of a run.
    Groups {
        run: RunId,
    },
    Records {
        run: RunId,
        filter: Filter,
        title: String,
    },
    Record {
        id: RecordId,
    },
    /// A field that is given another value; the root is the whole text.
    Field {
        id: RecordId,
        path: Path,
    },
    /// What a value would come to, before it is saved.
    Trial {
        id: RecordId,
        path: Path,
        change: Change,
    },
    Destinations {
        run: RunId,
    },
    Review {
        run: RunId,
        to: Option<String>,
    },
    History {
        run: RunId,
    },
}

/// What there is to be said at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    Runs(Vec<RunRow>),
    Groups {
        run: Box<RunRow>,
        /// Those that records still have.
        total: usize,
        /// The first of `groups` among them, from 0.
        from: usize,
        groups: Vec<Group>,
    },
    Records {
        title: String,
        /// All there are.
        total: usize,
        /// The first of `rows` among them, from 0.
        from: usize,
        rows: Vec<RecordRow>,
    },
    Record(Box<RecordDetail>),
    Field {
        detail: Box<RecordDetail>,
        path: Path,
        preview: Box<Preview>,
    },
    Trial {
        id: RecordId,
        path: Path,
        version: i64,
        preview: Box<Preview>,
        change: Change,
    },
    /// Name, environment, and where it is in words.
    Destinations(RunId, Vec<(String, String, String)>),
    Review(Box<Review>),
    /// The steps that stand.
    History {
        total: usize,
        from: usize,
        steps: Vec<StepRow>,
    },
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Go(Place),
    Back,
    /// The next part of a list.
    More,
    /// Records with this in a filter.
    Find(String),
    /// Save what was tried, on this version of the record.
    Save {
        id: RecordId,
        change: Change,
        version: i64,
    },
    /// A person says that the record is right as it is.
    Accept(RecordId),
    Check,
    /// Set one record aside, or take it back.
    Aside(RecordId),
    Restore(RecordId),
    Send,
    Review,
    History,
    Undo(Option<StepId>),
    Redo,
    Again,
    /// Which words there are.
    Help,
    Quit,
    /// Nothing but these words.
    Say(String),
}

/// What a line may be at a place, besides the number of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    Words,
    /// A value of this field of a record.
    Value(RecordId, Path),
    /// This number, and then the records leave.
    Count(u64),
}

/// A place as it is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub lines: Vec<String>,
    /// What each number does, from 1 on, with its words.
    pub choices: Vec<(String, Wish)>,
    /// Words that do something here, besides those that do so everywhere.
    pub words: Vec<(&'static str, Wish)>,
    pub takes: Takes,
}

/// What can be typed everywhere, in the order it is said.
const EVERYWHERE: [(&str, Wish); 8] = [
    ("review", Wish::Review),
    ("history", Wish::History),
    ("undo", Wish::Undo(None)),
    ("redo", Wish::Redo),
    ("check", Wish::Check),
    ("again", Wish::Again),
    ("help", Wish::Help),
    ("quit", Wish::Quit),
];

impl Page {
    /// The lines as they are printed: what is said, the numbered choices, and what can be typed.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text += line;
            text.push('\n');
        }
        for (number, (words, _)) in (1..).zip(&self.choices) {
            text += &format!("{number}. {words}\n");
        }
        text + &self.hint() + "\n"
    }

    /// What can be typed, in the fewest words: it is heard again at each place.
    fn hint(&self) -> String {
        let number = self.number();
        match &self.takes {
            Takes::Value(..) => {
                format!(
                    "{number}Anything else is the new value; = before it gives a number, or nothing. 0 goes back."
                )
            }
            Takes::Count(count) => {
                format!("Type {count} to send. This cannot be undone. 0 goes back.")
            }
            Takes::Words => {
                let own: Vec<&str> = self.words.iter().map(|(word, _)| *word).collect();
                let own = if own.is_empty() {
                    String::new()
                } else {
                    format!(" Or {}.", own.join(", "))
                };
                format!("{number}0 goes back.{own} help says more.")
            }
        }
    }

    /// Everything that can be typed.
    pub fn help(&self) -> String {
        let own = self.words.iter().map(|(word, _)| *word);
        let words: Vec<&str> = own
            .chain(EVERYWHERE.iter().map(|(word, _)| *word))
            .collect();
        format!(
            "{}0 goes back. Words, which may be shortened: {}. A slash and a filter finds records, such as /is:ready.",
            self.number(),
            words.join(", ")
        )
    }

    fn number(&self) -> &'static str {
        if self.choices.is_empty() {
            ""
        } else {
            "A number chooses. "
        }
    }

    /// What a typed line means here.
    pub fn wish(&self, line: &str) -> Wish {
        let typed = line.trim();
        if typed == "0" {
            return Wish::Back;
        }
        let number = typed.parse::<usize>().ok();
        match &self.takes {
            Takes::Count(count) if number.is_some() => {
                return if number == Some(*count as usize) {
                    Wish::Send
                } else {
                    Wish::Say(format!("Nothing was sent: {count} is the number to type."))
                };
            }
            Takes::Value(id, path) => return self.value(*id, path, line, number),
            _ => {}
        }
        if let Some(number) = number {
            let choice = number.checked_sub(1).and_then(|at| self.choices.get(at));
            return match (choice, self.choices.len()) {
                (Some((_, wish)), _) => wish.clone(),
                (None, 0) => Wish::Say("There is nothing to choose here.".to_owned()),
                (None, most) => Wish::Say(format!("The numbers here are 1 to {most}.")),
            };
        }
        if let Some(filter) = typed.strip_prefix('/') {
            return Wish::Find(filter.trim().to_owned());
        }
        self.word(&typed.to_lowercase())
    }

    /// A word, or the beginning of one that nothing else begins with.
    fn word(&self, typed: &str) -> Wish {
        if typed.is_empty() {
            return Wish::Again;
        }
        let all: Vec<&(&str, Wish)> = self.words.iter().chain(&EVERYWHERE).collect();
        if let Some((_, wish)) = all.iter().find(|(word, _)| *word == typed) {
            return wish.clone();
        }
        let mut begun = all.iter().filter(|(word, _)| word.starts_with(typed));
        match (begun.next(), begun.next()) {
            (Some((_, wish)), None) => wish.clone(),
            (Some((one, _)), Some((two, _))) => {
                Wish::Say(format!("That could be {one} or {two}: type more of it."))
            }
            _ => Wish::Say(format!("Not understood. {}", self.hint())),
        }
    }

    fn value(&self, id: RecordId, path: &Path, line: &str, number: Option<usize>) -> Wish {
        let choice = number.and_then(|number| self.choices.get(number.checked_sub(1)?));
        if let Some((_, wish)) = choice {
            return wish.clone();
        }
        let line = line.trim_end_matches(['\r', '\n']);
        let text = match line.trim_start().strip_prefix('=') {
            Some(exact) => exact,
            None if line.trim().is_empty() => return Wish::Again,
            None => line,
        };
        let change = if path.is_root() {
            Change::Raw(text.as_bytes().to_vec())
        } else {
            Change::Text {
                path: path.clone(),
                text: text.to_owned(),
            }
        };
        Wish::Go(Place::Trial {
            id,
            path: path.clone(),
            change,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(takes: Takes) -> Page {
        Page {
            lines: vec!["Two runs.".to_owned()],
            choices: vec![
                ("first".to_owned(), Wish::More),
                ("second".to_owned(), Wish::Back),
            ],
            words: vec![("next", Wish::More)],
            takes,
        }
    }

    #[test]
    fn a_number_chooses_and_a_word_may_be_begun() {
        let page = page(Takes::Words);
        let said = |typed: &str| match page.wish(typed) {
            Wish::Say(words) => words,
            other => format!("{other:?}"),
        };
        assert_eq!(page.wish("1\n"), Wish::More);
        assert_eq!(page.wish(" 0 "), Wish::Back);
        assert_eq!(page.wish("Q"), Wish::Quit);
        assert_eq!(page.wish("n"), Wish::More);
        assert_eq!(page.wish(""), Wish::Again);
        assert_eq!(page.wish("/ is:ready"), Wish::Find("is:ready".to_owned()));
        assert_eq!(said("3"), "The numbers here are 1 to 2.");
        assert_eq!(said("re"), "That could be review or redo: type more of it.");
        assert!(said("x").starts_with("Not understood. A number chooses."));
    }

    #[test]
    fn a_value_is_anything_but_the_number_of_a_choice() {
        let path = Path::field("email");
        let page = page(Takes::Value(RecordId(7), path.clone()));
        let tried = |typed: &str| match page.wish(typed) {
            Wish::Go(Place::Trial {
                change: Change::Text { text, .. },
                ..
            }) => text,
            other => format!("{other:?}"),
        };
        assert_eq!(page.wish("2"), Wish::Back);
        assert_eq!(page.wish("0"), Wish::Back);
        assert_eq!(page.wish("  \n"), Wish::Again);
        assert_eq!(tried("quit\n"), "quit");
        assert_eq!(tried("3\r\n"), "3");
        assert_eq!(tried("=2\n"), "2");
        assert_eq!(tried("=\n"), "");
        assert_eq!(tried(" a \n"), " a ");
    }

    #[test]
    fn records_leave_only_for_their_number() {
        let page = Page {
            choices: Vec::new(),
            ..page(Takes::Count(12))
        };
        assert_eq!(page.wish("12"), Wish::Send);
        assert!(matches!(page.wish("1"), Wish::Say(_)));
        assert!(matches!(page.wish("yes"), Wish::Say(_)));
        assert!(matches!(page.wish(""), Wish::Again));
        assert_eq!(page.wish("0"), Wish::Back);
    }
}
