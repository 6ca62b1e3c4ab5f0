//! The contract's text: TOML whose comments say where everything comes from and what was left open.

use serde_json::Value;

use super::{Draft, Survey, schema, share, words};
use crate::{
    model::Path,
    text::{count, safe, shell_word, shorten},
};

/// Fields that are listed in the contract's comments; the schema has all.
const LISTED: usize = 60;

/// What the drafted files are called, for the texts inside them.
pub struct Names<'n> {
    /// The contract's name.
    pub name: &'n str,
    /// Where the records came from.
    pub source: &'n str,
    pub contract_file: &'n str,
    /// Relative to the contract.
    pub schema_file: &'n str,
    /// Whether only the first records were looked at.
    pub is_sample: bool,
}

/// Writes both files.
pub(super) fn draft(survey: &Survey, names: &Names<'_>) -> Draft {
    let root = schema::root(survey, names.name);
    let key = key(survey);
    let writer = Writer {
        survey,
        names,
        root: &root,
        text: String::new(),
    };
    let length = |keyword: &str| match root.get(keyword) {
        Some(Value::Array(all)) => all.len(),
        Some(Value::Object(all)) => all.len(),
        _ => 0,
    };
    let mut schema = serde_json::to_string_pretty(&root).expect("a document can always be written");
    schema.push('\n');
    Draft {
        contract: writer.write(key.as_ref()),
        schema,
        key: key.map(|key| key.path),
        fields: length("properties"),
        required: length("required"),
        from_problems: schema::from_problems(survey),
    }
}

struct Key {
    path: Path,
    note: String,
}

/// The field that tells records apart.
fn key(survey: &Survey) -> Option<Key> {
    let one = survey.unique.iter().find(|one| one.is_id && one.holds())?;
    let there = one.records - one.empty;
    let mut note = format!("{} have it", share(there, one.records));
    match one.repeated() {
        Some(0) => note.push_str(", and no value stands twice"),
        Some(twice) => note.push_str(&format!(", and {} stood before", count(twice, "value"))),
        None => note.push_str("; of so many only a part was compared"),
    }
    Some(Key {
        path: Path::field(&one.name),
        note,
    })
}

struct Writer<'s> {
    survey: &'s Survey,
    names: &'s Names<'s>,
    root: &'s Value,
    text: String,
}

