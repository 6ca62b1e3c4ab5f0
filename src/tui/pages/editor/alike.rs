//! From one edit to all like it: the other records that have the same problem, and the way to fix them alike.

use super::{Editor, draft::Draft};
use crate::{
    filter::Filter,
    model::{Group, Path, Problem, Status},
    text,
    tui::{
        action::Action,
        event::{Cx, FixView, Query, Route, Ticket},
    },
};

/// What is known of the others.
#[derive(Debug, Default)]
pub(super) struct Alike {
    pub asked: Option<Ticket>,
    /// Whether the fix is opened as soon as they are known.
    go: bool,
    /// How they would be fixed, after an edit of a value with this problem.
    known: Option<FixView>,
    problem: Option<Problem>,
}

impl Editor {
    /// How many others have what this record had before it was edited.
    pub(super) fn others_like_it(&self) -> Option<u64> {
        let view = self.alike.known.as_ref()?;
        let is_kept = |found: &&Problem| {
            let kind = |one: &Problem| (one.stage, one.code.clone(), one.detail.clone());
            let asked = self.alike.problem.as_ref();
            asked.is_some_and(|asked| asked.path == found.path && kind(asked) == kind(found))
        };
        // An edit that was saved anyway leaves the record among them.
        let itself = self
            .one
            .row()
            .and_then(|row| row.problems.iter().find(is_kept));
        let others = view.records - u64::from(itself.is_some());
        (others > 0).then_some(others)
    }

    /// The problem of this field, if it has one.
    pub(super) fn problem_at(&self, path: &Path) -> Option<&Problem> {
        let record = self.one.record.as_ref()?;
        let mut found = record.row.problems.iter();
        found.find(|problem| problem.path == *path && !path.is_root())
    }

    /// Looks for the others that have the problem this field had before it was edited.
    pub(super) fn look_for_alike(&mut self, path: &Path, cx: &mut Cx) {
        self.alike = Alike::default();
        if let Some(problem) = self.problem_at(path).cloned() {
            self.ask_for_alike(problem, false, cx);
        }
    }

    /// What was in the box is saved: looks for the others that have the problem the field had, and where they are to be fixed as
    /// well, opens that.
    pub(super) fn go_on_to_alike(&mut self, draft: &mut Draft, cx: &mut Cx) {
        match draft.same.problem.take() {
            Some(problem) if draft.same.is_ticked => self.ask_for_alike(problem, true, cx),
            _ => self.look_for_alike(&draft.path, cx),
        }
    }

    /// The box has opened on a field, or the workspace has changed: how many others have the field's problem.
    pub(super) fn count_alike(&mut self, cx: &mut Cx) {
        let Some(run) = self.one.row().map(|row| row.run) else {
            return;
        };
        let path = self.one.draft.as_ref().map(|draft| draft.path.clone());
        let problem = path.and_then(|path| self.problem_at(&path)).cloned();
        if let Some(draft) = &mut self.one.draft {
            draft.same.problem = problem.or(draft.same.problem.take());
            draft.same.count(run, cx);
        }
    }

    /// With the next action what was said of the others is gone, and so is the offer. What was saved and not told yet is
    /// not there to be forgotten.
    pub(super) fn forget_alike(&mut self) {
        if self.told.is_none() && !self.alike.go {
            self.alike = Alike::default();
        }
    }

    /// Opens the fix of all records like this one: those of the last edit, else those of the field under the cursor.
    pub(super) fn fix_alike(&mut self, cx: &mut Cx) {
        if let Some(view) = self.alike.known.take() {
            return cx.go(Route::Fix(Box::new(view)));
        }
        let path = self.fields.path().cloned();
        let problem = path.and_then(|path| self.problem_at(&path)).cloned();
        if let Some(problem) = problem {
            self.ask_for_alike(problem, true, cx);
        }
    }

    fn ask_for_alike(&mut self, problem: Problem, go: bool, cx: &mut Cx) {
        let Some(run) = self.one.row().map(|row| row.run) else {
            return;
        };
        let query = Query::Alike {
            run,
            problem: Box::new(problem.clone()),
        };
        self.alike = Alike {
            asked: Some(cx.ask(query)),
            go,
            known: None,
            problem: Some(problem),
        };
    }

    pub(super) fn receive_alike(&mut self, ticket: Ticket, group: Option<Group>, cx: &mut Cx) {
        let view = (group.filter(|group| group.open > 0).as_ref()).and_then(view);
        let draft = self.one.draft.as_mut();
        if let Some(draft) = draft.filter(|draft| draft.same.asked == Some(ticket)) {
            let records = view.map_or(0, |view| view.records);
            // The record in the box is among them, unless it is set aside.
            let status = self.one.record.as_ref().map(|record| record.row.status);
            let itself = u64::from(status != Some(Status::Discarded));
            return draft.same.are(Some(records.saturating_sub(itself)));
        }
        self.alike.asked = None;
        if !std::mem::take(&mut self.alike.go) {
            self.alike.known = view;
        } else if let Some(view) = view {
            cx.go(Route::Fix(Box::new(view)));
        } else {
            cx.say("No other record has this problem.");
        }
    }

    /// What is said of the others after an edit: a sentence, and the key that leads to them. Empty where there are none.
    pub(super) fn others(&self) -> (String, String) {
        match self.others_like_it() {
            Some(others) => (
                format!(" {} more like it.", text::thousands(others)),
                format!("  {} Fix all", self.one.keys.of(Action::FixAll)),
            ),
            None => Default::default(),
        }
    }
}

fn view(group: &Group) -> Option<FixView> {
    Some(FixView {
        title: text::safe(&group.title).into_owned(),
        group: group.id,
        field: Path::parse(&group.path).filter(|path| !path.is_root())?,
        filter: Filter::of_group(group.run, group.id),
        records: group.open,
    })
}
