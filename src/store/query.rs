//! Filters as SQL. Everything a person typed is a bound parameter; the SQL holds only our own words.

use anyhow::Result;
use rusqlite::{Connection, functions::FunctionFlags, params_from_iter, types::Value};

use super::Store;
use crate::{
    filter::{Filter, Term, Wanted},
    model::{RecordId, RunId},
};

/// A `SELECT` of record numbers in order, and the values of its parameters.
#[derive(Debug)]
pub(super) struct Query {
    pub sql: String,
    pub values: Vec<Value>,
    narrows: bool,
}

impl Query {
    /// The records of a run that pass a filter. The filter's own `run:` terms hold as well.
    pub fn of(filter: &Filter, run: RunId) -> Self {
        let only_run = Term {
            negated: false,
            wanted: Wanted::Run(run),
        };
        let terms: Vec<&Term> = filter
            .terms
            .iter()
            .filter(|term| **term != only_run)
            .collect();
        let mut query = Self {
            sql: String::new(),
            values: Vec::new(),
            narrows: !terms.is_empty(),
        };
        query.write(run, &terms);
        query
    }

    /// This query, if it leaves any record of the run out.
    pub fn narrowing(self) -> Option<Self> {
        self.narrows.then_some(self)
    }

    fn write(&mut self, run: RunId, terms: &[&Term]) {
        // The list behind one problem on the screen: the index alone answers it, without a look at the records.
        if let [term] = terms
            && !term.negated
            && let Wanted::Problem(groups) = &term.wanted
        {
            self.sql.push_str(
                "SELECT DISTINCT p.record FROM problem_group g CROSS JOIN problem p ON p.grp = g.id WHERE g.id IN ",
            );
            self.list(groups.iter().map(|group| group.0.into()));
            self.sql.push_str(" AND g.run = ?");
            self.values.push(run.0.into());
            self.sql.push_str(" ORDER BY p.record");
            return;
        }
        self.sql
            .push_str("SELECT r.id FROM record r WHERE r.run = ?");
        self.values.push(run.0.into());
        for term in terms {
            self.sql.push_str(" AND ");
            if term.negated {
                self.sql.push_str("NOT ");
            }
            self.sql.push('(');
            self.term(run, &term.wanted);
            self.sql.push(')');
        }
        self.sql.push_str(" ORDER BY r.id");
    }

    fn term(&mut self, run: RunId, wanted: &Wanted) {
        match wanted {
            Wanted::Run(run) => {
                self.sql.push_str("r.run = ?");
                self.values.push(run.0.into());
            }
            Wanted::Status(statuses) => {
                self.sql.push_str("r.status IN ");
                self.list(statuses.iter().map(|status| text(status.word())));
            }
            Wanted::Stage(stages) => self.has_problem(run, |query| {
                query.sql.push_str("stage IN ");
                query.list(stages.iter().map(|stage| text(stage.word())));
            }),
            Wanted::Field(patterns) => self.has_problem(run, |query| {
                query.sql.push_str("path IN ");
                query.list(patterns.iter().map(|pattern| text(pattern)));
            }),
            Wanted::Error(words) => self.has_problem(run, |query| {
                query.sql.push_str("(code IN ");
                query.list(words.iter().map(|word| text(word)));
                query.sql.push_str(" OR detail IN ");
                query.list(words.iter().map(|word| text(word)));
                query.sql.push(')');
            }),
            Wanted::Problem(groups) => self.has_problem(run, |query| {
                query.sql.push_str("id IN ");
                query.list(groups.iter().map(|group| group.0.into()));
            }),
            Wanted::Row(first, last) => {
                self.sql.push_str("r.id BETWEEN ? AND ?");
                self.values.extend([first.0.into(), last.0.into()]);
            }
            Wanted::Text(wanted) => {
                self.sql.push_str(
                    "has_text(r.key, ?) OR has_text((SELECT bytes FROM content WHERE id = r.content), ?) \
                     OR EXISTS (SELECT 1 FROM problem WHERE record = r.id AND has_text(message, ?))",
                );
                let wanted = text(&wanted.to_lowercase());
                self.values.extend([wanted.clone(), wanted.clone(), wanted]);
            }
        }
    }

    /// Has a problem of a group of the run for which `condition` holds.
    fn has_problem(&mut self, run: RunId, condition: impl FnOnce(&mut Self)) {
        self.sql.push_str(
            "r.id IN (SELECT record FROM problem WHERE grp IN (SELECT id FROM problem_group WHERE run = ? AND ",
        );
        self.values.push(run.0.into());
        condition(self);
        self.sql.push_str("))");
    }

    fn list(&mut self, values: impl Iterator<Item = Value>) {
        let before = self.values.len();
        self.values.extend(values);
        let marks = vec!["?"; self.values.len() - before];
        self.sql.push('(');
        self.sql.push_str(&marks.join(", "));
        self.sql.push(')');
    }
}

impl Store {
    /// The numbers of the records of a run that pass a filter, in order.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn ids(&self, run: RunId, filter: &Filter) -> Result<Vec<RecordId>> {
        self.check_run(run)?;
        let query = Query::of(filter, run);
        let mut select = self.conn.prepare_cached(&query.sql)?;
        let ids = select.query_map(params_from_iter(query.values), |row| {
            Ok(RecordId(row.get(0)?))
        })?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}

/// Adds `has_text(text or blob, wanted)`: whether `wanted`, given in lower case, is contained, case ignored. `LIKE` would
/// ignore the case of ASCII letters only, stop at a NUL and fail on long patterns.
pub(super) fn add_functions(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function("has_text", 2, flags, |context| {
        let wanted = context.get_raw(1).as_str()?;
        Ok(match context.get_raw(0).as_bytes_or_null()? {
            None => false,
            Some(hay) => has_text(hay, wanted),
        })
    })
}

fn has_text(hay: &[u8], wanted: &str) -> bool {
    let Some(first) = wanted.bytes().next() else {
        return true;
    };
    if hay.is_ascii() {
        let wanted = wanted.as_bytes();
        return memchr::memchr2_iter(first, first.to_ascii_uppercase(), hay).any(|at| {
            hay.get(at..at + wanted.len())
                .is_some_and(|here| here.eq_ignore_ascii_case(wanted))
        });
    }
    String::from_utf8_lossy(hay).to_lowercase().contains(wanted)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
