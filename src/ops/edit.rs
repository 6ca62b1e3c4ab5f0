//! Changing one record.

mod rules;

use std::{sync::Arc, time::Instant};

use anyhow::Result;
use serde_json::Value;

use self::rules::rules;
use super::{
    Workspace,
    certain::for_one_value,
    check::count,
    list::{document, stages_after},
    readings::Readable,
    verdict::{self, Judge, Verdict, rejects, status},
    workspace::{again_if_changed, now},
};
use crate::{
    check::suggest::Suggestion,
    contract::Contract,
    fix::{self, Change, Refusal},
    model::{
        ChangeReport, Fault, Form, Found, Layout, Path, Problem, RecordId, RunId, Stage, StageMark,
        Status, StepKind, Version, Wants,
    },
    row::Row,
    store::{self, Checked, Entry, RecordChange, StoredRecord},
    text,
};

/// What a change would do, without doing it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub text: Version,
    /// The problems of the whole record after the change.
    pub problems: Vec<Problem>,
    /// `None` when the text still cannot be split into fields.
    pub current: Option<Value>,
    /// What the contract wants at `at`.
    pub wants: Wants,
    /// Certain repairs of the value at `at` as it stands in the record now.
    pub suggestions: Vec<Suggestion>,
    /// What the record could be, where it cannot be split into fields as it stands now.
    pub readings: Vec<Readable>,
    /// Why the change cannot be made at all, if so; then `text` is the record's as it is.
    pub refusal: Option<String>,
    /// The record's status, where that alone keeps it from being changed, whatever the change.
    pub closed: Option<Status>,
    /// How the record would stand at each stage after the change: the validator is asked when it is saved. Empty where
    /// nothing changes.
    pub stages: Vec<StageMark>,
}

/// Columns of a label in the history.
const LABEL: usize = 80;

/// Checks the whole record as it would be after `changes`; `at` is the field being edited. Changes nothing.
///
/// # Errors
/// `record:missing`.
pub fn preview(
    workspace: &Workspace,
    id: RecordId,
    changes: &[Change],
    at: &Path,
) -> Result<Preview> {
    let record = workspace.store.record(id)?;
    let desk = Desk::new(workspace, record.run)?;
    let (text, refusal) = match closed(&record) {
        Some(fault) => (record.text.clone(), Some(fault.message)),
        None => match desk.text_after(&record, changes) {
            Ok(text) => (text, None),
            Err(refusal) => (record.text.clone(), Some(refusal.message)),
        },
    };
    let problems = desk.verdict(&record, &text, changes)?.problems;
    Ok(Preview {
        stages: stages_after(workspace, &record, &text, &problems)?,
        problems,
        current: desk.document(&text),
        wants: desk.wants(at),
        suggestions: desk.suggestions(&record, at)?,
        readings: if at.is_root() {
            desk.readings(workspace, &record)?
        } else {
            Vec::new()
        },
        refusal,
        closed: closed(&record).map(|_| record.status),
        text,
    })
}

/// Changes a record, checks it, and writes one step. An edit that stays wrong is saved and stays `rejected`; one that
/// changes nothing makes no step. `version` is the version the person saw, if they saw one. Records whose key (or
/// other value that must differ) stood in the way of this one's, or the other way round, are decided again in the same step.
///
/// Without a contract nothing is checked: what was reported at the edited fields is taken for mended, and the record stays
/// `rejected` until [`accept`].
///
/// # Errors
/// `record:frozen` when it is on its way or was sent; `record:changed` when it is no longer `version`; `edit:refused`.
pub fn edit(
    workspace: &mut Workspace,
    id: RecordId,
    changes: &[Change],
    version: Option<i64>,
) -> Result<ChangeReport> {
    let started = Instant::now();
    again_if_changed(|| try_edit(workspace, id, changes, version, started))
}

