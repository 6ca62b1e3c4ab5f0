//! Whether the fields a filter names are there at all: a slip of the pen must not pass for an answer.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use super::{
    Workspace,
    since::{is_novelty, since},
};
use crate::{
    check::Known,
    filter::{self, Filter, FilterError, Item, Term, Test, Wanted},
    model::{Fault, Layout, Path, RunId},
    row::Row,
};

/// The terms of a filter whose fields its run does not have, and what may have been meant. A run has the fields of its
/// columns, those its contract names and those of its stored records. Those as well that ask what is new since the run before,
/// where there is none.
///
/// # Errors
/// `run:missing`.
pub fn unknown_terms(workspace: &Workspace, filter: &Filter) -> Result<Vec<(Term, FilterError)>> {
    let run = match filter.run() {
        Some(run) => Some(run),
        None => workspace.store.newest_run()?,
    };
    let Some(run) = run else {
        return Ok(Vec::new());
    };
    let mut terms = unknown(workspace, run, filter)?;
    for term in filter.terms.iter().filter(|term| is_novelty(&term.wanted)) {
        let error = nothing_before(workspace, run, term)?;
        terms.extend(error.map(|error| (term.clone(), error)));
    }
    Ok(terms)
}

/// Why nothing can be new or back, where that is so: no run before, and nothing that was sent.
///
/// # Errors
/// `run:missing`.
fn nothing_before(workspace: &Workspace, run: RunId, term: &Term) -> Result<Option<FilterError>> {
    let since = since(workspace, run)?;
    let is_first = since.before.is_none() && since.groups.is_empty();
    Ok(is_first.then(|| FilterError {
        term: term.to_string(),
        message: "there is no run before this one to compare it with".to_owned(),
        hint: "It says something from the second run of a contract on.".to_owned(),
    }))
}

/// # Errors
/// `filter:term` for the first term about a field that the run does not have.
pub(super) fn check_fields(workspace: &Workspace, run: RunId, filter: &Filter) -> Result<()> {
    match unknown(workspace, run, filter)?.into_iter().next() {
        Some((_, error)) => Err(refused(error).into()),
        None => Ok(()),
    }
}

/// The fault of a term that cannot be understood.
pub fn refused(error: FilterError) -> Fault {
    Fault::usage(
        "filter:term",
        format!("cannot understand '{}': {}", error.term, error.message),
    )
    .hint(error.hint)
}

fn unknown(workspace: &Workspace, run: RunId, filter: &Filter) -> Result<Vec<(Term, FilterError)>> {
    let mut unknown = Vec::new();
    for term in &filter.terms {
        for typed in term.fields() {
            if let Some(names) = names_beside(workspace, run, typed)? {
                unknown.push((term.clone(), not_a_field(term, typed, &names)));
                break;
            }
        }
    }
    Ok(unknown)
}

/// The terms of a filter whose fields are no column of a table and unknown to its contract, without a look at its records.
pub(super) fn unheard_of(workspace: &Workspace, run: RunId, filter: &Filter) -> Result<Vec<Term>> {
    let mut unheard = Vec::new();
    if let Layout::Csv { .. } = workspace.store.layout(run)? {
        for term in &filter.terms {
            for typed in term.fields() {
                if names_told(workspace, run, typed)?.is_some() {
                    unheard.push(term.clone());
                    break;
                }
            }
        }
    }
    Ok(unheard)
}

/// `None` where the run has the field; else the names of the fields it has there.
fn names_beside(workspace: &Workspace, run: RunId, typed: &str) -> Result<Option<Vec<String>>> {
    let Some(mut names) = names_told(workspace, run, typed)? else {
        return Ok(None);
    };
    let Some(path) = Path::parse(typed) else {
        return Ok(Some(names));
    };
    let present = Test::AnyOf(vec![Item::Like("*".to_owned())]);
    let present = Filter::all_of([Wanted::Value(typed.to_owned(), present)]);
    if workspace.store.first(run, &present)?.is_some() {
        return Ok(None);
    }
    if workspace.store.layout(run)? == Layout::Json {
        let (parent, _) = path.at_first().split_last().unwrap_or_default();
        let there = names_in_records(workspace, run, &parent)?;
        names.extend(there.iter().map(|name| parent.child(name).label()));
    }
    Ok(Some(names))
}

