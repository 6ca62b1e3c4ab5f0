//! What the check says about a record's text, with its uniqueness among the records of its run.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
    sync::Arc,
};

use anyhow::Result;

use super::Workspace;
use crate::{
    check::{Checker, Runaway, wording},
    contract::Contract,
    model::{Fault, Layout, Problem, RecordId, RunId, Severity, Stage, Status, Version},
    row::Row,
    store::{RecordChange, Store, StoredRecord},
};

/// Who has a key, in the order of record numbers.
type Holders = Vec<(RecordId, Status)>;

/// So many records with one key are worth remembering: else each of them would ask for all of them.
const CROWD: usize = 16;

/// Checks records of one run against one contract.
pub(super) struct Judge<'w> {
    store: &'w Store,
    run: RunId,
    pub layout: Layout,
    contract: Arc<Contract>,
    /// The keys the step in preparation gives to records, where they are not the stored ones.
    moved: HashMap<RecordId, Option<String>>,
    /// The same the other way round.
    arrived: HashMap<String, Holders>,
    crowds: RefCell<HashMap<String, Rc<Holders>>>,
}

/// What a text is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub key: Option<String>,
    pub problems: Vec<Problem>,
}

/// Who had a key before a record.
enum Rival {
    /// A record that passed and was not kept; its number is not known any more.
    Passed,
    Record(RecordId),
}

impl<'w> Judge<'w> {
    pub fn new(workspace: &'w Workspace, run: RunId, contract: Arc<Contract>) -> Result<Self> {
        Ok(Self {
            store: &workspace.store,
            run,
            layout: workspace.store.layout(run)?,
            contract,
            moved: HashMap::new(),
            arrived: HashMap::new(),
            crowds: RefCell::default(),
        })
    }

    pub fn contract(&self) -> Arc<Contract> {
        Arc::clone(&self.contract)
    }

    pub fn checker(&self) -> &Checker {
        &self.contract.checker
    }

    /// The natural key of a text.
    pub fn key(&self, text: &Version) -> Option<String> {
        let row = Row::read(&self.layout, text.form, &text.bytes).ok()?;
        Some(self.checker().key(&row)?.into_owned())
    }

    /// Remembers that a record will have another key, so that it counts for the uniqueness of the others.
    pub fn move_key(&mut self, record: &StoredRecord, key: Option<String>) {
        if key == record.key {
            return;
        }
        if let Some(key) = &key {
            let holders = self.arrived.entry(key.clone()).or_default();
            holders.push((record.id, record.status));
        }
        self.moved.insert(record.id, key);
    }

    /// Checks a text a record has or would have.
    pub fn verdict(&self, record: &StoredRecord, text: &Version) -> Result<Verdict> {
        let row = match Row::read(&self.layout, text.form, &text.bytes) {
            Ok(row) => row,
            Err(problem) => {
                return Ok(Verdict {
                    key: None,
                    problems: vec![*problem],
                });
            }
        };
        let mut problems = Vec::new();
        (self.checker().check(&row, &mut problems))
            .map_err(|runaway| endless(&runaway, &format!("record {}", record.id)))?;
        let key = self.checker().key(&row).map(Cow::into_owned);
        problems.extend(self.duplicate(record, &row, key.as_deref())?);
        if *text == record.text {
            // What a destination said about this very text still holds; only a new text can be better.
            let refused = record.problems.iter().filter(|p| p.stage == Stage::Send);
            problems.extend(refused.cloned());
        }
        Ok(Verdict { key, problems })
    }

    /// The changes of the records that are not in `among` and whose uniqueness follows from the keys that moved, with the
    /// status each had.
    pub fn neighbours(
        &self,
        among: &dyn Fn(RecordId) -> bool,
    ) -> Result<Vec<(Status, RecordChange)>> {
        let mut keys: BTreeSet<String> = self.arrived.keys().cloned().collect();
        for id in self.moved.keys() {
            keys.extend(self.store.record(*id)?.key);
        }
        let mut changes = Vec::new();
        for key in keys {
            for (id, status) in self.holders(&key)?.iter() {
                if among(*id) || status.is_frozen() || *status == Status::Discarded {
                    continue;
                }
                let record = self.store.record(*id)?;
                let verdict = self.again_unique(&record)?;
                changes.extend(change(&record, verdict).map(|change| (*status, change)));
            }
        }
        changes.sort_unstable_by_key(|(_, change)| change.record);
        Ok(changes)
    }

