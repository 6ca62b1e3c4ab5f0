//! What a step did to its records.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::params;

use super::{Store, number, records::version};
use crate::model::{RecordId, RunId, StepId, Version};

/// A record's text before a step, and after it.
pub(crate) type Texts = (RecordId, Version, Version);

impl Store {
    /// The records of a step, in their order.
    pub(crate) fn records_of_step(&self, step: StepId) -> Result<Vec<RecordId>> {
        let mut query = self
            .conn
            .prepare_cached("SELECT record FROM step_record WHERE step = ?1 ORDER BY record")?;
        let records = query.query_map([step.0], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(records.collect::<rusqlite::Result<_>>()?)
    }

    /// How many records of each step of a run are sent or on their way, so that they stay as they are. Steps without such records
    /// are left out. Costs as much as was sent.
    pub(crate) fn sent_of_steps(&self, run: RunId) -> Result<HashMap<StepId, u64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.step, count(*) FROM record r JOIN step_record s ON s.record = r.id WHERE r.run = ?1 \
             AND r.status IN ('accepted', 'handed_over', 'sending', 'unknown') GROUP BY s.step",
        )?;
        let sent = query.query_map([run.0], |row| Ok((StepId(row.get(0)?), number(row, 1)?)))?;
        Ok(sent.collect::<rusqlite::Result<_>>()?)
    }

    /// The first records whose text a step changed, so many at most.
    pub(crate) fn texts_of_step(&self, step: StepId, most: usize) -> Result<Vec<Texts>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.record, b.form, b.bytes, a.form, a.bytes FROM step_record s \
             JOIN content b ON b.id = s.before_content JOIN content a ON a.id = s.after_content \
             WHERE s.step = ?1 AND s.before_content <> s.after_content ORDER BY s.record LIMIT ?2",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let texts = query.query_map(params![step.0, most], |row| {
            Ok((RecordId(row.get(0)?), version(row, 1)?, version(row, 3)?))
        })?;
        Ok(texts.collect::<rusqlite::Result<_>>()?)
    }

    /// The text of a record before and after a step; `None` where the step did not change it.
    pub(crate) fn text_of_step(&self, step: StepId, record: RecordId) -> Result<Option<Texts>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.record, b.form, b.bytes, a.form, a.bytes FROM step_record s \
             JOIN content b ON b.id = s.before_content JOIN content a ON a.id = s.after_content \
             WHERE s.step = ?1 AND s.record = ?2 AND s.before_content <> s.after_content",
        )?;
        let mut texts = query.query_map(params![step.0, record.0], |row| {
            Ok((RecordId(row.get(0)?), version(row, 1)?, version(row, 3)?))
        })?;
        Ok(texts.next().transpose()?)
    }

    /// What one fix or edit did, as the steps of a recipe; `None` where it is none.
    pub(crate) fn recipe_step(&self, step: StepId) -> Result<Option<String>> {
        let mut query = (self.conn).prepare_cached("SELECT what FROM step WHERE id = ?1")?;
        Ok(query.query_row([step.0], |row| row.get(0))?)
    }
}
