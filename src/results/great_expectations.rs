//! Validation results of Great Expectations, of the versions 0 and 1: `{"success", "results": [{"success", "expectation_config",
//! "result": {"unexpected_list", "unexpected_index_list"}, "exception_info"}]}`.
//!
//! Only the result format COMPLETE lists all values with the index of their row, counted from 0, or with the values of the id
//! columns that were asked for. Others list at most 20 and count the rest.

use super::{
    File, Head, Place, Reader, Report, Tool,
    report::{Json, Told},
};
use crate::{
    model::{Fault, Found, Path, Stage},
    row::lenient,
};

pub(super) const TOOL: Tool = Tool {
    word: "great-expectations",
    name: "validation results of Great Expectations",
    reader: Reader::Whole { fits, read },
};

/// What the parameters of an expectation say besides the rule itself.
const NOT_THE_RULE: [&str; 4] = ["batch_id", "column", "result_format", "mostly"];

fn fits(head: &Head<'_>) -> bool {
    head.object()
        .is_some_and(|document| document["results"][0].get("expectation_config").is_some())
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let whole = Json(text.trim());
    if lenient::members(whole.0).is_none() {
        return Err(file.broken("is not one whole JSON document"));
    }
    let mut report = Report::default();
    for result in whole.get("results").map(Json::elements).unwrap_or_default() {
        if result
            .get("success")
            .is_none_or(|success| success.0 != "true")
        {
            expectation(result, &mut report);
        }
    }
    Ok(report)
}

/// What one expectation found.
fn expectation(result: Json<'_>, report: &mut Report) {
    let config = result.get("expectation_config");
    let named = |name| config.and_then(|config| config.get(name)?.text());
    let code = named("type")
        .or_else(|| named("expectation_type"))
        .unwrap_or_default();
    let kwargs = config.and_then(|config| config.get("kwargs"));
    let column = kwargs.and_then(|kwargs| kwargs.get("column")?.text());
    let found = result.get("result");
    let list = |name: &str| {
        let list = found.and_then(|found| found.get(name));
        list.map(Json::elements).filter(|list| !list.is_empty())
    };
    let (places, values) = match list("unexpected_index_list") {
        Some(places) => (places, list("unexpected_list")),
        None => match list("partial_unexpected_index_list") {
            Some(places) => (places, list("partial_unexpected_list")),
            None => return of_the_table(result, &code, column.as_deref(), report),
        },
    };
    let all = found.and_then(|found| found.get("unexpected_count")?.number());
    if let Some(all) = all.filter(|all| *all > places.len() as u64) {
        report.capped = true;
        let (some, of) = (places.len(), column.as_deref().unwrap_or("the table"));
        report.remarks.push(format!(
            "Great Expectations lists {some} of {all} values of {of} that {code} found; with the result format COMPLETE it lists all"
        ));
    }
    let ids: Vec<String> = list("unexpected_index_column_names")
        .unwrap_or_default()
        .iter()
        .filter_map(|name| name.text().map(Into::into))
        .collect();
    let message = rule(&code, kwargs);
    for (n, place) in places.iter().enumerate() {
        let value = values.as_ref().and_then(|values| values.get(n));
        let problem = Told {
            stage: Stage::Schema,
            code: &code,
            detail: "",
            path: column.as_deref().map_or_else(Path::root, Path::field),
            message: &message,
            found: value.map(|value| match value.0 {
                "null" => Found::Missing,
                _ => value.found(),
            }),
        }
        .problem();
        let record = report.at(place_of(*place, &ids), "");
        record.problems.push(problem);
        let column = column.as_deref().unwrap_or("value");
        record.quote(&format!(
            "{{{}:{},\"index\":{}}}",
            serde_json::Value::from(column),
            value.map_or("null", |value| value.0),
            place.0
        ));
    }
}

