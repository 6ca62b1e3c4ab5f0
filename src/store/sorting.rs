//! Lists of records in another order than that of their numbers.

use anyhow::Result;
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    params_from_iter,
    types::Value as SqlValue,
};
use serde_json::Value;

use super::{Store, query::Query};
use crate::{
    filter::Filter,
    model::{Form, Layout, Path, RecordId, RunId, Sort, SortBy, Status},
    row::Row,
};

/// Where a list's problem at a pattern with positions stands in a record; without one, the first position.
const AT: &str = "coalesce((SELECT p.path FROM problem p JOIN problem_group g ON g.id = p.grp \
     WHERE p.record = r.id AND g.path = ? ORDER BY p.n LIMIT 1), ?)";

impl Store {
    /// As [`Store::ids`], in this order.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn sorted_ids(&self, run: RunId, filter: &Filter, sort: &Sort) -> Result<Vec<RecordId>> {
        let query = Query::of(filter, run);
        let mut values = query.values;
        let key = match &sort.by {
            SortBy::Record => {
                let mut ids = self.ids(run, filter)?;
                if sort.reversed {
                    ids.reverse();
                }
                return Ok(ids);
            }
            SortBy::State => status_key(),
            SortBy::Field(pattern) => {
                let first = Path::parse(pattern).unwrap_or_default().at_first();
                let first = first.as_str().to_owned();
                let at = if *pattern == first { "?" } else { AT };
                if *pattern != first {
                    values.push(SqlValue::Text(pattern.clone()));
                }
                values.push(SqlValue::Text(first));
                let layout = serde_json::to_string(&self.layout(run)?)?;
                values.push(SqlValue::Text(layout));
                format!("value_at({at}, ?, c.form, c.bytes)")
            }
        };
        self.check_run(run)?;
        let content = match sort.by {
            SortBy::Field(_) => "CROSS JOIN content c ON c.id = r.content",
            _ => "",
        };
        let direction = if sort.reversed { "DESC" } else { "ASC" };
        // The filter's own list drives: the other tables are looked up record by record.
        let sql = format!(
            "WITH q(id) AS ({}) SELECT r.id FROM q CROSS JOIN record r ON r.id = q.id {content} \
             ORDER BY {key} {direction}, r.id",
            query.sql
        );
        let mut select = self.conn.prepare_cached(&sql)?;
        let ids = select.query_map(params_from_iter(values), |row| Ok(RecordId(row.get(0)?)))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}

fn status_key() -> String {
    let mut key = "CASE r.status".to_owned();
    for (n, status) in Status::ALL.into_iter().enumerate() {
        key.push_str(&format!(" WHEN '{}' THEN {n}", status.word()));
    }
    key + " END"
}

/// Adds `value_at(path, layout, form, bytes)`: what a record is put in order by.
pub(super) fn add_functions(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    conn.create_scalar_function("value_at", 4, flags, |context| {
        let path = kept(context, 0, |text| Path::parse(text).ok_or("no path"))?;
        let layout = kept(context, 1, |text| {
            serde_json::from_str::<Layout>(text).map_err(|_| "no layout")
        })?;
        let form = Form::from_word(context.get_raw(2).as_str()?);
        let bytes = context.get_raw(3).as_bytes()?;
        let row = form.and_then(|form| Row::read(&layout, form, bytes).ok());
        Ok(row.map_or(SqlValue::Null, |row| value_at(&row, &path)))
    })
}

/// An argument, parsed once a statement where it stays the same.
fn kept<T: Send + Sync + 'static>(
    context: &Context<'_>,
    at: std::os::raw::c_int,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> rusqlite::Result<std::sync::Arc<T>> {
    context.get_or_create_aux(
        at,
        |text| -> Result<T, Box<dyn std::error::Error + Send + Sync>> {
            Ok(parse(text.as_str()?)?)
        },
    )
}

