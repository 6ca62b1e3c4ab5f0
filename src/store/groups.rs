//! The groups of a run: one for each kind of problem.

use anyhow::Result;
use rusqlite::{Row, params, params_from_iter};

use super::{Store, number, query::Query, word};
use crate::{
    filter::Filter,
    model::{Found, Group, GroupId, RecordId, RunId, Severity, ShapeCount, Stage},
};

impl Store {
    /// Different values that the problems of a group are about now, so many at most and the most common first: how many records
    /// have each, and the first of them.
    pub fn values_of(&self, group: GroupId, most: usize) -> Result<Vec<(Found, u64, RecordId)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT found, count(DISTINCT record) AS many, min(record) FROM problem \
             WHERE grp = ?1 AND found IS NOT NULL GROUP BY found ORDER BY many DESC, found LIMIT ?2",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut rows = query.query(params![group.0, most])?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            let found = serde_json::from_str(&row.get::<_, String>(0)?)?;
            values.push((found, number(row, 1)?, RecordId(row.get(2)?)));
        }
        Ok(values)
    }

    /// The records that have this value in a group now.
    pub fn records_with_value(&self, group: GroupId, found: &Found) -> Result<Vec<RecordId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT record FROM problem WHERE grp = ?1 AND found = ?2 ORDER BY record",
        )?;
        let found = serde_json::to_string(found)?;
        let records = query.query_map(params![group.0, found], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(records.collect::<rusqlite::Result<_>>()?)
    }

    /// The path pattern of a group; empty where it is about the whole record.
    pub fn path_of_group(&self, group: GroupId) -> Result<String> {
        Ok(self
            .conn
            .prepare_cached("SELECT path FROM problem_group WHERE id = ?1")?
            .query_row([group.0], |row| row.get(0))?)
    }

    /// The groups of a run, largest first, warnings after what rejects, those with nothing open last. Terms of the filter
    /// that are about problems choose the groups themselves; the others keep those that some record has for which they hold.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn groups(&self, run: RunId, filter: &Filter) -> Result<Vec<Group>> {
        self.check_run(run)?;
        let mut sql = "SELECT id, run, stage, code, detail, path, title, records, problems, open, first_line, last_line, severity, owner, shape \
             FROM problem_group WHERE run = ? AND (records > 0 OR open > 0)"
            .to_owned();
        let mut values = vec![run.0.into()];
        let query = Query::of_groups(filter, run);
        sql.push_str(&query.sql);
        values.extend(query.values);
        sql.push_str(" ORDER BY open = 0, severity, open DESC, id");
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
        severity: word(row, 12, Severity::from_word)?,
        owner: row.get(13)?,
        template: row.get(14)?,
        title: row.get(6)?,
        records: number(row, 7)?,
        problems: number(row, 8)?,
        open: number(row, 9)?,
        first_line: number(row, 10)?,
        last_line: number(row, 11)?,
        shapes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Found, Problem},
        store::testing::{problem, put_run, rejected, workspace},
    };

    fn date(text: &str) -> Problem {
        Problem {
            found: Some(Found::Text(text.to_owned())),
            ..problem("format", "/at")
        }
    }

    #[test]
    fn groups_come_largest_first_and_those_with_nothing_open_last() {
        let (_folder, mut store) = workspace();
        let (a, b) = (problem("a", "/x"), problem("b", "/x"));
        let c = problem("c", "/x");
        let run = put_run(
            &mut store,
            &[
                rejected("{}", std::slice::from_ref(&a)),
                rejected("{}", &[b.clone(), c.clone()]),
                rejected("{}", &[b, c]),
                rejected("{}", &[a]),
            ],
        );
        store
            .write(|tx| Ok(tx.execute("UPDATE problem_group SET open = 0 WHERE code = 'a'", [])?))
            .unwrap();
        let groups = store.groups(run, &Filter::default()).unwrap();
        let seen: Vec<_> = groups
            .iter()
            .map(|group| (group.code.as_str(), group.open, group.records))
            .collect();
        assert_eq!(seen, [("b", 2, 2), ("c", 2, 2), ("a", 0, 2)]);
        assert_eq!((groups[2].first_line, groups[2].last_line), (1, 4));
    }

    #[test]
    fn what_rejects_comes_before_warnings_and_what_is_open_before_what_is_not() {
        let (_folder, mut store) = workspace();
        let warning = |code: &str| Problem {
            severity: Severity::Warning,
            ..problem(code, "/x")
        };
        let (often, once) = (warning("often"), warning("once"));
        let run = put_run(
            &mut store,
            &[
                rejected("{}", &[often.clone(), problem("a", "/x")]),
                rejected("{}", &[often, once, problem("b", "/x")]),
            ],
        );
        store
            .write(|tx| Ok(tx.execute("UPDATE problem_group SET open = 0 WHERE code = 'a'", [])?))
            .unwrap();
        let groups = store.groups(run, &Filter::default()).unwrap();
        let codes: Vec<_> = groups.iter().map(|group| group.code.as_str()).collect();
        assert_eq!(codes, ["b", "often", "once", "a"]);
    }

    #[test]
    fn a_group_counts_records_problems_and_shapes() {
        let (_folder, mut store) = workspace();
        let run = put_run(
            &mut store,
            &[
                rejected("{}", &[date("2025"), date("31/12/2025")]),
                rejected("{}", &[date("30/11/2025")]),
            ],
        );
        let [group] = store
            .groups(run, &Filter::default())
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!((group.records, group.problems, group.open), (2, 3, 2));
        let shapes: Vec<_> = group
            .shapes
            .iter()
            .map(|shape| (shape.shape.as_str(), shape.count))
            .collect();
        assert_eq!(shapes, [("99/99/9999", 2), ("9999", 1)]);
    }

    #[test]
    fn groups_belong_to_one_run() {
        let (_folder, mut store) = workspace();
        let samples = [rejected("{}", &[problem("a", "/x")])];
        let first = put_run(&mut store, &samples);
        let second = put_run(&mut store, &samples);
        let of = |run| store.groups(run, &Filter::default()).unwrap();
        assert_eq!((of(first).len(), of(second).len()), (1, 1));
        assert_ne!(of(first)[0].id, of(second)[0].id);
        assert!(store.groups(RunId(3), &Filter::default()).is_err());
    }
}
