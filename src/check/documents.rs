//! A schema with the local files it refers to: where each reference leads, and which lead nowhere or in a circle. Nothing is
//! fetched, and nothing is read: files that are wanted are named.

mod addresses;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};

use jsonschema::{Draft, ValidationError};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use self::{
    addresses::split,
    walk::{Edges, Walk},
};
use crate::model::Path;

/// Where the schema is said to lie, deep enough for references that climb.
const FOLDER: &str = "redrive:///1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/";

/// The address of the schema itself, which its `$id` changes.
pub(super) fn base() -> String {
    format!("{FOLDER}schema.json")
}

/// The schema and its files. The values are never changed, so that a value's address names it.
pub(super) struct Documents {
    files: Vec<File>,
    /// Where the references of a schema lead, by the schema's address in memory.
    links: HashMap<usize, Vec<Target>>,
    /// The files by the addresses under which they are referred to.
    addresses: HashMap<String, usize>,
    /// The patterns of field names; those too hard for a plain engine are left out.
    patterns: HashMap<String, Regex>,
    /// All schemas, in the order in which they were found.
    schemas: Vec<Target>,
    /// The addresses of schemas that are referred to and refer to others.
    shared: HashSet<usize>,
    pub unresolved: Vec<Unresolved>,
    /// The reference that closes a circle in which nothing of a record is used up.
    pub endless: Option<Spot>,
}

struct File {
    /// Relative to the schema's folder; empty for the schema itself.
    name: String,
    value: Value,
}

/// A place in a schema's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file's name relative to the schema's folder; empty for the schema itself.
    pub file: String,
    pub path: Path,
}

impl Spot {
    /// The schema itself.
    pub(super) fn root() -> Self {
        Self {
            file: String::new(),
            path: Path::root(),
        }
    }

    /// A place below another one.
    pub(super) fn at(spot: &Self, names: &[&str]) -> Self {
        Self {
            file: spot.file.clone(),
            path: (names.iter()).fold(spot.path.clone(), |path, name| path.child(name)),
        }
    }
}

/// A reference that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    pub at: Spot,
    /// As it is written.
    pub reference: String,
    /// The names a file would have that it means, relative to the schema's folder, the likeliest first. None where it means
    /// an address elsewhere, or a place in a file that is here.
    pub files: Vec<String>,
    /// Whether the document is here, and only the place in it is not.
    pub is_place: bool,
}

#[derive(Clone)]
struct Target {
    file: usize,
    path: Path,
    draft: Draft,
}

/// A schema in one of the documents, with the draft it is read by.
#[derive(Clone, Copy)]
pub(super) struct Place<'s> {
    pub at: &'s Value,
    pub draft: Draft,
}

impl Documents {
    /// Follows all references as far as the files go.
    pub fn new(root: Value, references: BTreeMap<String, Value>) -> Self {
        let mut files = vec![File {
            name: String::new(),
            value: root,
        }];
        files.extend(
            references
                .into_iter()
                .map(|(name, value)| File { name, value }),
        );
        let mut walk = Walk::new(&files);
        walk.file(0, &base());
        walk.follow();
        let endless = endless(&walk.edges);
        let Walk {
            links,
            addresses,
            schemas,
            unresolved,
            ..
        } = walk;
        Self {
            links,
            addresses,
            schemas,
            patterns: HashMap::new(),
            shared: HashSet::new(),
            unresolved,
            endless,
            files,
        }
        .with_patterns()
        .with_shared()
    }

