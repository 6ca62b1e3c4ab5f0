//! What the records of a step were and are.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{
    model::{RecordId, Status, StepId, StepKind},
    store::{
        changes::{Current, SAME, State, current, problems_text},
        steps::missing,
        word,
    },
};

/// A record that is about to be turned back or forth.
pub(super) struct Standing {
    pub now: Current,
    /// What it must be to be turned, and what it is afterwards.
    pub here: State,
    pub there: State,
    /// The problems it has and will have, as a step keeps them.
    pub had: String,
    pub has: String,
    /// Whether it stands on the step (back) or on what the step was done on (forth).
    pub is_on_top: bool,
}

/// How a record stands on a step that is to be turned back or forth.
pub(super) fn how_it_stands(
    conn: &Connection,
    step: StepId,
    back: bool,
    record: RecordId,
) -> Result<Standing> {
    let now = current(conn, record)?.ok_or_else(|| missing(record))?;
    let (before, after) = kept(conn, step, record)?;
    let (here, there, expected) = if back {
        (after, before, Some(step))
    } else {
        (before, after, standing_on(conn, record, Some(step))?)
    };
    let had = problems_text(&now.state.problems)?;
    Ok(Standing {
        here: here.state(&now, &had)?,
        there: there.state(&now, &had)?,
        has: there.problems,
        had,
        is_on_top: standing_on(conn, record, None)? == expected,
        now,
    })
}

/// The edit or check a record stands on: the newest one that was not taken back; `None` as loaded. With `below`, as it
/// was before that step.
fn standing_on(
    conn: &Connection,
    record: RecordId,
    below: Option<StepId>,
) -> Result<Option<StepId>> {
    let mut newest = conn.prepare_cached(
        "SELECT s.id, s.kind, s.target FROM step_record r JOIN step s ON s.id = r.step \
         WHERE r.record = ?1 AND r.step < ?2 ORDER BY r.step DESC LIMIT 1",
    )?;
    let mut below = below.map_or(i64::MAX, |step| step.0);
    loop {
        let found = newest
            .query_row([record.0, below], |row| {
                Ok((
                    row.get(0)?,
                    word(row, 1, StepKind::from_word)?,
                    row.get::<_, Option<i64>>(2)?,
                ))
            })
            .optional()?;
        match found {
            None => return Ok(None),
            Some((_, StepKind::Redo, Some(target))) => return Ok(Some(StepId(target))),
            // Before the step that was taken back, the record stood where it stands now.
            Some((_, StepKind::Undo, Some(target))) => below = target,
            // Whether it was sent changes nothing of the record.
            Some((id, StepKind::Settle, _)) => below = id,
            Some((id, _, _)) => return Ok(Some(StepId(id))),
        }
    }
}

/// One side of what a step keeps of a record.
struct Kept {
    /// Without problems and unique values.
    state: State,
    /// As JSON, because what does not change need not be read.
    problems: String,
    unique: Option<String>,
}

impl Kept {
    /// The state; `problems` are those the record has now, as a step keeps them.
    fn state(&self, now: &Current, problems: &str) -> Result<State> {
        let record = now.id;
        let problems = if self.problems == problems {
            now.state.problems.clone()
        } else {
            serde_json::from_str(&self.problems)
                .map_err(|e| anyhow!("a step does not say what was wrong with {record}: {e}"))?
        };
        let unique = match &self.unique {
            Some(unique) => serde_json::from_str(unique)
                .map_err(|e| anyhow!("a step does not say what {record} held: {e}"))?,
            None => BTreeMap::new(),
        };
        Ok(State {
            unique,
            problems,
            ..self.state.clone()
        })
    }
}

/// A record before and after a step.
fn kept(conn: &Connection, step: StepId, record: RecordId) -> Result<(Kept, Kept)> {
    let mut query = conn.prepare_cached(
        "SELECT before_content, before_status, before_key, before_problems, before_checked_by, before_unique, \
                after_content, after_status, after_key, after_problems, after_checked_by, after_unique \
         FROM step_record WHERE step = ?1 AND record = ?2",
    )?;
    let (before, mut after) = query.query_row([step.0, record.0], |row| {
        Ok((kept_side(row, 0)?, kept_side(row, 6)?))
    })?;
    if after.problems == SAME {
        after.problems.clone_from(&before.problems);
    }
    Ok((before, after))
}

/// One side, in six columns.
fn kept_side(row: &Row<'_>, first: usize) -> rusqlite::Result<Kept> {
    let state = State {
        content: row.get(first)?,
        status: word(row, first + 1, Status::from_word)?,
        key: row.get(first + 2)?,
        unique: BTreeMap::new(),
        problems: Vec::new(),
        checked_by: row.get(first + 4)?,
    };
    Ok(Kept {
        state,
        problems: row.get(first + 3)?,
        unique: row.get(first + 5)?,
    })
}
