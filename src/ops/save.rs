//! Saving what a person typed over a record that others may have changed meanwhile. What was typed is never lost.

use anyhow::Result;
use serde_json::Value;

use super::{
    Workspace,
    edit::{Desk, edit},
    workspace::now,
};
use crate::{
    fix::{
        Change,
        three_way::{Parting, changes, part},
    },
    model::{BeingSent, ChangeReport, Fault, Path, RecordId, RunId, Status, Version, WhoChanged},
};

pub use crate::store::KeptDraft;

/// What somebody typed into a record that they saw in a version.
#[derive(Clone, Debug, PartialEq)]
pub struct Saving {
    pub record: RecordId,
    pub version: i64,
    pub changes: Vec<Change>,
}

/// What saving came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    Done(ChangeReport),
    /// Somebody was first. Nothing was changed, and what was typed is kept.
    Conflict(Box<Conflict>),
}

/// What was typed beside what others made of the record meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub saving: Saving,
    /// The record's version and status now.
    pub version: i64,
    pub status: Status,
    /// Who changed it last, as claimed, and when (RFC 3339, UTC).
    pub theirs: Option<(String, String)>,
    /// The fields that are not the same to all three: as opened, now, as typed.
    pub partings: Vec<Parting>,
    /// The texts could not be split into fields, so there is one parting: of the whole text.
    pub is_whole: bool,
    /// Who is sending it, if somebody is.
    pub sent: Option<BeingSent>,
}

/// How a conflict is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Mine where only I changed a field; what both changed stays theirs, and mine of it is kept as a draft.
    Merge,
    /// Theirs, and what I typed is forgotten.
    Theirs,
    /// Mine where I changed a field; theirs stays in the history.
    Overwrite,
    /// Nothing is decided: what I typed is kept as a draft.
    Keep,
}

impl Conflict {
    /// Whether the record can be changed at all now.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Rejected | Status::Ready)
    }

    /// Whether there is something that can stand beside theirs.
    pub fn can_merge(&self) -> bool {
        self.is_open() && !self.mine(&[WhoChanged::Mine]).is_empty()
    }

    /// The changes of the fields that were changed by one of these.
    fn mine(&self, whose: &[WhoChanged]) -> Vec<Change> {
        match self.partings.first() {
            Some(parting) if self.is_whole && whose.contains(&parting.who()) => {
                self.saving.changes.clone()
            }
            _ if self.is_whole => Vec::new(),
            _ => changes(&self.partings, whose, &self.saving.changes),
        }
    }

    /// Whether others changed another value, and not only what is known of the record.
    fn is_of_values(&self) -> bool {
        (self.partings.iter()).any(|parting| parting.who() != WhoChanged::Mine)
    }
}

/// Saves what was typed, unless somebody changed the record meanwhile, sends it or has set it aside: then what was typed is
/// kept, and both are told. Where others only had it checked again, it is saved all the same.
///
/// # Errors
/// Those of [`edit`], but `record:changed` and `record:frozen`.
pub fn save(workspace: &mut Workspace, saving: &Saving) -> Result<Saved> {
    let mut version = saving.version;
    loop {
        match edit(workspace, saving.record, &saving.changes, Some(version)) {
            Ok(report) => {
                forget(workspace, saving)?;
                return Ok(Saved::Done(report));
            }
            Err(error) if is_late(&error) => {
                keep_draft(workspace, saving)?;
                let conflict = conflict(workspace, saving)?;
                let moved = conflict.version != version;
                if conflict.is_open() && !conflict.is_of_values() && moved {
                    version = conflict.version;
                    continue;
                }
                return Ok(Saved::Conflict(Box::new(conflict)));
            }
            Err(error) => return Err(error),
        }
    }
}

