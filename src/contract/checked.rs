//! From what a contract's file says to what the program needs: everything read, compiled and in order, or a fault that
//! names the file and the line.

use std::{collections::BTreeSet, path::Path as FilePath, sync::Arc};

use anyhow::Result;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{
    Contract,
    destination::destinations,
    place::{Place, pointing, utf8},
    raw::{self, Raw},
    rules, schema_files,
    unique::add_unique,
    validator,
};
use crate::{
    check::{Checker, Rule, Spec, SpecError, suggest::nearest},
    model::{Fault, Path, Severity},
};

/// Reads a contract and the files it refers to.
///
/// # Errors
/// A usage fault with file and line.
pub fn read(path: &FilePath) -> Result<Contract> {
    let mut contract = build(gather(path)?, path)?;
    // A workspace remembers where it lay, and may be opened from another folder.
    contract.path = std::path::absolute(path)?;
    Ok(contract)
}

/// The hash that [`read`] would give the contract, without compiling it.
///
/// # Errors
/// Those of [`read`], but for what only compiling finds.
pub fn hash_on_disk(path: &FilePath) -> Result<[u8; 32]> {
    let mut gathered = gather(path)?;
    gathered.put_in_order();
    Ok(hash(&gathered.text, &gathered.files))
}

/// What a contract's file says, with every file it refers to.
struct Gathered {
    text: String,
    raw: Raw,
    files: Vec<(String, String)>,
}

impl Gathered {
    /// The schema first, then by name, so that the order of a store does not matter.
    fn put_in_order(&mut self) {
        let schema = self.raw.schema.as_ref();
        let schema = schema.map(|schema| schema.file.get_ref());
        self.files
            .sort_by(|a, b| (Some(&a.0) != schema, &a.0).cmp(&(Some(&b.0) != schema, &b.0)));
    }
}

fn gather(path: &FilePath) -> Result<Gathered> {
    let shown = path.display().to_string();
    // The path can come from a workspace that somebody has sent, and name a pipe or a device that never ends.
    let bytes = schema_files::bytes(path).map_err(|error| {
        let fault = match error.kind() {
            std::io::ErrorKind::NotFound => Fault::usage(
                "contract:missing",
                format!("there is no contract at {shown}"),
            )
            .hint("give its path with --contract"),
            std::io::ErrorKind::IsADirectory => {
                Fault::usage("contract:unreadable", format!("{shown} is a folder"))
                    .hint("name the contract in it")
            }
            _ => Fault::usage(
                "contract:unreadable",
                format!("cannot read the contract {shown}: {error}"),
            )
            .hint("ask for permission to read it, or name another file with --contract"),
        };
        fault.at(&shown, None)
    })?;
    let text = utf8(bytes, &shown, "the contract")?;
    let raw = parse(&text, &shown)?;
    let mut files = match &raw.schema {
        Some(schema) => schema_files::read(path, &text, schema)?,
        None => Vec::new(),
    };
    if let Some(named) = &raw.validator {
        let place = Place {
            file: shown,
            text: &text,
        };
        files.extend(validator::files(named.get_ref(), path, &place)?);
    }
    Ok(Gathered { text, raw, files })
}

/// Compiles a contract again from its stored texts. The schema is the file with the name the contract gives it.
///
/// # Errors
/// A usage fault when this redrive cannot use the contract.
pub fn restore(text: &str, files: &[(String, String)], path: &FilePath) -> Result<Contract> {
    let raw = parse(text, &path.display().to_string())?;
    let gathered = Gathered {
        text: text.to_owned(),
        raw,
        files: files.to_vec(),
    };
    build(gathered, path)
}

