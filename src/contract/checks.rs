//! What decides a verdict, as one number: two contracts with the same one find the same in every record.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Validator;
use crate::{
    check::{Rule, Spec, Unique},
    model::Path,
};

/// Another way to write the parts down is another form.
const FORM: &str = "redrive checks 1";

/// SHA-256 over what decides a verdict: all that can change which problems a record has, or what they say. Not the
/// contract's name, its place, its comments, its destinations, the layout of its files, or how long the validator may
/// take. `schema_name` is the schema's own file name, which its references may use; `programs` are the validator's files
/// with their hashes.
pub(super) fn checks(
    spec: &Spec,
    schema_name: &str,
    validator: Option<&Validator>,
    programs: &[(String, String)],
) -> [u8; 32] {
    // Everything is named here, so that a new part cannot be forgotten.
    let Spec {
        schema,
        references,
        formats,
        rules,
        key,
        unique,
        empty_is_missing,
        coerce,
    } = spec;
    let mut parts = Parts::begin();
    parts.flags(&[*formats, *empty_is_missing, *coerce]);
    parts.paths(key);
    parts.list(rules, Parts::rule);
    parts.list(unique, Parts::unique);
    parts.option(schema.as_ref(), Parts::json);
    // The schema stands among the files under its own name too; that name alone says nothing.
    let others: BTreeMap<&str, &Value> = references
        .iter()
        .filter(|(name, file)| *name != schema_name || Some(*file) != schema.as_ref())
        .map(|(name, file)| (name.as_str(), file))
        .collect();
    parts.list(others, |parts, (name, file)| {
        parts.text(name);
        parts.json(file);
    });
    parts.option(validator, Parts::validator);
    parts.list(programs, |parts, (name, hash)| {
        parts.text(name);
        parts.text(hash);
    });
    parts.0.finalize().into()
}

/// Each part with its length before it, so that no two sets look alike.
struct Parts(Sha256);

