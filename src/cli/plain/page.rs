//! What a place says, which answers it takes, and what an answer means. Pure: from what was looked up and a line that was
//! typed to what is to be done.

use super::{
    chosen::{Chosen, Foreseen},
    many::Many,
    meanings::{EVERYWHERE, meaning},
    names::Names,
};
use crate::{
    filter::Filter,
    fix::Change,
    model::{
        Comparison, Group, GroupId, Path, RecordDetail, RecordId, RecordRow, RunId, RunRow, Since,
        StepId, StepRow,
    },
    ops::{Asks, Filters, FixChoice, Preview, Review},
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
        /// The filter that was typed, if it was found by one.
        typed: Option<String>,
    },
    /// What can be done to all records of a problem.
    Fix(Fixing),
    /// Something must be typed before it can be done.
    Given(Fixing, Asks),
    /// What a fix would come to, before it is done.
    Foreseen(Chosen),
    /// The same, record by record.
    Each(Chosen),
    /// The filters with a name, and those that were applied last.
    Views {
        run: RunId,
    },
    /// A run beside the one before it.
    Since {
        run: RunId,
    },
    Record {
        id: RecordId,
        /// The others that have the problem which was just set right here.
        alike: Option<Box<Fixing>>,
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
        /// Of the record when its value was said: what somebody else saves from then on is not written over.
        version: i64,
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
    /// Records that one thing is said of, once their number is agreed to.
    Many(Many),
    /// A report on a run is to be written.
    Report(RunId),
}

/// The records of a problem, to be fixed all at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixing {
    pub run: RunId,
    pub group: GroupId,
    pub field: Path,
    pub filter: Filter,
    pub title: String,
    pub records: u64,
}

impl Place {
    /// A record as one comes to it.
    pub fn record(id: RecordId) -> Self {
        Self::Record { id, alike: None }
    }
}

/// What there is to be said at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    Runs(Vec<RunRow>),
    Groups {
        run: Box<RunRow>,
        since: Box<Since>,
        /// Those that records still have.
        total: usize,
        /// The first of `groups` among them, from 0.
        from: usize,
        groups: Vec<Group>,
    },
    Records {
        title: String,
        /// The run, and which of its records.
        of: (RunId, Box<Filter>),
        /// All there are.
        total: usize,
        /// The first of `rows` among them, from 0.
        from: usize,
        rows: Vec<RecordRow>,
        typed: Option<String>,
        /// Where they have one problem in one field.
        fixing: Option<Box<Fixing>>,
    },
    Fix(Fixing, Vec<FixChoice>),
    Given(Fixing, Asks),
    /// `None` where no record is left.
    Foreseen(Option<Box<Foreseen>>),
    /// The records that would change, one by one.
    Each {
        foreseen: Box<Foreseen>,
        total: usize,
        from: usize,
    },
    Views(RunId, Filters),
    Since {
        comparison: Box<Comparison>,
        from: usize,
    },
    Record(Box<RecordDetail>, Option<Box<Fixing>>),
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
    /// The steps that stand, each with how many of its records are sent or on their way.
    History {
        total: usize,
        from: usize,
        steps: Vec<(u64, StepRow)>,
    },
    /// With the records it is about, and how many of the others stay.
    Many(Many, Vec<RecordId>, u64),
    Report(RunId),
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
    /// A person says that this version of the record is right as it is.
    Accept {
        id: RecordId,
        version: i64,
    },
    Check,
    /// Set one record aside, or take it back.
    Aside(RecordId),
    Restore(RecordId),
    Send,
    /// Do what was foreseen.
    Apply,
    /// Leave a record out of it, or take it in again.
    Leave(RecordId),
    /// Give a filter a name, or forget it.
    SaveView {
        name: String,
        filter: String,
    },
    RemoveView(String),
    /// Say it of these records, for this reason.
    Many(Many, Vec<RecordId>, String),
    Write(RunId, String),
    Report,
    Review,
    History,
    Since,
    Views,
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
#[derive(Clone, Debug, PartialEq)]
pub enum Takes {
    Words,
    /// A value of this field of a record, which was of this version.
    Value(RecordId, Path, i64),
    /// This number, and then the records leave.
    Count(u64),
    /// This number, and then so many records change.
    Changes(u64),
    /// What a fix of these records needs to know.
    Given(Box<Fixing>, Asks),
    /// The number of these records, and why.
    Agreed(Many, Vec<RecordId>),
    /// The name of a new file.
    File(RunId),
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
    pub names: Option<Names>,
}