    fn with_shared(mut self) -> Self {
        let refers = |at: &Value| {
            let mut open = vec![at];
            while let Some(next) = open.pop() {
                match next {
                    Value::Object(_) if self.links.contains_key(&address(next)) => return true,
                    Value::Object(fields) => open.extend(fields.values()),
                    Value::Array(entries) => open.extend(entries),
                    _ => {}
                }
            }
            false
        };
        let targets = self.links.values().flatten();
        let targets = targets.filter_map(|target| {
            let document = &self.files[target.file].value;
            document.pointer(target.path.as_str())
        });
        let targets: HashMap<usize, &Value> = targets.map(|at| (address(at), at)).collect();
        let shared = targets.into_iter().filter(|(_, at)| refers(at));
        self.shared = shared.map(|(address, _)| address).collect();
        self
    }

    fn with_patterns(mut self) -> Self {
        let mut patterns = HashMap::new();
        for (_, place) in self.schemas() {
            let named = place.get("patternProperties").and_then(Value::as_object);
            for pattern in named.into_iter().flat_map(|fields| fields.keys()) {
                let compiled = RegexBuilder::new(pattern).size_limit(1 << 20).build();
                if let Ok(compiled) = compiled {
                    patterns.insert(pattern.clone(), compiled);
                }
            }
        }
        self.patterns = patterns;
        self
    }

    /// Whether a field's name surely fits a pattern of `patternProperties`.
    pub fn is_match(&self, pattern: &str, name: &str) -> bool {
        let pattern = self.patterns.get(pattern);
        pattern.is_some_and(|pattern| pattern.is_match(name))
    }

    pub fn root(&self) -> &Value {
        &self.files[0].value
    }

    pub fn top(&self) -> Place<'_> {
        let at = self.root();
        Place {
            at,
            draft: draft_of(at, Draft::default()),
        }
    }

    /// The file that is referred to by an address: its name and its value.
    pub fn by_address(&self, address: &str) -> Option<(&str, &Value)> {
        let address = address.split('#').next().unwrap_or_default();
        let file = &self.files[*self.addresses.get(address)?];
        Some((&file.name, &file.value))
    }

    /// The files that are referred to, with the drafts they are read by; the schema is the first.
    pub fn referred_files(&self) -> impl Iterator<Item = (&str, &Value, Draft)> {
        let outer = self.top().draft;
        let mut referred: Vec<usize> = self.addresses.values().copied().collect();
        referred.sort_unstable();
        referred.dedup();
        referred.into_iter().map(move |file| {
            let file = &self.files[file];
            (
                file.name.as_str(),
                &file.value,
                draft_of(&file.value, outer),
            )
        })
    }

    /// All schemas in all files that are referred to, with their places.
    pub fn schemas(&self) -> impl Iterator<Item = (Spot, Place<'_>)> {
        self.schemas.iter().filter_map(|target| {
            let file = &self.files[target.file];
            let spot = Spot {
                file: file.name.clone(),
                path: target.path.clone(),
            };
            let at = file.value.pointer(target.path.as_str())?;
            let draft = target.draft;
            Some((spot, Place { at, draft }))
        })
    }

    /// Whether a schema is referred to and refers to others, so that looks at it can multiply.
    pub fn is_shared(&self, place: Place<'_>) -> bool {
        self.shared.contains(&address(place.at))
    }

    /// The branch of a union that a value names in the field which the union's `discriminator` names.
    pub fn named_branch(&self, union: &ValidationError<'_>) -> Option<usize> {
        let location = union.absolute_keyword_location()?.as_str();
        let (_, document) = self.by_address(location)?;
        let (_, fragment) = split(location);
        let (parent, keyword) = Path::parse(&fragment)?.split_last()?;
        let schema = document.pointer(parent.as_str())?;
        let discriminator = schema.get("discriminator")?;
        let field = discriminator.get("propertyName")?.as_str()?;
        let value = union.instance().get(field)?.as_str()?;
        let mapped = discriminator
            .get("mapping")
            .and_then(|all| all.get(value))
            .and_then(Value::as_str);
        let branches = schema.get(keyword)?.as_array()?;
        branches.iter().position(|branch| {
            let reference = branch.get("$ref").and_then(Value::as_str);
            reference.is_some_and(|reference| match mapped {
                Some(mapped) => reference == mapped,
                None => reference.rsplit('/').next() == Some(value),
            })
        })
    }

    /// The schemas that this one's references stand for.
    pub fn referred(&self, place: Place<'_>) -> impl Iterator<Item = Place<'_>> {
        let links = self.links.get(&address(place.at));
        links.into_iter().flatten().filter_map(|target| {
            let document = &self.files[target.file].value;
            Some(Place {
                at: document.pointer(target.path.as_str())?,
                draft: target.draft,
            })
        })
    }
}

