//! Errors of PostgreSQL as programs write them, one record a line: `{"line", "record", "error": {"sqlstate", "message", "detail",
//! "context", "column", "constraint"}}`, the fields of psycopg's diagnostics. What the client itself raised has the name of its
//! exception and no SQLSTATE. The readers of psql's text, of the server's log and of pgloader share what is below.
//!
//! PostgreSQL stops at the first error of a record. Only a missing value comes with its column; of other errors the context
//! says the column, or which parameter of the INSERT it was. Without `VERBOSITY=verbose` psql leaves the SQLSTATE out, so that
//! it is told by the message, as far as that is English.

use super::{
    Outcome, Reader, Tool,
    lines::{Members, given, line_number, member, members_of, no_result, place_of, record_of},
    report::{Json, Told, shape_without},
};
use crate::{
    model::{Form, Found, Path, Problem, Stage, rule_id},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "postgres",
    name: "errors of PostgreSQL, one record a line",
    reader: Reader::Lines { looks_like, read },
};

/// The names under which programs put the SQLSTATE: psycopg's, psycopg2's.
const STATE: [&str; 2] = ["sqlstate", "pgcode"];

/// Beginnings of messages and their SQLSTATE.
const STATES: [(&str, &str); 35] = [
    ("invalid byte sequence for encoding", "22021"),
    ("date/time field value out of range", "22008"),
    ("date out of range", "22008"),
    ("timestamp out of range", "22008"),
    ("interval out of range", "22008"),
    ("interval field value out of range", "22015"),
    ("time zone displacement out of range", "22009"),
    ("invalid input syntax for type timestamp", "22007"),
    ("invalid input syntax for type date", "22007"),
    ("invalid input syntax for type time", "22007"),
    ("invalid input syntax for type interval", "22007"),
    ("invalid input syntax", "22P02"),
    ("invalid input value for enum", "22P02"),
    ("malformed array literal", "22P02"),
    ("malformed record literal", "22P02"),
    ("malformed range literal", "22P02"),
    ("value too long for type", "22001"),
    ("numeric field overflow", "22003"),
    ("integer out of range", "22003"),
    ("smallint out of range", "22003"),
    ("bigint out of range", "22003"),
    ("division by zero", "22012"),
    ("extra data after last expected column", "22P04"),
    ("missing data for column", "22P04"),
    ("unterminated CSV quoted field", "22P04"),
    ("unquoted newline found in data", "22P04"),
    ("unquoted carriage return found in data", "22P04"),
    ("literal newline found in data", "22P04"),
    ("literal carriage return found in data", "22P04"),
    ("no partition of relation", "23514"),
    ("insert or update on table", "23503"),
    ("update or delete on table", "23503"),
    ("duplicate key value violates unique constraint", "23505"),
    (
        "conflicting key value violates exclusion constraint",
        "23P01",
    ),
    ("current transaction is aborted", "25P02"),
];

/// Words in messages and their SQLSTATE, for messages that begin with a name.
const STATES_WITHIN: [(&str, &str); 8] = [
    ("violates not-null constraint", "23502"),
    ("does not allow null values", "23502"),
    ("violates check constraint", "23514"),
    ("is out of range for type", "22003"),
    ("violates row-level security policy", "42501"),
    ("permission denied for", "42501"),
    ("syntax error at", "42601"),
    ("does not exist", "42704"),
];

/// Classes of SQLSTATE that are about connections, transactions, statements and the server, never about a record.
const OF_NO_RECORD: [&str; 16] = [
    "00", "01", "02", "08", "0A", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "XX",
];

/// What PostgreSQL says of one error; a part it does not say is empty.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub sqlstate: String,
    pub message: String,
    pub detail: String,
    pub context: String,
    pub column: String,
    pub constraint: String,
}

