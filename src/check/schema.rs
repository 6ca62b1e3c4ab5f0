//! JSON Schema: compiling a schema, and turning what it finds into problems.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::OnceLock,
};

use jsonschema::{
    ReferencingError, Retrieve, Uri, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use super::{
    SpecError, found, unions,
    wants::{Known, Schemas, join},
    wording::{self, Case, Facts},
};
use crate::model::{Found, Path, Problem, Severity, Stage, Wants};

/// Where a schema without an `$id` is said to lie, deep enough for references that climb.
const BASE: &str = "redrive:///a/b/c/d/e/";

/// A compiled schema.
pub(super) struct Schema {
    validator: Validator,
    /// The same without the root's `required`, compiled when the first row is in doubt.
    fields_only: OnceLock<Option<Validator>>,
    pub root: Value,
    references: BTreeMap<String, Value>,
    pub formats: bool,
    /// The names of the root's properties, in the schema's order.
    pub columns: Vec<String>,
    positions: HashMap<String, usize>,
    /// What is wanted at the top-level fields, which is asked for most.
    wants: HashMap<Path, Wants>,
    numbers: HashSet<String>,
}

impl Schema {
    /// Compiles a schema; nothing is ever fetched.
    ///
    /// # Errors
    /// What keeps it from being compiled, and where in the schema.
    pub fn build(
        root: Value,
        references: BTreeMap<String, Value>,
        formats: bool,
    ) -> Result<Self, SpecError> {
        let validator = compile(&root, &references, formats)?;
        let schemas = Schemas {
            root: &root,
            references: &references,
        };
        let columns = schemas.properties();
        let positions = columns
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), at))
            .collect();
        let wants: HashMap<Path, Wants> = columns
            .iter()
            .map(|name| Path::field(name))
            .map(|path| (path.clone(), schemas.wants(&path)))
            .collect();
        let numbers = columns
            .iter()
            .filter(|name| wants.get(&Path::field(name)).is_some_and(|one| one.number))
            .cloned()
            .collect();
        Ok(Self {
            validator,
            fields_only: OnceLock::new(),
            root,
            references,
            formats,
            columns,
            positions,
            wants,
            numbers,
        })
    }

    /// Appends all problems of a document, each once, in no particular order.
    pub fn check(&self, document: &Value, problems: &mut Vec<Problem>) {
        self.find(&self.validator, document, problems);
    }

    /// Appends all problems of some fields of a document, and of those that are required and `missing`: of a document
    /// whose other fields are known to be valid. Gives `false` where the schema cannot be asked like that.
    pub fn check_fields(
        &self,
        fields: &Value,
        missing: &[&str],
        problems: &mut Vec<Problem>,
    ) -> bool {
        let fields_only = self.fields_only.get_or_init(|| {
            let mut root = self.root.clone();
            root.as_object_mut()?.remove("required");
            compile(&root, &self.references, self.formats).ok()
        });
        let Some(validator) = fields_only else {
            return false;
        };
        self.find(validator, fields, problems);
        for name in missing {
            let (path, nothing) = (Path::field(name), Some(Found::Missing));
            problems.push(self.problem("required", "", path, nothing, &Facts::default()));
        }
        true
    }

    fn find(&self, validator: &Validator, document: &Value, problems: &mut Vec<Problem>) {
        let before = problems.len();
        for error in validator.iter_errors(document) {
            unions::closest(&error, &mut |error, facts| {
                self.report(error, facts, problems);
            });
        }
        // One field can be reached by two routes of the schema that find the same.
        let mut at = before;
        while at < problems.len() {
            let twin = problems[before..at].iter().any(|earlier| {
                let problem = &problems[at];
                (&earlier.path, &earlier.code, &earlier.detail)
                    == (&problem.path, &problem.code, &problem.detail)
            });
            if twin {
                problems.remove(at);
            } else {
                at += 1;
            }
        }
    }

    /// Whether a top-level field is a number that may have a fraction.
    pub fn wants_number(&self, name: &str) -> bool {
        self.numbers.contains(name)
    }

    /// What is wanted at a path.
    pub fn wants(&self, path: &Path) -> Cow<'_, Wants> {
        match self.wants.get(path) {
            Some(wants) => Cow::Borrowed(wants),
            None => Cow::Owned(self.schemas().wants(path)),
        }
    }

    /// Whether the schema says that a field can be there.
    pub fn known(&self, path: &Path) -> Known {
        self.schemas().known(path)
    }

    /// The names of the fields that are known at an object's path.
    pub fn names(&self, path: &Path) -> Vec<String> {
        self.schemas().names(path)
    }

    /// The formats that are named and that nobody checks: file, place and name.
    pub fn unknown_formats(&self) -> Vec<(String, Path, String)> {
        let mut unknown = Vec::new();
        let (options, draft) = (jsonschema::options(), self.validator.draft());
        self.schemas().formats(&mut |file, path, name| {
            if !options.is_known_format(draft, name) {
                unknown.push((file.to_owned(), path, name.to_owned()));
            }
        });
        unknown
    }

    /// The position of a top-level field in the schema's properties.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    fn schemas(&self) -> Schemas<'_> {
        Schemas {
            root: &self.root,
            references: &self.references,
        }
    }

    /// Appends the problems of one error; those about absent or extra fields stand at the field's own path.
    fn report(&self, error: &ValidationError<'_>, facts: Facts, problems: &mut Vec<Problem>) {
        let here = path_of(error);
        match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let path = here.child(name);
                problems.push(self.problem("required", "", path, Some(Found::Missing), &facts));
            }
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                let mut facts = facts;
                facts.names = self.schemas().names(&here);
                for name in unexpected {
                    let value = error.instance().get(name).map(found);
                    let code = error.kind().keyword();
                    problems.push(self.problem(code, "", here.child(name), value, &facts));
                }
            }
            Kind::PropertyNames { error: inner } => {
                let name = inner.instance().as_str().unwrap_or_default();
                let value = error.instance().get(name).map(found);
                problems.push(self.problem("propertyNames", "", here.child(name), value, &facts));
            }
            kind => {
                let value = (!here.is_root()).then(|| found(error.instance()));
                if !facts.kinds.is_empty() {
                    let detail = facts.kinds.join(" or ");
                    problems.push(self.problem("type", &detail, here, value, &facts));
                    return;
                }
                let code = kind.keyword().to_owned();
                let (detail, more) = details(kind, error.instance());
                problems.push(self.problem(&code, &detail, here, value, &facts.or(more)));
            }
        }
    }

    fn problem(
        &self,
        code: &str,
        detail: &str,
        path: Path,
        found: Option<Found>,
        facts: &Facts,
    ) -> Problem {
        let wants = self.wants(&path);
        let (message, hint) = wording::sentence(Case {
            code,
            detail,
            label: &wording::label(&path, &wants),
            found: found.as_ref(),
            wants: &wants,
            facts,
        });
        Problem {
            stage: Stage::Schema,
            code: code.to_owned(),
            detail: detail.to_owned(),
            path,
            message,
            hint,
            found,
            shape: String::new(),
            severity: Severity::Error,
            owner: String::new(),
        }
    }
}

