//! What the check says about a record's text, with its uniqueness among the records of its run.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use anyhow::Result;

use super::Workspace;
use crate::{
    check::{Checker, Runaway, Unique, Values, is_unique},
    contract::Contract,
    model::{Fault, Form, Layout, Problem, RecordId, RunId, Stage, Status, Version},
    row::Row,
    store::{Checked, RecordChange, Store, StoredRecord},
};

/// A value that must differ between records: the name of the uniqueness, and the value.
type Held = (String, String);

/// Who has a value, in the order of record numbers.
type Holders = Vec<(RecordId, Status)>;

/// So many records with one value are worth remembering: else each of them would ask for all of them.
const CROWD: usize = 16;

/// Checks records of one run against one contract.
pub(super) struct Judge<'w> {
    pub(super) workspace: &'w Workspace,
    store: &'w Store,
    run: RunId,
    pub layout: Layout,
    contract: Arc<Contract>,
    /// Whether the run was loaded with this key, so that the keys of passed records are known.
    knows_keys: bool,
    /// The records to which the step in preparation gives other values than the stored ones.
    moved: HashSet<RecordId>,
    /// What they have then, the other way round.
    arrived: HashMap<Held, Holders>,
    /// What any of them has now or then, but not both.
    touched: BTreeSet<Held>,
    crowds: RefCell<HashMap<Held, Rc<Holders>>>,
}

/// What a text is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// What must differ from other records.
    pub values: Values,
    pub problems: Vec<Problem>,
}

/// Who had a value before a record.
enum Rival {
    /// A record that passed and was not kept; its number is not known any more.
    Passed,
    Record(RecordId),
}

impl<'w> Judge<'w> {
    pub fn new(workspace: &'w Workspace, run: RunId, contract: Arc<Contract>) -> Result<Self> {
        let has_this_key =
            |loaded: Arc<Contract>| loaded.checker.key_fields() == contract.checker.key_fields();
        let loaded_with = workspace.store.loaded_with(run)?;
        // A contract that this redrive cannot use any more says nothing.
        let knows_keys = loaded_with
            .is_some_and(|number| workspace.stored_contract(number).is_ok_and(has_this_key));
        Ok(Self {
            workspace,
            store: &workspace.store,
            run,
            knows_keys,
            layout: workspace.store.layout(run)?,
            contract,
            moved: HashSet::new(),
            arrived: HashMap::new(),
            touched: BTreeSet::new(),
            crowds: RefCell::default(),
        })
    }

    pub fn contract(&self) -> Arc<Contract> {
        Arc::clone(&self.contract)
    }

    pub fn checker(&self) -> &Checker {
        &self.contract.checker
    }

    /// What a text has in the fields that must differ.
    pub fn values(&self, text: &Version) -> Values {
        Row::read(&self.layout, text.form, &text.bytes)
            .map(|row| self.checker().values(&row))
            .unwrap_or_default()
    }

    /// Remembers that a record will have other values, so that they count for the uniqueness of the others. Once a record.
    pub fn move_to(&mut self, record: &StoredRecord, values: &Values) {
        let before = values_of(record);
        if *values == before {
            return;
        }
        for (name, value) in values.iter() {
            let holders = self.arrived.entry(held(name, value)).or_default();
            holders.push((record.id, record.status));
        }
        for (these, others) in [(values, &before), (&before, values)] {
            let gone = (these.iter()).filter(|(name, value)| others.get(name) != Some(value));
            self.touched
                .extend(gone.map(|(name, value)| held(name, value)));
        }
        self.moved.insert(record.id);
    }

    /// Remembers that a record will have another status, so that it counts for the uniqueness of the others, or does not any
    /// more. Once a record, and not together with [`Judge::move_to`].
    pub fn give_status(&mut self, record: &StoredRecord, status: Status) {
        let values = values_of(record);
        for (name, value) in values.iter() {
            let held = held(name, value);
            let holders = self.arrived.entry(held.clone()).or_default();
            holders.push((record.id, status));
            self.touched.insert(held);
        }
        self.moved.insert(record.id);
    }

