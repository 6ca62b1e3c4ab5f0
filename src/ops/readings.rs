//! What a record that cannot be split into fields could be, and what the check says of it.

use anyhow::Result;

use super::{Workspace, edit::Desk, verdict::Judge};
use crate::{
    model::{Neighbour, Problem, RecordId, Version},
    row::readings::{Next, Reading, readings},
    store::StoredRecord,
};

/// Not more are offered than a person can look through.
const OFFERED: usize = 6;

/// A text that an unreadable record could have. Nobody has said that it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    pub text: String,
    /// What was done to the record's own text: `Double the inner quotes`. Not safe to print.
    pub why: String,
    /// What the check still finds wrong with it: labels of fields. `None` where there is no contract.
    pub left: Option<Vec<String>>,
    /// Whether that is all of the check: a validator that the contract names is asked only about what is saved.
    pub is_whole: bool,
}

impl Readable {
    /// What was done, and what comes of it: `Double the inner quotes (ready)`. Not safe to print.
    pub fn words(&self) -> String {
        let left = match self.left.as_deref() {
            None => return self.why.clone(),
            Some([]) if !self.is_whole => "nothing found so far".to_owned(),
            Some([]) => "ready".to_owned(),
            Some([one]) => format!("{one} stays wrong"),
            Some([one, more @ ..]) => format!("{one} and {} more stay wrong", more.len()),
        };
        format!("{} ({left})", self.why)
    }
}

/// What was worked out of a record while this was the number of [`Store::changes`].
///
/// [`Store::changes`]: crate::store::Store::changes
pub(super) type KnownReadable = ((RecordId, i64), Vec<Readable>);

/// The records before and after one in the same file, where they are stored.
///
/// # Errors
/// When the workspace cannot be read.
pub(super) fn neighbours(
    workspace: &Workspace,
    record: &StoredRecord,
) -> Result<(Option<Neighbour>, Option<Neighbour>)> {
    let seen = |id| -> Result<Option<Neighbour>> {
        let other = beside(workspace, record, id)?;
        Ok(other.map(|other| Neighbour {
            line: other.line,
            byte: other.byte,
            bytes: other.raw().bytes.clone(),
        }))
    };
    Ok((seen(record.id.0 - 1)?, seen(record.id.0 + 1)?))
}

/// A record where it stands directly before or after another one in the same file.
fn beside(workspace: &Workspace, record: &StoredRecord, id: i64) -> Result<Option<StoredRecord>> {
    let Some(other) = workspace.store.records(&[RecordId(id)])?.pop() else {
        return Ok(None);
    };
    let is_beside = other.run == record.run
        && (other.line < record.line) == (other.id < record.id)
        && workspace.store.file_of(other.id)? == workspace.store.file_of(record.id)?;
    Ok(is_beside.then_some(other))
}

impl Desk<'_> {
    /// What an unreadable record could be, what the check finds least wrong with first. Nothing for any other.
    pub(super) fn readings(
        &self,
        workspace: &Workspace,
        record: &StoredRecord,
    ) -> Result<Vec<Readable>> {
        let of = (record.id, workspace.store.changes()?);
        if let Some((known, readable)) = &*workspace.readable.borrow()
            && *known == of
        {
            return Ok(readable.clone());
        }
        let readable = self.work_out(workspace, record)?;
        workspace.readable.replace(Some((of, readable.clone())));
        Ok(readable)
    }

    fn work_out(&self, workspace: &Workspace, record: &StoredRecord) -> Result<Vec<Readable>> {
        if self.document(&record.text).is_some() {
            return Ok(Vec::new());
        }
        // What is on its way or was sent stays as it is.
        let after = beside(workspace, record, record.id.0 + 1)?;
        let next = (after.as_ref().filter(|after| !after.status.is_frozen())).map(|after| Next {
            line: after.line,
            text: &after.raw().bytes,
        });
        let found = readings(&self.layout, record.text.form, &record.text.bytes, next);
        let mut judged = Vec::with_capacity(found.len());
        for reading in found {
            judged.push((self.left(record, &reading)?, reading));
        }
        judged.sort_by_key(|(left, _)| left.as_ref().map(Vec::len));
        let is_ready = |left: &Option<Vec<String>>| left.as_ref().is_some_and(Vec::is_empty);
        // One of many that are alike says something only where it is right.
        let stands_out = |(left, reading): &(_, Reading)| !reading.one_of_many || is_ready(left);
        if judged.iter().any(stands_out) {
            judged.retain(stands_out);
        }
        let is_whole = !self.judge.as_ref().is_some_and(Judge::has_validator);
        let offered = judged.into_iter().take(OFFERED);
        Ok(offered
            .map(|(left, reading)| Readable {
                text: reading.text,
                why: reading.why,
                left,
                is_whole,
            })
            .collect())
    }

    /// The fields that would still be wrong.
    fn left(&self, record: &StoredRecord, reading: &Reading) -> Result<Option<Vec<String>>> {
        let Some(judge) = &self.judge else {
            return Ok(None);
        };
        let text = Version {
            form: record.text.form,
            bytes: reading.text.clone().into_bytes(),
        };
        let problems = judge.verdict(record, &text)?.problems;
        let left = problems.iter().filter(|problem| problem.rejects());
        Ok(Some(left.map(label).collect()))
    }
}