    /// A record's problems as they stand, but for its uniqueness, which is decided again.
    fn again_unique(&self, record: &StoredRecord) -> Result<Verdict> {
        let key = record.key.clone();
        let mut problems = record.problems.clone();
        if let Ok(row) = Row::read(&self.layout, record.text.form, &record.text.bytes) {
            problems.retain(|problem| !is_unique(problem));
            let after_rules = problems.partition_point(|problem| problem.stage <= Stage::Rule);
            let duplicate = self.duplicate(record, &row, key.as_deref())?;
            problems.splice(after_rules..after_rules, duplicate);
        }
        Ok(Verdict { key, problems })
    }

    /// The problem of a record whose key another one had before.
    fn duplicate(
        &self,
        record: &StoredRecord,
        row: &Row<'_>,
        key: Option<&str>,
    ) -> Result<Option<Problem>> {
        let Some(key) = key else { return Ok(None) };
        let Some(rival) = self.rival(record.id, key)? else {
            return Ok(None);
        };
        let first = match rival {
            Rival::Record(id) => Some(id.0),
            Rival::Passed => None,
        };
        let problem = self.checker().duplicate(row, first);
        // The load knew the number of the passed record; a sentence that names it is better than a new one.
        let known = record.problems.iter().find(|known| {
            first.is_none()
                && is_unique(known)
                && known.path == problem.path
                && known.found == problem.found
        });
        Ok(Some(known.cloned().unwrap_or(problem)))
    }

    fn rival(&self, id: RecordId, key: &str) -> Result<Option<Rival>> {
        // A passed record was always the first with its key.
        if self.store.has_passed(self.run, key)? {
            return Ok(Some(Rival::Passed));
        }
        let holders = self.holders(key)?;
        let rival = holders.iter().find(|(other, status)| {
            *other != id && *status != Status::Discarded && (*other < id || status.is_frozen())
        });
        Ok(rival.map(|(other, _)| Rival::Record(*other)))
    }

    /// Who has a key once the moved keys are theirs.
    fn holders(&self, key: &str) -> Result<Rc<Holders>> {
        if let Some(crowd) = self.crowds.borrow().get(key) {
            return Ok(Rc::clone(crowd));
        }
        let mut holders = self.store.holders(self.run, key)?;
        if !self.moved.is_empty() {
            holders.retain(|(id, _)| !self.moved.contains_key(id));
            holders.extend(self.arrived.get(key).into_iter().flatten());
            holders.sort_unstable_by_key(|(id, _)| *id);
        }
        let holders = Rc::new(holders);
        if holders.len() > CROWD {
            self.crowds
                .borrow_mut()
                .insert(key.to_owned(), Rc::clone(&holders));
        }
        Ok(holders)
    }
}

/// The fault of a contract whose check does not come to an end.
pub(super) fn endless(runaway: &Runaway, place: &str) -> Fault {
    Fault::usage(
        "contract:runaway",
        format!("{}: {} (at {place})", runaway.part, runaway.message),
    )
    .hint(&runaway.hint)
}

/// Names the group of a problem.
pub(super) fn title(contract: &Contract, problem: &Problem) -> String {
    wording::title(problem, &contract.checker.wants(&problem.path))
}

/// What a verdict changes about a record whose text stays; `None` when nothing.
pub(super) fn change(record: &StoredRecord, verdict: Verdict) -> Option<RecordChange> {
    let status = status(&verdict.problems);
    let same = status == record.status
        && verdict.key == record.key
        && same_problems(&verdict.problems, &record.problems);
    (!same).then_some(RecordChange {
        record: record.id,
        version: record.version,
        text: None,
        status,
        key: verdict.key,
        unique: BTreeMap::new(),
        problems: verdict.problems,
        checked: true,
    })
}

/// A record with an open problem is rejected; one with nothing but warnings is ready.
pub(super) fn status(problems: &[Problem]) -> Status {
    if rejects(problems) {
        Status::Rejected
    } else {
        Status::Ready
    }
}

/// Whether one of the problems keeps its record from being ready.
pub(super) fn rejects<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> bool {
    (problems.into_iter()).any(|problem| problem.severity == Severity::Error)
}

fn is_unique(problem: &Problem) -> bool {
    problem.stage == Stage::Rule && problem.code == "unique"
}

/// Whether two lists hold the same problems, in whatever order.
fn same_problems(a: &[Problem], b: &[Problem]) -> bool {
    a.len() == b.len() && a.iter().all(|problem| b.contains(problem))
}