/// A person says that a record is ready in the version they saw, if they saw one: one without a contract, or one that a destination refused and that is to be sent
/// again unchanged.
///
/// # Errors
/// `check:contract` when the run's contract finds something wrong, or has not checked the record as a whole: then the check
/// decides. `record:changed`, `record:frozen` and `edit:refused` as for an edit.
pub fn accept(
    workspace: &mut Workspace,
    id: RecordId,
    version: Option<i64>,
) -> Result<ChangeReport> {
    let record = workspace.store.record(id)?;
    if version.is_some_and(|seen| seen != record.version) {
        return Err(store::changed(id).into());
    }
    if let Some(fault) = closed(&record) {
        return Err(fault.into());
    }
    may_accept(workspace, &record)?;
    let mut report = ChangeReport {
        ready: 1,
        ..ChangeReport::default()
    };
    if record.status != Status::Ready {
        let change = RecordChange {
            record: id,
            version: record.version,
            text: None,
            status: Status::Ready,
            key: record.key,
            unique: record.unique,
            problems: (record.problems.into_iter())
                .filter(|problem| !problem.rejects())
                .collect(),
            // A person overrules the destination, and not the check: its verdict grows old as before.
            checked: Checked::AsBefore,
        };
        let label = format!("record {id} is right as it is");
        let (author, at) = (workspace.author.clone(), now());
        let entry = Entry::new(record.run, StepKind::Edit, (&author, &at), &label);
        // Only warnings stay, whose groups have a name.
        let title = |problem: &Problem| problem.code.clone();
        report.step = workspace.store.apply(&entry, &[change], &title)?;
    }
    tracing::info!(target: "redrive", event = "accept", run = record.run.0, record = id.0);
    Ok(report)
}

/// Whether a person may say of a record that it is ready.
fn may_accept(workspace: &Workspace, record: &StoredRecord) -> Result<()> {
    let id = record.id;
    let desk = Desk::new(workspace, record.run)?;
    if desk.document(&record.text).is_none() {
        return Err(Fault::usage(
            "edit:refused",
            format!("record {id} cannot be split into fields, so it cannot be sent"),
        )
        .hint("correct its text first")
        .into());
    }
    if let Some(judge) = &desk.judge {
        let checks = judge.contract().checks;
        let is_checked = |number| workspace.is_alike(number, &checks);
        if !record.checked_by.is_some_and(is_checked) {
            return Err(Fault::usage(
                "check:contract",
                format!("record {id} was not checked against the contract of its run, so nobody knows whether it is ready"),
            )
            .hint(format!("check it: redrive check --run {} row:{id}", record.run))
            .into());
        }
        let found = judge.verdict(record, &record.text)?.problems;
        let decides = |problem: &&Problem| problem.stage != Stage::Send;
        if rejects(found.iter().filter(decides)) {
            return Err(Fault::usage(
                "check:contract",
                format!("record {id} has a contract, so the check decides whether it is ready"),
            )
            .hint("correct its problems")
            .into());
        }
    }
    Ok(())
}

fn try_edit(
    workspace: &mut Workspace,
    id: RecordId,
    changes: &[Change],
    version: Option<i64>,
    started: Instant,
) -> Result<ChangeReport> {
    let seen = workspace.store.changes()?;
    let record = workspace.store.record(id)?;
    if version.is_some_and(|version| version != record.version) {
        return Err(store::changed(id).into());
    }
    if let Some(fault) = closed(&record) {
        return Err(fault.into());
    }
    let mut desk = Desk::new(workspace, record.run)?;
    let text = desk
        .text_after(&record, changes)
        .map_err(|refusal| Fault::usage("edit:refused", refusal.message).hint(refusal.hint))?;
    let (mut report, written) = desk.consequences(&record, &text, changes)?;
    let label = desk.label(&record, &text, changes);
    let what = rules(
        &record,
        (desk.document(&record.text), desk.document(&text)),
        changes,
    )?;
    let contract = desk.contract();
    if !written.is_empty() {
        let (author, at) = (workspace.author.clone(), now());
        let entry = Entry {
            seen: Some(seen),
            what: what.as_deref(),
            ..Entry::new(record.run, StepKind::Edit, (&author, &at), &label)
        };
        let title = |problem: &Problem| match &contract {
            Some(contract) => verdict::title(contract, problem),
            None => problem.message.clone(),
        };
        report.step = workspace.store.apply(&entry, &written, &title)?;
    }
    let first = written.first().and_then(|change| change.problems.first());
    tracing::info!(
        target: "redrive",
        event = "edit",
        run = record.run.0,
        record = id.0,
        stage = first.map(|problem| problem.stage.word()),
        code = first.map(|problem| problem.code.as_str()),
        duration_ms = started.elapsed().as_millis() as u64,
    );
    Ok(report)
}

