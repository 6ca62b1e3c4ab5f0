//! Taking steps back and bringing them back.
//!
//! A record's own history is a stack. What it stands on is the newest edit or check of it that was not taken back; only
//! that step can be undone for it, and only the step directly above can be redone. So an undo never takes away what was
//! done later, whatever was undone and redone in between.

mod standing;

use std::path::Path as FilePath;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row, params};

use self::standing::{Standing, how_it_stands};
use super::{
    Store,
    ahead::each_ahead,
    changes::{Changes, SAME, State},
    steps::{Entry, contract_of, new_step},
    word,
};
use crate::model::{Fault, FaultKind, RecordId, RunId, StepId, StepKind, UndoReport};

impl Store {
    /// Takes back one's own newest step, or the named one whoever made it. Records that were sent or changed since are
    /// left as they are and named.
    ///
    /// # Errors
    /// `undo:nothing` when there is no such step or none of its records can be taken back.
    pub fn undo(&mut self, author: &str, at: &str, step: Option<StepId>) -> Result<UndoReport> {
        self.undo_heeding(author, at, step, &mut |_| Ok(()))
    }

    /// The same, where `heed` hears of every record how many were looked at before it. What it refuses leaves all as it was.
    ///
    /// # Errors
    /// Those of [`Store::undo`] and of `heed`.
    pub(crate) fn undo_heeding(
        &mut self,
        author: &str,
        at: &str,
        step: Option<StepId>,
        heed: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<UndoReport> {
        let path = self.path.clone();
        self.write(|tx| {
            let target = match step {
                Some(step) => standing(tx, step)?,
                None => newest_own(tx, author)?.ok_or_else(|| nothing("nothing to undo"))?,
            };
            let entry = Entry::new(target.run, StepKind::Undo, (author, at), &target.label);
            turn((tx, &path), &target, &entry, target.id, heed)
        })
    }

    /// Brings back what one's own last undo took back, unless one has changed something since.
    ///
    /// # Errors
    /// `undo:nothing` when there is nothing to redo or none of its records can be brought back.
    pub fn redo(&mut self, author: &str, at: &str) -> Result<UndoReport> {
        self.redo_heeding(author, at, None, &mut |_| Ok(()))
    }

    /// The same, where `heed` hears of every record how many were looked at before it. What it refuses leaves all as it was.
    /// With the step of an undo only that one's, and not what was undone since.
    ///
    /// # Errors
    /// Those of [`Store::redo`] and of `heed`; `undo:nothing` when the named undo is not the last any more.
    pub(crate) fn redo_heeding(
        &mut self,
        author: &str,
        at: &str,
        named: Option<StepId>,
        heed: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<UndoReport> {
        let path = self.path.clone();
        self.write(|tx| {
            let (undo, target) =
                last_undo(tx, author)?.ok_or_else(|| nothing("nothing to redo"))?;
            if named.is_some_and(|named| named != undo) {
                return Err(nothing("something else was undone meanwhile, so nothing was redone")
                    .hint("`redrive history` lists the steps; redo once more brings back the last")
                    .into());
            }
            let entry = Entry::new(target.run, StepKind::Redo, (author, at), &target.label);
            turn((tx, &path), &target, &entry, undo, heed)
        })
    }

    /// The step that [`Store::undo`] without a name would take back now, its run and how many records it changed.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn next_undo(&self, author: &str) -> Result<Option<(StepId, RunId, u64)>> {
        let target = newest_own(&self.conn, author)?;
        target.map_or(Ok(None), |target| self.size_of(target.id))
    }

    /// The step whose undo [`Store::redo`] would bring back now, its run and how many records that would be.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn next_redo(&self, author: &str) -> Result<Option<(StepId, RunId, u64)>> {
        let undo = last_undo(&self.conn, author)?;
        undo.map_or(Ok(None), |(undo, _)| self.size_of(undo))
    }