/// An expectation of which no rows are known.
fn of_the_table(result: Json<'_>, code: &str, column: Option<&str>, report: &mut Report) {
    let of = column.map_or_else(
        || "the table".to_owned(),
        |column| format!("column {column}"),
    );
    let info = result.get("exception_info");
    let raised = info.and_then(|info| info.get("exception_message")?.text());
    let found = result.get("result");
    let seen = found.and_then(|found| Some(found.get("observed_value")?.0));
    let count = found.and_then(|found| found.get("unexpected_count")?.number());
    let why = match (raised, count, seen) {
        (Some(message), ..) => format!(" could not be checked: {message}"),
        (None, Some(count), _) if count > 0 => {
            report.capped = true;
            format!(
                " found {count} values and does not say in which rows; the result format COMPLETE does"
            )
        }
        (None, _, Some(seen)) => format!(" was not met: {seen} was found"),
        (None, _, None) => " was not met or could not be checked".to_owned(),
    };
    report
        .remarks
        .push(format!("Great Expectations says of {of}: {code}{why}"));
}

/// `expect_column_values_to_match_regex` with its parameters, as a sentence says it.
fn rule(code: &str, kwargs: Option<Json<'_>>) -> String {
    let members = kwargs.and_then(|kwargs| lenient::members(kwargs.0));
    let parameters: Vec<String> = (members.unwrap_or_default().iter())
        .filter(|(name, _)| !NOT_THE_RULE.contains(&&**name))
        .map(|(name, value)| {
            format!(
                "{name} {}",
                value.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    let code = code
        .strip_prefix("expect_")
        .unwrap_or(code)
        .replace('_', " ");
    if parameters.is_empty() {
        return format!("expected {code}");
    }
    format!("expected {code}: {}", parameters.join(", "))
}

/// The index of a row, or what stands in its id columns.
fn place_of(place: Json<'_>, ids: &[String]) -> Place {
    if let Some(at) = place.number() {
        return Place::Ordinal(at + 1);
    }
    let value = |id: &String| match place.get(id) {
        Some(value) => value.text().map_or_else(|| value.0.to_owned(), Into::into),
        None => String::new(),
    };
    match ids {
        [] => Place::Key {
            field: "index".to_owned(),
            value: place.0.to_owned(),
        },
        ids => Place::Key {
            field: ids.join(" "),
            value: ids.iter().map(value).collect::<Vec<_>>().join(" "),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(result: &str) -> Report {
        let text = format!(
            r#"{{"success":false,"results":[{{"success":false,"expectation_config":{{"expectation_type":"expect_x","kwargs":{{"column":"n","min":1}}}},"result":{result}}}]}}"#
        );
        read(&File {
            name: "v.json",
            bytes: text.as_bytes(),
            beside: &|_| None,
        })
        .unwrap()
    }

    #[test]
    fn values_are_those_of_the_rows_beside_them() {
        let report = report(
            r#"{"unexpected_count":2,"unexpected_list":[null,7],"unexpected_index_list":[3,9]}"#,
        );
        let told: Vec<_> = (report.outcomes.iter())
            .map(|record| (record.place.clone(), record.problems[0].found.clone()))
            .collect();
        assert_eq!(
            told,
            [
                (Place::Ordinal(4), Some(Found::Missing)),
                (Place::Ordinal(10), Some(Found::Json("7".to_owned()))),
            ]
        );
        assert!(!report.capped && report.remarks.is_empty());
    }

    #[test]
    fn what_is_only_counted_is_said() {
        let some = report(
            r#"{"unexpected_count":30,"partial_unexpected_list":[1],"partial_unexpected_index_list":[3]}"#,
        );
        assert!(some.capped && some.outcomes.len() == 1);
        assert!(
            some.remarks[0].contains("lists 1 of 30 values"),
            "{:?}",
            some.remarks
        );
        let none = report(r#"{"unexpected_count":30}"#);
        assert!(none.capped && none.outcomes.is_empty());
        assert!(
            none.remarks[0].contains("found 30 values"),
            "{:?}",
            none.remarks
        );
    }
}