    /// Checks a text a record has or would have. Only [`Judge::ask`] asks the contract's validator; what that said about
    /// this very text before still stands in the verdict, what it said about another text does not.
    pub fn verdict(&self, record: &StoredRecord, text: &Version) -> Result<Verdict> {
        let row = match Row::read(&self.layout, text.form, &text.bytes) {
            Ok(row) => row,
            // What the tool said of it is all that is known, as long as the record itself is not here.
            Err(_) if text.form == Form::Excerpt && *text == record.text => {
                return Ok(Verdict {
                    values: Values::default(),
                    problems: record.problems.clone(),
                });
            }
            Err(problem) => {
                return Ok(Verdict {
                    values: Values::default(),
                    problems: vec![*problem],
                });
            }
        };
        let mut problems = Vec::new();
        (self.checker().check(&row, &mut problems)).map_err(|runaway| {
            endless(&runaway, &self.contract, &format!("record {}", record.id))
        })?;
        let values = self.checker().values(&row);
        self.add_repeated(record, &row, &values, &mut problems)?;
        if *text == record.text {
            // What was said elsewhere about this very text still holds; only a new text can be better.
            let holds = |problem: &&Problem| match problem.stage {
                Stage::Validator => self.has_validator(),
                stage => stage == Stage::Send,
            };
            problems.extend(record.problems.iter().filter(holds).cloned());
        }
        Ok(Verdict { values, problems })
    }

    /// The changes of the records that are not in `among` and whose uniqueness follows from the values that moved, with the
    /// status each had.
    pub fn neighbours(
        &self,
        among: &dyn Fn(RecordId) -> bool,
    ) -> Result<Vec<(Status, RecordChange)>> {
        let mut ids = BTreeMap::new();
        for touched in &self.touched {
            for (id, status) in self.holders(touched)?.iter() {
                if !among(*id) && !status.is_frozen() && *status != Status::Discarded {
                    ids.insert(*id, *status);
                }
            }
        }
        let mut changes = Vec::new();
        for (id, status) in ids {
            let record = self.store.record(id)?;
            let verdict = self.again_unique(&record)?;
            // What nobody has asked the validator about does not become ready by this.
            let after = if self.has_validator() && record.checked_by.is_none() {
                Status::Rejected
            } else {
                self::status(&verdict.problems)
            };
            changes.extend(change_to(&record, verdict, after).map(|change| {
                let checked = Checked::AsBefore;
                (status, RecordChange { checked, ..change })
            }));
        }
        Ok(changes)
    }

    /// A record's problems as they stand, but for its uniqueness, which is decided again.
    pub fn again_unique(&self, record: &StoredRecord) -> Result<Verdict> {
        let values = values_of(record);
        let mut problems = record.problems.clone();
        if let Ok(row) = Row::read(&self.layout, record.text.form, &record.text.bytes) {
            problems.retain(|problem| !is_unique(problem));
            self.add_repeated(record, &row, &values, &mut problems)?;
        }
        Ok(Verdict { values, problems })
    }

    /// Adds a problem for each value of a record that another one had before.
    fn add_repeated(
        &self,
        record: &StoredRecord,
        row: &Row<'_>,
        values: &Values,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        for unique in self.checker().uniqueness() {
            let name = unique.name();
            let Some(value) = values.get(&name) else {
                continue;
            };
            let first = match self.rival(record.id, &held(&name, value))? {
                None => continue,
                Some(Rival::Record(id)) => Some(id.0),
                Some(Rival::Passed) => None,
            };
            let mut problem = self.checker().duplicate(unique, row, first);
            if first.is_none() {
                // The load knew the number of the passed record; a sentence that names it is better than a new one.
                let known = record
                    .problems
                    .iter()
                    .find(|known| says(known, &problem, unique));
                problem = known.cloned().unwrap_or(problem);
            }
            problems.insert(self.checker().place(&problem, &*problems), problem);
        }
        Ok(())
    }

