//! Filters as SQL. Everything a person typed is a bound parameter; the SQL holds only our own words.

use anyhow::Result;
use rusqlite::{Connection, functions::FunctionFlags, params_from_iter, types::Value};

use super::Store;
use crate::{
    filter::{Filter, Item, Term, Test, Wanted},
    model::{RecordId, RunId},
};

/// The newest try to deliver a record, by the order in which they were written down: clocks go back.
pub(super) const NEWEST_ATTEMPT: &str = "FROM delivery d JOIN attempt a ON a.delivery = d.id WHERE d.record = r.id \
     AND a.outcome <> 'sending' ORDER BY a.delivery DESC, a.n DESC LIMIT 1";

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
        let only_run = Term::from(Wanted::Run(run));
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

    /// Whether it asks for fewer than all records of the run.
    pub fn narrows(&self) -> bool {
        self.narrows
    }

    /// What a filter asks of the groups of a run, as conditions that each begin with ` AND`: terms about problems choose
    /// the groups themselves, the others those that some record has for which they all hold.
    pub fn of_groups(filter: &Filter, run: RunId) -> Self {
        let (problems, others): (Vec<Term>, Vec<Term>) =
            (filter.terms.iter().cloned()).partition(|term| term.wanted.is_about_problems());
        let mut query = Self {
            sql: String::new(),
            values: Vec::new(),
            narrows: false,
        };
        for term in &problems {
            query.sql.push_str(" AND ");
            if term.negated {
                query.sql.push_str("NOT ");
            }
            query.group(run, &term.wanted);
        }
        let records = Self::of(&Filter { terms: others }, run);
        if records.narrows {
            query
                .sql
                .push_str(" AND id IN (SELECT grp FROM problem WHERE record IN (");
            query.sql.push_str(&records.sql);
            query.sql.push_str("))");
            query.values.extend(records.values);
        }
        query
    }

    fn write(&mut self, run: RunId, terms: &[&Term]) {
        // The list behind one problem on the screen starts from the index of that problem's records, and without further
        // terms never looks at the records themselves.
        let problem = terms
            .iter()
            .enumerate()
            .find_map(|(at, term)| match &term.wanted {
                Wanted::Problem(groups) if !term.negated => Some((at, groups)),
                _ => None,
            });
        if let Some((at, groups)) = problem {
            self.sql.push_str(
                "SELECT DISTINCT p.record FROM problem_group g CROSS JOIN problem p ON p.grp = g.id",
            );
            if terms.len() > 1 {
                self.sql.push_str(" CROSS JOIN record r ON r.id = p.record");
            }
            self.sql.push_str(" WHERE g.id IN ");
            self.list(groups.iter().map(|group| group.0.into()));
            self.sql.push_str(" AND g.run = ?");
            self.values.push(run.0.into());
            let rest = terms.iter().enumerate().filter(|(n, _)| *n != at);
            self.conditions(run, rest.map(|(_, term)| *term));
            self.sql.push_str(" ORDER BY p.record");
        } else {
            self.sql
                .push_str("SELECT r.id FROM record r WHERE r.run = ?");
            self.values.push(run.0.into());
            self.conditions(run, terms.iter().copied());
            self.sql.push_str(" ORDER BY r.id");
        }
    }

    fn conditions<'t>(&mut self, run: RunId, terms: impl Iterator<Item = &'t Term>) {
        for term in terms {
            self.sql.push_str(" AND ");
            if term.negated {
                self.sql.push_str("NOT ");
            }
            self.sql.push('(');
            self.term(run, &term.wanted);
            self.sql.push(')');
        }
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
            Wanted::Changed => self.sql.push_str(
                "r.version > 1 AND r.content <> (SELECT min(id) FROM content WHERE record = r.id)",
            ),
            Wanted::Marked(ids) => {
                self.sql
                    .push_str("r.id IN (SELECT value FROM json_each(?))");
                let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
                self.values.push(text(&format!("[{}]", ids.join(","))));
            }
            Wanted::Either(terms) => {
                for (n, term) in terms.iter().enumerate() {
                    self.sql.push_str(match (n, term.negated) {
                        (0, false) => "(",
                        (0, true) => "NOT (",
                        (_, false) => " OR (",
                        (_, true) => " OR NOT (",
                    });
                    self.term(run, &term.wanted);
                    self.sql.push(')');
                }
            }
            Wanted::Id(_) => {
                self.sql.push_str(
                    "r.id IN (SELECT id FROM record WHERE run = ? AND key IS NOT NULL AND passes_text(?, key))",
                );
                self.values.extend([run.0.into(), typed(wanted)]);
            }
            Wanted::Value(..) | Wanted::Now(_) => self.passes("r.content", run, wanted),
            Wanted::Was(_) => self.passes(
                "(SELECT min(id) FROM content WHERE record = r.id)",
                run,
                wanted,
            ),
            Wanted::Answer(_) | Wanted::Tries(_) | Wanted::Seen(_) => self.delivery(wanted),
            Wanted::By(_) | Wanted::Fix(_) => {
                let words = if matches!(wanted, Wanted::By(_)) {
                    "author"
                } else {
                    "label"
                };
                self.sql.push_str(&format!(
                    "EXISTS (SELECT 1 FROM step_record sr JOIN step s ON s.id = sr.step WHERE sr.record = r.id \
                     AND s.undone = 0 AND s.target IS NULL AND passes_text(?, s.{words}))"
                ));
                self.values.push(typed(wanted));
            }
            Wanted::Failing(_) | Wanted::Shape(_) => {
                self.sql.push_str(
                    "r.id IN (SELECT record FROM problem WHERE grp IN (SELECT id FROM problem_group WHERE run = ?) \
                     AND passes_found(?, found))",
                );
                self.values.extend([run.0.into(), typed(wanted)]);
            }
            _ => {
                self.sql.push_str(
                    "r.id IN (SELECT record FROM problem WHERE grp IN (SELECT id FROM problem_group WHERE run = ? AND ",
                );
                self.values.push(run.0.into());
                self.group(run, wanted);
                self.sql.push_str("))");
            }
        }
    }

    /// Whether the fields of one version of a record pass.
    fn passes(&mut self, content: &str, run: RunId, wanted: &Wanted) {
        self.sql.push_str(&format!(
            "EXISTS (SELECT 1 FROM content c WHERE c.id = {content} \
             AND passes_record(?, (SELECT layout FROM run WHERE id = ?), c.form, c.bytes))"
        ));
        self.values.extend([typed(wanted), run.0.into()]);
    }

    /// What destinations had to do with a record.
    fn delivery(&mut self, wanted: &Wanted) {
        const SEEN: &str = "coalesce((SELECT a.ended_at";
        const LOADED: &str = "(SELECT loaded_at FROM run WHERE id = r.run))";
        match wanted {
            Wanted::Answer(codes) => {
                // A status is written `http 409`, what is none `http:no_answer`; the codes of other destinations have a
                // family of their own.
                let codes = (codes.iter()).flat_map(|code| {
                    [code.clone(), format!("http {code}"), format!("http:{code}")]
                });
                let codes = Wanted::Answer(codes.collect());
                self.sql.push_str(&format!(
                    "coalesce(passes_text(?, (SELECT a.code {NEWEST_ATTEMPT})), 0)"
                ));
                self.values.push(typed(&codes));
            }
            Wanted::Seen(Test::AnyOf(items)) if let [Item::Ago(minutes)] = items.as_slice() => {
                self.sql.push_str(&format!(
                    "{SEEN} {NEWEST_ATTEMPT}), {LOADED} >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)"
                ));
                self.values.push(text(&format!("-{minutes} minutes")));
            }
            Wanted::Seen(_) => {
                self.sql.push_str(&format!(
                    "passes_text(?, {SEEN} {NEWEST_ATTEMPT}), {LOADED})"
                ));
                self.values.push(typed(wanted));
            }
            _ => {
                self.sql.push_str(
                    "passes_text(?, CAST((SELECT coalesce(sum(attempts), 0) FROM delivery WHERE record = r.id) AS TEXT))",
                );
                self.values.push(typed(wanted));
            }
        }
    }

    /// What a term about problems says of a group.
    fn group(&mut self, run: RunId, wanted: &Wanted) {
        match wanted {
            // Whoever knows the runs before puts the groups in its place.
            Wanted::Novelty(_) => self.sql.push('0'),
            Wanted::Stage(stages) => {
                self.sql.push_str("stage IN ");
                self.list(stages.iter().map(|stage| text(stage.word())));
            }
            Wanted::Field(patterns) => {
                self.sql.push_str("path IN ");
                self.list(patterns.iter().map(|pattern| text(pattern)));
            }
            Wanted::Error(_) => self.error(wanted),
            Wanted::Owner(names) => {
                self.sql.push_str("lower_case(owner) IN ");
                self.list(names.iter().map(|name| text(&name.to_lowercase())));
            }
            Wanted::Severity(severities) => {
                self.sql.push_str("severity IN ");
                self.list(severities.iter().map(|severity| text(severity.word())));
            }
            Wanted::Problem(groups) => {
                self.sql.push_str("id IN ");
                self.list(groups.iter().map(|group| group.0.into()));
            }
            Wanted::Title(_) => {
                self.sql.push_str("passes_text(?, title)");
                self.values.push(typed(wanted));
            }
            Wanted::Failing(_) | Wanted::Shape(_) => {
                self.sql.push_str(
                    "id IN (SELECT grp FROM problem WHERE grp IN (SELECT id FROM problem_group WHERE run = ?) \
                     AND passes_found(?, found))",
                );
                self.values.extend([run.0.into(), typed(wanted)]);
            }
            Wanted::Either(terms) => {
                for (n, term) in terms.iter().enumerate() {
                    self.sql.push_str(if n == 0 { "(" } else { " OR " });
                    self.sql.push_str(if term.negated { "NOT " } else { "" });
                    self.group(run, &term.wanted);
                }
                self.sql.push(')');
            }
            // Not about problems: holds for every group.
            _ => self.sql.push('1'),
        }
    }

    /// The code, the detail, both as lists show them, or the code's family before its colon, or what follows that. What a
    /// destination refused has its number behind a space, as in `http 409`, which nobody types.
    fn error(&mut self, wanted: &Wanted) {
        for (n, column) in [
            "code",
            "replace(code, ' ', ':')",
            "detail",
            "code || ':' || detail",
            "substr(code, 1, instr(replace(code, ' ', ':') || ':', ':') - 1)",
            "substr(code, instr(code, ':') + 1)",
        ]
        .into_iter()
        .enumerate()
        {
            self.sql.push_str(if n == 0 { "(" } else { " OR " });
            self.sql.push_str(&format!("passes_text(?, {column})"));
            self.values.push(typed(wanted));
        }
        self.sql.push(')');
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

    /// The first of [`Store::ids`].
    ///
    /// # Errors
    /// `run:missing`.
    pub fn first(&self, run: RunId, filter: &Filter) -> Result<Option<RecordId>> {
        self.check_run(run)?;
        let query = Query::of(filter, run);
        let mut select = self.conn.prepare_cached(&query.sql)?;
        let mut rows = select.query(params_from_iter(query.values))?;
        match rows.next()? {
            Some(row) => Ok(Some(RecordId(row.get(0)?))),
            None => Ok(None),
        }
    }
}