fn path_of(error: &ValidationError<'_>) -> Path {
    // The crate writes its locations as JSON Pointers.
    Path::parse(error.instance_path().as_str()).unwrap_or_default()
}

/// The problem's detail, and what its sentence needs beyond the value.
fn details(kind: &Kind, instance: &Value) -> (String, Facts) {
    let size = match instance {
        Value::Array(entries) => Some(entries.len()),
        Value::String(text) => Some(text.chars().count()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    };
    let limit = |limit: &dyn ToString| Facts {
        limit: Some(limit.to_string()),
        size,
        ..Facts::default()
    };
    match kind {
        Kind::Format { format } => (format.clone(), Facts::default()),
        Kind::Type { kind } => (types(kind), Facts::default()),
        Kind::Minimum { limit: n }
        | Kind::Maximum { limit: n }
        | Kind::ExclusiveMinimum { limit: n }
        | Kind::ExclusiveMaximum { limit: n } => (String::new(), limit(n)),
        Kind::MultipleOf { multiple_of } => (String::new(), limit(multiple_of)),
        Kind::MinLength { limit: n }
        | Kind::MaxLength { limit: n }
        | Kind::MinItems { limit: n }
        | Kind::MaxItems { limit: n }
        | Kind::MinProperties { limit: n }
        | Kind::MaxProperties { limit: n } => (String::new(), limit(n)),
        Kind::Pattern { pattern } => (String::new(), limit(pattern)),
        Kind::Enum { options } => (String::new(), Facts::allowed(options)),
        Kind::Constant { expected_value } => (
            String::new(),
            Facts::allowed(&Value::Array(vec![(**expected_value).clone()])),
        ),
        _ => (String::new(), Facts::default()),
    }
}

/// The wanted types, without null: a field that may be null is still a field of its other type.
fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(set) => {
            let mut names: Vec<String> = set.iter().map(|one| one.to_string()).collect();
            if names.len() > 1 {
                names.retain(|name| name != "null");
            }
            names.join(" or ")
        }
    }
}

