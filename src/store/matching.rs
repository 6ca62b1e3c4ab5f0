//! What SQLite asks us about values while it goes through records: terms of a filter as SQL functions.

use std::sync::Mutex;

use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
};

use crate::{
    filter::{Filter, Matcher},
    model::{Form, Found, Layout},
    row::Row,
};

/// Adds `passes_record(term, layout, form, bytes)`, `passes_found(term, found)` and `passes_text(term, text)`: whether what
/// they name passes a term, given as it is typed.
pub(super) fn add_functions(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    let layouts = Kept::default();
    conn.create_scalar_function("passes_record", 4, flags, move |context| {
        let matcher = matcher(context)?;
        layouts.with(text(context, 1)?, |layout: &Layout| {
            let form = Form::from_word(text(context, 2)?);
            let bytes = context.get_raw(3).as_bytes()?;
            let row = form.and_then(|form| Row::read(layout, form, bytes).ok());
            Ok(row.is_some_and(|row| matcher.passes(&row)))
        })
    })?;
    conn.create_scalar_function("passes_found", 2, flags, |context| {
        let matcher = matcher(context)?;
        let Some(json) = context.get_raw(1).as_str_or_null()? else {
            return Ok(false);
        };
        let found: Found = serde_json::from_str(json).map_err(user)?;
        Ok(matcher.passes_found(&found))
    })?;
    conn.create_scalar_function("passes_text", 2, flags, |context| {
        let matcher = matcher(context)?;
        let text = context.get_raw(1).as_str_or_null()?;
        Ok(text.is_some_and(|text| matcher.passes_text(text)))
    })
}

/// The term of a call, parsed once a statement.
fn matcher(context: &Context<'_>) -> rusqlite::Result<std::sync::Arc<Matcher>> {
    context.get_or_create_aux(
        0,
        |term| -> Result<Matcher, Box<dyn std::error::Error + Send + Sync>> {
            let filter = Filter::parse(term.as_str()?).map_err(|error| error.message)?;
            let matcher = filter.terms.first().and_then(Matcher::of);
            Ok(matcher.ok_or("the term is not about values")?)
        },
    )
}

fn text<'c>(context: &'c Context<'_>, at: usize) -> rusqlite::Result<&'c str> {
    Ok(context.get_raw(at).as_str()?)
}

fn user(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(error.into())
}

/// The layout of the run that is gone through, with the text it was made of.
#[derive(Default)]
struct Kept(Mutex<Option<(String, Layout)>>);