impl Said {
    /// The SQLSTATE; where it is not known, the word of the tool.
    pub fn code(&self) -> &str {
        if !self.sqlstate.is_empty() {
            return &self.sqlstate;
        }
        let begins = STATES
            .iter()
            .find(|(begin, _)| self.message.starts_with(begin));
        let holds = || {
            let mut within = STATES_WITHIN.iter();
            within.find(|(part, _)| self.message.contains(part))
        };
        (begins.or_else(holds)).map_or(TOOL.word, |(_, state)| state)
    }

    /// Whether it is about a record that was written.
    pub fn is_of_record(&self) -> bool {
        let class = self.code().get(..2).unwrap_or_default();
        !OF_NO_RECORD.contains(&class)
            || self.message.starts_with("new row")
            || self.copied().is_some()
    }

    /// The name of the constraint that was violated.
    pub fn constraint(&self) -> &str {
        if !self.constraint.is_empty() {
            return &self.constraint;
        }
        let named = self.message.split_once("constraint \"");
        named.map_or("", |(_, name)| name.trim_end_matches('"'))
    }

    /// The last physical line of the record in what COPY read.
    pub fn line(&self) -> Option<u64> {
        let rest = self.copied()?;
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        rest[..digits.unwrap_or(rest.len())].parse().ok()
    }

    /// The column it is about and the value there, as far as PostgreSQL says them.
    pub fn place(&self) -> (Option<&str>, Option<Found>) {
        if !self.column.is_empty() {
            return (Some(&self.column), self.missing());
        }
        if self.code() == "23502" {
            let named = self.message.split_once("column \"");
            let column = named.and_then(|(_, rest)| rest.split_once('"'));
            return (column.map(|(column, _)| column), self.missing());
        }
        self.in_copy().or_else(|| self.in_key()).unwrap_or_default()
    }

    fn missing(&self) -> Option<Found> {
        (self.code() == "23502").then_some(Found::Missing)
    }

    /// What follows `COPY t, line `.
    fn copied(&self) -> Option<&str> {
        let at = self.context.find("COPY ")?;
        let (_, rest) = self.context[at..].split_once(", line ")?;
        Some(rest)
    }

    /// `COPY t, line 1, column c: "value"`; a long value is cut.
    fn in_copy(&self) -> Option<(Option<&str>, Option<Found>)> {
        let (number, rest) = self.copied()?.split_once(", column ")?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if let Some((column, value)) = rest.split_once(": \"") {
            let end = value.find("\"\n").unwrap_or(value.len());
            let value = value[..end].trim_end_matches('\n');
            let value = value.strip_suffix('"').unwrap_or(value);
            return Some((Some(column), Some(Found::Text(value.to_owned()))));
        }
        match rest.split_once(": null input") {
            Some((column, _)) => Some((Some(column), Some(Found::Missing))),
            None => Some((rest.lines().next(), None)),
        }
    }

    /// `Key (c)=(value) is not present`, of one column.
    fn in_key(&self) -> Option<(Option<&str>, Option<Found>)> {
        let rest = self.detail.strip_prefix("Key (")?;
        let (column, rest) = rest.split_once(")=(")?;
        let (value, _) = rest.split_once(") ")?;
        let is_one = !column.contains([',', '(']);
        let column = column.trim_matches('"');
        is_one.then(|| (Some(column), Some(Found::Text(value.to_owned()))))
    }

    /// The 1-based parameter of the INSERT: `unnamed portal parameter $13 = '...'`.
    fn parameter(&self) -> Option<usize> {
        let (_, rest) = self.context.split_once("parameter $")?;
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    }

    /// The problem at a field; at the record where `column` is `None`.
    pub fn problem(&self, stage: Stage, column: Option<&str>, found: Option<Found>) -> Problem {
        // The row is shown beside; it would keep messages of one kind apart.
        let more = Some(self.detail.as_str()).filter(|detail| !detail.starts_with("Failing row"));
        let message = match more {
            Some(more) if !more.is_empty() => format!("{}. {more}", self.message),
            _ => self.message.clone(),
        };
        let mut problem = Told {
            stage,
            code: self.code(),
            detail: self.constraint(),
            path: column.map_or_else(Path::root, Path::field),
            message: &message,
            found,
        }
        .problem();
        problem.shape = shape_without(&self.message, "");
        problem
    }