/// What was typed beside what the record is now.
///
/// # Errors
/// `record:missing`; `edit:refused` when what was typed could not be made of what was opened.
pub fn conflict(workspace: &Workspace, saving: &Saving) -> Result<Conflict> {
    let id = saving.record;
    let record = workspace.store.record(id)?;
    let desk = Desk::new(workspace, record.run)?;
    let mut opened = record.clone();
    opened.text = workspace.store.text_at(id, saving.version)?;
    let mine = desk
        .text_after(&opened, &saving.changes)
        .map_err(|refusal| Fault::usage("edit:refused", refusal.message).hint(refusal.hint))?;
    let texts = [&opened.text, &record.text, &mine];
    let values = texts.map(|text| desk.document(text));
    let is_whole = values.iter().any(Option::is_none);
    let partings = match values {
        [Some(opened), Some(theirs), Some(mine)] => part(&opened, &theirs, &mine),
        _ => whole(texts),
    };
    Ok(Conflict {
        saving: saving.clone(),
        version: record.version,
        status: record.status,
        theirs: workspace.store.changed_since(id, saving.version)?,
        partings,
        is_whole,
        sent: match record.status {
            Status::Sending | Status::Unknown => workspace.store.being_sent(id)?,
            _ => None,
        },
    })
}

/// Who is sending a record, if somebody is.
///
/// # Errors
/// `record:missing`.
pub fn being_sent(workspace: &Workspace, id: RecordId) -> Result<Option<BeingSent>> {
    match workspace.store.record(id)?.status {
        Status::Sending => workspace.store.being_sent(id),
        _ => Ok(None),
    }
}

/// Ends a conflict. Whatever was typed and is not saved stays kept, unless it was decided for theirs.
///
/// # Errors
/// As [`save`]. When the record was changed once more, there is another conflict.
pub fn decide(workspace: &mut Workspace, conflict: &Conflict, how: Decision) -> Result<Saved> {
    let whose: &[WhoChanged] = match how {
        Decision::Keep => return Ok(Saved::Done(ChangeReport::default())),
        Decision::Theirs => {
            forget(workspace, &conflict.saving)?;
            return Ok(Saved::Done(ChangeReport::default()));
        }
        Decision::Merge => &[WhoChanged::Mine],
        Decision::Overwrite => &[WhoChanged::Mine, WhoChanged::Both],
    };
    let id = conflict.saving.record;
    let changes = conflict.mine(whose);
    let report = match edit(workspace, id, &changes, Some(conflict.version)) {
        Ok(report) => report,
        Err(error) if is_late(&error) => return save_again(workspace, conflict),
        Err(error) => return Err(error),
    };
    let rest = Saving {
        changes: match how {
            Decision::Merge => conflict.mine(&[WhoChanged::Both]),
            _ => Vec::new(),
        },
        ..conflict.saving.clone()
    };
    // First what stays is kept, then what is saved forgotten: nobody dies between with less.
    keep_draft(workspace, &rest)?;
    let saved: Vec<Path> = (conflict.saving.changes.iter().map(Change::path))
        .filter(|path| !rest.changes.iter().any(|change| change.path() == *path))
        .collect();
    let author = workspace.author.clone();
    workspace.store.drop_drafts(id, &author, Some(&saved))?;
    Ok(Saved::Done(report))
}

/// Somebody was first once more.
fn save_again(workspace: &mut Workspace, known: &Conflict) -> Result<Saved> {
    keep_draft(workspace, &known.saving)?;
    let newer = conflict(workspace, &known.saving)?;
    Ok(Saved::Conflict(Box::new(newer)))
}

/// Keeps what was typed and not saved, for whoever typed it. Gives something else that was kept there before, if there was: it
/// is no longer.
///
/// # Errors
/// `workspace:read_only`.
pub fn keep_draft(workspace: &mut Workspace, saving: &Saving) -> Result<Option<KeptDraft>> {
    let Some(change) = saving.changes.first() else {
        return Ok(None);
    };
    let kept = drafts(workspace, saving.record)?.into_iter();
    let is_there = |kept: &KeptDraft| kept.change.path() == change.path() && kept.change != *change;
    let before = kept.into_iter().find(is_there);
    let author = workspace.author.clone();
    let place = (saving.record, saving.version);
    (workspace.store).keep_drafts(place, &saving.changes, &author, &now())?;
    Ok(before)
}