impl<'s> Place<'s> {
    /// A schema inside this one.
    pub fn inner(self, at: &'s Value) -> Self {
        Self {
            at,
            draft: draft_of(at, self.draft),
        }
    }

    /// Whether what stands beside `$ref` does not count here.
    pub fn is_only_reference(self) -> bool {
        is_old(self.draft) && self.at.get("$ref").is_some_and(Value::is_string)
    }

    /// The value of a keyword, if it counts here.
    pub fn get(self, keyword: &str) -> Option<&'s Value> {
        if self.is_only_reference() {
            return None;
        }
        self.at.get(keyword)
    }

    /// The schemas in a list of schemas.
    pub fn branches(self, keyword: &str) -> impl Iterator<Item = Self> {
        let list = self.get(keyword).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(move |branch| self.inner(branch))
    }
}

/// A value's address in memory, which names it as long as its document is not changed.
fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

fn is_old(draft: Draft) -> bool {
    matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7)
}

fn draft_of(schema: &Value, outer: Draft) -> Draft {
    match outer.detect(schema) {
        Draft::Unknown => outer,
        known => known,
    }
}

/// A reference in a circle of schemas that are applied to the same value.
fn endless(edges: &Edges) -> Option<Spot> {
    let mut done: HashSet<usize> = HashSet::new();
    for &start in &edges.starts {
        // Schemas on the way, with the next edge of each and the reference that led to it.
        let mut way: Vec<(usize, usize, Option<&Spot>)> = vec![(start, 0, None)];
        let mut on_way: HashSet<usize> = HashSet::from([start]);
        while let Some(&mut (node, ref mut next, _)) = way.last_mut() {
            let edge = edges.of(node).get(*next);
            *next += 1;
            let Some((target, spot)) = edge else {
                done.insert(node);
                on_way.remove(&node);
                way.pop();
                continue;
            };
            if on_way.contains(target) {
                let mut circle = way.iter().rev().take_while(|(node, ..)| node != target);
                let last = circle.find_map(|(_, _, spot)| *spot);
                return spot.as_ref().or(last).cloned();
            }
            if !done.contains(target) {
                on_way.insert(*target);
                way.push((*target, 0, spot.as_ref()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn documents(root: Value, files: &[(&str, Value)]) -> Documents {
        let files = files
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Documents::new(root, files.collect())
    }

    fn spot(file: &str, path: &str) -> Spot {
        Spot {
            file: file.to_owned(),
            path: Path::parse(path).unwrap(),
        }
    }

    #[test]
    fn every_way_to_refer_to_a_file_leads_to_it() {
        let part =
            json!({"type": "integer", "$defs": {"a b": {"type": "string", "$anchor": "named"}}});
        let check = |root: Value, files: &[(&str, Value)], expected: &str| {
            let documents = documents(root.clone(), files);
            assert_eq!(documents.unresolved, [], "{root}");
            let place = documents.top().inner(&documents.root()["properties"]["x"]);
            let target = documents
                .referred(place)
                .next()
                .unwrap_or_else(|| panic!("{root}"));
            assert_eq!(target.at["type"], expected, "{root}");
        };
        let root = |reference: &str| json!({"properties": {"x": {"$ref": reference}}});
        check(root("part.json"), &[("part.json", part.clone())], "integer");
        check(
            root("./part.json#"),
            &[("part.json", part.clone())],
            "integer",
        );
        check(
            root("../up/part.json#/$defs/a%20b"),
            &[("../up/part.json", part.clone())],
            "string",
        );
        check(
            root("part.json#named"),
            &[("part.json", part.clone())],
            "string",
        );
        check(
            root("my%20part.json"),
            &[("my part.json", part.clone())],
            "integer",
        );
        let with_id = json!({"$id": "https://example.com/s/root.json", "properties": {"x": {"$ref": "/common/part.json"}}});
        check(with_id, &[("../common/part.json", part.clone())], "integer");
        let absolute = json!({"$id": "https://example.com/s/root.json", "properties": {"x": {"$ref": "https://example.com/s/part.json"}}});
        check(absolute, &[("part.json", part.clone())], "integer");
        let old = json!({"$schema": "http://json-schema.org/draft-04/schema#", "definitions": {"p": {"id": "#p", "type": "boolean"}}, "properties": {"x": {"$ref": "#p", "type": "string"}}});
        check(old, &[], "boolean");
        let inner = json!({"$defs": {"p": {"$id": "sub/", "$defs": {"q": {"$id": "q.json", "type": "null"}}}}, "properties": {"x": {"$ref": "sub/q.json"}}});
        check(inner, &[], "null");
    }

    #[test]
    fn what_is_not_here_is_named_with_its_place() {
        let check = |reference: &str, files: &[&str], is_place: bool| {
            let root = json!({"properties": {"x": {"$ref": reference}}});
            let found = documents(root, &[]).unresolved;
            let expected = Unresolved {
                at: spot("", "/properties/x/$ref"),
                reference: reference.to_owned(),
                files: files.iter().map(|&name| name.to_owned()).collect(),
                is_place,
            };
            assert_eq!(found, [expected]);
        };
        check("other.json", &["other.json"], false);
        check("../common/o%20p.json#/a", &["../common/o p.json"], false);
        check("#/$defs/none", &[], true);
        check("#none", &[], true);
        check("https://example.com/x.json", &[], false);
        check("/etc/passwd", &[], false);
        check("file:///etc/passwd", &[], false);
        let text = json!({"enum": [{"$ref": "x.json"}], "properties": {"$ref": {"type": "string"}}, "$ref": "https://json-schema.org/draft/2020-12/schema"});
        assert_eq!(documents(text, &[]).unresolved, []);
    }

    #[test]
    fn a_circle_in_which_nothing_is_used_up_has_no_end() {
        let check = |root: Value, files: &[(&str, Value)], expected: Option<Spot>| {
            assert_eq!(documents(root.clone(), files).endless, expected, "{root}");
        };
        check(json!({"$ref": "#"}), &[], Some(spot("", "/$ref")));
        let two = json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}});
        assert!(documents(two, &[]).endless.is_some());
        check(
            json!({"anyOf": [{"type": "null"}, {"$ref": "#"}]}),
            &[],
            Some(spot("", "/anyOf/1/$ref")),
        );
        check(
            json!({"not": {"$dynamicRef": "#"}}),
            &[],
            Some(spot("", "/not/$dynamicRef")),
        );
        check(json!({"properties": {"x": {"$ref": "#"}}}), &[], None);
        check(
            json!({"items": {"$ref": "#"}, "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {}}}),
            &[],
            None,
        );
        let other = json!({"$ref": "b.json"});
        check(
            json!({"properties": {"x": {"$ref": "a.json"}}}),
            &[
                ("a.json", other),
                ("b.json", json!({"allOf": [{"$ref": "a.json"}]})),
            ],
            Some(spot("b.json", "/allOf/0/$ref")),
        );
        // Beside a reference nothing counts in the old drafts.
        let old = json!({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"$ref": "#/definitions/b", "allOf": [{"$ref": "#/definitions/a"}]}, "b": {}}});
        check(old, &[], None);
    }
}
