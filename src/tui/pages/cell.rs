//! One cell of the records table: which value it shows, and how.

use serde_json::Value;

use crate::{
    model::{Found, Path, Problem, RecordRow},
    text,
};

/// A column: a top-level field, or the place of the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// A path pattern: array positions are `[]`.
    pattern: String,
    /// Safe to print.
    pub label: String,
}

/// How a cell looks, besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    /// It has a problem.
    Failing,
    /// It has nothing worse than a warning.
    Warned,
    /// A person has changed it.
    Changed,
}

impl Column {
    pub fn field(name: &str) -> Self {
        Self::pattern(Path::field(name).as_str())
    }

    pub fn pattern(pattern: &str) -> Self {
        let path = Path::parse(pattern).unwrap_or_default();
        Self {
            pattern: pattern.to_owned(),
            label: text::safe(&path.label()).into_owned(),
        }
    }

    /// What tells it from other columns: its path pattern.
    pub fn key(&self) -> &str {
        &self.pattern
    }

    /// Whether something here keeps the record from being ready.
    pub fn fails(&self, row: &RecordRow) -> bool {
        self.problem(row).is_some_and(Problem::rejects)
    }

    /// The first problem of the record here, or inside of it; a warning only where nothing is worse.
    pub fn problem<'a>(&self, row: &'a RecordRow) -> Option<&'a Problem> {
        let here = |problem: &&Problem| covers(&self.pattern, &problem.path);
        let mut all = row.problems.iter().filter(here);
        let rejecting = all.clone().find(|problem| problem.rejects());
        rejecting.or_else(|| all.next())
    }

    /// The path of the value in this record.
    pub fn path(&self, row: &RecordRow) -> Path {
        let problem = row
            .problems
            .iter()
            .find(|problem| problem.path.pattern() == self.pattern);
        match problem {
            Some(problem) => problem.path.clone(),
            // A position that no problem names is the first one.
            None => Path::parse(&self.pattern).unwrap_or_default().at_first(),
        }
    }

    pub fn mark(&self, row: &RecordRow) -> Mark {
        let problem = self.problem(row);
        if problem.is_some_and(Problem::rejects) {
            Mark::Failing
        } else if problem.is_some() {
            Mark::Warned
        } else if row.changed.iter().any(|path| covers(&self.pattern, path)) {
            Mark::Changed
        } else {
            Mark::Plain
        }
    }

    /// How many characters of the value nobody can see or tell from a space, and how many it has.
    pub fn length(&self, row: &RecordRow) -> Option<(usize, usize)> {
        let path = self.path(row);
        let value = row.current.as_ref()?.pointer(path.as_str())?.as_str()?;
        let hidden = |c: &char| text::is_hidden(*c) || *c == '\u{a0}';
        Some((value.chars().filter(hidden).count(), value.chars().count()))
    }

    /// The whole value in one line, safe to print, without its mark.
    pub fn value(&self, row: &RecordRow) -> String {
        let path = self.path(row);
        let at_it = self.problem(row).filter(|problem| problem.path == path);
        if let Some(found) = at_it.and_then(|problem| problem.found.as_ref()) {
            return match found {
                Found::Missing => "(missing)".to_owned(),
                Found::Text(value) => one_line(value),
                Found::Json(value) => text::safe(value).into_owned(),
            };
        }
        match row
            .current
            .as_ref()
            .and_then(|value| value.pointer(path.as_str()))
        {
            None => String::new(),
            Some(Value::String(value)) => one_line(value),
            Some(Value::Object(fields)) => {
                format!("{{{}}}", text::count(fields.len() as u64, "field"))
            }
            Some(Value::Array(items)) => format!("[{}]", text::count(items.len() as u64, "item")),
            Some(other) => other.to_string(),
        }
    }

    /// As the table shows it: the mark, then the value.
    pub fn shown(&self, row: &RecordRow) -> String {
        match self.mark(row) {
            Mark::Plain => self.value(row),
            Mark::Failing => format!("!{}", self.value(row)),
            Mark::Warned | Mark::Changed => format!("~{}", self.value(row)),
        }
    }
}

/// The fields of the record's problems that have no column among these, for the column "Also".
pub(super) fn also(row: &RecordRow, columns: &[Column]) -> String {
    let mut labels: Vec<String> = Vec::new();
    for problem in row.problems.iter().filter(|problem| problem.rejects()) {
        let shown = columns
            .iter()
            .any(|column| covers(&column.pattern, &problem.path));
        let label = text::safe(&problem.path.label()).into_owned();
        if !shown && !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels.join(", ")
}

/// A text nobody can overlook: an empty one is named.
fn one_line(value: &str) -> String {
    match value {
        "" => "(empty)".to_owned(),
        value => text::safe_whole(value).into_owned(),
    }
}

/// Whether a path is at a pattern or below it. The whole record is below nothing.
fn covers(pattern: &str, path: &Path) -> bool {
    let path = path.pattern();
    match path.strip_prefix(pattern) {
        Some(rest) => rest.is_empty() || (rest.starts_with('/') && !pattern.is_empty()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        model::Severity,
        tui::testing::{problem, record},
    };

    #[test]
    fn a_warning_has_its_own_mark_and_only_where_nothing_is_worse() {
        let warning = |path: &str| Problem {
            severity: Severity::Warning,
            ..problem(path, Found::Text("x".to_owned()))
        };
        let mut row = record(1, json!({"email": "x", "deal": "x"}));
        row.problems = vec![
            warning("/email"),
            problem("/email", Found::Text("a@".to_owned())),
            warning("/deal"),
        ];
        let check = |name: &str, mark: Mark, shown: &str| {
            let column = Column::field(name);
            assert_eq!(
                (column.mark(&row), column.shown(&row)),
                (mark, shown.to_owned())
            );
        };
        check("email", Mark::Failing, "!a@");
        check("deal", Mark::Warned, "~x");
        assert_eq!(also(&row, &[]), "email");
    }

    #[test]
    fn a_failing_cell_shows_what_was_found_there() {
        let mut row = record(
            1,
            json!({"email": "a@", "name": "", "lines": [{"qty": 1}, {"qty": "x"}]}),
        );
        row.problems = vec![
            problem("/email", Found::Text("a@ ".to_owned())),
            problem("/lines/1/qty", Found::Text("x".to_owned())),
            problem("/phone", Found::Missing),
        ];
        row.changed = vec![Path::field("lines")];
        let check = |pattern: &str, expected: &str| {
            assert_eq!(Column::pattern(pattern).shown(&row), expected, "{pattern}");
        };
        check("/email", "!a@<sp>");
        check("/lines/[]/qty", "!x");
        check("/lines", "![2 items]");
        check("/phone", "!(missing)");
        check("/name", "(empty)");
        check("/other", "");
        assert_eq!(
            also(&row, &[Column::field("email"), Column::field("lines")]),
            "phone"
        );
    }
}
