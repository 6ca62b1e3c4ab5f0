//! Compiles a schema, and says in which file and place of it something keeps it from being compiled.

use std::sync::Arc;

use jsonschema::{
    Draft, PatternOptions, Retrieve, Uri, ValidationError, ValidationOptions, Validator,
    error::ValidationErrorKind as Kind,
};
use serde_json::{Value, json};

use super::guard::{guarded, with_guards};
use crate::{
    check::{
        SpecError,
        documents::{Documents, Spot, Unresolved, base},
        moment, unions,
    },
    model::Path,
};

/// What a compiled pattern may take, in bytes.
const PATTERN_SIZE: usize = 10 << 20;
/// How often a pattern may go back over one text.
const PATTERN_STEPS: usize = 1_000_000;

/// Finds what keeps a schema from being used, apart from what only compiling it shows.
///
/// # Errors
/// The first such thing, with its place.
pub(super) fn check_schema(documents: &Documents) -> Result<(), SpecError> {
    // The crate reads any other value as a schema that allows everything or complains about its own insides.
    let root = documents.root();
    if !root.is_object() && !root.is_boolean() {
        return Err(fault(
            Spot::root(),
            "the schema is not a JSON object",
            "a schema begins with { and says at least \"type\" and \"properties\"",
        ));
    }
    for (spot, place) in documents.schemas() {
        check_draft(&spot, place.at)?;
    }
    for (name, document, draft) in documents.referred_files() {
        check_form(name, document, draft)?;
    }
    if let Some(spot) = &documents.endless {
        let message = "the schema refers to itself without end";
        let hint = "between a schema and itself must stand a field or an entry, such as \"properties\" or \"items\"";
        return Err(fault(spot.clone(), message, hint));
    }
    for (spot, place) in documents.schemas() {
        if let Some(Value::String(pattern)) = place.get("pattern") {
            check_pattern(pattern, || Spot::at(&spot, &["pattern"]))?;
        }
        let named = place.get("patternProperties").and_then(Value::as_object);
        for pattern in named.into_iter().flat_map(|fields| fields.keys()) {
            check_pattern(pattern, || Spot::at(&spot, &["patternProperties", pattern]))?;
        }
    }
    Ok(())
}

/// How a schema is compiled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// Whether formats are checked.
    pub formats: bool,
    /// Without the `required` of the schema itself.
    pub fields_only: bool,
    /// Unions give yes or no, and do not say why.
    pub coarse: bool,
}

/// Compiles the schema; nothing is ever fetched.
///
/// # Errors
/// What keeps it from being compiled, and where.
pub(super) fn compile(documents: &Arc<Documents>, manner: Manner) -> Result<Validator, SpecError> {
    let mut root = guarded(documents, "", documents.root(), manner.coarse);
    if manner.fields_only
        && let Some(fields) = root.as_object_mut()
    {
        fields.remove("required");
    }
    let local = Local {
        documents: Arc::clone(documents),
        coarse: manner.coarse,
    };
    with_guards(options(manner.formats))
        .with_base_uri(base())
        .with_retriever(local)
        .build(&root)
        .map_err(|error| match (error.kind(), documents.unresolved.first()) {
            (Kind::Referencing(_), Some(first)) => unresolved(first),
            (Kind::Referencing(other), None) => SpecError {
                hint: None,
                ..fault(
                    Spot::root(),
                    &format!("a reference in the schema leads nowhere: {other}"),
                    "",
                )
            },
            _ => malformed("", &error),
        })
}

pub(super) fn options(formats: bool) -> ValidationOptions<'static> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(PATTERN_STEPS)
        .size_limit(PATTERN_SIZE);
    jsonschema::options()
        .should_validate_formats(formats)
        .with_pattern_options(patterns)
        .with_format("date-time", moment::is_date_time)
}

fn fault(at: Spot, message: &str, hint: &str) -> SpecError {
    SpecError {
        part: "schema".to_owned(),
        message: message.to_owned(),
        position: None,
        at: Some(Box::new(at)),
        hint: Some(hint.to_owned()),
    }
}

/// The names of the known drafts.
const DRAFTS: &str = "http://json-schema.org/draft-04/schema#, http://json-schema.org/draft-06/schema#, \
    http://json-schema.org/draft-07/schema#, https://json-schema.org/draft/2019-09/schema or \
    https://json-schema.org/draft/2020-12/schema";