fn build(mut gathered: Gathered, path: &FilePath) -> Result<Contract> {
    gathered.put_in_order();
    let Gathered { text, raw, files } = gathered;
    let place = Place {
        file: path.display().to_string(),
        text: &text,
    };
    let encoding = encoding(&raw.input, &place)?;
    let validator = raw
        .validator
        .as_ref()
        .map(|named| validator::program(named.get_ref(), &place))
        .transpose()?;
    let destinations = destinations(&raw, &place)?;
    let (programs, schemas): (Vec<_>, Vec<_>) =
        (files.iter().cloned()).partition(|(name, _)| validator::is_file(name));
    let spec = spec(&raw, &schemas, &place, path)?;
    let name = raw.schema.as_ref().map_or("", schema_files::own_name);
    let checks = super::checks::checks(&spec, name, validator.as_ref(), &programs);
    let checker =
        Checker::build(spec).map_err(|error| explain(&error, &raw, &place, &schemas, path))?;
    rules::fields(&raw.rule, &checker, &place)?;
    let name = match raw.name {
        Some(name) if !name.trim().is_empty() => name,
        _ => path.file_stem().map_or_else(
            || "contract".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
    };
    Ok(Contract {
        name,
        hash: hash(&text, &files),
        checks,
        validator,
        files,
        path: path.to_owned(),
        checker: Arc::new(checker),
        encoding,
        destinations,
        text,
    })
}

pub(super) fn parse(text: &str, file: &str) -> Result<Raw, Fault> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().trim();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let fault = match (message.split('`').next(), quoted.next()) {
            (Some("unknown field "), Some(key)) => {
                let known: Vec<String> = quoted.map(str::to_owned).collect();
                let hint = match nearest(key, &known) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("known here: {}", known.join(", ")),
                };
                Fault::usage("contract:unknown_key", format!("unknown key {key}")).hint(hint)
            }
            (Some("missing field "), Some(key)) => {
                Fault::usage("contract:missing_key", format!("the key {key} is missing"))
                    .hint(format!("add {key} = ... here"))
            }
            _ => {
                let first = message.lines().next().unwrap_or("it cannot be read");
                let fault = match wanted(first) {
                    Some(wanted) => {
                        Fault::usage("contract:value", format!("{wanted} must stand here"))
                    }
                    None => Fault::usage(
                        "contract:syntax",
                        format!("the contract has a syntax error: {first}"),
                    ),
                };
                fault.hint("correct this line; a contract is written in TOML")
            }
        };
        match error.span() {
            Some(span) => pointing(fault, file, text, span.start),
            None => fault.at(file, None),
        }
    })
}

/// What must stand where something of another kind does, from the words of the TOML reader.
fn wanted(message: &str) -> Option<&'static str> {
    let (_, wanted) = message
        .strip_prefix("invalid type: ")?
        .split_once(", expected ")?;
    Some(match wanted {
        "a string" => "text in quotes",
        "a sequence" => "a list in brackets, such as [\"/id\"],",
        "a boolean" => "true or false",
        number if number.starts_with('u') => "a whole number",
        table if table.starts_with("struct ") || table == "a map" => "a table",
        _ => return None,
    })
}

fn spec(
    raw: &Raw,
    files: &[(String, String)],
    place: &Place<'_>,
    path: &FilePath,
) -> Result<Spec, Fault> {
    let mut spec = Spec {
        formats: raw
            .schema
            .as_ref()
            .and_then(|schema| schema.formats)
            .unwrap_or(true),
        coerce: raw.input.coerce.unwrap_or(true),
        empty_is_missing: empty_is_missing(&raw.input, place)?,
        key: pointers(&raw.key, place)?,
        ..Spec::default()
    };
    let first = files.first();
    if let (Some(schema), Some((name, text))) = (&raw.schema, first) {
        let root = schema_files::json(path, schema, name, text)?;
        for (name, text) in &files[1..] {
            let part = schema_files::json(path, schema, name, text)?;
            spec.references.insert(name.clone(), part);
        }
        spec.references
            .entry(schema_files::own_name(schema).to_owned())
            .or_insert_with(|| root.clone());
        spec.schema = Some(root);
    } else if let Some(schema) = &raw.schema {
        let fault = Fault::usage(
            "contract:missing_schema",
            "the stored contract has no schema",
        );
        return Err(place.at(fault, schema.file.span()));
    }
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for rule in &raw.rule {
        let id = rule.id.get_ref();
        if id.trim().is_empty() || !known.insert(id) {
            let fault = Fault::usage(
                "contract:rule_id",
                format!("the rule id \"{id}\" is empty or stands twice"),
            )
            .hint("give each rule an id of its own");
            return Err(place.at(fault, rule.id.span()));
        }
        spec.rules.push(Rule {
            id: id.clone(),
            assert: rule.assert.get_ref().clone(),
            message: rule.message.clone(),
            fields: pointers(&rule.fields, place)?,
            severity: severity(rule.severity.as_ref(), place)?,
            owner: rule.owner.trim().to_owned(),
        });
    }
    add_unique(&mut spec, raw, place)?;
    Ok(spec)
}