impl Writer<'_> {
    fn write(mut self, key: Option<&Key>) -> String {
        self.head();
        self.line(&format!("name = {}", quoted(self.names.name)));
        self.key(key);
        self.input();
        self.schema();
        self.rules();
        self.unique();
        self.rest();
        self.text
    }

    fn head(&mut self) {
        let survey = self.survey;
        let first = if self.names.is_sample {
            "the first "
        } else {
            ""
        };
        let records = format!("{first}{}", count(survey.records, "record"));
        let left_out = match survey.unreadable {
            0 => String::new(),
            n => format!(" ({} left out)", count(n, "unreadable one")),
        };
        self.note(&format!(
            "A draft of what a good record is, made from {records}{left_out} of {}.",
            self.names.source
        ));
        if schema::from_problems(survey) {
            self.note("All of them were rejected, so the schema says what the reported problems say, and of other fields only");
            self.note("their kind. What no problem was reported of is not known from this file.");
        } else {
            self.note("It says what most records look like, not what is right. Read it, change it, keep it beside the pipeline.");
        }
        self.note(&format!(
            "What it means, and whether it can be used: redrive contract check {}",
            shell_word(self.names.contract_file)
        ));
        self.blank();
    }

    fn key(&mut self, key: Option<&Key>) {
        self.blank();
        self.note("The key tells records apart: two with the same key are a problem.");
        if let Some(key) = key {
            self.note(&format!("{}: {}.", key.path.label(), key.note));
            self.line(&format!("key = [{}]", quoted(key.path.as_str())));
        } else {
            self.note("No field was found that does. To name one or several together:");
            self.note("key = [\"/id\"]");
        }
    }

    fn input(&mut self) {
        self.blank();
        if !self.survey.is_text {
            self.note("JSON has kinds of values of its own; [input] is for text such as CSV only.");
            return;
        }
        self.note("How text becomes values.");
        self.line("[input]");
        self.line(
            "empty = \"missing\"      # an empty cell is a field that is not there; or \"keep\"",
        );
        self.line("coerce = true          # \"42\" becomes 42 where the schema wants a number and nothing is lost");
        self.line("encoding = \"utf-8\"");
    }

    fn schema(&mut self) {
        self.blank();
        self.note(
            "The fields. The schema's \"$comment\" says how many records agree, where not all do.",
        );
        let root = self.root;
        let required = root.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        let fields = properties(root);
        for (name, property) in fields.iter().take(LISTED) {
            let said = words::field(root, property, is_required(name));
            self.note(&format!("  {name}: {said}"));
        }
        if fields.len() > LISTED {
            self.note(&format!("  and {} more", fields.len() - LISTED));
        }
        self.line("[schema]");
        self.line(&format!("file = {}", quoted(self.names.schema_file)));
        self.line("formats = true         # dates, e-mail addresses and the like are checked");
        self.blank();
        self.note("Left open:");
        let open: Vec<&str> = (fields.iter())
            .filter(|(_, property)| is_open(property))
            .map(|(name, _)| name.as_str())
            .take(LISTED)
            .collect();
        if !open.is_empty() {
            self.note(&format!("- any text, or any value: {}", open.join(", ")));
        }
        if root.get("additionalProperties").is_none() {
            self.note("- fields with other names pass; \"additionalProperties\": false in the schema stops them");
        }
        self.note("- what two fields have to do with each other: only a rule can say that");
    }

    fn rules(&mut self) {
        self.blank();
        self.note("Business rules are CEL expressions over `record` that must be true. To use one, take the # away.");
        let reported = self.survey.reported.as_ref();
        let known: Vec<_> = reported.into_iter().flat_map(|all| &all.rules).collect();
        for (id, rule) in &known {
            self.note(&format!(
                "Reported {}: {}",
                count(rule.count, "time"),
                rule.message
            ));
            self.example(
                id,
                "true  # write what must hold",
                "Say what is wrong, for the person who fixes it.",
                rule.fields.iter(),
            );
        }
        if known.is_empty() {
            let (assert, fields) = self.dates().unwrap_or_else(|| {
                let assert =
                    "!has(record.closed_on) || date(record.closed_on) >= date(record.opened_on)";
                (
                    assert.to_owned(),
                    vec![Path::field("closed_on"), Path::field("opened_on")],
                )
            });
            self.example(
                "RULE-1",
                &assert,
                "It ends before it begins.",
                fields.iter(),
            );
        }
    }

    /// A rule in comments.
    fn example<'p>(
        &mut self,
        id: &str,
        assert: &str,
        message: &str,
        fields: impl Iterator<Item = &'p Path>,
    ) {
        let (expression, remark) = assert.split_once("  #").unwrap_or((assert, ""));
        let remark = match remark {
            "" => String::new(),
            remark => format!("  #{remark}"),
        };
        let fields: Vec<String> = fields.map(|path| quoted(path.as_str())).collect();
        self.note("[[rule]]");
        self.note(&format!("id = {}", quoted(id)));
        self.note(&format!("assert = {}{remark}", quoted(expression)));
        self.note(&format!("message = {}", quoted(message)));
        self.note(&format!("fields = [{}]", fields.join(", ")));
        self.note("severity = \"error\"     # \"warning\" shows it and lets the record pass");
    }

    /// A rule about the first two dates, the later one first.
    fn dates(&self) -> Option<(String, Vec<Path>)> {
        let is_date = |property: &Value| {
            let format = property.get("format").and_then(Value::as_str);
            matches!(format, Some("date" | "date-time"))
        };
        let is_plain = |name: &str| {
            let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(letters)
        };
        let mut dates = (properties(self.root).into_iter())
            .filter(|(name, property)| is_date(property) && is_plain(name))
            .map(|(name, _)| name);
        let (first, second) = (dates.next()?, dates.next()?);
        let assert =
            format!("!has(record.{second}) || date(record.{second}) >= date(record.{first})");
        Some((assert, vec![Path::field(second), Path::field(first)]))
    }

    fn unique(&mut self) {
        let other = self
            .survey
            .unique
            .iter()
            .find(|one| !one.is_id && one.holds());
        let path = Path::field(other.map_or("email", |one| &one.name));
        self.blank();
        self.note("Other fields that must differ between any two records.");
        self.note("[[unique]]");
        self.note(&format!("fields = [{}]", quoted(path.as_str())));
        self.note("message = \"Two records have the same value here.\"");
    }

    fn rest(&mut self) {
        self.blank();
        self.note("The pipeline's own validator: a program that reads one record a line and answers one line a record.");
        self.note("[validator]");
        self.note("command = [\"python3\", \"validate.py\"]");
        self.blank();
        self.note("Where corrected records go; the path is relative to the workspace's folder.");
        self.note("[[destination]]");
        self.note("name = \"outbox\"");
        self.note("kind = \"file\"");
        self.note("path = \"out/corrected.ndjson\"");
        self.note("environment = \"test\"");
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A comment; data in it can neither end it nor hide in it.
    fn note(&mut self, note: &str) {
        self.text.push_str("# ");
        self.text.push_str(&shorten(&safe(note), 300));
        self.text.push('\n');
    }
}

fn properties(root: &Value) -> Vec<(&String, &Value)> {
    let properties = root.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().collect()
}

/// Whether nothing but a kind is said.
fn is_open(property: &Value) -> bool {
    let says = |word: &String| !matches!(word.as_str(), "type" | "$comment" | "minLength");
    let closed = property
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind != "string");
    !closed && property.as_object().is_none_or(|all| !all.keys().any(says))
}

/// A text as TOML writes it, on one line.
pub fn quoted(text: &str) -> String {
    // JSON's escapes are TOML's; only DEL may not stand in TOML as it is.
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