/// Everything one needs to work on records of one run: its layout, and the check where there is a contract.
pub(super) struct Desk<'w> {
    pub layout: Layout,
    pub judge: Option<Judge<'w>>,
}

impl<'w> Desk<'w> {
    pub fn new(workspace: &'w Workspace, run: RunId) -> Result<Self> {
        let judge = match workspace.contract(run)? {
            Some(contract) => Some(Judge::new(workspace, run, contract)?),
            None => None,
        };
        Ok(Self {
            layout: workspace.store.layout(run)?,
            judge,
        })
    }

    pub fn contract(&self) -> Option<Arc<Contract>> {
        self.judge.as_ref().map(Judge::contract)
    }

    pub fn wants(&self, at: &Path) -> Wants {
        let judge = self.judge.as_ref();
        judge.map_or_else(Wants::default, |judge| judge.checker().wants(at))
    }

    pub fn document(&self, text: &Version) -> Option<Value> {
        let checker = self.judge.as_ref().map(Judge::checker);
        document(&self.layout, checker, text)
    }

    /// The text of a record with these changes made.
    pub fn text_after(
        &self,
        record: &StoredRecord,
        changes: &[Change],
    ) -> Result<Version, Refusal> {
        let document = self.document(&record.text).unwrap_or(Value::Null);
        // What a check will not read as a number must not be taken for one here.
        let stays_text = record.text.form == Form::Csv
            && self
                .judge
                .as_ref()
                .is_some_and(|judge| !judge.checker().coerces());
        let wants = |path: &Path| {
            if stays_text {
                Wants::default()
            } else {
                self.wants(path)
            }
        };
        let text = fix::apply(&self.layout, &record.text, changes, &wants, &document)?;
        // What a tool said of a record does not become the record when it is put back.
        Ok(match record.raw() {
            raw if raw.form == Form::Excerpt && raw.bytes == text.bytes => raw.clone(),
            _ => text,
        })
    }

    /// What is wrong with a record once it has this text. A text that stays keeps what is known about it.
    pub fn verdict(
        &self,
        record: &StoredRecord,
        text: &Version,
        changes: &[Change],
    ) -> Result<Verdict> {
        if *text == record.text {
            return Ok(Verdict {
                values: verdict::values_of(record),
                problems: record.problems.clone(),
            });
        }
        match &self.judge {
            Some(judge) => judge.verdict(record, text),
            None => Ok(Verdict {
                values: verdict::values_of(record),
                problems: unchecked(&self.layout, record, text, changes),
            }),
        }
    }

