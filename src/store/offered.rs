//! Which values the records of a list have, and how many have each: what a filter that is being typed can go on with.

use std::{
    cmp::Reverse,
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use rusqlite::{Row as SqlRow, params_from_iter};

use super::{
    Store,
    query::{NEWEST_ATTEMPT, Query},
};
use crate::{
    filter::{Filter, Item, Of, Offered, Values, begins},
    model::{Form, Found, Path, RunId, shape_of},
    row::Row,
};

/// So many rows are looked at before it is asked what time it is.
const BETWEEN: usize = 256;
/// So many steps of SQLite are made before it is asked what time it is: a hundred records, or so.
const INSTRUCTIONS: i32 = 2_000;
/// More than anybody looks through.
const MOST: usize = 200;

impl Store {
    /// The values of a field, or of a key, that begin with what is typed, in the records of a run that pass a filter. Looks at
    /// records until that takes too long; what was found until then is given. Where that is nothing, because the records
    /// themselves take too long to find, the values of the run's records are given, which takes half as long again.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub fn offered(
        &self,
        run: RunId,
        filter: &Filter,
        of: &Of,
        typed: &str,
        patience: Duration,
    ) -> Result<Offered> {
        let query = Query::of(filter, run);
        let found = self.counted(run, &query, of, typed, patience)?;
        if found.whole || !found.values.is_empty() || !query.narrows() {
            return Ok(found);
        }
        let all = Query::of(&Filter::default(), run);
        let mut beside = self.counted(run, &all, of, typed, patience / 2)?;
        beside.of_run = true;
        Ok(beside)
    }

    fn counted(
        &self,
        run: RunId,
        query: &Query,
        of: &Of,
        typed: &str,
        patience: Duration,
    ) -> Result<Offered> {
        let mut count = Count::new(typed, patience);
        let until = count.until;
        let is_done = self.within(until, || match of {
            Of::Field(pattern) => self.count_field(run, query, pattern, &mut count),
            Of::Key(key) => self.count_key(run, query, key, &mut count),
        })?;
        count.whole &= is_done;
        Ok(count.offered())
    }

    fn count_key(&self, run: RunId, query: &Query, key: &str, count: &mut Count) -> Result<()> {
        let from_records = "JOIN record r ON r.id = q.id";
        let from_steps = "JOIN step_record sr ON sr.record = q.id JOIN step s ON s.id = sr.step \
             AND s.undone = 0 AND s.target IS NULL";
        match key {
            "stage" | "error" | "field" | "severity" | "owner" | "problem" | "value" | "shape" => {
                self.count_problems(run, query, key, count)?;
            }
            "status" | "is" => {
                self.count(query, "r.status", from_records, count, Item::Like)?;
            }
            "by" => self.count(query, "s.author", from_steps, count, Item::Like)?,
            "fix" => self.count(query, "s.label", from_steps, count, Item::Like)?,
            "http" => {
                let newest = format!("(SELECT a.code {NEWEST_ATTEMPT})");
                self.count(query, &newest, from_records, count, |code| {
                    let status = code.strip_prefix("http ");
                    let status = status.or_else(|| code.strip_prefix("http:"));
                    Item::Like(status.unwrap_or(&code).to_owned())
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    fn count_field(
        &self,
        run: RunId,
        query: &Query,
        pattern: &str,
        count: &mut Count,
    ) -> Result<()> {
        let Some(values) = Values::of(pattern) else {
            return Ok(());
        };
        let layout = self.layout(run)?;
        let joined = "JOIN record r ON r.id = q.id CROSS JOIN content c ON c.id = r.content";
        let mut found = Vec::new();
        self.each(query, "c.form, c.bytes", joined, |id, row| {
            let form = Form::from_word(row.get_ref(1)?.as_str()?);
            let bytes = row.get_ref(2)?.as_blob()?;
            if let Some(read) = form.and_then(|form| Row::read(&layout, form, bytes).ok()) {
                values.append(&read, &mut found);
            }
            for value in found.drain(..) {
                count.add(id, value);
            }
            Ok(count.goes_on())
        })
    }

    fn count_problems(
        &self,
        run: RunId,
        query: &Query,
        key: &str,
        count: &mut Count,
    ) -> Result<()> {
        let groups = self.groups(run, &Filter::default())?;
        let mut words: HashMap<i64, Vec<Item>> = HashMap::new();
        for group in groups {
            let like = |text: &str| vec![Item::Like(text.to_owned())];
            let word = match key {
                "stage" => like(group.stage.word()),
                "severity" => like(group.severity.word()),
                "owner" if group.owner.is_empty() => like("none"),
                "owner" => like(&group.owner),
                "problem" => like(&group.title),
                "field" => Path::parse(&group.path).map_or(Vec::new(), |path| like(&path.label())),
                "error" if group.detail.is_empty() => like(&group.code),
                "error" => [like(&group.code), like(&group.detail)].concat(),
                _ => Vec::new(),
            };
            words.insert(group.id.0, word);
        }
        let is_about_values = matches!(key, "value" | "shape");
        let columns = if is_about_values {
            "p.grp, p.found"
        } else {
            "p.grp, NULL"
        };
        self.each(
            query,
            columns,
            "JOIN problem p ON p.record = q.id",
            |id, row| {
                if let Some(json) = row.get_ref(2)?.as_str_or_null()? {
                    let found = serde_json::from_str::<Found>(json);
                    count.add_all(id, found.ok().map(|found| named(&found, key)));
                } else {
                    let known = words.get(&row.get(1)?).cloned();
                    count.add_all(id, known.into_iter().flatten());
                }
                Ok(count.goes_on())
            },
        )
    }

    /// Counts a text that stands with the records.
    fn count(
        &self,
        query: &Query,
        text: &str,
        joined: &str,
        count: &mut Count,
        named: impl Fn(String) -> Item,
    ) -> Result<()> {
        self.each(query, text, joined, |id, row| {
            count.add_all(id, row.get::<_, Option<String>>(1)?.map(&named));
            Ok(count.goes_on())
        })
    }

    /// Looks at what stands with the records of a list, record by record, as long as that goes on.
    fn each(
        &self,
        query: &Query,
        columns: &str,
        joined: &str,
        mut look: impl FnMut(i64, &SqlRow<'_>) -> Result<bool>,
    ) -> Result<()> {
        let sql = format!(
            "WITH q(id) AS ({}) SELECT q.id, {columns} FROM q CROSS {joined}",
            query.sql
        );
        let mut select = self.conn.prepare_cached(&sql)?;
        let mut rows = select.query(params_from_iter(&query.values))?;
        while let Some(row) = rows.next()? {
            if !look(row.get(0)?, row)? {
                break;
            }
        }
        Ok(())
    }

    /// Does it until that takes too long, also where it looks at many records and finds none. Says whether it came to its end.
    fn within(&self, until: Instant, work: impl FnOnce() -> Result<()>) -> Result<bool> {
        let is_over = move || Instant::now() >= until;
        self.conn.progress_handler(INSTRUCTIONS, Some(is_over))?;
        let done = work();
        self.conn.progress_handler(0, None::<fn() -> bool>)?;
        match done {
            Ok(()) => Ok(true),
            Err(error) if is_interrupted(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_interrupted(error: &anyhow::Error) -> bool {
    let sql = error.downcast_ref::<rusqlite::Error>();
    let code = sql.and_then(rusqlite::Error::sqlite_error_code);
    code == Some(rusqlite::ErrorCode::OperationInterrupted)
}

/// The value of a problem, or its shape, as a term names it.
fn named(found: &Found, key: &str) -> Item {
    match found {
        _ if key == "shape" => Item::Like(shape_of(found)),
        Found::Missing => Item::Missing,
        Found::Text(text) if text.is_empty() => Item::Empty,
        Found::Text(text) | Found::Json(text) => Item::Like(text.clone()),
    }
}

/// Values with how many records have each.
struct Count<'t> {
    typed: &'t str,
    /// With the record that was counted last.
    found: HashMap<Item, (u64, i64)>,
    until: Instant,
    rows: usize,
    whole: bool,
}

impl<'t> Count<'t> {
    fn new(typed: &'t str, patience: Duration) -> Self {
        Self {
            typed,
            found: HashMap::new(),
            until: Instant::now() + patience,
            rows: 0,
            whole: true,
        }
    }

    fn add_all(&mut self, record: i64, values: impl IntoIterator<Item = Item>) {
        for value in values {
            self.add(record, value);
        }
    }

    /// A record counts once, however often it has the value. Its values come one after the other.
    fn add(&mut self, record: i64, value: Item) {
        match self.found.get_mut(&value) {
            Some((_, last)) if *last == record => {}
            Some((records, last)) => (*records, *last) = (*records + 1, record),
            None if goes_with(&value, self.typed) => {
                self.found.insert(value, (1, record));
            }
            None => {}
        }
    }

    fn goes_on(&mut self) -> bool {
        self.rows += 1;
        if self.rows.is_multiple_of(BETWEEN) && Instant::now() >= self.until {
            self.whole = false;
        }
        self.whole
    }

    fn offered(self) -> Offered {
        let found = self.found.into_iter();
        let mut values: Vec<(Item, u64)> = found
            .map(|(value, (records, _))| (value, records))
            .collect();
        let all = values.len() <= MOST;
        values.sort_by_cached_key(|(value, records)| (Reverse(*records), value.to_string()));
        values.truncate(MOST);
        Offered {
            values,
            all,
            whole: self.whole,
            of_run: false,
        }
    }
}

/// Whether a value begins with what is typed: its text, not as it would be quoted.
fn goes_with(value: &Item, typed: &str) -> bool {
    match value {
        _ if typed.is_empty() => true,
        Item::Like(text) => begins(text, typed),
        other => begins(&other.to_string(), typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Layout, Problem, Status},
        store::testing::{Sample, problem, put_run, put_run_as, rejected, workspace},
    };

    const LONG: Duration = Duration::from_mins(10);

    fn offered(store: &Store, run: RunId, filter: &str, of: &str, typed: &str) -> String {
        let filter = Filter::parse(filter).unwrap();
        let of = match of.strip_prefix('/') {
            Some(_) => Of::Field(of.to_owned()),
            None => Of::Key(of.to_owned()),
        };
        let offered = store.offered(run, &filter, &of, typed, LONG).unwrap();
        assert!(offered.all && offered.whole);
        let values: Vec<String> = (offered.values.iter())
            .map(|(value, records)| format!("{value} {records}"))
            .collect();
        values.join("   ")
    }

    #[test]
    fn values_of_a_field_are_counted_in_the_list_the_most_common_first() {
        let (_folder, mut store) = workspace();
        let layout = Layout::Csv {
            columns: vec!["id".to_owned(), "country".to_owned()],
            delimiter: ',',
        };
        let texts = ["1,FR", "2,DE", "3,DE", "4,", "5,AT", "6,Denmark"];
        let run = put_run_as(&mut store, &layout, &texts.map(|text| rejected(text, &[])));
        put_run_as(&mut store, &layout, &[rejected("9,CH", &[])]);
        let check = |filter: &str, typed: &str, expected: &str| {
            assert_eq!(offered(&store, run, filter, "/country", typed), expected);
        };
        check("", "", "DE 2   AT 1   Denmark 1   FR 1   missing 1");
        check("", "de", "DE 2   Denmark 1");
        check("row:1..2", "", "DE 1   FR 1");
        assert_eq!(offered(&store, run, "", "/nothing", ""), "missing 6");
    }

    #[test]
    fn a_value_that_needs_quotes_is_found_by_how_it_begins() {
        let (_folder, mut store) = workspace();
        let texts = ["rue de, 5", "rue \"x\"", "missing", "Rue"];
        let texts = texts.map(|text| serde_json::json!({ "street": text }).to_string());
        let run = put_run(&mut store, &texts.map(|text| rejected(&text, &[])));
        let check = |typed: &str, expected: &str| {
            assert_eq!(offered(&store, run, "", "/street", typed), expected);
        };
        check("rue d", "\"rue de, 5\" 1");
        check("RUE \"", "\"rue \"\"x\"\"\" 1");
        check("mis", "\"missing\" 1");
        check("\"", "");
    }

    #[test]
    fn a_record_counts_once_however_often_it_has_the_value() {
        let (_folder, mut store) = workspace();
        let run = put_run(
            &mut store,
            &[
                rejected(r#"{"lines":[{"q":1},{"q":1},{"q":2}]}"#, &[]),
                rejected(r#"{"lines":[{"q":1}]}"#, &[]),
                rejected("cannot be read", &[]),
            ],
        );
        assert_eq!(offered(&store, run, "", "/lines/[]/q", ""), "1 2   2 1");
    }

    #[test]
    fn words_of_problems_and_states_are_counted_by_records() {
        let (_folder, mut store) = workspace();
        let gone = problem("required", "/vip");
        let found = Problem {
            detail: "email".to_owned(),
            found: Some(Found::Text("a@".to_owned())),
            ..problem("format", "/mail")
        };
        let ready = Sample {
            status: Status::Ready,
            ..Sample::default()
        };
        let run = put_run(
            &mut store,
            &[
                rejected("{}", &[gone.clone(), found.clone()]),
                rejected("{}", &[found]),
                ready,
            ],
        );
        let check = |of: &str, expected: &str| {
            assert_eq!(offered(&store, run, "", of, ""), expected, "{of}");
        };
        check("is", "rejected 2   ready 1");
        check("error", "email 2   format 2   required 1");
        check("field", "mail 2   vip 1");
        check("stage", "schema 2");
        check("value", "a@ 2");
        check("shape", "a@ 2");
        check("severity", "error 2");
        check("owner", "none 2");
        check("by", "");
        check("http", "");
        check("seen", "");
        assert_eq!(
            offered(&store, run, "field:vip", "field", ""),
            "mail 1   vip 1"
        );
    }

    #[test]
    fn it_ends_when_it_takes_too_long_and_says_that_there_may_be_more() {
        let (_folder, mut store) = workspace();
        let many = vec![rejected(r#"{"a":1}"#, &[]); 3 * BETWEEN];
        let run = put_run(&mut store, &many);
        let of = Of::Field("/a".to_owned());
        let now = Duration::ZERO;
        let offered = |filter: &str, patience| {
            let filter = Filter::parse(filter).unwrap();
            store.offered(run, &filter, &of, "", patience).unwrap()
        };
        let few = offered("", now);
        assert!(!few.whole);
        let records: u64 = few.values.iter().map(|(_, records)| records).sum();
        assert!(records <= BETWEEN as u64, "{records}");
        // It looks at every record, and finds none: then it is those of the run.
        let beside = offered("nothing", now);
        assert!(beside.of_run && !beside.whole && !beside.values.is_empty());
        assert!(!few.of_run);
        let none = offered("nothing", LONG);
        assert!(none.whole && !none.of_run && none.values.is_empty());
        // Nothing of it holds up what is asked next.
        assert!(offered("", LONG).whole);
    }
}