/// Adds `lower_case(text)`, for letters of all languages, and `has_text(text or blob, wanted)`: whether `wanted`, given in lower case, is contained, case ignored. `LIKE` would
/// ignore the case of ASCII letters only, stop at a NUL and fail on long patterns.
pub(super) fn add_functions(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    super::matching::add_functions(conn)?;
    super::sorting::add_functions(conn)?;
    conn.create_scalar_function("lower_case", 1, flags, |context| {
        Ok(context.get_raw(0).as_str()?.to_lowercase())
    })?;
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
    if wanted.is_ascii() {
        let wanted = wanted.as_bytes();
        let is_there = memchr::memchr2_iter(first, first.to_ascii_uppercase(), hay).any(|at| {
            hay.get(at..at + wanted.len())
                .is_some_and(|here| here.eq_ignore_ascii_case(wanted))
        });
        let becomes_ascii = |letter: &str| memchr::memmem::find(hay, letter.as_bytes()).is_some();
        if is_there || hay.is_ascii() || !BECOME_ASCII.into_iter().any(becomes_ascii) {
            return is_there;
        }
    } else if hay.is_ascii() {
        return false;
    }
    String::from_utf8_lossy(hay).to_lowercase().contains(wanted)
}

/// The letters beyond ASCII in whose lower case there is one of ASCII.
const BECOME_ASCII: [&str; 2] = ["\u{130}", "\u{212a}"];