    /// What is known, line by line, as psql shows it.
    pub fn text(&self) -> String {
        let mut text = self.message.clone();
        for (label, more) in [("DETAIL", &self.detail), ("CONTEXT", &self.context)] {
            if !more.is_empty() {
                text.push_str(&format!("\n{label}:  {more}"));
            }
        }
        text
    }
}

/// Errors that are about no record, to be told in one sentence.
#[derive(Default)]
pub(super) struct Aside {
    first: String,
    count: u64,
}

impl Aside {
    pub fn add(&mut self, message: &str) {
        if self.count == 0 {
            message.clone_into(&mut self.first);
        }
        self.count += 1;
    }

    pub fn remark(self) -> Option<String> {
        let first = self.first;
        match self.count {
            0 => None,
            1 => Some(format!(
                "PostgreSQL also gave an error that is about no record: {first}"
            )),
            count => Some(format!(
                "PostgreSQL also gave {count} errors that are about no record, the first is: {first}"
            )),
        }
    }
}

fn looks_like(line: &str) -> bool {
    let Some(members) = lenient::members(line) else {
        return false;
    };
    let error = member(&members, "error").and_then(lenient::members);
    (record_of(&members).is_some() || line_number(&members).is_some())
        && error.is_some_and(|error| STATE.iter().any(|name| member(&error, name).is_some()))
}

fn read(line: &[u8]) -> Result<Outcome<'_>, Box<Problem>> {
    let members = members_of(line)?;
    let (record, form) = given(line, &members)?;
    let error = member(&members, "error").ok_or_else(no_result)?;
    let shown = match form {
        Form::Excerpt => "",
        _ => std::str::from_utf8(&record).unwrap_or_default(),
    };
    let problems = match error {
        "null" => Vec::new(),
        error => vec![problem(error, shown).ok_or_else(no_result)?],
    };
    Ok(Outcome {
        place: place_of(&members),
        problems,
        record,
        form,
    })
}

/// The problem of an error object, or of an error's text alone.
fn problem(error: &str, record: &str) -> Option<Problem> {
    if let Some(message) = Json(error).text() {
        let said = Said {
            message: message.into_owned(),
            ..Said::default()
        };
        let (column, found) = said.place();
        return Some(said.problem(Stage::Send, column, found));
    }
    let members = lenient::members(error)?;
    let mut said = Said {
        sqlstate: text(&members, &STATE),
        message: text(&members, &["message", "message_primary"]),
        detail: text(&members, &["detail", "message_detail"]),
        context: text(&members, &["context"]),
        column: text(&members, &["column", "column_name"]),
        constraint: text(&members, &["constraint", "constraint_name"]),
    };
    if said.sqlstate.is_empty() {
        // The client could not make a statement of the record.
        let exception = text(&members, &["exception", "type"]);
        if exception.is_empty() && said.message.is_empty() {
            return None;
        }
        said.sqlstate = exception;
        return Some(said.problem(Stage::Parse, None, None));
    }
    // A rule that has a number was written for the data; other constraints guard the table.
    let is_rule = rule_id(said.constraint()).is_some_and(|id| id == said.constraint());
    let stage = if is_rule { Stage::Rule } else { Stage::Send };
    let fields = lenient::members(record).unwrap_or_default();
    let parameter = said
        .parameter()
        .and_then(|number| fields.get(number.checked_sub(1)?));
    let (column, found) = match (said.place(), parameter) {
        ((None, _), Some((name, _))) => (Some(&**name), None),
        (place, _) => place,
    };
    let own = column.and_then(|column| member(&fields, column));
    let found = own.map(|value| Json(value).found()).or(found);
    Some(said.problem(stage, column, found))
}