pub(super) fn pointers(written: &[Spanned<String>], place: &Place<'_>) -> Result<Vec<Path>, Fault> {
    written
        .iter()
        .map(|pointer| {
            let text = pointer.get_ref();
            Path::parse(text)
                .filter(|path| !path.is_root())
                .ok_or_else(|| {
                    let fault =
                        Fault::usage("contract:path", format!("\"{text}\" is not a field's path"))
                            .hint(format!(
                                "write it as \"/{}\"",
                                text.trim_start_matches('/').replace('.', "/")
                            ));
                    place.at(fault, pointer.span())
                })
        })
        .collect()
}

pub(super) fn severity(
    word: Option<&Spanned<String>>,
    place: &Place<'_>,
) -> Result<Severity, Fault> {
    let Some(word) = word else {
        return Ok(Severity::default());
    };
    let word = one_of(word, "severity", &["error", "warning"], place)?;
    Ok(Severity::from_word(word).unwrap_or_default())
}

fn empty_is_missing(input: &raw::Input, place: &Place<'_>) -> Result<bool, Fault> {
    match &input.empty {
        None => Ok(true),
        Some(word) => Ok(one_of(word, "empty", &["missing", "keep"], place)? == "missing"),
    }
}

fn encoding(input: &raw::Input, place: &Place<'_>) -> Result<String, Fault> {
    match &input.encoding {
        None => Ok("utf-8".to_owned()),
        Some(label) if matches!(label.get_ref().to_lowercase().as_str(), "utf-8" | "utf8") => {
            Ok("utf-8".to_owned())
        }
        Some(label) => {
            let fault = Fault::usage(
                "contract:unsupported",
                format!("the encoding {} is not supported yet", label.get_ref()),
            )
            .hint("convert the input to UTF-8 before loading, for instance with iconv");
            Err(place.at(fault, label.span()))
        }
    }
}

pub(super) fn one_of<'w>(
    word: &'w Spanned<String>,
    key: &str,
    known: &[&str],
    place: &Place<'_>,
) -> Result<&'w str, Fault> {
    let text = word.get_ref();
    if known.contains(&text.as_str()) {
        return Ok(text);
    }
    let names: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
    let hint = match nearest(text, &names) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("one of: {}", known.join(", ")),
    };
    let fault = Fault::usage("contract:value", format!("{key} cannot be \"{text}\"")).hint(hint);
    Err(place.at(fault, word.span()))
}

/// A schema or rule that cannot be compiled, as a fault that points to it.
fn explain(
    error: &SpecError,
    raw: &Raw,
    place: &Place<'_>,
    files: &[(String, String)],
    path: &FilePath,
) -> Fault {
    let rule = raw
        .rule
        .iter()
        .find(|rule| *rule.id.get_ref() == error.part);
    if let Some(rule) = rule {
        return rules::explain(error, rule, place);
    }
    match &raw.schema {
        Some(schema) => schema_files::explain(error, schema, files, path),
        None => Fault::usage("contract:schema", error.message.clone()).at(&place.file, None),
    }
}

