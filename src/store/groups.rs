//! The groups of a run: one for each kind of problem.

use anyhow::Result;
use rusqlite::{Row, params_from_iter};

use super::{Store, number, query::Query, word};
use crate::{
    filter::Filter,
    model::{Group, GroupId, RunId, ShapeCount, Stage},
};

impl Store {
    /// The groups of a run that some record of the filter has (all of them when it asks for nothing but a run), largest
    /// first, those with nothing open last.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn groups(&self, run: RunId, filter: &Filter) -> Result<Vec<Group>> {
        self.check_run(run)?;
        let mut sql = "SELECT id, run, stage, code, detail, path, title, records, problems, open, first_line, last_line \
             FROM problem_group g WHERE run = ?"
            .to_owned();
        let mut values = vec![run.0.into()];
        if let Some(query) = Query::of(filter, run).narrowing() {
            sql.push_str(" AND g.id IN (SELECT grp FROM problem WHERE record IN (");
            sql.push_str(&query.sql);
            sql.push_str("))");
            values.extend(query.values);
        }
        sql.push_str(" ORDER BY open DESC, id");
        let mut groups: Vec<Group> = self
            .conn
            .prepare_cached(&sql)?
            .query_map(params_from_iter(values), group)?
            .collect::<rusqlite::Result<_>>()?;
        let mut shapes = self.conn.prepare_cached(
            "SELECT shape, count, example FROM group_shape WHERE grp = ?1 ORDER BY count DESC, shape",
        )?;
        for group in &mut groups {
            group.shapes = shapes
                .query_map([group.id.0], |row| {
                    Ok(ShapeCount {
                        shape: row.get(0)?,
                        count: number(row, 1)?,
                        example: row.get(2)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
        }
        Ok(groups)
    }
}

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: GroupId(row.get(0)?),
        run: RunId(row.get(1)?),
        stage: word(row, 2, Stage::from_word)?,
        code: row.get(3)?,
        detail: row.get(4)?,
        path: row.get(5)?,
        title: row.get(6)?,
        records: number(row, 7)?,
        problems: number(row, 8)?,
        open: number(row, 9)?,
        first_line: number(row, 10)?,
        last_line: number(row, 11)?,
        shapes: Vec::new(),
    })
}