    /// The step that [`Store::redo`] would bring back now.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn next_to_bring_back(&self, author: &str) -> Result<Option<StepId>> {
        Ok(last_undo(&self.conn, author)?.map(|(_, target)| target.id))
    }

    /// A step, its run and how many records it changed, if there is one.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn size_of(&self, step: StepId) -> Result<Option<(StepId, RunId, u64)>> {
        let sql = "SELECT run, records FROM step WHERE id = ?1";
        let size = |row: &Row<'_>| {
            Ok((
                step,
                RunId(row.get(0)?),
                row.get::<_, i64>(1)?.unsigned_abs(),
            ))
        };
        Ok(self.conn.query_row(sql, [step.0], size).optional()?)
    }
}

/// A step that is about to be turned back or forth.
struct Target {
    id: StepId,
    run: RunId,
    label: String,
    before_contract: Option<i64>,
    after_contract: Option<i64>,
}

/// Why a record is left as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Skipped {
    Frozen,
    Changed,
}

/// Turns the records of `among` (a step that changed them) back to before `target`, or forth to after it. This is a step
/// of its own, `entry`.
fn turn(
    (conn, workspace): (&Connection, &FilePath),
    target: &Target,
    entry: &Entry<'_>,
    among: StepId,
    heed: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<UndoReport> {
    let back = entry.kind == StepKind::Undo;
    let contract = turned_contract(conn, target, back)?;
    let step = new_step(conn, entry, contract, Some(target.id))?;
    // All groups of stored states exist, for groups are never deleted; a title is not needed.
    let mut written = Changes::new(conn, target.run, step, &|problem| problem.code.clone());
    let mut skipped = Vec::new();
    let records = records_of(conn, among)?;
    let read = |conn: &Connection, record| how_it_stands(conn, target.id, back, record);
    let mut looked_at = 0;
    each_ahead((conn, workspace), &records, read, |standing| {
        heed(looked_at)?;
        looked_at += 1;
        if let Some(why) = obstacle(&standing) {
            skipped.push((standing.now.id, why));
            return Ok(());
        }
        let has = if standing.has == standing.had {
            SAME
        } else {
            &standing.has
        };
        written.put_told(&standing.now, &standing.there, (&standing.had, has))
    })?;
    let records = written.finish()?;
    if records == 0 && !skipped.is_empty() {
        return Err(all_skipped(target, &skipped, back).into());
    }
    conn.execute(
        "UPDATE step SET undone = ?2 WHERE id = ?1",
        params![target.id.0, back],
    )?;
    let next = newest_own(conn, entry.author)?;
    Ok(UndoReport {
        step: target.id,
        label: target.label.clone(),
        records,
        is_next: next.is_some_and(|next| next.id == target.id),
        skipped: skipped.into_iter().map(|(record, _)| record).collect(),
    })
}

/// What keeps a record from being turned: it must stand on the step (back) or on what the step was done on (forth), and
/// nothing but steps may have changed it since.
fn obstacle(standing: &Standing) -> Option<Skipped> {
    let now = &standing.now.state;
    if now.status.is_frozen() {
        return Some(Skipped::Frozen);
    }
    // Who found the same problems again since is no change.
    let here = State {
        checked_by: now.checked_by,
        ..standing.here.clone()
    };
    (!standing.is_on_top || *now != here).then_some(Skipped::Changed)
}

/// A named step that can be undone.
fn standing(conn: &Connection, step: StepId) -> Result<Target> {
    let found = conn
        .query_row(
            "SELECT id, run, label, before_contract, after_contract, kind, undone FROM step WHERE id = ?1",
            [step.0],
            |row| Ok((target(row)?, word(row, 5, StepKind::from_word)?, row.get::<_, bool>(6)?)),
        )
        .optional()?;
    match found {
        None => Err(nothing(format!("there is no step {step}"))
            .hint("`redrive history` lists the steps")
            .into()),
        Some((_, StepKind::Undo | StepKind::Redo, _)) => {
            Err(nothing(format!("step {step} is itself an undo or a redo"))
                .hint("name the edit or check it is about, or use `redrive redo`")
                .into())
        }
        Some((_, StepKind::Settle, _)) => Err(nothing(format!(
            "step {step} says what became of records that were sent, which is not taken back"
        ))
        .hint("records that are ready again can be edited")
        .into()),
        Some((_, _, true)) => Err(nothing(format!("step {step} was undone already"))
            .hint("`redrive redo` brings it back")
            .into()),
        Some((target, _, false)) => Ok(target),
    }
}

fn newest_own(conn: &Connection, author: &str) -> Result<Option<Target>> {
    Ok(conn
        .query_row(
            "SELECT id, run, label, before_contract, after_contract FROM step \
             WHERE author = ?1 AND undone = 0 AND kind NOT IN ('undo', 'redo', 'settle') ORDER BY id DESC LIMIT 1",
            [author],
            target,
        )
        .optional()?)
}

/// One's own newest undo that still holds, and what it took back; `None` if one has edited or checked since.
fn last_undo(conn: &Connection, author: &str) -> Result<Option<(StepId, Target)>> {
    Ok(conn
        .query_row(
            "SELECT t.id, t.run, t.label, t.before_contract, t.after_contract, u.id \
             FROM step u JOIN step t ON t.id = u.target \
             WHERE u.kind = 'undo' AND u.author = ?1 AND t.undone = 1 \
             AND u.id > coalesce((SELECT max(id) FROM step WHERE author = ?1 AND kind NOT IN ('undo', 'redo')), 0) \
             ORDER BY u.id DESC LIMIT 1",
            [author],
            |row| Ok((StepId(row.get(5)?), target(row)?)),
        )
        .optional()?)
}

/// The contract a run has afterwards: the one it gets back if the step gave it another and it still has that one.
fn turned_contract(conn: &Connection, target: &Target, back: bool) -> Result<Option<i64>> {
    let (from, to) = if back {
        (target.after_contract, target.before_contract)
    } else {
        (target.before_contract, target.after_contract)
    };
    let now = contract_of(conn, target.run)?;
    Ok(if now == from { to } else { now })
}

fn records_of(conn: &Connection, step: StepId) -> Result<Vec<RecordId>> {
    let mut query =
        conn.prepare_cached("SELECT record FROM step_record WHERE step = ?1 ORDER BY record")?;
    let ids = query.query_map([step.0], |row| Ok(RecordId(row.get(0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

fn target(row: &Row<'_>) -> rusqlite::Result<Target> {
    Ok(Target {
        id: StepId(row.get(0)?),
        run: RunId(row.get(1)?),
        label: row.get(2)?,
        before_contract: row.get(3)?,
        after_contract: row.get(4)?,
    })
}

fn all_skipped(target: &Target, skipped: &[(RecordId, Skipped)], back: bool) -> Fault {
    let (verb, not) = if back {
        ("undo", "undone")
    } else {
        ("redo", "redone")
    };
    let of = |why: Skipped| -> Vec<RecordId> {
        skipped
            .iter()
            .filter(|(_, reason)| *reason == why)
            .map(|(record, _)| *record)
            .collect()
    };
    let reasons: Vec<String> = [
        (
            of(Skipped::Frozen),
            "on its way or sent",
            "on their way or sent",
        ),
        (of(Skipped::Changed), "changed since", "changed since"),
    ]
    .into_iter()
    .filter_map(|(records, one, many)| match records.as_slice() {
        [] => None,
        [record] => Some(format!("record {record} is {one}")),
        [first, rest @ ..] => Some(format!("record {first} and {} more are {many}", rest.len())),
    })
    .collect();
    nothing(format!(
        "cannot {verb} step {}: {}",
        target.id,
        reasons.join(", ")
    ))
    .hint(format!(
        "what was sent or changed since is not {not}; `redrive history` lists the steps that can be"
    ))
}

fn nothing(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Nothing, "undo:nothing", message)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::PathBuf};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        model::Status,
        store::{
            ContractText, RecordChange,
            bench::{AT, Bench, RUN, code, values_of},
        },
    };

    #[test]
    fn what_was_sent_is_neither_changed_nor_undone() {
        let mut bench = Bench::new(2);
        let both = [bench.change(1, "{}", None), bench.change(2, "{}", None)];
        let step = bench.apply("ann", &both).unwrap();
        bench.set_status(1, Status::Accepted);
        let late = bench.change(1, "[]", None);
        assert_eq!(
            code(&bench.apply("ann", &[late]).unwrap_err()),
            "record:frozen"
        );

        let undone = bench.store.undo("ann", AT, None).unwrap();
        assert_eq!((undone.step, undone.records), (step, 1));
        assert_eq!(undone.skipped, [RecordId(1)]);
        let redone = bench.store.redo("ann", AT).unwrap();
        assert_eq!((redone.records, redone.skipped.len()), (1, 0));

        bench.set_status(2, Status::HandedOver);
        let sent = bench.store.sent_of_steps(RUN).unwrap();
        // Of the edit, its undo and its redo, those that were sent.
        assert_eq!((sent[&step], sent[&StepId(2)], sent[&StepId(3)]), (2, 1, 1));
        let error = bench.store.undo("ann", AT, None).unwrap_err();
        assert_eq!(code(&error), "undo:nothing");
        insta::assert_snapshot!(error, @"cannot undo step 1: record 1 and 1 more are on their way or sent");
        bench.recount();
    }

    #[test]
    fn an_undo_that_is_stopped_in_the_middle_leaves_all_as_it_was() {
        let mut bench = Bench::new(2);
        let both = [bench.change(1, "{}", None), bench.change(2, "{}", None)];
        bench.apply("ann", &both).unwrap();
        let before = bench.dump();
        let mut heed = |looked_at| {
            anyhow::ensure!(looked_at == 0, "stopped");
            Ok(())
        };
        let stopped = bench.store.undo_heeding("ann", AT, None, &mut heed);
        assert_eq!(stopped.unwrap_err().to_string(), "stopped");
        assert!(bench.dump() == before);
        assert_eq!(bench.store.history(None).unwrap().len(), 1);
        bench.recount();
    }

    #[test]
    fn an_undo_leaves_what_somebody_else_changed_since() {
        let mut bench = Bench::new(2);
        let both = [bench.change(1, "{}", None), bench.change(2, "{}", None)];
        bench.apply("ann", &both).unwrap();
        let his = bench.change(2, r#"{"n":"his"}"#, None);
        let step = bench.apply("bob", &[his]).unwrap();
        let undone = bench.store.undo("ann", AT, None).unwrap();
        assert_eq!((undone.records, undone.skipped), (1, vec![RecordId(2)]));
        assert_eq!(bench.dump()[&2].0, r#"{"n":"his"}"#);
        let error = bench.store.undo("ann", AT, None).unwrap_err();
        assert_eq!(error.to_string(), "nothing to undo");
        // A named step may be anybody's.
        assert_eq!(bench.store.undo("ann", AT, Some(step)).unwrap().records, 1);
        for (named, message) in [
            (step, "step 2 was undone already"),
            (StepId(3), "step 3 is itself an undo or a redo"),
            (StepId(99), "there is no step 99"),
        ] {
            let error = bench.store.undo("ann", AT, Some(named)).unwrap_err();
            assert_eq!(
                (code(&error), error.to_string().as_str()),
                ("undo:nothing", message)
            );
        }
    }

    #[test]
    fn what_was_brought_back_is_next_to_be_undone_only_where_it_is_ones_own_newest_step() {
        let mut bench = Bench::new(3);
        let mut steps = Vec::new();
        for (record, author) in [(1, "ann"), (2, "ann"), (3, "bob")] {
            let change = bench.change(record, "{}", None);
            steps.push(bench.apply(author, &[change]).unwrap());
        }
        for (step, is_next) in [(steps[0], false), (steps[1], true), (steps[2], false)] {
            assert!(!bench.store.undo("ann", AT, Some(step)).unwrap().is_next);
            let redone = bench.store.redo("ann", AT).unwrap();
            assert_eq!((redone.step, redone.is_next), (step, is_next));
            let next = bench.store.next_undo("ann").unwrap().map(|next| next.0);
            assert_eq!(next, Some(steps[1]));
        }
    }

    #[test]
    fn a_new_edit_leaves_nothing_to_redo_and_begins_a_branch() {
        let mut bench = Bench::new(1);
        for text in ["[1]", "[2]"] {
            let change = bench.change(1, text, None);
            bench.apply("ann", &[change]).unwrap();
        }
        bench.store.undo("ann", AT, None).unwrap();
        let change = bench.change(1, "[3]", None);
        bench.apply("ann", &[change]).unwrap();
        let error = bench.store.redo("ann", AT).unwrap_err();
        assert_eq!(
            (code(&error), error.to_string().as_str()),
            ("undo:nothing", "nothing to redo")
        );
        let history: Vec<_> = bench
            .store
            .history(None)
            .unwrap()
            .into_iter()
            .map(|step| {
                (
                    step.id.0,
                    step.parent.map(|p| p.0),
                    step.kind.word(),
                    step.undone,
                )
            })
            .collect();
        assert_eq!(
            history,
            [
                (4, Some(1), "edit", false),
                (3, Some(2), "undo", false),
                (2, Some(1), "edit", true),
                (1, None, "edit", false),
            ]
        );
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().step, StepId(4));
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().step, StepId(1));
        assert_eq!(bench.dump()[&1].0, r#"{"n":1}"#);
    }

    #[test]
    fn an_undo_gives_a_run_its_contract_back() {
        let mut bench = Bench::new(1);
        let contract = |bench: &Bench| {
            let stored = bench.store.run_contract(RUN).unwrap();
            stored.map(|contract| contract.name)
        };
        let text = |name: &str| ContractText {
            name: name.to_owned(),
            text: String::new(),
            files: Vec::new(),
            path: PathBuf::new(),
        };
        let change = RecordChange {
            text: None,
            ..bench.change(1, "{}", None)
        };
        let strict = text("strict");
        let entry = Entry {
            run: RUN,
            kind: StepKind::Check,
            author: "ann",
            at: AT,
            label: "check",
            contract: Some((&strict, &[1; 32])),
            under: None,
            confirmed: &[],
            seen: None,
            what: None,
        };
        bench
            .store
            .apply(&entry, &[change], &|_| String::new())
            .unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("strict"));
        bench.store.undo("ann", AT, None).unwrap();
        assert_eq!(contract(&bench), None);
        bench.store.redo("ann", AT).unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("strict"));
        // A contract that came later stays.
        let other = text("other");
        let given = Entry {
            contract: Some((&other, &[2; 32])),
            ..entry
        };
        let none = bench.store.apply(&given, &[], &|_| String::new());
        assert_eq!(none.unwrap(), None, "nothing changes, so there is no step");
        bench.store.undo("ann", AT, None).unwrap();
        assert_eq!(contract(&bench).as_deref(), Some("other"));
    }

    /// What a person or the sender does in the state machine below. Authors are 0 and 1, records 1 to 4.
    #[derive(Clone, Debug)]
    enum Deed {
        Edit {
            author: usize,
            records: Vec<i64>,
            broken: bool,
        },
        Undo {
            author: usize,
        },
        UndoNamed {
            author: usize,
            step: usize,
        },
        Redo {
            author: usize,
        },
        Send {
            record: i64,
        },
        Refuse {
            record: i64,
        },
        Reopen,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let author = 0..2_usize;
        let records = proptest::sample::subsequence(vec![1_i64, 2, 3, 4], 1..=4);
        prop_oneof![
            5 => (author.clone(), records, any::<bool>())
                .prop_map(|(author, records, broken)| Deed::Edit { author, records, broken }),
            4 => author.clone().prop_map(|author| Deed::Undo { author }),
            2 => (author.clone(), 0..12_usize).prop_map(|(author, step)| Deed::UndoNamed { author, step }),
            4 => author.prop_map(|author| Deed::Redo { author }),
            1 => (1..5_i64).prop_map(|record| Deed::Send { record }),
            1 => (1..5_i64).prop_map(|record| Deed::Refuse { record }),
            1 => Just(Deed::Reopen),
        ]
    }

    /// A text, a status and what stands in the fields of each `[[unique]]`.
    type Look = (String, Status, BTreeMap<String, String>);

    /// The history kept the obvious way: for each record a stack of the steps it stands on and the state under each.
    #[derive(Default)]
    struct Model {
        records: BTreeMap<i64, (Vec<usize>, Look)>,
        steps: Vec<ModelStep>,
        /// `(author, step, records)` of each undo and where in time it was done.
        undos: Vec<(usize, usize, Vec<i64>, usize)>,
        last_edit: [usize; 2],
        time: usize,
    }

    struct ModelStep {
        author: usize,
        undone: bool,
        /// By record: the stack and state under the step, and the state after it.
        records: BTreeMap<i64, (Vec<usize>, Look, Look)>,
    }

    impl Model {
        fn edit(&mut self, author: usize, changed: &[i64], state: &Look) {
            self.time += 1;
            self.last_edit[author] = self.time;
            let mut records = BTreeMap::new();
            for id in changed {
                let (stack, now) = self.records.get_mut(id).unwrap();
                records.insert(*id, (stack.clone(), now.clone(), state.clone()));
                stack.push(self.steps.len());
                *now = state.clone();
            }
            self.steps.push(ModelStep {
                author,
                undone: false,
                records,
            });
        }

        /// Gives what was taken back, or `None` when nothing could be.
        fn undo(&mut self, author: usize, step: usize) -> Option<usize> {
            self.time += 1;
            let mut back = Vec::new();
            for (id, (under, before, after)) in &self.steps[step].records {
                let (stack, now) = self.records.get_mut(id).unwrap();
                if stack.last() == Some(&step) && now == after {
                    *stack = under.clone();
                    *now = before.clone();
                    back.push(*id);
                }
            }
            if back.is_empty() {
                return None;
            }
            self.steps[step].undone = true;
            self.undos.push((author, step, back.clone(), self.time));
            Some(back.len())
        }

        fn newest_own(&self, author: usize) -> Option<usize> {
            self.steps
                .iter()
                .rposition(|step| step.author == author && !step.undone)
        }

        fn redo(&mut self, author: usize) -> Option<usize> {
            self.time += 1;
            let (_, step, among, _) = self
                .undos
                .iter()
                .rfind(|(by, step, _, time)| {
                    *by == author && self.steps[*step].undone && *time > self.last_edit[author]
                })?
                .clone();
            let mut forth = 0;
            for id in among {
                let (under, before, after) = &self.steps[step].records[&id];
                let (stack, now) = self.records.get_mut(&id).unwrap();
                if stack == under && now == before {
                    stack.push(step);
                    *now = after.clone();
                    forth += 1;
                }
            }
            if forth == 0 {
                return None;
            }
            self.steps[step].undone = false;
            Some(forth)
        }
    }

    fn done(result: Result<UndoReport>) -> Option<usize> {
        match result {
            Ok(report) => Some(report.records as usize),
            Err(error) => {
                assert_eq!(code(&error), "undo:nothing");
                None
            }
        }
    }

    fn play(deeds: &[Deed]) {
        const AUTHORS: [&str; 2] = ["ann", "bob"];
        let mut bench = Bench::new(4);
        let loaded = bench.dump();
        let mut model = Model::default();
        // The step ids of the model's steps.
        let mut ids: Vec<StepId> = Vec::new();
        for (id, (text, state)) in &loaded {
            model
                .records
                .insert(*id, (vec![], (text.clone(), state.status, BTreeMap::new())));
        }
        for (n, deed) in deeds.iter().enumerate() {
            match deed {
                Deed::Edit {
                    author,
                    records,
                    broken,
                } => {
                    let text = format!("[{n}]");
                    let problem = broken.then_some(if n % 2 == 0 { "even" } else { "odd" });
                    let changes: Vec<_> = records
                        .iter()
                        .map(|id| bench.change(*id, &text, problem))
                        .collect();
                    let frozen = records
                        .iter()
                        .any(|id| bench.now(*id).state.status.is_frozen());
                    match bench.apply(AUTHORS[*author], &changes) {
                        Ok(id) => {
                            ids.push(id);
                            let values = values_of(&text);
                            model.edit(*author, records, &(text, changes[0].status, values));
                        }
                        Err(error) => assert!(frozen && code(&error) == "record:frozen"),
                    }
                }
                Deed::Undo { author } => {
                    let expected = model
                        .newest_own(*author)
                        .and_then(|step| model.undo(*author, step));
                    assert_eq!(done(bench.store.undo(AUTHORS[*author], AT, None)), expected);
                }
                Deed::UndoNamed { author, step } => {
                    if let Some(id) = ids.get(*step) {
                        let expected = if model.steps[*step].undone {
                            None
                        } else {
                            model.undo(*author, *step)
                        };
                        assert_eq!(
                            done(bench.store.undo(AUTHORS[*author], AT, Some(*id))),
                            expected
                        );
                    }
                }
                Deed::Redo { author } => {
                    assert_eq!(
                        done(bench.store.redo(AUTHORS[*author], AT)),
                        model.redo(*author)
                    );
                }
                Deed::Send { record } => {
                    bench.set_status(*record, Status::Accepted);
                    model.records.get_mut(record).unwrap().1.1 = Status::Accepted;
                }
                Deed::Refuse { record } => {
                    bench.set_status(*record, Status::Rejected);
                    model.records.get_mut(record).unwrap().1.1 = Status::Rejected;
                }
                Deed::Reopen => bench.reopen(),
            }
            bench.recount();
            for (id, (text, state)) in bench.dump() {
                assert_eq!(
                    (text, state.status, state.unique),
                    model.records[&id].1,
                    "record {id} after {deed:?}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_history_does_what_stacks_of_steps_do(deeds in prop::collection::vec(deed(), 1..30)) {
            play(&deeds);
        }

        #[test]
        fn undoing_everything_restores_the_beginning_and_redoing_brings_all_back(
            edits in prop::collection::vec(
                (proptest::sample::subsequence(vec![1_i64, 2, 3, 4], 1..=4), any::<bool>()), 1..10),
        ) {
            let mut bench = Bench::new(4);
            let loaded = bench.dump();
            for (n, (records, broken)) in edits.iter().enumerate() {
                let text = format!("[{n}]");
                let changes: Vec<_> = records
                    .iter()
                    .map(|id| bench.change(*id, &text, broken.then_some("RULE-1")))
                    .collect();
                bench.apply("ann", &changes).unwrap();
            }
            let edited = bench.dump();
            for _ in 0..2 {
                for _ in &edits {
                    prop_assert_eq!(bench.store.undo("ann", AT, None).unwrap().skipped, vec![]);
                    bench.recount();
                }
                prop_assert!(bench.store.undo("ann", AT, None).is_err());
                prop_assert_eq!(bench.dump(), loaded.clone());
                bench.reopen();
                for _ in &edits {
                    prop_assert_eq!(bench.store.redo("ann", AT).unwrap().skipped, vec![]);
                    bench.recount();
                }
                prop_assert!(bench.store.redo("ann", AT).is_err());
                prop_assert_eq!(bench.dump(), edited.clone());
            }
        }
    }

    #[test]
    fn a_step_of_many_records_is_undone_as_one() {
        let mut bench = Bench::new(5_000);
        let changes: Vec<_> = (1..=5_000)
            .map(|id| bench.change(id, "{}", (id % 3 == 0).then_some("RULE-1")))
            .collect();
        let before = bench.dump();
        bench.apply("ann", &changes).unwrap();
        bench.recount();
        assert_eq!(bench.store.undo("ann", AT, None).unwrap().records, 5_000);
        assert_eq!(bench.dump(), before);
        bench.recount();

        assert_eq!(bench.store.redo("ann", AT).unwrap().records, 5_000);
        bench.set_status(4_000, Status::Accepted);
        let undone = bench.store.undo("ann", AT, None).unwrap();
        assert_eq!(
            (undone.records, undone.skipped),
            (4_999, vec![RecordId(4_000)])
        );
        bench.recount();
    }
}