fn check_draft(spot: &Spot, schema: &Value) -> Result<(), SpecError> {
    let Some(written) = schema.get("$schema") else {
        return Ok(());
    };
    let known = written
        .as_str()
        .is_some_and(|uri| Draft::from_schema_uri(uri) != Draft::Unknown);
    if known {
        return Ok(());
    }
    Err(fault(
        Spot::at(spot, &["$schema"]),
        &format!("the schema is written in {written}, which is not a known draft of JSON Schema"),
        &format!("write {DRAFTS}; without \"$schema\" the last one is meant"),
    ))
}

/// Whether a document keeps to the grammar of its draft.
fn check_form(name: &str, document: &Value, draft: Draft) -> Result<(), SpecError> {
    let outcome = match draft {
        Draft::Draft4 => jsonschema::draft4::meta::validate(document),
        Draft::Draft6 => jsonschema::draft6::meta::validate(document),
        Draft::Draft7 => jsonschema::draft7::meta::validate(document),
        Draft::Draft201909 => jsonschema::draft201909::meta::validate(document),
        _ => jsonschema::draft202012::meta::validate(document),
    };
    outcome.map_err(|error| malformed(name, &error))
}

/// What does not keep to the grammar of a draft.
fn malformed(file: &str, error: &ValidationError<'_>) -> SpecError {
    let mut first = None;
    unions::closest(error, &|_| None, &mut |error, _| {
        first.get_or_insert_with(|| {
            let path = Path::parse(error.instance_path().as_str()).unwrap_or_default();
            (path, error.to_string())
        });
    });
    let (path, what) = first.unwrap_or_default();
    let what = cut(&what);
    let place = if path.is_root() {
        "its root"
    } else {
        path.as_str()
    };
    let message = format!("the schema cannot be used: at {place}, {what}");
    let file = file.to_owned();
    fault(
        Spot { file, path },
        &message,
        "see https://json-schema.org for what may stand there",
    )
}

/// A sentence of another library, which may hold a whole document.
fn cut(sentence: &str) -> String {
    match sentence.char_indices().nth(200) {
        Some((at, _)) => format!("{}...", &sentence[..at]),
        None => sentence.to_owned(),
    }
}

fn check_pattern(pattern: &str, spot: impl Fn() -> Spot) -> Result<(), SpecError> {
    let schema = json!({"pattern": pattern});
    if options(false).build(&schema).is_ok() {
        return Ok(());
    }
    // What can be read and not compiled takes too much.
    let is_large = options(true)
        .build(&json!({"format": "regex"}))
        .is_ok_and(|reads| reads.is_valid(&Value::String(pattern.to_owned())));
    let shown: String = pattern.chars().take(60).collect();
    Err(if is_large {
        fault(
            spot(),
            &format!("the regular expression {shown} is too large"),
            "counts such as {1000} within counts multiply: ask for less, or check the length with maxLength",
        )
    } else {
        fault(
            spot(),
            &format!("the regular expression {shown} cannot be read"),
            "patterns are those of JavaScript; a \\ is written \\\\ in JSON",
        )
    })
}

fn unresolved(reference: &Unresolved) -> SpecError {
    let name = &reference.reference;
    let (message, hint) = if reference.is_place {
        (
            format!("the schema refers to {name}, which leads nowhere"),
            "a place is written like #/$defs/Address, or is the name of an \"$anchor\"",
        )
    } else if reference.files.is_empty() || name.contains("://") {
        (
            format!("the schema refers to {name}, which is not here"),
            "nothing is fetched from elsewhere: save it beside the schema and refer to the file",
        )
    } else {
        (
            format!("the schema refers to {name}, which is not here"),
            "references are files relative to the schema that refers to them",
        )
    };
    fault(reference.at.clone(), &message, hint)
}

/// Hands out the local files a schema refers to and nothing else.
struct Local {
    documents: Arc<Documents>,
    coarse: bool,
}

impl Retrieve for Local {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        match self.documents.by_address(uri.as_str()) {
            Some((name, document)) => Ok(guarded(&self.documents, name, document, self.coarse)),
            None => Err(format!("{uri} is not here").into()),
        }
    }
}