fn compile(
    root: &Value,
    references: &BTreeMap<String, Value>,
    formats: bool,
) -> Result<Validator, SpecError> {
    let fault = |message: String, hint: Option<String>| SpecError {
        part: "schema".to_owned(),
        message,
        position: None,
        hint,
    };
    // The crate reads any other value as a schema that allows everything or complains about its own insides.
    if !root.is_object() && !root.is_boolean() {
        return Err(fault(
            "the schema is not a JSON object".to_owned(),
            Some("a schema begins with { and says at least \"type\" and \"properties\"".to_owned()),
        ));
    }
    jsonschema::options()
        .should_validate_formats(formats)
        .with_base_uri(format!("{BASE}schema.json"))
        .with_retriever(Local::new(root, references))
        .build(root)
        .map_err(|error| match error.kind() {
            Kind::Referencing(ReferencingError::Unretrievable { uri, .. }) => {
                let name = uri.strip_prefix(BASE).unwrap_or(uri);
                let hint = if name.contains("://") {
                    "nothing is fetched from elsewhere: save it beside the schema and refer to the file"
                } else {
                    "references are files relative to the schema that refers to them"
                };
                fault(
                    format!("the schema refers to {name}, which is not here"),
                    Some(hint.to_owned()),
                )
            }
            Kind::Referencing(other) => fault(
                format!("a reference in the schema leads nowhere: {other}"),
                None,
            ),
            _ => {
                let place = error.instance_path().as_str();
                let place = if place.is_empty() { "its root" } else { place };
                fault(
                    format!("the schema cannot be used: at {place}, {error}"),
                    Some("see https://json-schema.org for what may stand there".to_owned()),
                )
            }
        })
}

/// Hands out the local files a schema refers to and nothing else.
struct Local {
    files: BTreeMap<String, Value>,
    /// Folders by which documents with an `$id` of their own refer to their neighbours, with the real folder's name.
    folders: Vec<(String, String)>,
}

impl Local {
    fn new(root: &Value, references: &BTreeMap<String, Value>) -> Self {
        let mut folders = vec![(BASE.to_owned(), String::new())];
        let documents = references
            .iter()
            .map(|(name, document)| (name.as_str(), document));
        for (name, document) in std::iter::once(("", root)).chain(documents) {
            let id = document.get("$id").or_else(|| document.get("id"));
            if let Some((folder, _)) = id
                .and_then(Value::as_str)
                .and_then(|id| id.rsplit_once('/'))
            {
                let real = name.rsplit_once('/').map_or("", |(real, _)| real);
                folders.push((format!("{folder}/"), format!("{real}/")));
            }
        }
        Self {
            files: references.clone(),
            folders,
        }
    }
}

impl Retrieve for Local {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let uri = uri.as_str();
        if let Some(document) = self.files.get(uri) {
            return Ok(document.clone());
        }
        for (folder, real) in &self.folders {
            let Some(rest) = uri.strip_prefix(folder.as_str()) else {
                continue;
            };
            if let Some(document) = self.files.get(&join(real, rest)) {
                return Ok(document.clone());
            }
        }
        // What climbs out of the schema's folder lies above the made-up base.
        let climbed = (1..=4).find_map(|steps| {
            let mut folder = BASE.trim_end_matches('/');
            for _ in 0..steps {
                folder = folder.rsplit_once('/')?.0;
            }
            let rest = uri.strip_prefix(folder)?.trim_start_matches('/');
            self.files.get(&format!("{}{rest}", "../".repeat(steps)))
        });
        climbed
            .cloned()
            .ok_or_else(|| format!("{uri} is not here").into())
    }
}