    /// What an edit changes, the edited record first.
    fn consequences(
        &mut self,
        record: &StoredRecord,
        text: &Version,
        changes: &[Change],
    ) -> Result<(ChangeReport, Vec<RecordChange>)> {
        if let Some(judge) = &mut self.judge {
            judge.move_to(record, &judge.values(text));
        }
        let mut verdict = self.verdict(record, text, changes)?;
        let mut report = ChangeReport::default();
        let mut written = Vec::new();
        if *text == record.text {
            count(&mut report, record.status, record.status);
            return Ok((report, written));
        }
        if let Some(judge) = &self.judge {
            let mut judged = [(record.id, text, verdict)];
            // The work is saved also where nobody can say yet whether it is good.
            let asked = judge.ask(&mut judged, &|| false);
            report.not_checked = asked.err().map(|fault| fault.message);
            [(_, _, verdict)] = judged;
        }
        let Verdict { values, problems } = verdict;
        let is_checked = self.judge.is_some() && report.not_checked.is_none();
        // Without a whole check only a person makes a record ready.
        let after = if is_checked {
            status(&problems)
        } else {
            Status::Rejected
        };
        written.push(RecordChange {
            record: record.id,
            version: record.version,
            text: Some(text.clone()),
            status: after,
            key: values.key,
            unique: values.unique,
            problems,
            checked: is_checked.into(),
        });
        let Some(judge) = &self.judge else {
            report.still_rejected = 1;
            return Ok((report, written));
        };
        count(&mut report, record.status, after);
        for (before, neighbour) in judge.neighbours(&|id| id == record.id)? {
            count(&mut report, before, neighbour.status);
            written.push(neighbour);
        }
        Ok((report, written))
    }

    /// Repairs of the value at a path that leave fewer problems there.
    fn suggestions(&self, record: &StoredRecord, at: &Path) -> Result<Vec<Suggestion>> {
        // What a validator would say about another value is not known, so that it proves nothing.
        let own = |problems: &[Problem]| -> Vec<Problem> {
            let mut own = problems.to_vec();
            own.retain(|problem| problem.stage != Stage::Validator);
            own
        };
        let now = problems_at(&own(&record.problems), at);
        let (Some(judge), Some(document), 1..) = (&self.judge, self.document(&record.text), now)
        else {
            return Ok(Vec::new());
        };
        let found = match document.pointer(at.as_str()) {
            None => return Ok(Vec::new()),
            Some(Value::String(text)) => Found::Text(text.clone()),
            Some(value) => Found::Json(value.to_string()),
        };
        let mut kept = Vec::new();
        for suggestion in for_one_value(&found, &self.wants(at)) {
            let change = Change::Json {
                path: at.clone(),
                value: suggestion.value.clone(),
            };
            if let Ok(text) = self.text_after(record, &[change])
                && problems_at(&judge.verdict(record, &text)?.problems, at) < now
            {
                kept.push(suggestion);
            }
        }
        Ok(kept)
    }

    /// What was done, in words: `contact_email  foo@ -> office@example.com`.
    fn label(&self, record: &StoredRecord, text: &Version, changes: &[Change]) -> String {
        let (before, after) = (self.document(&record.text), self.document(text));
        let mut words = Vec::new();
        for path in changes.iter().map(Change::path) {
            let word = if path.is_root() {
                format!("text of record {}", record.id)
            } else {
                let values = [before.as_ref(), after.as_ref()]
                    .map(|document| document.and_then(|document| document.pointer(path.as_str())));
                let (before, after) = text::change_in_words(values[0], values[1]);
                let label = path.label();
                let room = LABEL.saturating_sub(text::width(&label) + 2);
                let change = text::shorten_change(&before, &after, room.max(LABEL / 3));
                format!("{label}  {change}")
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        cut(&words.join(", "), LABEL)
    }
}

/// What stays of a record's problems after an edit that nobody checks.
fn unchecked(
    layout: &Layout,
    record: &StoredRecord,
    text: &Version,
    changes: &[Change],
) -> Vec<Problem> {
    if let Err(problem) = Row::read(layout, text.form, &text.bytes) {
        return vec![*problem];
    }
    let edited: Vec<Path> = changes.iter().map(Change::path).collect();
    let mended = |problem: &Problem| {
        problem.stage == Stage::Parse || edited.iter().any(|path| problem.path.is_within(path))
    };
    let mut problems = record.problems.clone();
    problems.retain(|problem| !mended(problem));
    problems
}

/// Why a record cannot be changed, whatever the change.
pub(super) fn closed(record: &StoredRecord) -> Option<Fault> {
    if record.status.is_frozen() {
        return Some(store::frozen(record.id, record.status));
    }
    (record.status == Status::Discarded).then(|| {
        Fault::usage("edit:refused", format!("record {} is set aside", record.id))
            .hint("restore it first")
    })
}

fn problems_at(problems: &[Problem], at: &Path) -> usize {
    problems
        .iter()
        .filter(|problem| problem.path.is_within(at))
        .count()
}

/// At most so many characters, as they are: faces make them safe.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::StepId,
        ops::{
            redo,
            testing::{Desk as Bench, code, sample},
            undo,
        },
    };

