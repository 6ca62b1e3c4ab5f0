//! What dlt raises at the first record that breaks a schema contract: its text, `In Table: `T` Column: `C` . Contract on
//! `data_type` with `contract_mode=freeze` is violated. WHY`, or the attributes of the exception as JSON, `{"type",
//! "message", "column_name", "data_item"}`.
//!
//! dlt stops there, so one record stands for all that follow; with `discard_row` it drops records and says nothing. A
//! traceback shows an exception and the ones it led to, so the same words may stand in a text more than once. The column
//! of a Pydantic model is the place as Python writes it: `()` is the whole record, `('address', 'city')` a field in it.

use super::{
    File, Head, Place, Reader, Report, Tool, python,
    report::{Json, Told},
};
use crate::{
    model::{Fault, Form, Path, Problem, Stage},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "dlt",
    name: "dlt exceptions",
    reader: Reader::Whole { fits, read },
};

/// The class of the exception, which its text does not name.
const CLASS: &str = "DataValidationError";
const BEGINS: &str = "In Table: `";
const BROKEN: &str = " is violated.";

fn fits(head: &Head<'_>) -> bool {
    match (head.object(), head.json()) {
        (Some(error), _) => {
            error["data_item"].is_object() && error["contract_mode"].is_string()
                || error["type"] == CLASS && error["column_name"].is_string()
        }
        (None, Some(_)) => false,
        (None, None) => {
            let text = head.text();
            text.contains("Contract on `") && messages(text).next().is_some()
        }
    }
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let mut report = Report::default();
    if text.trim_start().starts_with(['{', '[']) {
        let all = match lenient::elements(text) {
            Some(all) => all,
            None => match lenient::members(text) {
                Some(_) => vec![text.trim()],
                None => return Err(file.broken("is not one whole JSON document")),
            },
        };
        for error in all {
            of_json(Json(error), &mut report)
                .ok_or_else(|| file.broken("lists something that is no exception of dlt"))?;
        }
    } else {
        let mut known: Vec<&str> = messages(text).collect();
        known.sort_unstable();
        known.dedup();
        for message in known {
            let record = report.at(Place::Nowhere, "");
            record.problems.push(problem(CLASS, None, message));
            record.quote(message);
        }
        if report.outcomes.is_empty() {
            return Err(file.broken("does not say which contract of dlt was violated"));
        }
    }
    report.remarks.push(
        "dlt stops at the first record that breaks its contract, so those after it were not looked at"
            .to_owned(),
    );
    report.capped = true;
    Ok(report)
}

fn of_json(error: Json<'_>, report: &mut Report) -> Option<()> {
    let text = |name| error.get(name).and_then(Json::text);
    let message = text("message")?;
    let class = text("type").unwrap_or(CLASS.into());
    let problem = problem(&class, text("column_name").as_deref(), &message);
    let record = report.at(Place::Nowhere, "");
    record.problems.push(problem);
    match error.get("data_item") {
        Some(item) if item.0.starts_with('{') => {
            record.give(Form::Json, item.0.as_bytes().to_vec());
        }
        _ => record.quote(error.0),
    }
    Some(())
}

/// The messages in a text: what is behind the table's name ends with the line.
fn messages(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(BEGINS)
        .filter_map(|(at, _)| text[at..].lines().next())
        .filter(|message| message.contains(BROKEN))
}

/// The problem of a message, whose `column` stands in it too.
fn problem(class: &str, column: Option<&str>, message: &str) -> Problem {
    let within = || {
        let (_, rest) = message.split_once("Column: `")?;
        Some(rest.split_once('`')?.0)
    };
    let column = column.or_else(within).unwrap_or_default();
    let own = message.split_once(BROKEN).map_or("", |(_, own)| own.trim());
    let path = place(column);
    Told {
        // What a model says of a whole record is a rule of its own.
        stage: if path.is_root() && column == "()" {
            Stage::Rule
        } else {
            Stage::Schema
        },
        code: class,
        detail: "",
        path,
        message: if own.is_empty() { message } else { own },
        found: None,
    }
    .problem()
}

/// The place of a column: a name, or a tuple of names and positions.
fn place(column: &str) -> Path {
    let tuple = || {
        let mut rest = column.strip_prefix('(')?.strip_suffix(')')?;
        let mut path = Path::root();
        while !rest.trim().is_empty() {
            let part = if rest.starts_with(['\'', '"']) {
                let (name, after) = python::string(rest)?;
                rest = after;
                name
            } else {
                let (number, after) = rest.split_once(',').unwrap_or((rest, ""));
                rest = after;
                number.trim().to_owned()
            };
            path = path.child(&part);
            rest = rest.trim_start_matches([',', ' ']);
        }
        Some(path)
    };
    let name = || match column {
        "" => Path::root(),
        name => Path::field(name),
    };
    tuple().unwrap_or_else(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_of_a_model_is_a_place() {
        assert_eq!(place("()"), Path::root());
        assert_eq!(place("('a', 0, 'it\\'s')").as_str(), "/a/0/it's");
        assert_eq!(place("('a',)").as_str(), "/a");
        assert_eq!(place("deal_value").as_str(), "/deal_value");
        assert_eq!(place("(odd").as_str(), "/(odd");
    }

    #[test]
    fn a_traceback_says_the_same_more_than_once() {
        let message = "In Table: `t` Column: `a` . Contract on `columns` with `contract_mode=freeze` is violated. no";
        let text =
            format!("Traceback\ndlt.X: {message}\n\nin `p` caused an exception: {message}\n");
        assert!(fits(&Head::new(text.as_bytes(), true)));
        let report = read(&File::of(&text)).unwrap();
        assert_eq!(report.outcomes.len(), 1);
        let problem = &report.outcomes[0].problems[0];
        assert_eq!(
            (problem.code.as_str(), problem.path.as_str()),
            (CLASS, "/a")
        );
        assert!(report.capped);
    }

    #[test]
    fn what_says_nothing_of_a_contract_is_refused() {
        for text in [
            "In Table: `t` Column: `a`",
            "{\"type\":\"DataVal",
            "[7]",
            "{}",
        ] {
            assert!(read(&File::of(text)).is_err(), "{text}");
        }
    }
}