/// SHA-256 over the text and the files, each with its length before it, so that no two sets look alike.
fn hash(text: &str, files: &[(String, String)]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut feed = |part: &str| {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    };
    feed(text);
    for (name, content) in files {
        feed(name);
        feed(content);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::check::Runaway;
    use crate::contract::{FileFormat, Kind};

    const SCHEMA: &str = r#"{"properties": {"a": {"$ref": "parts/a.json#/$defs/a"}}}"#;
    const PART: &str = r#"{"$defs": {"a": {"$ref": "../b.json"}}}"#;

    fn folder(contract: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("parts")).unwrap();
        fs::write(folder.path().join("c.toml"), contract).unwrap();
        fs::write(folder.path().join("s.json"), SCHEMA).unwrap();
        fs::write(folder.path().join("parts/a.json"), PART).unwrap();
        fs::write(folder.path().join("b.json"), r#"{"type": "integer"}"#).unwrap();
        folder
    }

    fn fault(contract: &str) -> Fault {
        let folder = folder(contract);
        let error = read(&folder.path().join("c.toml")).err().expect("a fault");
        error.downcast_ref::<Fault>().cloned().expect("a fault")
    }

    const WHOLE: &str = r#"
name = "customers"
key = ["/id"]
[input]
empty = "keep"
encoding = "UTF-8"
[schema]
file = "s.json"
[[rule]]
id = "R-1"
assert = "record.a > 1"
message = "Too small."
fields = ["/a"]
[[destination]]
name = "crm"
kind = "sqlite"
path = "crm.db"
table = "customer"
environment = "test"
[[destination]]
name = "out"
kind = "file"
path = "out/c.ndjson"
environment = "demo"
idempotency = "none"
[[destination]]
name = "api"
kind = "http"
url = "https://crm.example/api"
headers = { Authorization = "env:CRM_TOKEN" }
[destination.retry]
max_attempts = 3
"#;

    #[test]
    fn a_whole_contract_is_read_with_its_files() {
        let folder = folder(WHOLE);
        let contract = read(&folder.path().join("c.toml")).unwrap();
        assert_eq!(contract.name, "customers");
        let names: Vec<_> = contract
            .files
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["s.json", "b.json", "parts/a.json"]);
        assert!(contract.checker.wants(&Path::field("a")).integer);
        let kinds: Vec<_> = contract
            .destinations
            .iter()
            .map(|one| one.kind.clone())
            .collect();
        assert_eq!(
            kinds[..2],
            [
                Kind::Sqlite {
                    path: "crm.db".into(),
                    table: "customer".to_owned()
                },
                Kind::File {
                    path: "out/c.ndjson".into(),
                    format: FileFormat::JsonLines
                },
            ]
        );
        let Kind::Http(api) = &kinds[2] else {
            panic!("{:?}", kinds[2]);
        };
        assert_eq!(api.url.to_string(), "https://crm.example/api");
        let third = &contract.destinations[2];
        assert_eq!(third.knobs.retry.max_attempts, 3);
        assert_eq!(
            (third.environment.as_str(), third.idempotency.as_str()),
            ("production", "key")
        );
    }

    #[test]
    fn a_stored_contract_is_the_same_without_the_disk() {
        let folder = folder(WHOLE);
        let read = read(&folder.path().join("c.toml")).unwrap();
        let mut files = read.files.clone();
        files.reverse();
        drop(folder);
        let restored = restore(&read.text, &files, &read.path).unwrap();
        assert_eq!(restored.hash, read.hash);
        assert_eq!(restored.destinations, read.destinations);
        assert!(restored.checker.wants(&Path::field("a")).integer);
    }

    #[test]
    fn the_hash_changes_with_every_file() {
        let files = |content: &str| vec![("a".to_owned(), content.to_owned())];
        assert_ne!(hash("t", &files("x")), hash("t", &files("y")));
        assert_ne!(hash("t", &files("x")), hash("tx", &files("")));
        assert_ne!(hash("t", &[]), hash("", &[("t".to_owned(), String::new())]));
    }

    #[test]
    fn faults_say_what_where_and_what_to_do() {
        let check = |contract: &str, code: &str, message: &str, line: u64, hint: &str| {
            let fault = fault(contract);
            assert_eq!((fault.code, fault.message.as_str()), (code, message));
            assert_eq!(fault.line, Some(line), "{fault:?}");
            assert!(fault.column.is_some(), "{fault:?}");
            assert_eq!(fault.hint.as_deref().unwrap_or_default(), hint);
            assert!(fault.file.unwrap().ends_with("c.toml"));
        };
        check(
            "name = 'x'\n[schema]\nfile = 's.json'\nformat = true\n",
            "contract:unknown_key",
            "unknown key format",
            4,
            "did you mean formats?",
        );
        check(
            "[[rule]]\nid = 'R'\n",
            "contract:missing_key",
            "the key assert is missing",
            1,
            "add assert = ... here",
        );
        check(
            "key = ['customer_id']",
            "contract:path",
            "\"customer_id\" is not a field's path",
            1,
            "write it as \"/customer_id\"",
        );
        check(
            "\n[input]\nencoding = 'latin1'",
            "contract:unsupported",
            "the encoding latin1 is not supported yet",
            3,
            "convert the input to UTF-8 before loading, for instance with iconv",
        );
        check(
            "[[rule]]\nid = 'R-1'\nassert = 'record.a == == 1'",
            "contract:rule",
            "rule R-1: the rule has a syntax error: '==' cannot stand here",
            3,
            "correct it here:\nrecord.a == == 1\n            ^",
        );
        check(
            "[[destination]]\nname = 'a'\nkind = 'sqllite'\n",
            "contract:value",
            "kind cannot be \"sqllite\"",
            3,
            "did you mean sqlite?",
        );
        check(
            "[[destination]]\nname = 'a'\nkind = 'sqlite'\npath = 'a.db'\n",
            "contract:destination",
            "a sqlite destination needs table",
            3,
            "add table to it",
        );
        check(
            "[[destination]]\nname = 'a'\nkind = 'http'\nurl = 'http://h/'\nheaders = { Authorization = 'Bearer x' }\n",
            "contract:secret",
            "the header Authorization holds its value in the contract",
            5,
            "name where it is found instead: \"env:NAME\", \"file:PATH\" or \"cmd:[...]\"",
        );
        check(
            "[[destination]]\nname = 'a'\nkind = 'postgres'\nurl = 'postgres://u:p@h/d'\n",
            "contract:secret",
            "the url holds a password",
            4,
            "name where it is found instead: \"env:NAME\", \"file:PATH\" or \"cmd:[...]\"",
        );
        check(
            "[validator]\ncommand = []\n",
            "contract:validator",
            "the validator's command is empty",
            2,
            "write command = [\"python3\", \"validate.py\"]",
        );
    }

    #[test]
    fn faults_point_at_the_character() {
        let check = |contract: &str, place: (u64, u32), message: &str| {
            let fault = fault(contract);
            assert_eq!((fault.line, fault.column), (Some(place.0), Some(place.1)));
            assert_eq!(fault.message, message);
        };
        check(
            "# é\nname = = 1",
            (2, 8),
            "the contract has a syntax error: extra `=`, expected nothing",
        );
        check("name = 7", (1, 8), "text in quotes must stand here");
        check(
            "key = '/id'",
            (1, 7),
            "a list in brackets, such as [\"/id\"], must stand here",
        );
        check(
            "[input]\ncoerce = 'yes'",
            (2, 10),
            "true or false must stand here",
        );
        check(
            "[[rule]]\nid = 'R'\nassert = \"\"\"\ntrue &&\n  record.a == == 1\"\"\"",
            (5, 15),
            "rule R: the rule has a syntax error: '==' cannot stand here",
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_pointed_at() {
        let folder = folder("[schema]\nfile = 's.json'\n");
        let read = |name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(name), bytes).unwrap();
            let error = read(&folder.path().join("c.toml")).err().unwrap();
            let fault = error.downcast_ref::<Fault>().unwrap().clone();
            assert!(fault.file.unwrap().ends_with(name));
            (fault.code, fault.line.unwrap(), fault.column.unwrap())
        };
        assert_eq!(
            read("b.json", b"{\n\"\xc3\xa4\xff\": 1}"),
            ("contract:encoding", 2, 3)
        );
        assert_eq!(
            read("s.json", b"\xff\xfe{\0}\0"),
            ("contract:encoding", 1, 1)
        );
        assert_eq!(
            read("c.toml", b"name = 'x'\n# \xe4"),
            ("contract:encoding", 2, 3)
        );
    }

    #[test]
    fn what_does_not_come_to_an_end_is_pointed_at() {
        let folder = folder(WHOLE);
        let pattern = "^(?=a)(\\w+)+$";
        let part = serde_json::json!({"$defs": {"a": {"pattern": pattern}}});
        fs::write(folder.path().join("parts/a.json"), part.to_string()).unwrap();
        let contract = read(&folder.path().join("c.toml")).unwrap();
        let point = |part: &str, pattern: Option<&str>| {
            let runaway = Runaway {
                part: part.to_owned(),
                pattern: pattern.map(str::to_owned),
                ..Runaway::default()
            };
            let fault = contract.pointing_at(&runaway, Fault::usage("x", ""));
            let file = fault.file.unwrap();
            let name = file.rsplit('/').next().unwrap().to_owned();
            (name, fault.line.unwrap(), fault.column.unwrap())
        };
        assert_eq!(point("R-1", None), ("c.toml".to_owned(), 11, 10));
        assert_eq!(point("schema", Some(pattern)), ("a.json".to_owned(), 1, 26));
        assert_eq!(point("schema", None), ("c.toml".to_owned(), 8, 8));
    }

    #[test]
    fn a_missing_or_broken_schema_is_named() {
        let missing = fault("[schema]\nfile = 'nope.json'\n");
        assert_eq!(missing.code, "contract:missing_schema");
        assert!(missing.message.ends_with("nope.json"), "{missing:?}");
        assert_eq!(missing.line, Some(2));

        let folder = folder("[schema]\nfile = 's.json'\n");
        let read = |text: &str| {
            fs::write(folder.path().join("s.json"), text).unwrap();
            let error = read(&folder.path().join("c.toml")).err().unwrap();
            error.downcast_ref::<Fault>().unwrap().clone()
        };
        let syntax = read("{\n  \"type\": \"object\",\n}");
        assert_eq!((syntax.code, syntax.line), ("contract:schema", Some(3)));
        let wrong = read("{\"type\": \"objekt\"}");
        assert_eq!(wrong.code, "contract:schema");
        assert!(wrong.file.unwrap().ends_with("s.json"));
        let remote = read("{\"$ref\": \"https://example.com/x.json\"}");
        assert!(
            remote.message.contains("https://example.com/x.json"),
            "{remote:?}"
        );
    }

    #[test]
    fn no_contract_is_a_usage_fault() {
        let error = read(FilePath::new("/nowhere/c.toml")).err().unwrap();
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert_eq!(
            (fault.code, fault.kind),
            ("contract:missing", crate::model::FaultKind::Usage)
        );
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path()).err().unwrap();
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert!(fault.message.ends_with(" is a folder"), "{fault:?}");
        let error = read(FilePath::new("/dev/zero")).err().unwrap();
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert!(fault.message.ends_with("it is not a file"), "{fault:?}");
    }
}