impl Page {
    /// What is said when the answers end here, where something was about to be done.
    pub fn at_the_end(&self) -> &'static str {
        let is_trial = (self.choices.iter()).any(|(_, wish)| matches!(wish, Wish::Save { .. }));
        match &self.takes {
            Takes::Count(_) => "\nNothing was sent: the answers ended here.",
            Takes::File(_) => "\nNothing was written: the answers ended here.",
            Takes::Changes(_) | Takes::Given(..) | Takes::Agreed(..) => {
                "\nNothing was changed: the answers ended here."
            }
            Takes::Value(..) => "\nNothing was saved: the answers ended here.",
            Takes::Words if is_trial => "\nNothing was saved: the answers ended here.",
            Takes::Words => "",
        }
    }

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
            Takes::Value(_, path, _) if path.is_root() => {
                format!("{number}Anything else is the new text. 0 goes back.")
            }
            Takes::Value(..) => {
                format!(
                    "{number}Anything else is the new value; = before it gives a number, or nothing. 0 goes back."
                )
            }
            Takes::Count(count) => {
                format!("Type {count} to send. This cannot be undone. 0 goes back.")
            }
            Takes::Changes(count) => {
                let own = self.or_own();
                format!(
                    "Type {count} to change so many records; undo takes it back. 0 goes back.{own}"
                )
            }
            Takes::Given(..) => "Type it. 0 goes back.".to_owned(),
            Takes::Agreed(many, these) => many.hint(these.len()),
            Takes::File(_) => format!("{number}Anything else is its name. 0 goes back."),
            Takes::Words => {
                let own = self.or_own();
                format!("{number}0 goes back.{own} help says more.")
            }
        }
    }

    /// The words of this place as the end of a hint.
    fn or_own(&self) -> String {
        let own = self.own();
        if own.is_empty() {
            String::new()
        } else {
            format!(" Or {}.", own.join(", "))
        }
    }

    /// The words of this place.
    fn own(&self) -> Vec<&'static str> {
        let words = self.words.iter().map(|(word, _)| *word);
        words.chain(self.names.as_ref().map(Names::words)).collect()
    }

    /// Everything that can be typed.
    pub fn help(&self) -> String {
        let words: Vec<&str> = (self.own().into_iter())
            .chain(EVERYWHERE.iter().map(|(word, _)| *word))
            .collect();
        let words: Vec<String> = (words.into_iter())
            .map(|word| format!("{word}: {}.", meaning(word)))
            .collect();
        format!(
            "{}0 goes back. A slash and a filter finds records, such as /is:ready. Words, which may be shortened:\n{}",
            self.number(),
            words.join("\n")
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
                return counted(number, *count, Wish::Send, "sent");
            }
            Takes::Changes(count) if number.is_some() => {
                return counted(number, *count, Wish::Apply, "changed");
            }
            Takes::Given(fixing, asks) => return given(fixing, *asks, line),
            Takes::Agreed(many, these) if typed.starts_with(|c: char| c.is_ascii_digit()) => {
                return many.agreed(these, typed);
            }
            Takes::File(run) if number.is_none() && !typed.is_empty() => {
                return Wish::Write(*run, typed.to_owned());
            }
            Takes::Value(id, path, version) => {
                return self.value((*id, path, *version), line, number);
            }
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
        let named = self.names.as_ref().and_then(|names| names.wish(typed));
        named.unwrap_or_else(|| self.word(&typed.to_lowercase()))
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
            _ if "more".starts_with(typed) => Wish::Say("This is the last part.".to_owned()),
            _ => Wish::Say(format!("Not understood. {}", self.hint())),
        }
    }

    fn value(
        &self,
        (id, path, version): (RecordId, &Path, i64),
        line: &str,
        number: Option<usize>,
    ) -> Wish {
        let choice = number.and_then(|number| self.choices.get(number.checked_sub(1)?));
        if let Some((_, wish)) = choice {
            return wish.clone();
        }
        let line = line.trim_end_matches(['\r', '\n']);
        let text = match line.trim_start().strip_prefix('=') {
            // A whole text may begin with it.
            Some(exact) if !path.is_root() => exact,
            _ if line.trim().is_empty() => return Wish::Again,
            _ => line,
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
            version,
        })
    }
}