/// The text of the first of these members that has one.
pub(super) fn text(members: &Members<'_>, names: &[&str]) -> String {
    let text = |name: &&str| lenient::string(member(members, name)?);
    let found = names.iter().find_map(text);
    found.map(std::borrow::Cow::into_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str, detail: &str, context: &str) -> String {
        let said = Said {
            message: message.to_owned(),
            detail: detail.to_owned(),
            context: context.to_owned(),
            ..Said::default()
        };
        let (column, found) = said.place();
        let (code, line) = (said.code(), said.line());
        format!("{code} {} {column:?} {found:?} {line:?}", said.constraint())
    }

    #[test]
    fn column_value_and_line_are_where_postgres_says_them() {
        let check = |message: &str, detail: &str, context: &str, expected: &str| {
            assert_eq!(said(message, detail, context), expected);
        };
        check(
            "invalid input syntax for type integer: \"a, column b: \"x\"",
            "",
            "COPY t, line 7, column n: \"a, column b: \"x\"",
            "22P02  Some(\"n\") Some(Text(\"a, column b: \\\"x\")) Some(7)",
        );
        check(
            "null value in column \"a b\" of relation \"t\" violates not-null constraint",
            "Failing row contains (1, null).",
            "COPY t, line 2: \"1, column x: \"",
            "23502  Some(\"a b\") Some(Missing) Some(2)",
        );
        check(
            "insert or update on table \"t\" violates foreign key constraint \"t_c_fkey\"",
            "Key (c)=(XX) is not present in table \"u\".",
            "",
            "23503 t_c_fkey Some(\"c\") Some(Text(\"XX\")) None",
        );
        check(
            "duplicate key value violates unique constraint \"k\"",
            "Key (a, b)=(1, 2) already exists.",
            "COPY t, line 1",
            "23505 k None None Some(1)",
        );
        check("something new", "", "", "postgres  None None None");
        check(
            "odd",
            "",
            "COPY t, line 3, column c: null input",
            "postgres  Some(\"c\") Some(Missing) Some(3)",
        );
    }

    #[test]
    fn an_insert_names_its_columns_by_their_number() {
        let error =
            r#"{"sqlstate":"22P02","message":"m","context":"unnamed portal parameter $2 = '...'"}"#;
        let problem = problem(error, r#"{"a":1,"b":"x"}"#).unwrap();
        assert_eq!(problem.path, Path::field("b"));
        assert_eq!(problem.found, Some(Found::Text("x".to_owned())));
    }

    #[test]
    fn what_the_client_raised_has_the_name_of_its_exception() {
        let line = "{\"record\":{\"a\":\"\\udce4\"},\"error\":{\"sqlstate\":null,\"message\":\"no\",\"exception\":\"ValueError\"}}";
        assert!(looks_like(line));
        let outcome = read(line.as_bytes()).unwrap();
        assert_eq!(
            (&*outcome.problems[0].code, outcome.problems[0].stage),
            ("ValueError", Stage::Parse)
        );
        assert!(!looks_like(
            "{\"record\":{},\"error\":{\"message\":\"no\"}}"
        ));
        assert!(read(b"{\"record\":{},\"error\":{}}").is_err());
        assert!(
            read(b"{\"record\":{},\"error\":null}")
                .unwrap()
                .problems
                .is_empty()
        );
    }

    #[test]
    fn errors_of_statements_are_about_no_record() {
        let of_record = |message: &str| {
            let said = Said {
                message: message.to_owned(),
                ..Said::default()
            };
            said.is_of_record()
        };
        assert!(of_record("my trigger says no"));
        assert!(of_record(
            "new row violates row-level security policy for table \"t\""
        ));
        assert!(!of_record("relation \"t\" does not exist"));
        assert!(!of_record(
            "current transaction is aborted, commands ignored until end of transaction block"
        ));
    }
}
