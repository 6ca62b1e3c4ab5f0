//! From what was seen of a field to what its schema says.

use regex::Regex;
use serde_json::{Map, Value, json};

use super::{
    Format, Survey,
    field::{Field, Fields, kind_of},
    most,
    rejects::Said,
    share, unique,
};
use crate::{
    model::{Found, Path, shape_of},
    text::{count, shorten, thousands},
};

/// So many per mille must agree before a kind or a format is drafted.
const AGREE: u64 = 900;
/// So many must have a field before it is required.
const REQUIRED: u64 = 990;
/// Fewer numbers show no limit.
const NUMBERS: u64 = 20;
/// An object with more names than this, each of them rare, is a table of its own and no group of fields.
const NAMES: usize = 64;

/// The schema of all records.
pub(super) fn root(survey: &Survey, title: &str) -> Value {
    let draw = Draw { survey };
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    schema.insert("title".to_owned(), title.into());
    draw.object(&survey.root, survey.readable(), &Path::root(), &mut schema);
    Value::Object(schema)
}

/// Whether nothing but rejects was seen, so that their values say little.
pub(super) fn from_problems(survey: &Survey) -> bool {
    (survey.reported.as_ref()).is_some_and(|reported| reported.records > 0 && reported.passed == 0)
}

struct Draw<'s> {
    survey: &'s Survey,
}

/// A property's schema while it is drawn.
#[derive(Default)]
struct Drawn {
    schema: Map<String, Value>,
    notes: Vec<String>,
}

impl Drawn {
    fn set(&mut self, keyword: &str, value: impl Into<Value>) {
        self.schema.insert(keyword.to_owned(), value.into());
    }

    fn kind(&mut self, name: &str) {
        self.set("type", name);
    }

    /// Says how many agree, where not all do.
    fn agree(&mut self, part: u64, whole: u64, are: &str, other: Option<&str>) {
        if part < whole {
            let mut note = format!("{} {are}", share(part, whole));
            if let Some(text) = other {
                let shape = shape_of(&Found::Text(text.to_owned()));
                note.push_str(&format!("; others look like {}", shorten(&shape, 24)));
            }
            self.notes.push(note);
        }
    }
}