/// What this person typed into a record and did not save.
///
/// # Errors
/// When the workspace cannot be read.
pub fn drafts(workspace: &Workspace, id: RecordId) -> Result<Vec<KeptDraft>> {
    workspace.store.drafts(id, &workspace.author)
}

/// The records of a run into which this person typed something that is not saved, wherever those records are now.
///
/// # Errors
/// When the workspace cannot be read.
pub fn records_with_drafts(workspace: &Workspace, run: RunId) -> Result<Vec<RecordId>> {
    workspace.store.records_with_drafts(run, &workspace.author)
}

/// Forgets what this person typed into a record and did not save: into the field `at`, or into all where none is named.
///
/// # Errors
/// `workspace:read_only`.
pub fn drop_drafts(workspace: &mut Workspace, id: RecordId, at: Option<&Path>) -> Result<()> {
    let author = workspace.author.clone();
    let fields = at.map(std::slice::from_ref);
    workspace.store.drop_drafts(id, &author, fields)
}

/// What was typed is saved, or not wanted any more.
fn forget(workspace: &mut Workspace, saving: &Saving) -> Result<()> {
    let paths: Vec<Path> = saving.changes.iter().map(Change::path).collect();
    let author = workspace.author.clone();
    (workspace.store).drop_drafts(saving.record, &author, Some(&paths))
}

fn is_late(error: &anyhow::Error) -> bool {
    let fault = error.downcast_ref::<Fault>();
    fault.is_some_and(|fault| matches!(fault.code, "record:changed" | "record:frozen"))
}

