//! The files of a contract's schema: reads the schema and every local file it refers to, and points into them where
//! something keeps them from being used.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path as FilePath, PathBuf},
};

use serde_json::Value;

use super::{
    place::{Place, pointing, utf8},
    raw,
};
use crate::{
    check::{SpecError, Spot, unresolved},
    model::{Fault, Path},
    row::json::{self, Document},
};

/// What one file of a schema may hold, in bytes.
const MOST: u64 = 64 << 20;
/// How many files a schema may refer to.
const FILES: usize = 1_000;

/// The schema and every local file it refers to, as name and text, the schema first.
///
/// # Errors
/// A usage fault when the schema cannot be read or is no JSON. A file that is not there is no fault here: compiling the
/// schema says which reference it is that leads nowhere.
pub(super) fn read(
    contract: &FilePath,
    text: &str,
    schema: &raw::Schema,
) -> Result<Vec<(String, String)>, Fault> {
    let name = schema.file.get_ref();
    let at = location(contract, schema, name);
    let bytes = bytes(&at).map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::NotFound => format!("there is no schema at {}", at.display()),
            _ => format!("cannot read the schema {}: {error}", at.display()),
        };
        let fault = Fault::usage("contract:missing_schema", what)
            .hint("the schema's file is relative to the contract");
        let place = Place {
            file: contract.display().to_string(),
            text,
        };
        place.at(fault, schema.file.span())
    })?;
    let content = content(bytes, &at)?;
    let root = json(contract, schema, name, &content)?;
    let mut files = vec![(name.clone(), content)];
    let mut parts = BTreeMap::from([(own_name(schema).to_owned(), root.clone())]);
    loop {
        let before = files.len();
        for reference in unresolved(&root, &parts) {
            for name in reference.files {
                if parts.contains_key(&name) || files.len() > FILES {
                    continue;
                }
                // What is not there as a file may be meant otherwise; if not, the compiler says that it is missing.
                let at = location(contract, schema, &name);
                if let Ok(bytes) = self::bytes(&at) {
                    let content = self::content(bytes, &at)?;
                    parts.insert(name.clone(), json(contract, schema, &name, &content)?);
                    files.push((name, content));
                    break;
                }
            }
        }
        if files.len() == before {
            return Ok(files);
        }
    }
}