    fn text(path: &str, text: &str) -> Change {
        Change::Text {
            path: Path::parse(path).unwrap(),
            text: text.to_owned(),
        }
    }

    fn save(bench: &mut Bench, id: i64, change: Change) -> ChangeReport {
        edit(&mut bench.workspace, RecordId(id), &[change], None).unwrap()
    }

    #[test]
    fn an_edit_that_mends_the_last_problem_makes_a_record_ready() {
        let mut bench = Bench::checked(&["A1,foo@,30,Open", "A2,,12,Open"]);
        assert_eq!(bench.look(1), "A1,foo@,30,Open | rejected | format@/email");
        let report = save(&mut bench, 1, text("/email", "office@example.com"));
        assert_eq!((report.checked, report.ready), (1, 1));
        assert_eq!(bench.look(1), "A1,office@example.com,30,Open | ready | ");
        let history = bench.workspace.store.history(None).unwrap();
        assert_eq!(history[0].label, "email  foo@ -> office@example.com");

        let report = save(&mut bench, 2, text("/age", "13"));
        assert_eq!((report.still_rejected, report.ready), (1, 0));
        assert_eq!(
            bench.look(2),
            "A2,,13,Open | rejected | required@/email ADULT@/age"
        );
        let broken = save(&mut bench, 1, text("/age", "3"));
        assert_eq!(broken.newly_broken, 1);
    }

    #[test]
    fn an_edit_that_changes_nothing_makes_no_step() {
        let mut bench = Bench::checked(&["A1,foo@,30,Open"]);
        let report = save(&mut bench, 1, text("/email", "foo@"));
        assert_eq!((report.step, report.still_rejected), (None, 1));
    }