impl Kept {
    fn with<T>(
        &self,
        json: &str,
        work: impl FnOnce(&Layout) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut kept = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match &mut *kept {
            Some((known, layout)) if known == json => work(layout),
            other => {
                let layout = serde_json::from_str(json).map_err(user)?;
                let (_, layout) = other.insert((json.to_owned(), layout));
                work(layout)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use crate::{
        filter::Filter,
        model::{Found, Layout, Problem, RecordId, RunId, Status},
        store::{
            Store,
            testing::{NOW, Sample, problem, put_run, put_run_as, rejected, workspace},
        },
    };

    fn found(code: &str, path: &str, found: Found) -> Problem {
        Problem {
            found: Some(found),
            ..problem(code, path)
        }
    }

    /// Gives a record another text, as a step of somebody would.
    fn edit(store: &mut Store, id: i64, text: &str, author: &str, label: &str) {
        let write = store.write(|tx| {
            tx.execute(
                "INSERT INTO step (run, kind, author, at, label, records) \
                 VALUES ((SELECT run FROM record WHERE id = ?1), 'edit', ?2, ?3, ?4, 1)",
                params![id, author, NOW, label],
            )?;
            let step = tx.last_insert_rowid();
            tx.execute(
                "INSERT INTO content (record, version, form, bytes, sha256, step) VALUES (?1, 2, 'json', ?2, x'', ?3)",
                params![id, text.as_bytes(), step],
            )?;
            let content = tx.last_insert_rowid();
            tx.execute(
                "INSERT INTO step_record SELECT ?1, id, content, ?2, status, status, key, key, '[]', '=', 2, \
                 NULL, NULL, NULL, NULL FROM record WHERE id = ?3",
                [step, content, id],
            )?;
            tx.execute(
                "UPDATE record SET version = 2, content = ?2 WHERE id = ?1",
                [id, content],
            )?;
            Ok(())
        });
        write.unwrap();
    }

    /// Tries to deliver a record so often, with this answer in the end.
    fn deliver(store: &mut Store, id: i64, attempts: i64, code: &str, at: &str) {
        let write = store.write(|tx| {
            tx.execute_batch(
                "INSERT OR IGNORE INTO destination (id, name, fingerprint, target) VALUES (1, 'crm', x'', 'crm');
                 INSERT OR IGNORE INTO plan (id, run, destination, environment, author, made_at, state, planned)
                 VALUES (1, 1, 1, 'test', 'anna', '', 'done', 1);",
            )?;
            tx.execute(
                "INSERT INTO delivery (plan, n, record, destination, content, payload, payload_sha256, idempotency, state, open, attempts) \
                 VALUES (1, ?1, ?1, 1, 1, x'', x'', ?1, 'refused', 0, ?2)",
                [id, attempts],
            )?;
            let delivery = tx.last_insert_rowid();
            for n in 1..=attempts {
                let code = if n == attempts { code } else { "http 503" };
                tx.execute(
                    "INSERT INTO attempt (delivery, n, fence, started_at, ended_at, outcome, code) \
                     VALUES (?1, ?2, 0, ?3, ?3, 'refused', ?4)",
                    params![delivery, n, at, code],
                )?;
            }
            Ok(())
        });
        write.unwrap();
    }

    fn check(store: &Store, run: RunId, line: &str, expected: &[i64]) {
        let ids = store.ids(run, &Filter::parse(line).unwrap()).unwrap();
        let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
        assert_eq!(ids, expected, "{line}");
    }

    #[test]
    fn fields_of_json_records_are_looked_at_as_they_are_now_and_as_they_came() {
        let (_folder, mut store) = workspace();
        let gmail = found("format", "/mail", Found::Text("a@gmail".to_owned()));
        let gone = found("required", "/vip", Found::Missing);
        let with_key = |key: &str, sample: Sample| Sample {
            key: Some(key.to_owned()),
            ..sample
        };
        let run = put_run(
            &mut store,
            &[
                with_key(
                    "SO-8821",
                    rejected(r#"{"country":"DE","mail":"a@gmail"}"#, &[gmail]),
                ),
                with_key(
                    "SO-9",
                    rejected(r#"{"country":"FR","lines":[{"qty":12}]}"#, &[gone]),
                ),
                rejected(r#"{"country":"AT","vip":"","note":"31/12"}"#, &[]),
                rejected("cannot be read", &[]),
            ],
        );
        edit(
            &mut store,
            3,
            r#"{"country":"CH","vip":"x"}"#,
            "Jana",
            "Rewrite a date in day",
        );
        let check = |line: &str, expected: &[i64]| check(&store, run, line, expected);
        check("country:de,FR", &[1, 2]);
        check("-country:de,FR", &[3, 4]);
        check("country:AT", &[]);
        check("was~at country:ch", &[3]);
        check("was~31/12", &[3]);
        check("now~31/12", &[]);
        check("now~gmail", &[1]);
        check("lines[].qty>10", &[2]);
        check("vip:missing", &[1, 2]);
        check("vip:missing | country~h", &[1, 2, 3]);
        check("country:de | -country:de is:changed", &[3]);
        let mut marked = Filter::parse("country:DE | is:marked").unwrap();
        assert!(marked.put_marked(|| [RecordId(1), RecordId(4)].into()));
        let found = store.ids(run, &marked).unwrap();
        assert_eq!(found, [RecordId(1), RecordId(4)]);
        check("is:marked", &[]);
        check("is:changed", &[3]);
        check("-is:changed", &[1, 2, 4]);
        check("value~@gmail", &[1]);
        check("value:missing", &[2]);
        check("-value:missing", &[1, 3, 4]);
        check("shape:a@*", &[1]);
        check("id:so-882*", &[1]);
        check("-id:SO-9", &[1, 3, 4]);
        check("by:jana", &[3]);
        check("-by:jana", &[1, 2, 4]);
        check("by:anna", &[]);
        check("fix:\"rewrite a date\"", &[3]);
        check("problem:*format*", &[1]);
        check("problem:\"nothing\"", &[]);
        check("seen:2026-01", &[1, 2, 3, 4]);
        check("seen:2026-01-02", &[]);
    }

    #[test]
    fn cells_of_csv_records_are_fields() {
        let (_folder, mut store) = workspace();
        let layout = Layout::Csv {
            columns: vec!["name".to_owned(), "paid".to_owned()],
            delimiter: ';',
        };
        let texts = ["\"O\"\"Hara\";12,5", "Köln;", "one cell"];
        let run = put_run_as(&mut store, &layout, &texts.map(|text| rejected(text, &[])));
        let other = put_run(&mut store, &[rejected(r#"{"name":"Köln"}"#, &[])]);
        check(&store, run, "name:\"o\"\"hara\"", &[1]);
        check(&store, run, "name:KÖLN", &[2]);
        check(&store, other, "name:KÖLN", &[4]);
        check(&store, run, "paid:missing", &[2]);
        check(&store, run, "paid:\"12,5\"", &[1]);
    }

    #[test]
    fn what_destinations_answered_is_asked_of_the_newest_try() {
        let (_folder, mut store) = workspace();
        let samples = vec![Sample::default(); 4];
        let run = put_run(&mut store, &samples);
        deliver(&mut store, 1, 3, "http 409", "2026-02-01T02:10:00.000Z");
        deliver(
            &mut store,
            2,
            1,
            "http:no_answer",
            "2026-02-01T02:20:00.000Z",
        );
        deliver(
            &mut store,
            3,
            2,
            "sqlite:constraint",
            "2999-01-01T00:00:00.000Z",
        );
        let check = |line: &str, expected: &[i64]| check(&store, run, line, expected);
        check("http:409", &[1]);
        check("http:no*", &[2]);
        check("http:409,no_answer", &[1, 2]);
        check("-http:no_answer", &[1, 3, 4]);
        check("http:sqlite:*", &[3]);
        check("tries:>1", &[1, 3]);
        check("tries:0..1", &[2, 4]);
        check("seen:>02:14", &[2]);
        check("seen:<2026-02", &[4]);
        check("seen:-30m", &[3]);
        check("-seen:-2d", &[1, 2, 4]);
    }

    #[test]
    fn an_error_is_named_by_code_detail_both_or_either_side_of_its_colon() {
        let (_folder, mut store) = workspace();
        let date = Problem {
            detail: "date".to_owned(),
            ..problem("format", "/day")
        };
        let run = put_run(
            &mut store,
            &[
                rejected("{}", &[date]),
                rejected("{}", &[problem("http 409", "")]),
                Sample {
                    status: Status::Ready,
                    ..Sample::default()
                },
            ],
        );
        let check = |line: &str, expected: &[i64]| check(&store, run, line, expected);
        check("error:date", &[1]);
        check("error:format:date", &[1]);
        check("error:http", &[2]);
        check("error:http:409,format", &[1, 2]);
        check("-error:http", &[1, 3]);
        check("error:409", &[]);
        check("error:form*", &[1]);
        check("error:DATE*", &[1]);
        check("error:ht*", &[2]);
        check("error:*:date", &[1]);
        check("-error:form*", &[2, 3]);
    }
}