    fn rival(&self, id: RecordId, held: &Held) -> Result<Option<Rival>> {
        // A passed record was always the first with its value.
        let (name, value) = held;
        let is_known = self.knows_keys || !name.is_empty();
        if is_known && self.store.has_passed(self.run, name, value)? {
            return Ok(Some(Rival::Passed));
        }
        let holders = self.holders(held)?;
        let rival = holders.iter().find(|(other, status)| {
            *other != id && *status != Status::Discarded && (*other < id || status.is_frozen())
        });
        Ok(rival.map(|(other, _)| Rival::Record(*other)))
    }

    /// Who has a value once the moved values are theirs.
    fn holders(&self, held: &Held) -> Result<Rc<Holders>> {
        if let Some(crowd) = self.crowds.borrow().get(held) {
            return Ok(Rc::clone(crowd));
        }
        let mut holders = self.store.holders(self.run, &held.0, &held.1)?;
        if !self.moved.is_empty() {
            holders.retain(|(id, _)| !self.moved.contains(id));
            holders.extend(self.arrived.get(held).into_iter().flatten());
            holders.sort_unstable_by_key(|(id, _)| *id);
        }
        let holders = Rc::new(holders);
        if holders.len() > CROWD {
            self.crowds
                .borrow_mut()
                .insert(held.clone(), Rc::clone(&holders));
        }
        Ok(holders)
    }
}

/// What a record has in the fields that must differ, as it is stored.
pub(super) fn values_of(record: &StoredRecord) -> Values {
    Values {
        key: record.key.clone(),
        unique: record.unique.clone(),
    }
}

fn held(name: &str, value: &str) -> Held {
    (name.to_owned(), value.to_owned())
}

/// Whether a known problem says what this one says, but perhaps names the earlier record.
fn says(known: &Problem, problem: &Problem, unique: &Unique) -> bool {
    // Where the contract has a sentence of its own, the hint names the record.
    let same_words = if unique.message.is_empty() {
        known.hint == problem.hint
    } else {
        known.message == problem.message
    };
    let about = |problem: &Problem| {
        (
            problem.detail.clone(),
            problem.path.clone(),
            problem.found.clone(),
            problem.severity,
            problem.owner.clone(),
        )
    };
    is_unique(known) && same_words && about(known) == about(problem)
}

/// The fault of a contract whose check does not come to an end.
pub(super) fn endless(runaway: &Runaway, contract: &Contract, place: &str) -> Fault {
    let fault = Fault::usage(
        "contract:runaway",
        format!("{}: {} (at {place})", runaway.part, runaway.message),
    )
    .hint(&runaway.hint);
    contract.pointing_at(runaway, fault)
}

/// Names the group of a problem.
pub(super) fn title(contract: &Contract, problem: &Problem) -> String {
    contract.checker.title(problem)
}

/// What a verdict changes about a record whose text stays; `None` when nothing.
pub(super) fn change(record: &StoredRecord, verdict: Verdict) -> Option<RecordChange> {
    let status = status(&verdict.problems);
    change_to(record, verdict, status)
}

/// The same with a status that does not follow from the problems alone.
fn change_to(record: &StoredRecord, verdict: Verdict, status: Status) -> Option<RecordChange> {
    let same = status == record.status
        && verdict.values == values_of(record)
        && same_problems(&verdict.problems, &record.problems);
    (!same).then_some(RecordChange {
        record: record.id,
        version: record.version,
        text: None,
        status,
        key: verdict.values.key,
        unique: verdict.values.unique,
        problems: verdict.problems,
        checked: Checked::Whole,
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
    problems.into_iter().any(Problem::rejects)
}

/// Whether two lists hold the same problems, in whatever order.
fn same_problems(a: &[Problem], b: &[Problem]) -> bool {
    // Nearly always in the same order, and a hostile record has very many.
    a == b || (a.len() == b.len() && a.iter().all(|problem| b.contains(problem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    mod uniqueness;
    mod warnings;
}
