//! JSON Schema: compiling a schema, and turning what it finds into problems.

mod compile;
mod guard;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use self::{
    compile::{Manner, check_schema, compile},
    guard::{PATTERN, can_be_coarse, endless, errors},
};
use super::{
    Runaway, SpecError,
    documents::Documents,
    found, unions,
    wants::{Known, Question},
    wording::{self, Case, Facts},
};
use crate::model::{Found, Path, Problem, Severity, Stage, Wants};

/// A compiled schema.
pub(super) struct Schema {
    validator: Validator,
    /// The same without the root's `required`, compiled when the first row is in doubt.
    fields_only: OnceLock<Option<Validator>>,
    coarse: OnceLock<Option<Validator>>,
    documents: Arc<Documents>,
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
        let documents = Arc::new(Documents::new(root, references));
        check_schema(&documents)?;
        let manner = Manner {
            formats,
            ..Manner::default()
        };
        let validator = compile(&documents, manner)?;
        let columns = Question::new(&documents).names(&Path::root());
        let positions = columns
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), at))
            .collect();
        let wants: HashMap<Path, Wants> = columns
            .iter()
            .map(|name| Path::field(name))
            .map(|path| (path.clone(), Question::new(&documents).wants(&path)))
            .collect();
        let numbers = columns
            .iter()
            .filter(|name| wants.get(&Path::field(name)).is_some_and(|one| one.number))
            .cloned()
            .collect();
        Ok(Self {
            validator,
            fields_only: OnceLock::new(),
            coarse: OnceLock::new(),
            documents,
            formats,
            columns,
            positions,
            wants,
            numbers,
        })
    }

    /// Appends all problems of a document, each once, in no particular order.
    ///
    /// # Errors
    /// When a part of the schema does not come to an end.
    pub fn check(&self, document: &Value, problems: &mut Vec<Problem>) -> Result<(), Runaway> {
        self.find(&self.validator, document, problems)
    }

    /// Appends all problems of some fields of a document, and of those that are required and `missing`: of a document
    /// whose other fields are known to be valid. Gives `false` where the schema cannot be asked like that.
    ///
    /// # Errors
    /// Those of [`Schema::check`].
    pub fn check_fields(
        &self,
        fields: &Value,
        missing: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Result<bool, Runaway> {
        let fields_only = self.fields_only.get_or_init(|| {
            let manner = Manner {
                formats: self.formats,
                fields_only: true,
                ..Manner::default()
            };
            compile(&self.documents, manner).ok()
        });
        let Some(validator) = fields_only else {
            return Ok(false);
        };
        self.find(validator, fields, problems)?;
        for name in missing {
            let (path, nothing) = (Path::field(name), Some(Found::Missing));
            problems.push(self.problem("required", "", path, nothing, &Facts::default()));
        }
        Ok(true)
    }

    /// The schema with unions that give yes or no: for records over which a union takes too long to say why.
    fn coarse(&self) -> Option<&Validator> {
        let compile = || {
            let manner = Manner {
                formats: self.formats,
                coarse: true,
                ..Manner::default()
            };
            let coarse = can_be_coarse(&self.documents).then(|| compile(&self.documents, manner));
            coarse?.ok()
        };
        self.coarse.get_or_init(compile).as_ref()
    }

    fn find(
        &self,
        validator: &Validator,
        document: &Value,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Runaway> {
        let before = problems.len();
        let found = match errors(validator, document)? {
            guard::Found::Errors(found) => found,
            guard::Found::TooMany => {
                let coarse = self.coarse().ok_or_else(endless)?;
                match errors(coarse, document)? {
                    guard::Found::Errors(found) => found,
                    guard::Found::TooMany => return Err(endless()),
                }
            }
        };
        for error in found {
            let named = |union: &ValidationError<'_>| self.documents.named_branch(union);
            unions::closest(&error, &named, &mut |error, facts| {
                self.report(error, facts, problems);
            });
        }
        // One field can be reached by two routes of the schema that find the same.
        let mut seen = HashSet::new();
        let is_new: Vec<bool> = (problems[before..].iter())
            .map(|found| seen.insert((&found.path, &found.code, &found.detail)))
            .collect();
        let mut stays = std::iter::repeat_n(true, before).chain(is_new);
        problems.retain(|_| stays.next() == Some(true));
        Ok(())
    }

    /// Whether a top-level field is a number that may have a fraction.
    pub fn wants_number(&self, name: &str) -> bool {
        self.numbers.contains(name)
    }

    /// What is wanted at a path.
    pub fn wants(&self, path: &Path) -> Cow<'_, Wants> {
        match self.wants.get(path) {
            Some(wants) => Cow::Borrowed(wants),
            None => Cow::Owned(self.question().wants(path)),
        }
    }

    /// Whether the schema says that a field can be there.
    pub fn known(&self, path: &Path) -> Known {
        self.question().known(path)
    }

    /// The names of the fields that are known at an object's path.
    pub fn names(&self, path: &Path) -> Vec<String> {
        self.question().names(path)
    }

    /// The formats that are named and that nobody checks: file, place and name.
    pub fn unknown_formats(&self) -> Vec<(String, Path, String)> {
        let options = jsonschema::options();
        let mut unknown = Vec::new();
        for (spot, place) in self.documents.schemas() {
            let name = place.get("format").and_then(Value::as_str);
            if let Some(name) = name.filter(|name| !options.is_known_format(place.draft, name)) {
                unknown.push((spot.file, spot.path.child("format"), name.to_owned()));
            }
        }
        unknown
    }

    /// The position of a top-level field in the schema's properties.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    pub fn root(&self) -> &Value {
        self.documents.root()
    }

    fn question(&self) -> Question<'_> {
        Question::new(&self.documents)
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
                facts.names = self.question().names(&here);
                for name in unexpected {
                    let value = error.instance().get(name).map(found);
                    let code = error.kind().keyword();
                    let path = here.child(name);
                    // Another branch of a union may know it; it is not meant for this very name.
                    let others = facts.names.contains(name).then(|| {
                        let mut facts = facts.clone();
                        facts.names.retain(|known| known != name);
                        facts
                    });
                    let facts = others.as_ref().unwrap_or(&facts);
                    problems.push(self.problem(code, "", path, value, facts));
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
                let code = code_of(kind).to_owned();
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

/// The keyword of a problem; ours stand for others.
fn code_of(kind: &Kind) -> &str {
    match kind {
        Kind::Custom { keyword, .. } if keyword == PATTERN => "pattern",
        Kind::Not { schema } => {
            let inner = schema.get("not").and_then(Value::as_object);
            let named = |keyword: &&&str| inner.is_some_and(|inner| inner.contains_key(**keyword));
            ["anyOf", "oneOf"].iter().find(named).unwrap_or(&"not")
        }
        kind => kind.keyword(),
    }
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
        Kind::OneOfMultipleValid { .. } => ("several".to_owned(), Facts::default()),
        Kind::Custom { keyword, message } if keyword == PATTERN => (String::new(), limit(message)),
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

#[cfg(test)]
mod tests;