    #[test]
    fn a_key_that_is_freed_or_taken_decides_its_neighbours_in_the_same_step() {
        let mut bench =
            Bench::checked(&["K,a@b.de,30,Open", "K,b@b.de,30,Open", "K,c@b.de,30,Open"]);
        assert_eq!(bench.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        let report = save(&mut bench, 1, text("/id", "L"));
        assert_eq!(
            (report.checked, report.ready, report.still_rejected),
            (3, 2, 1)
        );
        assert_eq!(bench.look(2), "K,b@b.de,30,Open | ready | ");
        assert_eq!(bench.look(3), "K,c@b.de,30,Open | rejected | unique@/id");
        let third = bench.workspace.store.record(RecordId(3)).unwrap();
        assert!(
            third.problems[0].message.contains('2'),
            "{}",
            third.problems[0].message
        );

        // Taking it back, and another key's place, is as exact.
        undo(&mut bench.workspace, None).unwrap();
        assert_eq!(bench.look(1), "K,a@b.de,30,Open | ready | ");
        assert_eq!(bench.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        redo(&mut bench.workspace).unwrap();
        let report = save(&mut bench, 1, text("/id", "K"));
        assert_eq!((report.ready, report.newly_broken), (1, 1));
        assert_eq!(bench.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
    }

    #[test]
    fn a_version_somebody_else_has_changed_is_not_overwritten() {
        let mut bench = Bench::checked(&["A1,foo@,30,Open"]);
        let change = [text("/email", "a@b.de")];
        let seen = bench.workspace.store.record(RecordId(1)).unwrap().version;
        edit(&mut bench.workspace, RecordId(1), &change, Some(seen)).unwrap();
        let late = edit(&mut bench.workspace, RecordId(1), &change, Some(seen));
        assert_eq!(code(&late.unwrap_err()), "record:changed");
    }

    #[test]
    fn an_unreadable_record_is_mended_as_text() {
        let mut bench = Bench::checked(&["A1,foo@,30"]);
        assert_eq!(bench.look(1), "A1,foo@,30 | rejected | csv:field_count@");
        let refused = edit(
            &mut bench.workspace,
            RecordId(1),
            &[text("/age", "3")],
            None,
        );
        assert_eq!(code(&refused.unwrap_err()), "edit:refused");
        save(&mut bench, 1, Change::Raw(b"A1,a@b.de,30,Open".to_vec()));
        assert_eq!(bench.look(1), "A1,a@b.de,30,Open | ready | ");
        let history = bench.workspace.store.history(None).unwrap();
        assert_eq!(history[0].label, "text of record 1");
    }

    #[test]
    fn without_a_contract_only_a_person_makes_a_record_ready() {
        let mut broken = sample(r#"{"id":"A1","age":"x"}"#);
        broken.problems = vec![
            crate::store::testing::problem("int_parsing", "/age"),
            crate::store::testing::problem("missing", "/email"),
        ];
        let mut bench = Bench::new(&Layout::Json, &[broken]);
        let report = save(&mut bench, 1, text("/age", "30"));
        assert_eq!(
            (report.checked, report.ready, report.still_rejected),
            (0, 0, 1)
        );
        assert!(
            bench.look(1).ends_with("| rejected | missing@/email"),
            "{}",
            bench.look(1)
        );
        // Of what was received it was said, not of what somebody has made of it.
        let late = accept(&mut bench.workspace, RecordId(1), Some(1)).unwrap_err();
        assert_eq!(code(&late), "record:changed");
        let report = accept(&mut bench.workspace, RecordId(1), Some(2)).unwrap();
        assert_eq!((report.ready, report.step), (1, Some(StepId(2))));
        assert!(bench.look(1).ends_with("| ready | "), "{}", bench.look(1));
        assert_eq!(
            accept(&mut bench.workspace, RecordId(1), None)
                .unwrap()
                .step,
            None
        );
        undo(&mut bench.workspace, None).unwrap();
        assert!(
            bench.look(1).ends_with("| rejected | missing@/email"),
            "{}",
            bench.look(1)
        );
        undo(&mut bench.workspace, None).unwrap();
        assert!(
            bench
                .look(1)
                .ends_with("| rejected | int_parsing@/age missing@/email")
        );

        let mut checked = Bench::checked(&["A1,foo@,30,Open"]);
        let error = accept(&mut checked.workspace, RecordId(1), None).unwrap_err();
        assert_eq!(code(&error), "check:contract");
    }

    #[test]
    fn what_a_destination_refused_is_sent_again_only_when_changed_or_when_a_person_says_so() {
        let refused = || {
            let mut record = sample(r#"{"id":"A1","email":"a@b.de","age":30}"#);
            record.problems = vec![Problem {
                stage: Stage::Send,
                ..crate::store::testing::problem("http 409", "")
            }];
            let mut bench = Bench::new(&Layout::Json, &[record]);
            bench.check_against(crate::ops::testing::CONTRACT).unwrap();
            bench
        };
        let mut bench = refused();
        assert!(
            bench.look(1).ends_with("| rejected | http 409@"),
            "{}",
            bench.look(1)
        );
        assert_eq!(
            accept(&mut bench.workspace, RecordId(1), None)
                .unwrap()
                .ready,
            1
        );
        assert!(bench.look(1).ends_with("| ready | "), "{}", bench.look(1));
        // The person overruled the destination; the verdict is still the check's, and can grow old.
        assert!(
            bench
                .workspace
                .store
                .record(RecordId(1))
                .unwrap()
                .checked_by
                .is_some()
        );
        let mut bench = refused();
        save(&mut bench, 1, text("/age", "31"));
        assert!(bench.look(1).ends_with("| ready | "), "{}", bench.look(1));
    }

    #[test]
    fn a_person_cannot_accept_what_the_runs_contract_has_not_checked() {
        let good = ["A1,a@b.de,30,Open", "A2,a@b.de,30,Open"];
        let mut bench = Bench::csv(&good);
        bench.check_only(1).unwrap();
        let error = accept(&mut bench.workspace, RecordId(2), None).unwrap_err();
        assert_eq!(code(&error), "check:contract");
        let fault = error.downcast_ref::<Fault>().unwrap();
        let hint = fault.hint.as_deref().unwrap_or_default();
        assert!(hint.ends_with("redrive check --run 1 row:2"), "{hint}");
        assert_eq!(bench.look(2), format!("{} | rejected | ", good[1]));
    }

    #[test]
    fn a_preview_checks_the_whole_record_and_writes_nothing() {
        let bench = Bench::checked(&["A1,foo@,12,open"]);
        let at = Path::parse("/stage").unwrap();
        let id = RecordId(1);
        let before = bench.workspace.store.data_version().unwrap();
        let preview = preview(&bench.workspace, id, &[text("/age", "40")], &at).unwrap();
        let codes: Vec<_> = preview.problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, ["format", "enum"]);
        assert_eq!(preview.text.bytes, b"A1,foo@,40,open");
        assert_eq!(preview.current.unwrap()["age"], 40);
        assert_eq!(preview.refusal, None);
        let suggested: Vec<_> = preview.suggestions.into_iter().map(|s| s.value).collect();
        assert_eq!(suggested, ["Open"]);
        assert_eq!(bench.workspace.store.data_version().unwrap(), before);
        assert_eq!(
            bench.look(1),
            "A1,foo@,12,open | rejected | format@/email enum@/stage ADULT@/age"
        );
    }

    #[test]
    fn labels_name_what_was_changed_and_stay_short() {
        let mut bench = Bench::checked(&["A1,,30,Open"]);
        let long = "x".repeat(200);
        for (change, label) in [
            (
                text("/email", "a@b.de"),
                "email  (missing) -> a@b.de".to_owned(),
            ),
            (
                Change::Unset {
                    path: Path::parse("/age").unwrap(),
                },
                "age  30 -> (missing)".to_owned(),
            ),
            (text("/id", &long), format!("id  A1 -> {}…", "x".repeat(69))),
        ] {
            save(&mut bench, 1, change);
            assert_eq!(bench.workspace.store.history(None).unwrap()[0].label, label);
        }
    }

    #[test]
    fn a_preview_says_how_the_record_would_stand_at_each_stage() {
        let bench = Bench::checked(&["A1,foo@,x,Open"]);
        let check = |changes: &[Change], expected: &str| {
            let preview = preview(&bench.workspace, RecordId(1), changes, &Path::root()).unwrap();
            let marks: Vec<_> = (preview.stages.iter())
                .map(|one| format!("{} {}", one.stage.word(), one.mark.glyph()))
                .collect();
            assert_eq!(marks.join("  "), expected, "{changes:?}");
        };
        check(&[], "");
        check(&[text("/email", "a@b.de")], "parse ✓  schema ✗  rule ?");
        check(&[text("/age", "12")], "parse ✓  schema ✗  rule ✗");
        let both = [text("/age", "20"), text("/email", "a@b.de")];
        check(&both, "parse ✓  schema ✓  rule ✓");
    }
}
