//! Whether the fields a filter names are there at all: a slip of the pen must not pass for an answer.

use anyhow::Result;

use super::Workspace;
use crate::{
    check::Known,
    filter::{self, Filter, FilterError, Item, Term, Test, Wanted},
    model::{Fault, Layout, Path, RunId},
};

/// The terms of a filter whose fields its run does not have, and what may have been meant. A run has the fields of its
/// columns, those its contract names and those of its stored records.
///
/// # Errors
/// `run:missing`.
pub fn unknown_terms(workspace: &Workspace, filter: &Filter) -> Result<Vec<(Term, FilterError)>> {
    match filter.run() {
        Some(run) => unknown(workspace, run, filter),
        None => match workspace.store.newest_run()? {
            Some(run) => unknown(workspace, run, filter),
            None => Ok(Vec::new()),
        },
    }
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
        for pattern in term.fields() {
            if let Some(names) = names_beside(workspace, run, pattern)? {
                unknown.push((term.clone(), not_a_field(term, pattern, &names)));
                break;
            }
        }
    }
    Ok(unknown)
}

/// `None` where the run has the field; else the names of the fields it has there.
fn names_beside(workspace: &Workspace, run: RunId, pattern: &str) -> Result<Option<Vec<String>>> {
    // The schema is asked about an entry, the first as well as any.
    let Some(path) = Path::parse(&pattern.replace("/[]", "/0")) else {
        return Ok(Some(Vec::new()));
    };
    let segments: Vec<String> = path.segments().collect();
    let mut names = Vec::new();
    if let Layout::Csv { columns, .. } = workspace.store.layout(run)? {
        if columns.contains(&segments.join(".")) {
            return Ok(None);
        }
        names.extend(columns);
    }
    if let Some(contract) = workspace.contract(run)? {
        if contract.checker.known(&path) == Known::Yes {
            return Ok(None);
        }
        let (parent, _) = path.split_last().unwrap_or_default();
        let inside = contract.checker.names(&parent).into_iter();
        names.extend(inside.map(|name| parent.child(&name).label()));
    }
    let present = Test::AnyOf(vec![Item::Like("*".to_owned())]);
    let present = Filter {
        terms: vec![Term {
            negated: false,
            wanted: Wanted::Value(pattern.to_owned(), present),
        }],
    };
    let has_it = workspace.store.first(run, &present)?.is_some();
    Ok((!has_it).then_some(names))
}

fn not_a_field(term: &Term, pattern: &str, names: &[String]) -> FilterError {
    let label = Path::parse(pattern).map_or_else(|| pattern.to_owned(), |path| path.label());
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
