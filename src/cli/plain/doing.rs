//! What is done to many records at once, and to kept filters.

use std::{io::Write, path::Path as FilePath};

use anyhow::Result;

use super::{
    Talk,
    chosen::Foreseen,
    fixing,
    many::{Many, Said},
    page::{Fixing, Place, Sight},
    results::saved,
    say::records_of,
};
use crate::{
    cli::person::parsed,
    filter::Filter,
    fix::Change,
    model::{Path, Problem, RecordId, RunId},
    ops,
    text::{count, safe},
};

impl<W: Write> Talk<W> {
    /// Does what was foreseen, to exactly those versions of those records.
    pub(super) fn apply(&mut self, sight: &Sight) -> Result<()> {
        let Sight::Foreseen(Some(foreseen)) = sight else {
            return Ok(());
        };
        let (preview, left_out) = (&foreseen.preview, &foreseen.chosen.left_out);
        let workspace = &mut self.workspace;
        let work = |job: &ops::Job| ops::apply_fix(workspace, preview, left_out, job);
        let report = self.work.does(work)?;
        let is_fix = |place: &Place| {
            matches!(
                place,
                Place::Fix(_) | Place::Given(..) | Place::Foreseen(_) | Place::Each(_)
            )
        };
        while self.stack.len() > 1 && self.stack.last().is_some_and(|(place, _)| is_fix(place)) {
            self.stack.pop();
        }
        // The others have been dealt with.
        if let Some((Place::Record { alike, .. }, _)) = self.stack.last_mut() {
            *alike = None;
        }
        self.say(&fixing::fixed(&preview.request.words(), &report))
    }

    /// Leaves a record out of the fix that was foreseen, or takes it in again.
    pub(super) fn leave(&mut self, id: RecordId, sight: &Sight) -> Result<()> {
        let (Sight::Foreseen(Some(foreseen)) | Sight::Each { foreseen, .. }) = sight else {
            return Ok(());
        };
        if !foreseen.changes(id) {
            return self.say(&format!(
                "Record {id} is not among those that would change."
            ));
        }
        let mut chosen = foreseen.chosen.clone();
        let is_out = chosen.left_out.insert(id) || !chosen.left_out.remove(&id);
        // The list of them and what was foreseen lie on each other.
        for (place, _) in &mut self.stack {
            if let Place::Foreseen(here) | Place::Each(here) = place
                && *here == foreseen.chosen
            {
                here.left_out.clone_from(&chosen.left_out);
            }
        }
        let said = if is_out { "left out" } else { "taken in again" };
        let changed = Foreseen {
            chosen,
            ..Foreseen::clone(foreseen)
        }
        .report()
        .changed;
        let changed = count(changed, "record");
        self.say(&format!("Record {id} is {said}: {changed} would change."))
    }

    /// Sets them aside or says what became of them: these records, or none.
    pub(super) fn say_of_many(
        &mut self,
        many: &Many,
        these: &[RecordId],
        reason: String,
    ) -> Result<()> {
        let workspace = &mut self.workspace;
        let words = match many.said {
            Said::Aside => {
                let reason = match reason.as_str() {
                    "" => "set aside in numbered lines".to_owned(),
                    _ => reason,
                };
                let work = |job: &ops::Job| {
                    ops::discard(workspace, &many.filter, &reason, Some(these), job)
                };
                let report = self.work.does(work)?;
                format!(
                    "Set aside: {}. undo takes it back.",
                    count(report.records, "record")
                )
            }
            Said::Sent(sent) => {
                let report = ops::settle(workspace, &many.filter, these, sent, &reason)?;
                let records = count(report.records, "record");
                if sent {
                    format!("Marked as sent: {records}.")
                } else {
                    format!("Ready to send again: {records}. review sends what is ready.")
                }
            }
        };
        self.stack.pop();
        self.say(&words)
    }

    pub(super) fn write_report(&mut self, run: RunId, file: &str) -> Result<()> {
        ops::write_report(&self.workspace, run, FilePath::new(file))?;
        self.stack.pop();
        self.say(&format!(
            "The report on run {run} was written to {}.",
            safe(file)
        ))
    }

    /// Saves what was tried, and says how many others have the problem that it set right.
    pub(super) fn save(&mut self, id: RecordId, change: Change, version: i64) -> Result<()> {
        let path = change.path();
        let mut before = ops::show(&self.workspace, id)?.row.problems;
        before.retain(|problem| problem.path == path && !path.is_root());
        let report = ops::edit(&mut self.workspace, id, &[change], Some(version))?;
        // Back at the record, past the value and the trial.
        while self.stack.len() > 1 && !self.is_at_record() {
            self.stack.pop();
        }
        let mut words = saved(&report);
        if let (Some(problem), Some(_)) = (before.first(), report.step)
            && let Some(others) = self.others(id, problem)?
        {
            words += &format!(
                " {} {} the same problem: fix does one thing to all of them.",
                count(others.records, "other record"),
                if others.records == 1 { "has" } else { "have" }
            );
            if let Some((Place::Record { alike, .. }, _)) = self.stack.last_mut() {
                *alike = Some(Box::new(others));
            }
        }
        self.say(&words)
    }

    /// The other records of a problem that this record had; `None` where there are none, or it still has it.
    fn others(&self, id: RecordId, problem: &Problem) -> Result<Option<Fixing>> {
        let row = ops::show(&self.workspace, id)?.row;
        let groups = ops::groups(&self.workspace, &Filter::of_run(row.run))?;
        let group = groups.into_iter().find(|group| group.holds(problem));
        let group = group
            .filter(|group| group.open > 0 && !row.problems.iter().any(|left| group.holds(left)));
        Ok(group.and_then(|group| {
            Some(Fixing {
                run: row.run,
                group: group.id,
                field: Path::parse(&group.path).filter(|path| !path.is_root())?,
                filter: Filter::of_group(row.run, group.id),
                title: group.title,
                records: group.open,
            })
        }))
    }

    pub(super) fn find(&mut self, line: &str, run: RunId) -> Result<()> {
        let mut filter = parsed(line)?;
        // A filter can name another run: what is said from then on is about that.
        let run = filter.run().unwrap_or(run);
        if filter.run().is_none() {
            filter.terms.extend(records_of(run, None).terms);
        }
        ops::ids(&self.workspace, &filter)?;
        if !line.is_empty() {
            // It is no loss where it cannot be kept.
            let _ = ops::keep_filter(&self.workspace, run, line);
        }
        self.go(Place::Records {
            run,
            filter,
            title: match line {
                "" => "All records".to_owned(),
                line => format!("Records with {line}"),
            },
            typed: (!line.is_empty()).then(|| line.to_owned()),
        });
        Ok(())
    }

    pub(super) fn save_view(&mut self, name: &str, filter: &str) -> Result<()> {
        ops::save_view(&self.workspace, name, filter)?;
        self.say(&format!("Saved as the view {}.", safe(name)))
    }

    pub(super) fn remove_view(&mut self, name: &str) -> Result<()> {
        ops::remove_view(&self.workspace, name)?;
        self.say(&format!("The view {} is removed.", safe(name)))
    }
}