/// Texts that are not all split into fields, as one field.
fn whole(texts: [&Version; 3]) -> Vec<Parting> {
    let value = |text: &Version| Some(Value::from(String::from_utf8_lossy(&text.bytes)));
    let [opened, theirs, mine] = texts.map(value);
    vec![Parting {
        path: Path::root(),
        opened,
        theirs,
        mine,
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        filter::Filter,
        model::Layout,
        ops::{
            Job, discard,
            testing::{Desk as Bench, code, sample},
            undo, verify,
        },
    };

    fn text(path: &str, text: &str) -> Change {
        Change::Text {
            path: Path::parse(path).unwrap(),
            text: text.to_owned(),
        }
    }

    fn typed(changes: &[Change]) -> Saving {
        Saving {
            record: RecordId(1),
            version: bench_version(),
            changes: changes.to_vec(),
        }
    }

    /// The version a record has once it was checked.
    fn bench_version() -> i64 {
        2
    }

    fn bench() -> Bench {
        let bench = Bench::checked(&["A1,foo@,30,Open"]);
        assert_eq!(
            bench.workspace.store.record(RecordId(1)).unwrap().version,
            bench_version()
        );
        bench
    }

    /// Somebody else changes the record.
    fn other(bench: &mut Bench, change: Change) {
        "bert".clone_into(&mut bench.workspace.author);
        edit(&mut bench.workspace, RecordId(1), &[change], None).unwrap();
        "ann".clone_into(&mut bench.workspace.author);
    }

    fn clash(saved: Saved) -> Conflict {
        match saved {
            Saved::Conflict(conflict) => *conflict,
            Saved::Done(report) => panic!("saved: {report:?}"),
        }
    }

    fn kept(bench: &Bench) -> Vec<Change> {
        let kept = drafts(&bench.workspace, RecordId(1)).unwrap().into_iter();
        kept.map(|draft| draft.change).collect()
    }

    fn row(bench: &Bench) -> String {
        let row = bench.look(1);
        row.split(" | ").next().unwrap().to_owned()
    }

    #[test]
    fn what_nobody_else_touched_is_saved_and_nothing_is_kept() {
        let mut bench = bench();
        let saving = typed(&[text("/email", "a@b.de")]);
        keep_draft(&mut bench.workspace, &saving).unwrap();
        let saved = save(&mut bench.workspace, &saving).unwrap();
        assert!(matches!(saved, Saved::Done(report) if report.ready == 1));
        assert_eq!(kept(&bench), []);
    }

    #[test]
    fn a_record_that_was_only_checked_again_is_no_conflict() {
        let mut bench = bench();
        bench
            .check_against(&crate::ops::testing::CONTRACT.replace("18", "17"))
            .unwrap();
        bench
            .check_against(&crate::ops::testing::CONTRACT.replace("18", "31"))
            .unwrap();
        let now = bench.workspace.store.record(RecordId(1)).unwrap().version;
        assert!(now > bench_version(), "{now}");
        let saved = save(&mut bench.workspace, &typed(&[text("/email", "a@b.de")])).unwrap();
        assert!(matches!(saved, Saved::Done(_)), "{saved:?}");
        assert_eq!(kept(&bench), []);
    }

    #[test]
    fn another_field_is_merged_and_the_same_one_is_told_by_both_and_kept() {
        let mut bench = bench();
        other(&mut bench, text("/email", "a@x.org"));
        let saving = typed(&[text("/email", "a@x.com"), text("/age", "40")]);
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        let said: Vec<_> = (found.partings.iter())
            .map(|one| (one.path.label(), one.who().words()))
            .collect();
        let expected = [("email", "both changed"), ("age", "only you")];
        assert_eq!(said, expected.map(|(path, who)| (path.to_owned(), who)));
        let email = &found.partings[0];
        assert_eq!(
            [&email.opened, &email.theirs, &email.mine],
            [
                &Some(json!("foo@")),
                &Some(json!("a@x.org")),
                &Some(json!("a@x.com"))
            ]
        );
        assert_eq!(found.theirs.as_ref().unwrap().0, "bert");
        assert_eq!(kept(&bench).len(), 2, "nothing typed is lost");
        assert_eq!(row(&bench), "A1,a@x.org,30,Open", "nothing was changed");

        let done = decide(&mut bench.workspace, &found, Decision::Merge).unwrap();
        assert!(matches!(done, Saved::Done(_)), "{done:?}");
        assert_eq!(row(&bench), "A1,a@x.org,40,Open");
        assert_eq!(kept(&bench), [text("/email", "a@x.com")]);
        assert!(verify(&bench.workspace).unwrap().iter().all(|one| one.ok));
    }

    #[test]
    fn theirs_is_overwritten_only_where_it_was_typed_and_stays_in_the_history() {
        let mut bench = bench();
        other(&mut bench, text("/email", "a@x.org"));
        other(&mut bench, text("/stage", "Closed"));
        let saving = typed(&[text("/email", "a@x.com")]);
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        decide(&mut bench.workspace, &found, Decision::Overwrite).unwrap();
        assert_eq!(row(&bench), "A1,a@x.com,30,Closed");
        assert_eq!(kept(&bench), []);
        undo(&mut bench.workspace, None).unwrap();
        assert_eq!(row(&bench), "A1,a@x.org,30,Closed");
    }

    #[test]
    fn theirs_is_taken_or_nothing_is_decided() {
        for (how, left) in [(Decision::Theirs, 0), (Decision::Keep, 1)] {
            let mut bench = bench();
            other(&mut bench, text("/email", "a@x.org"));
            let found =
                clash(save(&mut bench.workspace, &typed(&[text("/email", "b@x")])).unwrap());
            decide(&mut bench.workspace, &found, how).unwrap();
            assert_eq!(row(&bench), "A1,a@x.org,30,Open", "{how:?}");
            assert_eq!(kept(&bench).len(), left, "{how:?}");
        }
    }

    #[test]
    fn whoever_is_first_once_more_is_told_once_more() {
        let mut bench = bench();
        other(&mut bench, text("/email", "a@x.org"));
        let found = clash(save(&mut bench.workspace, &typed(&[text("/email", "b@x.de")])).unwrap());
        other(&mut bench, text("/email", "c@x.org"));
        for how in [Decision::Overwrite, Decision::Merge] {
            let again = clash(decide(&mut bench.workspace, &found, how).unwrap());
            assert_eq!(again.partings[0].theirs, Some(json!("c@x.org")));
            assert_eq!(row(&bench), "A1,c@x.org,30,Open", "{how:?}");
            assert_eq!(kept(&bench).len(), 1, "{how:?}");
        }
    }

    #[test]
    fn json_is_merged_field_by_field_whatever_was_typed_around_them() {
        let mut bench = Bench::new(&Layout::Json, &[sample(r#"{"c": {"x": 1,  "y": 1}}"#)]);
        let json = |path: &str, value| Change::Json {
            path: Path::parse(path).unwrap(),
            value,
        };
        other(&mut bench, json("/c/x", json!(2)));
        let saving = Saving {
            record: RecordId(1),
            version: 1,
            changes: vec![json("/c", json!({"x": 1, "y": 7}))],
        };
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        assert!(found.can_merge());
        decide(&mut bench.workspace, &found, Decision::Merge).unwrap();
        assert_eq!(row(&bench), r#"{"c": {"x": 2,  "y": 7}}"#);
        assert_eq!(kept(&bench), []);
    }

    #[test]
    fn an_unreadable_text_is_one_field() {
        let mut bench = Bench::checked(&["A1,foo@,30"]);
        let version = bench.workspace.store.record(RecordId(1)).unwrap().version;
        other(&mut bench, Change::Raw(b"A1,bert@x.de,30,Open".to_vec()));
        let saving = Saving {
            record: RecordId(1),
            version,
            changes: vec![Change::Raw(b"A1,ann@x.de,30,Open".to_vec())],
        };
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        assert!(found.is_whole && !found.can_merge());
        assert_eq!(kept(&bench), saving.changes);
        decide(&mut bench.workspace, &found, Decision::Overwrite).unwrap();
        assert_eq!(row(&bench), "A1,ann@x.de,30,Open");
    }

    #[test]
    fn what_is_set_aside_meanwhile_keeps_what_was_typed() {
        let mut bench = bench();
        let all = Filter::default();
        discard(&mut bench.workspace, &all, "later", None, &Job::default()).unwrap();
        let saving = typed(&[text("/email", "b@x.de")]);
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        assert!(!found.is_open() && !found.can_merge());
        assert_eq!(kept(&bench), saving.changes);
        let refused = decide(&mut bench.workspace, &found, Decision::Overwrite);
        assert_eq!(code(&refused.unwrap_err()), "edit:refused");
    }

    #[test]
    fn a_record_that_is_sent_meanwhile_says_who_sends_it_and_keeps_what_was_typed() {
        let mut bench = bench();
        (bench.workspace.store)
            .write(|tx| {
                Ok(tx.execute_batch(
                    "UPDATE record SET status = 'sending' WHERE id = 1; \
                     INSERT INTO destination (id, name, fingerprint, target) VALUES (1, 'crm', x'00', 't'); \
                     INSERT INTO plan (id, run, destination, environment, author, made_at, state, planned, sender) \
                     VALUES (3, 1, 1, 'test', 'bert', 't0', 'open', 1, '812 5 x'); \
                     INSERT INTO delivery (id, plan, n, record, destination, content, payload, payload_sha256, idempotency, state, attempts) \
                     VALUES (1, 3, 1, 1, 1, 1, x'', x'', 'k', 'sending', 2); \
                     INSERT INTO attempt (delivery, n, fence, started_at, outcome) VALUES (1, 2, 1, '14:02:10', 'sending');",
                )?)
            })
            .unwrap();
        let saving = typed(&[text("/email", "b@x.de")]);
        let at = Path::parse("/email").unwrap();
        let seen = crate::ops::preview(&bench.workspace, RecordId(1), &saving.changes, &at);
        assert_eq!(seen.unwrap().closed, Some(Status::Sending));
        let found = clash(save(&mut bench.workspace, &saving).unwrap());
        let sent = found.sent.unwrap();
        assert_eq!(
            sent.words(&sent.since),
            "attempt 2, since 14:02:10 by bert, process 812"
        );
        assert_eq!(kept(&bench), saving.changes);
    }
}