/// What is done for this number alone.
fn counted(typed: Option<usize>, count: u64, wish: Wish, done: &str) -> Wish {
    if typed == Some(count as usize) {
        wish
    } else {
        Wish::Say(format!(
            "Nothing was {done}: {count} is the number to type."
        ))
    }
}

/// What a fix comes to with what was typed.
fn given(fixing: &Fixing, asks: Asks, line: &str) -> Wish {
    let line = line.trim_end_matches(['\r', '\n']);
    let exact = line.trim_start().strip_prefix('=');
    let typed = match (asks, exact) {
        (Asks::Value, Some(exact)) => exact,
        _ if line.trim().is_empty() => return Wish::Again,
        _ => line,
    };
    match asks.read(typed) {
        Ok(transform) => Wish::Go(Place::Foreseen(Chosen::new(
            fixing.clone(),
            vec![transform],
        ))),
        Err(why) => Wish::Say(why.to_owned()),
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
            names: None,
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
        let page = page(Takes::Value(RecordId(7), path.clone(), 3));
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
    fn many_records_change_only_for_their_number() {
        let page = Page {
            choices: Vec::new(),
            ..page(Takes::Changes(12))
        };
        assert_eq!(page.wish("12"), Wish::Apply);
        for typed in ["1", "13", "yes"] {
            assert!(matches!(page.wish(typed), Wish::Say(_)), "{typed}");
        }
    }

    #[test]
    fn a_view_is_saved_and_removed_by_its_name() {
        let mut page = page(Takes::Words);
        page.names = Some(Names::Save("is:ready".to_owned()));
        let saved = Wish::SaveView {
            name: "to do today".to_owned(),
            filter: "is:ready".to_owned(),
        };
        assert_eq!(page.wish("save to do today"), saved);
        assert!(page.text().contains("Or next, save NAME."));
        page.names = Some(Names::Remove(vec!["old".to_owned()]));
        assert_eq!(page.wish("remove old"), Wish::RemoveView("old".to_owned()));
        assert!(matches!(page.wish("remove new"), Wish::Say(_)));
    }

    #[test]
    fn what_a_fix_needs_is_typed_as_it_is() {
        let fixing = Fixing {
            run: RunId(1),
            group: GroupId(3),
            field: Path::field("stage"),
            filter: Filter { terms: Vec::new() },
            title: "Stage".to_owned(),
            records: 12,
        };
        let given = |asks, typed: &str| {
            let page = page(Takes::Given(Box::new(fixing.clone()), asks));
            match page.wish(typed) {
                Wish::Go(Place::Foreseen(chosen)) => chosen.transforms[0].words(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(given(Asks::Value, "2\n"), r#"set to "2""#);
        assert_eq!(given(Asks::Value, "=\n"), r#"set to """#);
        assert_eq!(given(Asks::Map, "a=b"), r#"map "a" to "b""#);
        assert_eq!(given(Asks::Map, "a"), r#"Say("Write old=new.")"#);
        assert_eq!(given(Asks::Value, "0"), "Back");
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
