//! What is said of many records at once, with their number as the answer that agrees: setting them aside, and what became of
//! those without an answer. Pure, and a report's file.

use super::{
    page::{Page, Place, Takes, Wish},
    say::plain,
};
use crate::{
    filter::{Filter, Wanted},
    model::{RecordId, RecordRow, RunId, Status},
    text::{count, safe, thousands},
};

/// What is said of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nobody fixes or sends them.
    Aside,
    /// They had no answer, and a person knows whether they arrived.
    Sent(bool),
}

/// Records that one thing is to be said of.
#[derive(Clone, Debug, PartialEq)]
pub struct Many {
    pub run: RunId,
    pub filter: Filter,
    /// What the list is called.
    pub title: String,
    pub said: Said,
}

impl Many {
    /// What the answer must be.
    pub fn hint(&self, number: usize) -> String {
        match self.said {
            Said::Aside => format!(
                "Type {number} to set them aside, with the reason behind it if you like; undo takes it back. 0 goes back."
            ),
            Said::Sent(_) => format!(
                "Type {number} to say so, with the reason behind it if you like. This is not taken back. 0 goes back."
            ),
        }
    }

    /// What a line means that begins with a number.
    pub fn agreed(&self, these: &[RecordId], typed: &str) -> Wish {
        let (number, reason) = typed.split_once(' ').unwrap_or((typed, ""));
        if number.parse() == Ok(these.len()) {
            return Wish::Many(self.clone(), these.to_vec(), reason.trim().to_owned());
        }
        let number = these.len();
        Wish::Say(format!(
            "Nothing was changed: {number} is the number to type."
        ))
    }
}

/// The words with which something is said of all records of a list.
pub fn words(
    (run, filter, title): (RunId, &Filter, &str),
    total: usize,
    shown: &[RecordRow],
) -> Vec<(&'static str, Wish)> {
    let many = |said| {
        Wish::Go(Place::Many(Many {
            run,
            filter: filter.clone(),
            title: title.to_owned(),
            said,
        }))
    };
    let mut words = Vec::new();
    if total > 0 {
        words.push(("aside", many(Said::Aside)));
    }
    words.extend(of_unanswered(shown.iter().map(|row| row.status), many));
    words
}

/// The same for one record.
pub fn words_of_one(row: &RecordRow) -> Vec<(&'static str, Wish)> {
    let many = |said| {
        Wish::Go(Place::Many(Many {
            run: row.run,
            filter: Filter::all_of([Wanted::Run(row.run), Wanted::Row(row.id, row.id)]),
            title: format!("Record {}", row.id),
            said,
        }))
    };
    of_unanswered([row.status].into_iter(), many)
}

fn of_unanswered(
    mut statuses: impl Iterator<Item = Status>,
    many: impl Fn(Said) -> Wish,
) -> Vec<(&'static str, Wish)> {
    if !statuses.any(|status| status == Status::Unknown) {
        return Vec::new();
    }
    vec![
        ("sent", many(Said::Sent(true))),
        ("not-sent", many(Said::Sent(false))),
    ]
}

/// What is about to be said, and of how many.
pub fn page(many: &Many, these: &[RecordId], stay: u64) -> Page {
    let records = count(these.len() as u64, "record");
    let title = safe(&many.title);
    let mut lines = vec![match many.said {
        Said::Aside => format!(
            "{title}: {records} would be set aside. Nobody fixes or sends what is set aside, until restore."
        ),
        Said::Sent(true) => format!(
            "{title}: {records} without an answer. You would say that they arrived; they are not sent again."
        ),
        Said::Sent(false) => format!(
            "{title}: {records} without an answer. You would say that they did not arrive; they can be sent again, and are there \
             twice if they did."
        ),
    }];
    if stay > 0 {
        lines.push(format!(
            "{} on the way or sent, as before.",
            match stay {
                1 => "1 record stays".to_owned(),
                stay => format!("{} records stay", thousands(stay)),
            }
        ));
    }
    let mut page = plain(lines, Vec::new());
    if !these.is_empty() {
        page.takes = Takes::Agreed(many.clone(), these.to_vec());
    }
    page
}

/// What a report is called, for a person to choose or to type.
pub fn report(run: RunId) -> Page {
    let line = "A report on the run, without values: as a page where the name ends in .html, else as Markdown. No file that is there is \
                written over.";
    let choices = ["html", "md"].map(|kind| {
        let name = format!("run-{run}.{kind}");
        (name.clone(), Wish::Write(run, name))
    });
    Page {
        takes: Takes::File(run),
        ..plain(vec![line.to_owned()], choices.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_change_only_for_their_number_and_the_rest_of_the_line_is_the_reason() {
        let many = Many {
            run: RunId(1),
            filter: Filter::of_run(RunId(1)),
            title: "Missing".to_owned(),
            said: Said::Aside,
        };
        let these = [RecordId(7), RecordId(9)];
        let page = page(&many, &these, 1);
        assert_eq!(
            page.lines[1],
            "1 record stays on the way or sent, as before."
        );
        for typed in ["1", "7 test", "22"] {
            assert!(matches!(page.wish(typed), Wish::Say(_)), "{typed}");
        }
        let reason = |typed: &str| match page.wish(typed) {
            Wish::Many(_, agreed, reason) if agreed == these => reason,
            other => format!("{other:?}"),
        };
        assert_eq!(reason("2"), "");
        assert_eq!(reason("2 test orders\n"), "test orders");
        assert_eq!(page.wish("0"), Wish::Back);
        assert_eq!(page.wish("quit"), Wish::Quit);
    }
}