/// The schema's own name, by which its files can refer to it.
pub(super) fn own_name(schema: &raw::Schema) -> &str {
    let name = schema.file.get_ref();
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The value of a schema's file.
///
/// # Errors
/// A usage fault with file, line and column when it is no JSON.
pub(super) fn json(
    contract: &FilePath,
    schema: &raw::Schema,
    name: &str,
    text: &str,
) -> Result<Value, Fault> {
    let at = location(contract, schema, name).display().to_string();
    let value = serde_json::from_str(text).map_err(|error| {
        let what = error.to_string();
        let what = match what.split(" at line ").next().unwrap_or_default() {
            _ if error.is_eof() => "it ends too early",
            "trailing characters" => "something stands behind its end",
            "recursion limit exceeded" => "it is nested too deeply",
            "key must be a string" => "a name in quotes must stand here",
            other => other,
        };
        let column = u32::try_from(error.column().max(1)).unwrap_or(u32::MAX);
        Fault::usage("contract:schema", format!("the schema is not JSON: {what}"))
            .hint("correct it there, or take the file the program that made it wrote")
            .at(&at, Some(error.line() as u64))
            .column(column)
    })?;
    if json::value(text).is_none()
        && let Some(byte) = Document::stopped_at(text)
    {
        let fault = Fault::usage("contract:schema", "a name stands twice in one object")
            .hint("only one of the two would count: remove the other");
        return Err(pointing(fault, &at, text, byte));
    }
    Ok(value)
}

/// A schema that cannot be compiled, as a fault that points to the place.
pub(super) fn explain(
    error: &SpecError,
    schema: &raw::Schema,
    files: &[(String, String)],
    contract: &FilePath,
) -> Fault {
    let mut fault = Fault::usage("contract:schema", error.message.clone());
    if let Some(hint) = &error.hint {
        fault = fault.hint(hint);
    }
    let Some(spot) = &error.at else {
        let at = location(contract, schema, schema.file.get_ref());
        return fault.at(at.display().to_string(), None);
    };
    let is_own = spot.file.is_empty() || spot.file == own_name(schema);
    let named = files.iter().skip(1).find(|(name, _)| *name == spot.file);
    let file = match named {
        None if is_own => files.first(),
        other => other,
    };
    let name = file.map_or(spot.file.as_str(), |(name, _)| name.as_str());
    let at = location(contract, schema, name).display().to_string();
    match file.and_then(|(_, text)| Some((text, byte_of(text, spot)?))) {
        Some((text, byte)) => pointing(fault, &at, text, byte),
        None => fault.at(at, None),
    }
}

/// Where in a file's text a place begins, or the nearest one around it.
fn byte_of(text: &str, spot: &Spot) -> Option<usize> {
    let document = Document {
        text,
        value: Value::Null,
    };
    let mut path: Path = spot.path.clone();
    loop {
        if let Some(span) = document.span(&path) {
            return Some(span.start);
        }
        (path, _) = path.split_last()?;
    }
}

/// Where a file of the schema lies: the schema relative to the contract, the others relative to the schema.
fn location(contract: &FilePath, schema: &raw::Schema, name: &str) -> PathBuf {
    let own = schema.file.get_ref();
    let at = contract.parent().unwrap_or(FilePath::new("")).join(own);
    if name == own {
        return at;
    }
    at.parent().unwrap_or(FilePath::new("")).join(name)
}

/// The bytes of a contract's file.
///
/// # Errors
/// Those of reading it; when it is a pipe or a device, which may never end, or too large.
pub(super) fn bytes(at: &FilePath) -> io::Result<Vec<u8>> {
    let about = fs::metadata(at)?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !about.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if about.len() > MOST {
        return Err(io::Error::other("it is larger than 64 MB"));
    }
    fs::read(at)
}

/// A file's text, without the mark that some editors put before it.
fn content(bytes: Vec<u8>, at: &FilePath) -> Result<String, Fault> {
    let text = utf8(bytes, &at.display().to_string(), "the schema")?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::read as read_contract;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let contract = "[schema]\nfile = \"schemas/s.json\"\n";
        let own = [("c.toml", contract)];
        for (name, text) in own.iter().chain(files) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn what_cannot_be_used_is_named_with_file_line_and_column() {
        let check = |files: &[(&str, &str)], file: &str, place: (u64, u32), message: &str| {
            let folder = folder(files);
            let error = read_contract(&folder.path().join("c.toml")).err().unwrap();
            let fault = error.downcast_ref::<Fault>().unwrap();
            assert!(fault.message.contains(message), "{fault:?}");
            assert!(fault.file.as_ref().unwrap().ends_with(file), "{fault:?}");
            let found = (fault.line.unwrap(), fault.column.unwrap());
            assert_eq!((fault.code, found), ("contract:schema", place), "{fault:?}");
        };
        let own = "schemas/s.json";
        let refers = "{\"properties\": {\n \"a\": {\"$ref\": \"../common/a.json#/$defs/a\"}}}";
        check(&[(own, "{\n \"a\": 1,\n}")], own, (3, 1), "not JSON");
        check(
            &[(own, "{\n \"é\": {}, \"type\": \"objekt\"}")],
            own,
            (2, 19),
            "\"objekt\"",
        );
        check(
            &[(own, "{\"$ref\":\n  \"https://example.com/x.json\"}")],
            own,
            (2, 3),
            "https://example.com/x.json",
        );
        check(&[(own, refers)], own, (2, 16), "../common/a.json");
        let part = |text: &'static str| [(own, refers), ("common/a.json", text)];
        check(&part("{\n}"), own, (2, 16), "leads nowhere");
        check(&part("{\n\n"), "common/a.json", (3, 1), "ends too early");
        check(
            &part("{\"$defs\":\n{\"a\": {\"pattern\": \"(\"}}}"),
            "common/a.json",
            (2, 19),
            "cannot be read",
        );
        check(
            &part("{\"$defs\":\n{\"a\": {\"$ref\": \"../schemas/s.json#/properties/a\"}}}"),
            own,
            (2, 16),
            "without end",
        );
        check(
            &[(own, "{\"type\": \"object\",\n \"type\": \"string\"}")],
            own,
            (2, 2),
            "stands twice",
        );
    }

    #[test]
    fn files_are_found_by_name_anchor_and_address_and_kept_with_the_contract() {
        let root = r#"{"$id": "https://example.com/schemas/s.json", "properties": {
            "a": {"$ref": "parts/a.json#whole"}, "b": {"$ref": "/common/b.json"}, "c": {"$ref": "https://example.com/schemas/c.json"}}}"#;
        let folder = folder(&[
            ("schemas/s.json", root),
            (
                "schemas/parts/a.json",
                r#"{"$defs": {"w": {"$anchor": "whole", "$ref": "../../up.json"}}}"#,
            ),
            ("up.json", r#"{"type": "integer"}"#),
            ("common/b.json", "\u{feff}{\"type\": \"boolean\"}"),
            ("schemas/c.json", r#"{"type": "number"}"#),
        ]);
        let contract = read_contract(&folder.path().join("c.toml")).unwrap();
        let names: Vec<_> = contract
            .files
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let expected = [
            "schemas/s.json",
            "../common/b.json",
            "../up.json",
            "c.json",
            "parts/a.json",
        ];
        assert_eq!(names, expected);
        let wants = |field: &str| contract.checker.wants(&Path::field(field));
        assert!(wants("a").integer && wants("b").boolean && wants("c").number);
        drop(folder);
        let restored = crate::contract::restore(&contract.stored()).unwrap();
        assert!(restored.checker.wants(&Path::field("a")).integer);
    }
}