impl Draw<'_> {
    /// Writes `properties` and `required` of an object that was seen so many times.
    fn object(&self, fields: &Fields, objects: u64, at: &Path, schema: &mut Map<String, Value>) {
        schema.insert("type".to_owned(), "object".into());
        let seen: u64 = fields.all.iter().map(|field| field.present).sum();
        let names = fields.all.len();
        if names > NAMES && !at.is_root() && seen * 10 < objects * names as u64 {
            let note = format!(
                "{} in {}: names that are data",
                count(names as u64, "different name"),
                count(objects, "object")
            );
            schema.insert("$comment".to_owned(), note.into());
            return;
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut closed = false;
        let mut all: Vec<(&str, Option<&Field>)> = (fields.names.iter().zip(&fields.all))
            .map(|(name, field)| (name.as_str(), Some(field)))
            .collect();
        let reported = self.survey.reported.as_ref();
        let inside = reported.map_or_else(Vec::new, |reported| reported.inside(at));
        for name in &inside {
            if !fields.names.contains(name) {
                all.push((name, None));
            }
        }
        for (name, field) in all {
            let path = at.child(name);
            let said = reported.and_then(|reported| reported.at(&path));
            if said.is_some_and(|said| said.extra) {
                closed = true;
                continue;
            }
            let (property, is_required) = self.property(field, name, objects, &path, said);
            if is_required {
                required.push(Value::from(name));
            }
            properties.insert(name.to_owned(), property);
        }
        schema.insert("properties".to_owned(), properties.into());
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
        if closed {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        if fields.left_out > 0 {
            let note = format!(
                "{} left out: too many names",
                count(fields.left_out, "value")
            );
            schema.insert("$comment".to_owned(), note.into());
        }
    }

    fn property(
        &self,
        field: Option<&Field>,
        name: &str,
        objects: u64,
        path: &Path,
        said: Option<&Said>,
    ) -> (Value, bool) {
        let unseen = Field::default();
        let field = field.unwrap_or(&unseen);
        let from_problems = from_problems(self.survey);
        let there = field.filled() + field.wrong;
        let required = said.is_some_and(|said| said.required)
            || !from_problems && most(there, objects, REQUIRED);
        let mut drawn = self.value(field, name, path, required, said);
        if !from_problems && there < objects && there > 0 {
            drawn
                .notes
                .push(format!("{} have it", share(there, objects)));
        }
        (finish(drawn), required)
    }

    /// What one value must be.
    fn value(
        &self,
        field: &Field,
        name: &str,
        path: &Path,
        required: bool,
        said: Option<&Said>,
    ) -> Drawn {
        let mut drawn = Drawn::default();
        match self.kind(field, name) {
            Kind::Nothing => {
                if field.present > 0 && said.is_none() {
                    drawn.notes.push("always empty".to_owned());
                }
            }
            Kind::Boolean => {
                drawn.kind("boolean");
                let other = self.other(field, Value::is_boolean);
                drawn.agree(field.booleans, field.filled(), "are true or false", other);
            }
            Kind::Integer | Kind::Number => self.number(field, name, &mut drawn),
            Kind::Text => {
                drawn.kind("string");
                drawn.agree(field.texts, field.filled(), "are text", None);
                if !from_problems(self.survey) && said.is_none_or(|said| said.types.is_empty()) {
                    self.text(field, required, &mut drawn);
                }
            }
            Kind::Object => {
                if let Some(fields) = &field.fields {
                    self.object(fields, fields.objects, path, &mut drawn.schema);
                }
                drawn.agree(
                    field.objects(),
                    field.filled(),
                    "are groups of fields",
                    None,
                );
            }
            Kind::List => self.list(field, path, &mut drawn),
            Kind::Mixed(kinds) => {
                drawn
                    .notes
                    .push(format!("{} different kinds of values", kinds.len()));
                drawn.set("type", kinds);
            }
        }
        if let Some(said) = said {
            apply(said, &mut drawn);
        }
        if !required {
            allow_nothing(field, self.survey.is_text, &mut drawn);
        }
        drawn
    }

    fn kind(&self, field: &Field, name: &str) -> Kind {
        let filled = field.filled();
        let numbers = field.integers + field.fractions;
        let number = |whole: u64| {
            if field.fractions > 0 && field.fractions * 200 >= whole {
                Kind::Number
            } else {
                Kind::Integer
            }
        };
        if filled == 0 {
            return Kind::Nothing;
        }
        if self.survey.is_text {
            let padded = field.padded * 200 > numbers + field.padded;
            return match () {
                () if most(numbers, filled, AGREE) && !padded && !is_code(name) => number(numbers),
                () if most(field.booleans, filled, AGREE) => Kind::Boolean,
                () => Kind::Text,
            };
        }
        let kinds = [
            (field.texts, "string", Kind::Text),
            (numbers, "number", number(numbers)),
            (field.booleans, "boolean", Kind::Boolean),
            (field.objects(), "object", Kind::Object),
            (field.lists, "array", Kind::List),
        ];
        let mixed = (kinds.iter())
            .filter(|(times, ..)| most(*times, filled, 50))
            .map(|(_, word, _)| *word)
            .collect();
        let clear = kinds
            .into_iter()
            .find(|(times, ..)| most(*times, filled, AGREE));
        clear.map_or(Kind::Mixed(mixed), |(_, _, kind)| kind)
    }

    fn list(&self, field: &Field, path: &Path, drawn: &mut Drawn) {
        drawn.kind("array");
        drawn.agree(field.lists, field.filled(), "are lists", None);
        if let Some(entries) = field.entries.as_ref().filter(|all| all.present > 0) {
            let path = path.child("[]");
            let said = (self.survey.reported.as_ref()).and_then(|all| all.at(&path));
            let full = most(entries.filled() + entries.wrong, entries.present, REQUIRED);
            let entry = self.value(entries, "", &path, full, said);
            drawn.set("items", finish(entry));
        }
    }

    fn number(&self, field: &Field, name: &str, drawn: &mut Drawn) {
        let numbers = field.integers + field.fractions;
        let whole = self.kind(field, name) == Kind::Integer;
        let (kind, agree, are) = if whole {
            ("integer", field.integers, "are whole numbers")
        } else {
            ("number", numbers, "are numbers")
        };
        drawn.kind(kind);
        let right = |value: &Value| match value {
            Value::Number(number) => !whole || !number.to_string().contains(['.', 'e', 'E']),
            _ => false,
        };
        drawn.agree(agree, field.filled(), are, self.other(field, right));
        let positive = numbers - field.negative;
        if numbers >= NUMBERS && most(positive, numbers, 995) && !from_problems(self.survey) {
            drawn.set("minimum", 0);
            drawn.agree(positive, numbers, "are 0 or more", None);
        }
    }

    fn text(&self, field: &Field, required: bool, drawn: &mut Drawn) {
        let texts = field.texts;
        let best = (field.formats.iter().zip(Format::ALL))
            .filter(|(_, format)| *format != Format::Uri || most(field.links, texts, AGREE))
            .max_by_key(|(times, _)| **times);
        if let Some((&times, format)) = best
            && most(times, texts, AGREE)
        {
            drawn.set("format", format.word());
            let other = field.shapes.other(|text| (self.survey.fits)(format, text));
            drawn.agree(times, texts, "have this format", other);
        } else if let Some(allowed) = field.words.allowed() {
            drawn.set("enum", allowed.values);
            drawn.agree(
                allowed.agree,
                texts,
                "are one of these",
                allowed.other.as_deref(),
            );
        } else if let Some(found) = field.shapes.pattern() {
            drawn.set("pattern", found.pattern.clone());
            // A pattern takes its time to compile, and most columns have no others.
            let fits = (found.agree < texts).then(|| Regex::new(&found.pattern).ok());
            let other = fits
                .flatten()
                .and_then(|fits| field.shapes.other(|text| fits.is_match(text)));
            drawn.agree(found.agree, texts, "are written like this", other);
        } else if required && !self.survey.is_text {
            drawn.set("minLength", 1);
        }
    }

    /// A text of a table that is read as another kind of value.
    fn other<'t>(&self, field: &'t Field, is_right: impl Fn(&Value) -> bool) -> Option<&'t str> {
        let right = |text: &str| kind_of(text).is_some_and(|value| is_right(&value));
        (self.survey.is_text).then(|| field.shapes.other(right))?
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Nothing,
    Boolean,
    Integer,
    Number,
    Text,
    Object,
    List,
    Mixed(Vec<&'static str>),
}

/// Whether digits under this name are a code and no number: nobody adds phone numbers up.
fn is_code(name: &str) -> bool {
    let codes = [
        "phone",
        "telephone",
        "tel",
        "mobile",
        "fax",
        "zip",
        "zipcode",
        "postal",
        "postcode",
        "plz",
        "iban",
        "isbn",
        "ean",
        "gtin",
        "ssn",
        "vat",
    ];
    unique::words(name)
        .iter()
        .any(|word| codes.contains(&word.as_str()))
}

/// What was reported counts more than what was seen.
fn apply(said: &Said, drawn: &mut Drawn) {
    match said.types.iter().collect::<Vec<_>>().as_slice() {
        [] => {}
        [one] => drawn.kind(one),
        several => drawn.set("type", json!(several)),
    }
    if let Some(format) = said.format {
        drawn.set("format", format.word());
    }
    if let Some(allowed) = &said.allowed {
        drawn.schema.remove("type");
        drawn.set("enum", allowed.clone());
    }
    if let Some(pattern) = &said.pattern {
        drawn.set("pattern", pattern.as_str());
    }
    for (keyword, limit) in &said.limits {
        drawn.set(keyword, Value::Number(limit.clone()));
    }
    let codes: Vec<String> = (said.codes.iter())
        .map(|(code, times)| format!("{} {} times", shorten(code, 40), thousands(*times)))
        .map(|words| words.replace(" 1 times", " once"))
        .collect();
    drawn.notes.push(format!("reported: {}", codes.join(", ")));
}

/// Lets a field be empty that was seen empty, and that nobody needs.
fn allow_nothing(field: &Field, is_table: bool, drawn: &mut Drawn) {
    if field.nulls > 0 {
        if let Some(kind) = drawn.schema.get_mut("type") {
            let mut kinds = match kind.take() {
                Value::Array(kinds) => kinds,
                one => vec![one],
            };
            kinds.push("null".into());
            *kind = kinds.into();
        }
        if let Some(Value::Array(allowed)) = drawn.schema.get_mut("enum")
            && !allowed.contains(&Value::Null)
        {
            allowed.push(Value::Null);
        }
    }
    let narrow = ["format", "pattern"]
        .iter()
        .any(|word| drawn.schema.contains_key(*word));
    // An empty cell of a table is a field that is missing.
    if field.empty > 0 && !is_table {
        if let Some(Value::Array(allowed)) = drawn.schema.get_mut("enum") {
            allowed.push("".into());
        } else if narrow {
            let own = std::mem::take(&mut drawn.schema);
            drawn.set("anyOf", json!([own, {"const": ""}]));
        }
    }
}

fn finish(drawn: Drawn) -> Value {
    let mut schema = drawn.schema;
    if !drawn.notes.is_empty() {
        schema.insert("$comment".to_owned(), drawn.notes.join("; ").into());
    }
    Value::Object(schema)
}
