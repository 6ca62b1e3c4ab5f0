//! The `[[unique]]` of a contract: fields that must differ between the records of a run, besides the key.

use std::collections::BTreeSet;

use super::{
    checked::{pointers, severity},
    place::Place,
    raw::Raw,
};
use crate::{
    check::{Spec, Unique},
    model::{Fault, Path},
};

/// Adds every `[[unique]]` to what is known of the key and the rules.
///
/// # Errors
/// `contract:unique` where one names no field or one twice, has the fields of another or of the key, or an id that is taken;
/// `contract:rule_id` where a rule has the code of all of them for its id.
pub(super) fn add_unique(spec: &mut Spec, raw: &Raw, place: &Place<'_>) -> Result<(), Fault> {
    if let Some(rule) = raw.rule.iter().find(|rule| rule.id.get_ref() == "unique") {
        let fault = Fault::usage(
            "contract:rule_id",
            "the rule id \"unique\" is the code of [[unique]]",
        )
        .hint("give the rule another id");
        return Err(place.at(fault, rule.id.span()));
    }
    for one in &raw.unique {
        let raw = one.get_ref();
        let fields = pointers(&raw.fields, place)?;
        let names: Vec<&str> = fields.iter().map(Path::as_str).collect();
        let id = raw.id.clone().unwrap_or_else(|| names.join(" "));
        if let Some((message, hint)) = wrong(spec, &id, &fields) {
            let fault = Fault::usage("contract:unique", message).hint(hint);
            return Err(place.at(fault, one.span()));
        }
        spec.unique.push(Unique {
            id,
            message: raw.message.clone(),
            severity: severity(raw.severity.as_ref(), place)?,
            owner: raw.owner.trim().to_owned(),
            fields,
        });
    }
    Ok(())
}

/// What is wrong with a `[[unique]]` beside those before it, and what helps.
fn wrong(spec: &Spec, id: &str, fields: &[Path]) -> Option<(String, &'static str)> {
    let set = |fields: &[Path]| -> BTreeSet<Path> { fields.iter().cloned().collect() };
    let own = set(fields);
    if fields.is_empty() {
        let message = "[[unique]] names no field".to_owned();
        return Some((message, "write fields = [\"/email\"]"));
    }
    if own.len() < fields.len() {
        let message = "[[unique]] names a field twice".to_owned();
        return Some((message, "name each field once"));
    }
    if id.trim().is_empty() {
        let message = "the id of [[unique]] is empty".to_owned();
        return Some((message, "give it an id of its own, or none"));
    }
    if own == set(&spec.key) {
        let message = "the fields of [[unique]] are those of the key".to_owned();
        return Some((message, "remove it; no two records may have the same key"));
    }
    if spec.unique.iter().any(|other| set(&other.fields) == own) {
        let message = "the fields of [[unique]] are those of another one".to_owned();
        return Some((message, "remove one of the two"));
    }
    let mut ids = (spec.rules.iter().map(|rule| &rule.id)).chain(spec.unique.iter().map(|u| &u.id));
    if ids.any(|other| other == id) {
        let message = format!("the id \"{id}\" of [[unique]] stands twice");
        return Some((message, "give each rule and each [[unique]] its own"));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::path::Path as FilePath;

    use crate::{
        contract::checked::restore,
        model::{Fault, Severity},
    };

    #[test]
    fn a_unique_has_an_id_words_and_an_owner_or_the_names_of_its_fields() {
        let text = "key = ['/id']\n[[unique]]\nfields = ['/email']\n[[unique]]\nfields = ['/name', '/born']\n\
                    id = 'SAME'\nmessage = 'One person twice.'\nseverity = 'warning'\nowner = ' desk '\n";
        let contract = restore(text, &[], FilePath::new("c.toml")).unwrap();
        let found: Vec<_> = (contract.checker.uniqueness().iter())
            .map(|unique| {
                let (id, owner) = (unique.id.as_str(), unique.owner.as_str());
                (id, unique.name(), unique.severity, owner)
            })
            .collect();
        assert_eq!(
            found,
            [
                ("", String::new(), Severity::Error, ""),
                ("/email", "/email".to_owned(), Severity::Error, ""),
                ("SAME", "/name /born".to_owned(), Severity::Warning, "desk"),
            ]
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_stands() {
        let check = |text: &str, code: &str, line: u64, message: &str| {
            let error = restore(text, &[], FilePath::new("c.toml")).err().unwrap();
            let fault = error.downcast_ref::<Fault>().unwrap();
            assert_eq!((fault.code, fault.line), (code, Some(line)), "{text}");
            assert_eq!(fault.message, message);
            assert!(fault.hint.is_some());
        };
        let unique = "contract:unique";
        check(
            "[[unique]]\nfields = []",
            unique,
            1,
            "[[unique]] names no field",
        );
        check(
            "[[unique]]\nfields = ['/a', '/a']",
            unique,
            1,
            "[[unique]] names a field twice",
        );
        check(
            "[[unique]]\nfields = ['/a']\nid = ' '",
            unique,
            1,
            "the id of [[unique]] is empty",
        );
        check(
            "key = ['/a', '/b']\n[[unique]]\nfields = ['/b', '/a']",
            unique,
            2,
            "the fields of [[unique]] are those of the key",
        );
        check(
            "[[unique]]\nfields = ['/a']\n[[unique]]\nfields = ['/a']\nid = 'A'",
            unique,
            3,
            "the fields of [[unique]] are those of another one",
        );
        check(
            "[[rule]]\nid = 'A'\nassert = 'true'\n[[unique]]\nfields = ['/a']\nid = 'A'",
            unique,
            4,
            "the id \"A\" of [[unique]] stands twice",
        );
        check(
            "[[rule]]\nid = 'unique'\nassert = 'true'",
            "contract:rule_id",
            2,
            "the rule id \"unique\" is the code of [[unique]]",
        );
    }
}