/// A term as it is typed, which the functions of [`super::matching`] take.
fn typed(wanted: &Wanted) -> Value {
    Value::Text(Term::from(wanted.clone()).to_string())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{
        model::{GroupId, Problem, Severity, Stage, Status},
        store::testing::{Sample, problem, put_run, rejected, workspace},
    };

    fn has(wanted: Wanted) -> Term {
        wanted.into()
    }

    fn not(wanted: Wanted) -> Term {
        Term {
            negated: true,
            wanted,
        }
    }

    fn filter(terms: &[Term]) -> Filter {
        Filter {
            terms: terms.to_vec(),
        }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    /// Six records: 1 and 2 lack an e-mail address, 2 and 3 break a rule of Büro's, 4 cannot be read, 5 is ready with a
    /// warning of sales', 6 is set aside.
    fn sample() -> (TempDir, Store, RunId) {
        let (folder, mut store) = workspace();
        let email = problem("required", "/email");
        let format = Problem {
            detail: "date-time".to_owned(),
            ..problem("format", "/lines/3/at")
        };
        let rule = Problem {
            stage: Stage::Rule,
            owner: "Büro".to_owned(),
            ..problem("RULE-101", "/stage")
        };
        let warning = Problem {
            stage: Stage::Rule,
            severity: Severity::Warning,
            owner: "sales".to_owned(),
            ..problem("RULE-7", "/stage")
        };
        let parse = Problem {
            stage: Stage::Parse,
            message: "Columns expected 3, found 2.".to_owned(),
            ..problem("csv:field_count", "")
        };
        let with = |status, text: &str| Sample {
            status,
            key: Some("K-77".to_owned()),
            ..rejected(text, &[])
        };
        let run = put_run(
            &mut store,
            &[
                rejected("{\"name\":\"Ärger\"}", std::slice::from_ref(&email)),
                rejected("{\"name\":\"100%_\"}", &[email, format, rule.clone()]),
                rejected("{\"name\":\"a\u{0}hidden\"}", &[rule]),
                rejected("a,b", &[parse]),
                Sample {
                    problems: vec![warning],
                    ..with(Status::Ready, "{\"name\":\"O'Hara\"}")
                },
                with(Status::Discarded, "{}"),
            ],
        );
        (folder, store, run)
    }

    #[test]
    fn a_text_is_found_as_in_the_lower_case_of_all() {
        let becomes_ascii = |c: &char| !c.is_ascii() && c.to_lowercase().any(|c| c.is_ascii());
        let letters = ('\0'..=char::MAX).filter(becomes_ascii);
        assert_eq!(letters.map(String::from).collect::<Vec<_>>(), BECOME_ASCII);
        let hays = [
            "Ärger im BÜRO",
            "\u{212a}öln",
            "\u{130}stanbul, kiel",
            "O'HARA",
            "",
            "\u{e000}a",
        ];
        let wanted = [
            "ärger", "büro", "im b", "köln", "k", "i", "istan", "kiel", "hara", "x", "o'h",
        ];
        for (hay, wanted) in hays
            .iter()
            .flat_map(|hay| wanted.map(|wanted| (hay, wanted)))
        {
            let expected = hay.to_lowercase().contains(wanted);
            assert_eq!(
                has_text(hay.as_bytes(), wanted),
                expected,
                "{wanted} in {hay}"
            );
        }
        assert!(has_text(b"\xc4 HANSA \xff", "hansa"));
        assert!(!has_text(b"\xc4 HANSA \xff", "hanse"));
    }

    #[test]
    fn each_term_keeps_the_records_it_says() {
        let (_folder, store, run) = sample();
        let check = |terms: &[Term], expected: &[i64]| {
            let ids = store.ids(run, &filter(terms)).unwrap();
            let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
            assert_eq!(ids, expected, "{terms:?}");
            let first = store.first(run, &filter(terms)).unwrap();
            assert_eq!(first.map(|id| id.0), expected.first().copied());
        };
        check(&[], &[1, 2, 3, 4, 5, 6]);
        check(&[has(Wanted::Run(run))], &[1, 2, 3, 4, 5, 6]);
        check(&[not(Wanted::Run(run))], &[]);
        check(&[has(Wanted::Run(RunId(9)))], &[]);
        check(&[has(Wanted::Status(vec![Status::Ready]))], &[5]);
        check(
            &[has(Wanted::Status(vec![Status::Discarded, Status::Ready]))],
            &[5, 6],
        );
        check(&[not(Wanted::Status(vec![Status::Rejected]))], &[5, 6]);
        check(
            &[has(Wanted::Stage(vec![Stage::Rule, Stage::Parse]))],
            &[2, 3, 4, 5],
        );
        check(&[not(Wanted::Stage(vec![Stage::Rule]))], &[1, 4, 6]);
        check(&[has(Wanted::Owner(words(&["bÜRO"])))], &[2, 3]);
        check(&[has(Wanted::Owner(words(&["Sales", "büro"])))], &[2, 3, 5]);
        check(&[has(Wanted::Owner(words(&[""])))], &[1, 2, 4]);
        check(&[not(Wanted::Owner(words(&["büro"])))], &[1, 4, 5, 6]);
        check(&[has(Wanted::Owner(words(&["nobody"])))], &[]);
        check(&[has(Wanted::Severity(vec![Severity::Warning]))], &[5]);
        check(
            &[has(Wanted::Severity(vec![Severity::Error]))],
            &[1, 2, 3, 4],
        );
        check(&[has(Wanted::Field(words(&["/email"])))], &[1, 2]);
        check(
            &[has(Wanted::Field(words(&["/lines/[]/at", "/none"])))],
            &[2],
        );
        check(&[has(Wanted::Error(words(&["required"])))], &[1, 2]);
        check(&[has(Wanted::Error(words(&["date-time"])))], &[2]);
        check(&[has(Wanted::Problem(vec![GroupId(1)]))], &[1, 2]);
        check(
            &[has(Wanted::Problem(vec![GroupId(3), GroupId(1)]))],
            &[1, 2, 3],
        );
        check(&[not(Wanted::Problem(vec![GroupId(1)]))], &[3, 4, 5, 6]);
        check(&[has(Wanted::Row(RecordId(2), RecordId(4)))], &[2, 3, 4]);
        check(
            &[
                has(Wanted::Problem(vec![GroupId(1)])),
                has(Wanted::Error(words(&["RULE-101"]))),
            ],
            &[2],
        );
        check(&[has(Wanted::Status(Vec::new()))], &[]);
    }

    #[test]
    fn text_is_found_as_it_stands_case_ignored() {
        let (_folder, store, run) = sample();
        let check = |wanted: &str, expected: &[i64]| {
            let terms = [has(Wanted::Text(wanted.to_owned()))];
            let ids = store.ids(run, &filter(&terms)).unwrap();
            let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
            assert_eq!(ids, expected, "{wanted}");
        };
        check("ärger", &[1]);
        check("ÄRGER", &[1]);
        check("NAME", &[1, 2, 3, 5]);
        check("0%_", &[2]);
        check("%", &[2]);
        check("_", &[2]);
        check("hidden", &[3]);
        check("o'hara", &[5]);
        check("' OR 1=1 --", &[]);
        check("columns expected", &[4]);
        check("k-77", &[5, 6]);
        check("", &[1, 2, 3, 4, 5, 6]);
        check(&"x".repeat(100_000), &[]);
    }

    #[test]
    fn a_problem_of_another_run_has_no_records_here() {
        let (_folder, mut store, first) = sample();
        let second = put_run(
            &mut store,
            &[rejected("{}", &[problem("required", "/email")])],
        );
        let of_first = filter(&[has(Wanted::Problem(vec![GroupId(1)]))]);
        assert_eq!(store.ids(second, &of_first).unwrap(), []);
        let both = filter(&[
            has(Wanted::Problem(vec![GroupId(1)])),
            has(Wanted::Status(vec![Status::Rejected])),
        ]);
        assert_eq!(store.ids(second, &both).unwrap(), []);
        assert_eq!(store.ids(first, &both).unwrap().len(), 2);
        let required = filter(&[has(Wanted::Error(words(&["required"])))]);
        assert_eq!(store.ids(second, &required).unwrap(), [RecordId(7)]);
        assert!(store.ids(RunId(9), &Filter::default()).is_err());
    }

    #[test]
    fn groups_are_chosen_by_terms_about_problems_and_by_the_records_that_pass_the_others() {
        let (_folder, store, run) = sample();
        let check = |terms: &[Term], expected: &[&str]| {
            let groups = store.groups(run, &filter(terms)).unwrap();
            let codes: Vec<&str> = groups.iter().map(|group| group.code.as_str()).collect();
            assert_eq!(codes, expected, "{terms:?}");
        };
        let all = [
            "required",
            "RULE-101",
            "format",
            "csv:field_count",
            "RULE-7",
        ];
        let owner = |name: &str| Wanted::Owner(words(&[name]));
        check(&[], &all);
        check(&[has(Wanted::Run(run))], &all);
        check(
            &[has(Wanted::Stage(vec![Stage::Parse]))],
            &["csv:field_count"],
        );
        check(&[has(owner("büro"))], &["RULE-101"]);
        check(
            &[not(owner("Büro"))],
            &["required", "format", "csv:field_count", "RULE-7"],
        );
        check(
            &[has(owner("")), has(Wanted::Error(words(&["format", "x"])))],
            &["format"],
        );
        check(
            &[has(Wanted::Severity(vec![Severity::Warning]))],
            &["RULE-7"],
        );
        check(&[has(Wanted::Problem(vec![GroupId(2)]))], &["format"]);
        check(&[has(Wanted::Field(words(&["/email"])))], &["required"]);
        check(&[has(Wanted::Row(RecordId(1), RecordId(1)))], &["required"]);
        check(
            &[
                has(Wanted::Row(RecordId(2), RecordId(2))),
                has(Wanted::Stage(vec![Stage::Schema])),
            ],
            &["required", "format"],
        );
        check(&[has(Wanted::Status(vec![Status::Ready]))], &["RULE-7"]);
    }

    /// How SQLite goes about a filter, one step a line.
    fn plan(store: &Store, run: RunId, terms: &[Term]) -> String {
        let query = Query::of(&filter(terms), run);
        let mut explain = store
            .conn()
            .prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql))
            .unwrap();
        let steps = explain
            .query_map(params_from_iter(query.values), |row| {
                row.get::<_, String>(3)
            })
            .unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    }

    #[test]
    fn the_lists_that_are_opened_most_are_answered_by_indexes() {
        let (_folder, store, run) = sample();
        let check = |terms: &[Term], expected: &str| {
            assert_eq!(plan(&store, run, terms), expected, "{terms:?}");
        };
        check(
            &[],
            "SEARCH r USING COVERING INDEX record_by_run (run=?)\nUSE TEMP B-TREE FOR ORDER BY",
        );
        check(
            &[has(Wanted::Status(vec![Status::Rejected]))],
            "SEARCH r USING COVERING INDEX record_by_run (run=? AND status=?)",
        );
        check(
            &[has(Wanted::Problem(vec![GroupId(1)]))],
            "SEARCH g USING INTEGER PRIMARY KEY (rowid=?)\nSEARCH p USING COVERING INDEX problem_by_group (grp=?)",
        );
        check(
            &[has(Wanted::Owner(words(&["büro"])))],
            "SEARCH r USING COVERING INDEX record_by_run (run=?)\nLIST SUBQUERY 2\n\
             SEARCH problem USING COVERING INDEX problem_by_group (grp=?)\nLIST SUBQUERY 1\n\
             SEARCH problem_group USING INDEX sqlite_autoindex_problem_group_1 (run=?)\nCREATE BLOOM FILTER\n\
             USE TEMP B-TREE FOR ORDER BY",
        );
        check(
            &[
                has(Wanted::Status(vec![Status::Rejected])),
                has(Wanted::Problem(vec![GroupId(1)])),
            ],
            "SEARCH g USING INTEGER PRIMARY KEY (rowid=?)\nSEARCH p USING COVERING INDEX problem_by_group (grp=?)\n\
             SEARCH r USING INTEGER PRIMARY KEY (rowid=?)",
        );
    }
}