impl Parts {
    fn begin() -> Self {
        let mut parts = Self(Sha256::new());
        parts.text(FORM);
        parts
    }

    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text);
    }

    fn flags(&mut self, flags: &[bool]) {
        for flag in flags {
            self.0.update([u8::from(*flag)]);
        }
    }

    fn list<I>(&mut self, items: I, write: impl Fn(&mut Self, I::Item))
    where
        I: IntoIterator<IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        self.number(items.len());
        for item in items {
            write(self, item);
        }
    }

    fn option<T>(&mut self, item: Option<T>, write: impl Fn(&mut Self, T)) {
        self.list(item, write);
    }

    fn paths(&mut self, paths: &[Path]) {
        self.list(paths, |parts, path| parts.text(path.as_str()));
    }

    /// The order of fields counts: it is the order of problems and columns. Spaces and line breaks do not.
    fn json(&mut self, value: &Value) {
        self.text(&value.to_string());
    }

    fn rule(&mut self, rule: &Rule) {
        let Rule {
            id,
            assert,
            message,
            fields,
            severity,
            owner,
        } = rule;
        for text in [id, assert, message, severity.word(), owner] {
            self.text(text);
        }
        self.paths(fields);
    }

    fn unique(&mut self, unique: &Unique) {
        let Unique {
            id,
            fields,
            message,
            severity,
            owner,
        } = unique;
        for text in [id, message, severity.word(), owner] {
            self.text(text);
        }
        self.paths(fields);
    }

    fn validator(&mut self, validator: &Validator) {
        let Validator {
            command,
            timeout: _,
            batch: _,
        } = validator;
        self.list(command, |parts, word| parts.text(word));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path as FilePath;

    use super::super::checked::restore;

    const CONTRACT: &str = r#"
name = "people"
key = ["/id"]

[input]
empty = "missing"
coerce = true

[schema]
file = "person.json"
formats = true

[[rule]]
id = "ADULT"
assert = "record.age >= 18"
message = "Only adults."
fields = ["/age"]
severity = "error"
owner = "sales"

[[rule]]
id = "NAMED"
assert = "record.name != ''"

[[unique]]
id = "MAIL"
fields = ["/email"]
message = "Taken."

[validator]
command = ["python3", "validate.py"]
timeout = "30s"

[[destination]]
name = "crm"
kind = "sqlite"
path = "crm.db"
table = "person"
"#;

    const SCHEMA: &str = r#"{"properties": {"id": {"type": "string"}, "age": {"type": "number", "minimum": 1.0},
        "part": {"$ref": "parts.json#/$defs/a"}}}"#;
    const PARTS: &str = r#"{"$defs": {"a": {"type": "string"}}}"#;

    fn files(name: &str, schema: &str, parts: &str) -> Vec<(String, String)> {
        vec![
            (name.to_owned(), schema.to_owned()),
            ("parts.json".to_owned(), parts.to_owned()),
        ]
    }

    fn checks_at(text: &str, files: &[(String, String)], path: &str) -> [u8; 32] {
        restore(text, files, FilePath::new(path)).unwrap().checks
    }

    fn checks(text: &str) -> [u8; 32] {
        checks_at(text, &files("person.json", SCHEMA, PARTS), "c.toml")
    }

    /// The contract with one part replaced.
    fn with(from: &str, to: &str) -> String {
        assert_eq!(CONTRACT.matches(from).count(), 1, "{from}");
        CONTRACT.replace(from, to)
    }

    #[test]
    fn what_decides_no_verdict_changes_nothing() {
        let check = |from: &str, to: &str| {
            assert_eq!(checks(&with(from, to)), checks(CONTRACT), "{from} -> {to}");
        };
        check("name = \"people\"", "name = 'others'");
        check("key = [\"/id\"]", "# the key\nkey=[ '/id', ] # as agreed");
        check("path = \"crm.db\"", "path = \"other.db\"");
        check(
            "kind = \"sqlite\"",
            "environment = \"test\"\nkind = \"sqlite\"",
        );
        check("timeout = \"30s\"", "timeout = \"60s\"\nbatch = 7");
        check("severity = \"error\"\n", "");
        check("coerce = true\n", "");
        check("formats = true\n", "");
        check(
            "assert = \"record.age >= 18\"",
            "assert = '''record.age >= 18'''",
        );
    }

    #[test]
    fn each_part_that_decides_a_verdict_counts() {
        let check = |from: &str, to: &str| {
            assert_ne!(checks(&with(from, to)), checks(CONTRACT), "{from} -> {to}");
        };
        check("key = [\"/id\"]", "key = [\"/name\"]");
        check("key = [\"/id\"]", "key = [\"/id\", \"/email\"]");
        check("key = [\"/id\"]", "");
        check("empty = \"missing\"", "empty = \"keep\"");
        check("coerce = true", "coerce = false");
        check("formats = true", "formats = false");
        check("\"ADULT\"", "\"GROWN\"");
        check("record.age >= 18", "record.age >= 21");
        check("Only adults.", "Adults only.");
        check("fields = [\"/age\"]", "fields = [\"/age\", \"/id\"]");
        check("severity = \"error\"", "severity = \"warning\"");
        check("owner = \"sales\"", "owner = \"legal\"");
        check(
            "[[rule]]\nid = \"NAMED\"\nassert = \"record.name != ''\"",
            "",
        );
        check("fields = [\"/email\"]", "fields = [\"/name\"]");
        check("\"MAIL\"", "\"POST\"");
        check("Taken.", "It is taken.");
        check("message = \"Taken.\"", "severity = \"warning\"");
        check("message = \"Taken.\"", "owner = \"sales\"");
        check("\"validate.py\"", "\"other.py\"");
        check(
            "[validator]\ncommand = [\"python3\", \"validate.py\"]\ntimeout = \"30s\"",
            "",
        );
    }

    #[test]
    fn a_schema_counts_by_what_it_says() {
        let check = |name: &str, schema: &str, parts: &str, same: bool| {
            let text = with("person.json", name);
            let other = checks_at(&text, &files(name, schema, parts), "other/place.toml");
            assert_eq!(other == checks(CONTRACT), same, "{name} {schema} {parts}");
        };
        check("person.json", SCHEMA, PARTS, true);
        check("v2/person.schema.json", SCHEMA, PARTS, true);
        check("person.json", &SCHEMA.replace(": ", ":\n  "), PARTS, true);
        check("person.json", &SCHEMA.replace("1.0", "1.5"), PARTS, false);
        check(
            "person.json",
            &SCHEMA.replace("\"id\"", "\"no\""),
            PARTS,
            false,
        );
        check(
            "person.json",
            SCHEMA,
            &PARTS.replace("string", "integer"),
            false,
        );
    }
}
