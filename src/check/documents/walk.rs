//! One look at all schemas of a schema's files: their addresses, and where their references lead.

use std::collections::{HashMap, HashSet};

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::{
    File, Spot, Target, Unresolved, address,
    addresses::{decoded, join, resolve, split, way},
    draft_of, is_old,
};
use crate::model::Path;

/// How many steps a reference may climb out of the schema's folder.
const CLIMB: usize = 15;

/// From a schema to those that are applied to the same value; with the place of the reference that says so. Schemas are told
/// apart by where they lie in memory, so they are kept in the order they were met in, which is the same every time.
#[derive(Default)]
pub(super) struct Edges {
    pub starts: Vec<usize>,
    targets: HashMap<usize, Vec<(usize, Option<Spot>)>>,
}

impl Edges {
    fn add(&mut self, from: usize, target: usize, spot: Option<Spot>) {
        let targets = self.targets.entry(from).or_default();
        if targets.is_empty() {
            self.starts.push(from);
        }
        targets.push((target, spot));
    }

    pub fn of(&self, from: usize) -> &[(usize, Option<Spot>)] {
        self.targets.get(&from).map_or(&[], Vec::as_slice)
    }
}

/// How the schemas inside a schema are reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Applied to the same value.
    Here,
    /// Applied to a part of the value, or to nothing.
    Elsewhere,
}

/// Hands over the schemas inside a schema.
fn inside<'s>(
    fields: &'s Map<String, Value>,
    draft: Draft,
    visit: &mut dyn FnMut(Path, &'s Value, Reach),
) {
    for (keyword, value) in fields {
        let path = Path::field(keyword);
        let (reach, is_map) = match keyword.as_str() {
            "if" | "then" | "else" if matches!(draft, Draft::Draft4 | Draft::Draft6) => continue,
            "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" => (Reach::Here, false),
            "dependentSchemas" | "dependencies" => (Reach::Here, true),
            "additionalProperties"
            | "additionalItems"
            | "items"
            | "prefixItems"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema" => (Reach::Elsewhere, false),
            "properties" | "patternProperties" | "$defs" | "definitions" => {
                (Reach::Elsewhere, true)
            }
            _ => continue,
        };
        match value {
            Value::Object(schemas) if is_map => {
                for (name, schema) in schemas {
                    visit(path.child(name), schema, reach);
                }
            }
            Value::Array(schemas) if !is_map => {
                for (position, schema) in schemas.iter().enumerate() {
                    visit(path.child(&position.to_string()), schema, reach);
                }
            }
            Value::Object(_) if !is_map => visit(path, value, reach),
            _ => {}
        }
    }
}

/// One look at all schemas.
pub(super) struct Walk<'f> {
    files: &'f [File],
    /// What has an address of its own: documents and parts with an `$id`; anchors behind a `#`.
    resources: HashMap<String, Resource>,
    /// The bases of the files: each address a file has, with the file.
    bases: Vec<(String, usize)>,
    pub addresses: HashMap<String, usize>,
    references: Vec<Reference>,
    pub links: HashMap<usize, Vec<Target>>,
    /// From a schema to those that are applied to the same value; with the place of the reference that says so.
    pub edges: Edges,
    walked: HashSet<usize>,
    pub schemas: Vec<Target>,
    pub unresolved: Vec<Unresolved>,
}

#[derive(Clone)]
struct Resource {
    target: Target,
    base: String,
}

#[derive(Clone)]
struct Reference {
    from: usize,
    file: usize,
    path: Path,
    base: String,
    text: String,
}

impl<'f> Walk<'f> {
    pub fn new(files: &'f [File]) -> Self {
        Self {
            files,
            resources: HashMap::new(),
            bases: Vec::new(),
            addresses: HashMap::new(),
            references: Vec::new(),
            links: HashMap::new(),
            edges: Edges::default(),
            walked: HashSet::new(),
            schemas: Vec::new(),
            unresolved: Vec::new(),
        }
    }

    /// Looks at a whole file, which lies at `base`.
    pub fn file(&mut self, file: usize, base: &str) {
        let top = self.files.first().map(|first| &first.value);
        let outer = top.map_or(Draft::default(), |top| draft_of(top, Draft::default()));
        self.addresses.entry(base.to_owned()).or_insert(file);
        self.bases.push((base.to_owned(), file));
        let whole = Target {
            file,
            path: Path::root(),
            draft: outer,
        };
        self.remember(base.to_owned(), &whole, base);
        self.schema(&self.files[file].value, whole, base);
    }

    fn remember(&mut self, name: String, target: &Target, base: &str) {
        self.resources.entry(name).or_insert_with(|| Resource {
            target: target.clone(),
            base: base.to_owned(),
        });
    }

    /// Looks at one schema and those inside it.
    fn schema(&mut self, schema: &'f Value, mut place: Target, base: &str) {
        let Value::Object(fields) = schema else {
            return;
        };
        if !self.walked.insert(address(schema)) {
            return;
        }
        place.draft = draft_of(schema, place.draft);
        self.schemas.push(place.clone());
        let only_reference =
            is_old(place.draft) && fields.get("$ref").is_some_and(Value::is_string);
        let base = self.names(fields, &place, base, only_reference);
        self.references(fields, address(schema), &place, &base);
        let mut found = Vec::new();
        inside(fields, place.draft, &mut |path, schema, reach| {
            found.push((path, schema, reach));
        });
        for (path, inner, reach) in found {
            if reach == Reach::Here && !only_reference {
                self.edges.add(address(schema), address(inner), None);
            }
            let below = path
                .segments()
                .fold(place.path.clone(), |below, segment| below.child(&segment));
            let target = Target {
                path: below,
                ..place.clone()
            };
            self.schema(inner, target, &base);
        }
    }