fn value_at(row: &Row<'_>, path: &Path) -> SqlValue {
    match row {
        Row::Cells(cells) => {
            let name = path.segments().collect::<Vec<_>>().join(".");
            let column = cells.columns.iter().position(|column| *column == name);
            column.map_or(SqlValue::Null, |column| ordered(&cells.get(column)))
        }
        Row::Json(document) => match document.value.pointer(path.as_str()) {
            None | Some(Value::Null) => SqlValue::Null,
            Some(Value::String(text)) => ordered(text),
            Some(Value::Number(number)) => ordered(&number.to_string()),
            Some(other) => SqlValue::Text(other.to_string()),
        },
    }
}

/// A text as it is compared: as a number where it is one.
fn ordered(text: &str) -> SqlValue {
    let text = text.trim();
    if text.is_empty() {
        return SqlValue::Null;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return SqlValue::Integer(whole);
    }
    // Words such as "inf" would be numbers too.
    let is_number = |number: &f64| number.is_finite() && !text.contains(char::is_alphabetic);
    match text.parse::<f64>().ok().filter(is_number) {
        Some(number) => SqlValue::Real(number),
        None => SqlValue::Text(text.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Found, Problem},
        store::testing::{Sample, problem, put_run, put_run_as, rejected, workspace},
    };

    fn sorted(store: &Store, run: RunId, by: SortBy, reversed: bool) -> Vec<i64> {
        let sort = Sort { by, reversed };
        let ids = store.sorted_ids(run, &Filter::default(), &sort).unwrap();
        ids.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn what_is_missing_comes_first_then_numbers_then_texts_and_what_is_alike_by_its_number() {
        let (_folder, mut store) = workspace();
        let layout = Layout::Csv {
            columns: vec!["id".to_owned(), "n".to_owned()],
            delimiter: ',',
        };
        let values = ["b", "10", "9", "", "B", "9.5", "a"];
        let samples = values.map(|value| rejected(&format!("x,{value}"), &[]));
        let run = put_run_as(&mut store, &layout, &samples);
        let by = || SortBy::Field("/n".to_owned());
        assert_eq!(sorted(&store, run, by(), false), [4, 3, 6, 2, 7, 1, 5]);
        assert_eq!(sorted(&store, run, by(), true), [1, 5, 7, 2, 6, 3, 4]);
        let record = || SortBy::Record;
        assert_eq!(sorted(&store, run, record(), true), [7, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_position_is_that_of_the_problem_else_the_first() {
        let (_folder, mut store) = workspace();
        let found = |path: &str| Problem {
            found: Some(Found::Text("x".to_owned())),
            ..problem("type", path)
        };
        let run = put_run(
            &mut store,
            &[
                rejected(r#"{"lines":[{"q":1},{"q":30}]}"#, &[found("/lines/1/q")]),
                rejected(r#"{"lines":[{"q":20},{"q":2}]}"#, &[]),
                rejected("cannot be read", &[]),
            ],
        );
        let by = || SortBy::Field("/lines/[]/q".to_owned());
        assert_eq!(sorted(&store, run, by(), false), [3, 2, 1]);
        assert_eq!(sorted(&store, run, by(), true), [1, 2, 3]);
    }

    #[test]
    fn states_stand_in_their_order_and_the_filter_holds() {
        let (_folder, mut store) = workspace();
        let with = |status: Status| Sample {
            status,
            ..Sample::default()
        };
        let run = put_run(
            &mut store,
            &[
                with(Status::Discarded),
                with(Status::Ready),
                with(Status::Rejected),
                with(Status::Ready),
            ],
        );
        assert_eq!(sorted(&store, run, SortBy::State, false), [3, 2, 4, 1]);
        assert_eq!(sorted(&store, run, SortBy::State, true), [1, 2, 4, 3]);
        let ready = Filter::parse("is:ready").unwrap();
        let sort = Sort {
            by: SortBy::State,
            reversed: false,
        };
        let ids = store.sorted_ids(run, &ready, &sort).unwrap();
        assert_eq!(ids, [RecordId(2), RecordId(4)]);
    }
}