fn label(problem: &Problem) -> String {
    if problem.path.is_root() {
        "the record".to_owned()
    } else {
        problem.path.label()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Path,
        ops::{
            edit::preview,
            show,
            testing::{CONTRACT, Desk as Bench},
        },
    };

    fn offered(bench: &Bench, id: i64) -> Vec<String> {
        let preview = preview(&bench.workspace, RecordId(id), &[], &Path::root()).unwrap();
        preview.readings.iter().map(Readable::words).collect()
    }

    #[test]
    fn what_the_check_finds_least_wrong_with_comes_first_and_nothing_is_changed() {
        let lines = [
            "P-1,a@a.example,\"2\"0,Open",
            "P-2,b@b.example,20, Open,Closed",
            "P-3,c@c.example",
            "20,Open",
            "P-5,d@d.example,20,Open",
        ];
        let bench = Bench::checked(&lines);
        assert_eq!(
            offered(&bench, 1),
            [
                "Remove the quotes (ready)",
                "Double the inner quotes (age stays wrong)"
            ]
        );
        // Each of four columns could hold the comma; the check finds none of them right.
        assert_eq!(offered(&bench, 2).len(), 4);
        let join = "Join with line 4, then set that one aside";
        assert!(
            !offered(&bench, 3)
                .iter()
                .any(|words| words.starts_with(join))
        );
        assert!(offered(&bench, 5).is_empty(), "it can be read");
        for (id, line) in (1..).zip(lines) {
            assert!(bench.look(id).starts_with(line), "{id}");
        }
    }

    #[test]
    fn a_validator_that_is_still_to_be_asked_keeps_a_reading_from_being_called_ready() {
        let says_nothing = r#"'while read -r line; do echo "{\"errors\":[]}"; done'"#;
        let contract = format!("{CONTRACT}\n[validator]\ncommand = ['sh', '-c', {says_nothing}]\n");
        let mut bench = Bench::csv(&["P-1,a@a.example,\"2\"0,Open"]);
        bench.check_against(&contract).unwrap();
        assert_eq!(
            offered(&bench, 1),
            [
                "Remove the quotes (nothing found so far)",
                "Double the inner quotes (age stays wrong)"
            ]
        );
    }

    #[test]
    fn a_record_that_was_sent_or_is_whole_is_not_joined_to_a_torn_one() {
        let torn = [
            "P-1,a@",
            "a.example,20,Open",
            "stray",
            "P-4,d@d.example,20,Open",
        ];
        let mut bench = Bench::checked(&torn);
        let joins = |bench: &Bench, id| {
            let found = offered(bench, id);
            found
                .iter()
                .any(|words| words.starts_with("Join with line"))
        };
        assert!(joins(&bench, 1));
        assert!(!joins(&bench, 3), "{:?}", offered(&bench, 3));
        let put = |bench: &mut Bench, status: &str| {
            let put = bench.workspace.store.write(|tx| {
                tx.execute("UPDATE record SET status = ?1 WHERE id = 2", [status])?;
                Ok(())
            });
            put.unwrap();
        };
        put(&mut bench, "accepted");
        assert!(!joins(&bench, 1));
        put(&mut bench, "discarded");
        assert!(joins(&bench, 1));
    }

    #[test]
    fn what_a_record_could_be_is_worked_out_once_while_it_is_typed_in() {
        let mut bench = Bench::checked(&["P-1,a@a.example,\"2\"0,Open"]);
        let known = |bench: &Bench| bench.workspace.readable.borrow().clone().unwrap();
        let found = offered(&bench, 1);
        let ((_, then), readable) = known(&bench);
        // It is looked up, and not worked out: what is put there comes back.
        let marked = vec![Readable {
            why: "Worked out before".to_owned(),
            ..readable[0].clone()
        }];
        bench
            .workspace
            .readable
            .replace(Some(((RecordId(1), then), marked)));
        assert_eq!(offered(&bench, 1), ["Worked out before (ready)"]);
        bench.check(None).unwrap();
        crate::ops::add_note(
            &mut bench.workspace,
            crate::model::NoteAbout::Record(RecordId(1)),
            "who wrote that?",
        )
        .unwrap();
        assert_eq!(offered(&bench, 1), found);
    }

    #[test]
    fn without_a_contract_nothing_is_said_of_what_stays_wrong() {
        let bench = Bench::csv(&["P-1,\"Ann\" A,20,Open"]);
        assert_eq!(
            offered(&bench, 1),
            ["Double the inner quotes", "Remove the quotes"]
        );
    }

    #[test]
    fn the_records_beside_an_unreadable_one_are_shown_and_joined() {
        let bench = Bench::checked(&["P-1,a@a.example,20,Open", "P-2,b@", "b.example,20,Open"]);
        let record = show(&bench.workspace, RecordId(2)).unwrap();
        let text =
            |beside: Option<Neighbour>| beside.map(|beside| beside.bytes).unwrap_or_default();
        assert_eq!(text(record.before), b"P-1,a@a.example,20,Open");
        assert_eq!(text(record.after), b"b.example,20,Open");
        let first = show(&bench.workspace, RecordId(1)).unwrap();
        assert_eq!((first.before, first.after), (None, None), "it can be read");
        let found = offered(&bench, 2);
        assert!(
            found
                .iter()
                .any(|words| words.starts_with("Join with line")),
            "{found:?}"
        );
    }
}