    /// Remembers the addresses of a schema, and gives the one that references in it start from.
    fn names(
        &mut self,
        fields: &Map<String, Value>,
        place: &Target,
        base: &str,
        only_reference: bool,
    ) -> String {
        let text = |keyword: &str| fields.get(keyword).and_then(Value::as_str);
        let mut base = base.to_owned();
        if !only_reference && let Some(id) = text(place.draft.id_keyword()) {
            let (resource, fragment) = split(&resolve(&base, id).unwrap_or_default());
            if !resource.is_empty() && !id.starts_with('#') {
                if place.path.is_root() {
                    self.bases.push((resource.clone(), place.file));
                    if let Some(whole) = self.resources.get_mut(&base) {
                        whole.base.clone_from(&resource);
                    }
                }
                base = resource;
                self.remember(base.clone(), place, &base);
            }
            if is_old(place.draft) && !fragment.is_empty() {
                self.remember(format!("{base}#{fragment}"), place, &base);
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = text(keyword) {
                self.remember(format!("{base}#{anchor}"), place, &base);
            }
        }
        base
    }

    fn references(&mut self, fields: &Map<String, Value>, from: usize, place: &Target, base: &str) {
        let text = |keyword: &str| fields.get(keyword).and_then(Value::as_str);
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(reference) = text(keyword) {
                self.references.push(Reference {
                    from,
                    file: place.file,
                    path: place.path.child(keyword),
                    base: base.to_owned(),
                    text: reference.to_owned(),
                });
            }
        }
    }

    /// Leads every reference to its target, reaching for files as they are referred to.
    pub fn follow(&mut self) {
        let mut open = std::mem::take(&mut self.references);
        loop {
            let before = open.len();
            let mut left = Vec::new();
            for reference in open {
                if !self.lead(&reference) {
                    left.push(reference);
                }
            }
            let found = std::mem::take(&mut self.references);
            let is_over = found.is_empty() && left.len() == before;
            left.extend(found);
            if is_over || left.is_empty() {
                open = left;
                break;
            }
            open = left;
        }
        for reference in open {
            let unresolved = self.explain(&reference);
            self.unresolved.extend(unresolved);
        }
    }

    /// Whether a reference could be led to its target.
    fn lead(&mut self, reference: &Reference) -> bool {
        let Some(whole) = resolve(&reference.base, &reference.text) else {
            return false;
        };
        let (document, fragment) = split(&whole);
        if !self.resources.contains_key(&document) {
            let named = self.candidates(reference, &document);
            let known = named.iter().find_map(|name| {
                self.files
                    .iter()
                    .skip(1)
                    .position(|file| file.name == *name)
            });
            match known {
                Some(file) => self.file(file + 1, &document),
                None => return false,
            }
        }
        let target = if fragment.is_empty() || fragment.starts_with('/') {
            let Some(resource) = self.resources.get(&document).cloned() else {
                return false;
            };
            let Some(target) = self.pointed(&resource, &fragment) else {
                return false;
            };
            target
        } else {
            let base = self.resources.get(&document).map(|whole| &whole.base);
            let anchor = base.and_then(|base| self.resources.get(&format!("{base}#{fragment}")));
            match anchor {
                Some(resource) => resource.target.clone(),
                None => return false,
            }
        };
        let at = self.files[target.file].value.pointer(target.path.as_str());
        if let Some(at) = at {
            let spot = Spot {
                file: self.files[reference.file].name.clone(),
                path: reference.path.clone(),
            };
            self.edges.add(reference.from, address(at), Some(spot));
        }
        self.links.entry(reference.from).or_default().push(target);
        true
    }

    /// The place a JSON Pointer names in a resource.
    fn pointed(&mut self, resource: &Resource, fragment: &str) -> Option<Target> {
        let start = &resource.target;
        let path = Path::parse(&format!("{}{fragment}", start.path))?;
        let target = Target {
            path,
            ..start.clone()
        };
        let files = self.files;
        let at = files[target.file].value.pointer(target.path.as_str())?;
        // What lies where no schema is looked for becomes one by being referred to.
        self.schema(at, target.clone(), &resource.base);
        Some(target)
    }

    /// The names of the files that an address can mean, relative to the schema's folder.
    fn candidates(&self, reference: &Reference, document: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: String| {
            let climbs = name.split('/').filter(|part| *part == "..").count();
            if climbs <= CLIMB && !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        };
        for (base, file) in &self.bases {
            if let Some(way) = way(base, document) {
                add(join(&self.files[*file].name, &way));
            }
        }
        let (written, _) = split(&reference.text);
        if !written.contains(':') && !written.starts_with('/') && !written.is_empty() {
            add(join(&self.files[reference.file].name, &decoded(&written)));
        }
        names
    }

    /// Why a reference leads nowhere; `None` where it names a schema that JSON Schema itself defines.
    fn explain(&self, reference: &Reference) -> Option<Unresolved> {
        let whole = resolve(&reference.base, &reference.text).unwrap_or_default();
        let (document, _) = split(&whole);
        let own = ["http://json-schema.org/", "https://json-schema.org/"];
        if own.iter().any(|own| document.starts_with(own)) {
            return None;
        }
        let is_place = self.resources.contains_key(&document);
        Some(Unresolved {
            at: Spot {
                file: self.files[reference.file].name.clone(),
                path: reference.path.clone(),
            },
            reference: reference.text.clone(),
            files: if is_place {
                Vec::new()
            } else {
                self.candidates(reference, &document)
            },
            is_place,
        })
    }
}