/// `None` where columns or contract have the field; else the names of those they have there.
fn names_told(workspace: &Workspace, run: RunId, typed: &str) -> Result<Option<Vec<String>>> {
    let Some(typed_path) = Path::parse(typed) else {
        return Ok(Some(Vec::new()));
    };
    // The schema is asked about an entry, the first as well as any.
    let path = typed_path.at_first();
    let mut names = Vec::new();
    let layout = workspace.store.layout(run)?;
    if let Layout::Csv { columns, .. } = &layout {
        if columns.contains(&typed_path.segments().collect::<Vec<_>>().join(".")) {
            return Ok(None);
        }
        names.extend(columns.iter().cloned());
    }
    let (parent, _) = path.split_last().unwrap_or_default();
    if let Some(contract) = workspace.contract(run)? {
        if contract.checker.known(&path) == Known::Yes {
            return Ok(None);
        }
        let inside = contract.checker.names(&parent).into_iter();
        names.extend(inside.map(|name| parent.child(&name).label()));
    }
    Ok(Some(names))
}

/// Records that are looked at for the names of their fields.
const LOOKED_AT: usize = 500;

/// The names that the first JSON records of a run have inside of a field.
fn names_in_records(workspace: &Workspace, run: RunId, parent: &Path) -> Result<BTreeSet<String>> {
    let mut ids = workspace.store.ids(run, &Filter::default())?;
    ids.truncate(LOOKED_AT);
    let mut names = BTreeSet::new();
    for record in workspace.store.records(&ids)? {
        if let Ok(Row::Json(document)) =
            Row::read(&Layout::Json, record.text.form, &record.text.bytes)
        {
            let inside = document.value.pointer(parent.as_str());
            let fields = inside.and_then(Value::as_object);
            names.extend(fields.into_iter().flat_map(|fields| fields.keys().cloned()));
        }
    }
    Ok(names)
}

fn not_a_field(term: &Term, typed: &str, names: &[String]) -> FilterError {
    let path = Path::parse(typed).unwrap_or_default();
    let label = match path.segments().collect::<Vec<_>>().as_slice() {
        // Whatever it consists of: the label of digits alone would be a position.
        [name] => name.clone(),
        _ => path.label(),
    };
    let fields = names.iter().map(String::as_str);
    let hint = match filter::nearest(&label, fields.chain(filter::KEYS)) {
        Some(near) if names.iter().any(|name| name == near) => format!("Did you mean {near}?"),
        Some(key) => format!(
            "Did you mean {key}:? The keys are {}.",
            filter::KEYS.join(", ")
        ),
        None => format!(
            "No record of the run has it. To look for text with a sign, put it in quotes: \"{}\"",
            term.to_string()
                .trim_start_matches('-')
                .replace('"', "\"\"")
        ),
    };
    FilterError {
        term: term.to_string(),
        message: format!("{label} is not a field"),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{Desk, sample};

    fn said(desk: &Desk, line: &str) -> String {
        let filter = Filter::parse(line).unwrap();
        let unknown = unknown_terms(&desk.workspace, &filter).unwrap();
        let said = |(_, error): &(Term, FilterError)| format!("{}. {}", error.message, error.hint);
        unknown.iter().map(said).collect()
    }

    #[test]
    fn a_column_of_digits_is_a_field_like_any_other() {
        let layout = Layout::Csv {
            columns: ["lines.0.qty", "2024", "[]x"].map(str::to_owned).to_vec(),
            delimiter: ',',
        };
        let desk = Desk::new(&layout, &[sample("5,6,7")]);
        for line in ["lines.0.qty:5", "2024:missing", ".\"/[]x\":7"] {
            assert_eq!(said(&desk, line), "", "{line}");
        }
        assert_eq!(
            said(&desk, "2023:5"),
            "2023 is not a field. Did you mean 2024?"
        );
    }

    #[test]
    fn the_names_of_json_records_are_offered_for_a_slip_of_the_pen() {
        let texts = [r#"{"country":"DE","customer":{"email":"a@b.de"}}"#].map(sample);
        let desk = Desk::new(&Layout::Json, &texts);
        assert_eq!(
            said(&desk, "contry:DE"),
            "contry is not a field. Did you mean country?"
        );
        assert_eq!(
            said(&desk, "customer.emial:x"),
            "customer.emial is not a field. Did you mean customer.email?"
        );
    }
}
