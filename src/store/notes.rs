//! Notes, and what became of records that were set aside.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::{
    Store,
    steps::{Entry, contract_of, new_step},
    word,
};
use crate::model::{GroupId, Note, NoteAbout, RecordId, RunId, Status, StepId};

impl Store {
    /// Every note on a run, its groups and its records that was not undone, oldest first.
    pub fn notes_of_run(&self, run: RunId) -> Result<Vec<(NoteAbout, Note)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.id, s.author, s.at, n.text, n.about, n.id FROM step s JOIN note n ON n.step = s.id \
             WHERE s.run = ?1 AND s.undone = 0 ORDER BY s.id",
        )?;
        let mut rows = query.query([run.0])?;
        let mut notes = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(5)?;
            let about = match row.get::<_, String>(4)?.as_str() {
                "group" => NoteAbout::Group(GroupId(id)),
                "record" => NoteAbout::Record(RecordId(id)),
                _ => NoteAbout::Run(RunId(id)),
            };
            let note = Note {
                step: StepId(row.get(0)?),
                author: row.get(1)?,
                at: row.get(2)?,
                text: row.get(3)?,
            };
            notes.push((about, note));
        }
        Ok(notes)
    }

    /// Writes a note down, as a step without records.
    pub fn add_note(&mut self, entry: &Entry<'_>, about: NoteAbout, text: &str) -> Result<StepId> {
        self.write(|tx| {
            let contract = contract_of(tx, entry.run)?;
            let step = new_step(tx, entry, contract, None)?;
            tx.execute(
                "INSERT INTO note (step, about, id, text) VALUES (?1, ?2, ?3, ?4)",
                params![step.0, about.word(), about.id(), text],
            )?;
            Ok(step)
        })
    }

    /// The notes on something that were not undone, oldest first.
    pub fn notes(&self, about: NoteAbout) -> Result<Vec<Note>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.id, s.author, s.at, n.text FROM note n JOIN step s ON s.id = n.step \
             WHERE n.about = ?1 AND n.id = ?2 AND s.undone = 0 ORDER BY s.id",
        )?;
        let notes = query.query_map(params![about.word(), about.id()], |row| {
            Ok(Note {
                step: StepId(row.get(0)?),
                author: row.get(1)?,
                at: row.get(2)?,
                text: row.get(3)?,
            })
        })?;
        Ok(notes.collect::<rusqlite::Result<_>>()?)
    }

    /// The run a group belongs to.
    pub fn run_of_group(&self, group: GroupId) -> Result<Option<RunId>> {
        Ok(self
            .conn
            .prepare_cached("SELECT run FROM problem_group WHERE id = ?1")?
            .query_row([group.0], |row| row.get(0).map(RunId))
            .optional()?)
    }

    /// How the records of a run stood before they were set aside last.
    pub fn statuses_before_discard(&self, run: RunId) -> Result<HashMap<RecordId, Status>> {
        let mut query = self.conn.prepare_cached(
            "SELECT r.record, r.before_status FROM step_record r JOIN step s ON s.id = r.step \
             WHERE s.run = ?1 AND r.after_status = 'discarded' AND r.before_status <> 'discarded' ORDER BY s.id",
        )?;
        let rows = query.query_map([run.0], |row| {
            Ok((RecordId(row.get(0)?), word(row, 1, Status::from_word)?))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
