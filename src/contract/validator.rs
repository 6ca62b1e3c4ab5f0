//! The validator a contract names: its program, and the files that decide what it says.

use std::{collections::BTreeMap, path::Path as FilePath, time::Duration};

use super::{Validator, place::Place, raw};
use crate::{model::Fault, read, text::hex};

/// What one batch may take when the contract does not say.
const BATCH_TIME: Duration = Duration::from_mins(1);
/// Records in one batch when the contract does not say.
const BATCH_RECORDS: usize = 500;

/// The program a contract names, as far as one can say without a look at the disk.
pub(super) fn program(raw: &raw::Validator, place: &Place<'_>) -> Result<Validator, Fault> {
    if raw.command.get_ref().first().is_none_or(String::is_empty) {
        let fault = Fault::usage("contract:validator", "the validator's command is empty")
            .hint("write command = [\"python3\", \"validate.py\"]");
        return Err(place.at(fault, raw.command.span()));
    }
    let timeout = match &raw.timeout {
        None => BATCH_TIME,
        Some(word) => seconds(word.get_ref()).ok_or_else(|| {
            let fault = Fault::usage(
                "contract:value",
                format!("timeout cannot be \"{}\"", word.get_ref()),
            )
            .hint("write it like \"30s\"");
            place.at(fault, word.span())
        })?,
    };
    let batch = match &raw.batch {
        None => BATCH_RECORDS,
        Some(batch) => usize::try_from(*batch.get_ref())
            .ok()
            .filter(|batch| (1..=100_000).contains(batch))
            .ok_or_else(|| {
                let fault = Fault::usage(
                    "contract:value",
                    format!("batch cannot be {}", batch.get_ref()),
                )
                .hint("write a number from 1 to 100000");
                place.at(fault, batch.span())
            })?,
    };
    Ok(Validator {
        command: raw.command.get_ref().clone(),
        timeout,
        batch,
    })
}

/// `30s` or `2m`; `None` for anything else, and for nothing at all.
fn seconds(word: &str) -> Option<Duration> {
    let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    match unit {
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

/// Names of the validator's files among a contract's; no file a schema refers to has a colon in its name.
const PREFIX: &str = "validator:";

/// Whether a contract's file is one of the validator's. Of those only the hash is kept.
pub(super) fn is_file(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// The files the validator's verdicts depend on, each with the SHA-256 of its bytes: those the contract lists, and those
/// that the command itself names (`validate.py`, and `models.py` in `models:Customer`). When one changes, what the
/// validator said before is old.
///
/// # Errors
/// `contract:missing_file` when a listed one cannot be read.
pub(super) fn files(
    raw: &raw::Validator,
    contract: &FilePath,
    place: &Place<'_>,
) -> Result<BTreeMap<String, String>, Fault> {
    let folder = contract.parent().unwrap_or(FilePath::new(""));
    let mut files = BTreeMap::new();
    let mut known = |name: &str| -> Result<(), Fault> {
        let hash = hex(&read::sha256_of(&folder.join(name))?);
        files.insert(format!("{PREFIX}{name}"), hash);
        Ok(())
    };
    for name in &raw.files {
        known(name.get_ref()).map_err(|error| {
            let fault = Fault::usage("contract:missing_file", error.message)
                .hint("the validator's files are relative to the contract");
            place.at(fault, name.span())
        })?;
    }
    for word in raw.command.get_ref() {
        let module =
            (word.split_once(':')).map(|(module, _)| format!("{}.py", module.replace('.', "/")));
        for name in [Some(word.clone()), module].into_iter().flatten() {
            let path = FilePath::new(&name);
            // Most words of a command name no file; those that do not are no mistake.
            if path.is_relative() && folder.join(path).is_file() {
                let _ = known(&name);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{contract, store::ContractText};

    #[test]
    fn a_changed_model_is_another_check() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(
            "c.toml",
            "[validator]\ncommand = ['python3', 'validate.py', 'lib.models:Customer']\nfiles = ['rules.csv']",
        );
        write("validate.py", "1");
        write("rules.csv", "1");
        fs::create_dir(folder.path().join("lib")).unwrap();
        write("lib/models.py", "1");
        let read = || contract::read(&folder.path().join("c.toml")).unwrap();
        let first = read();
        let names: Vec<_> = first.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "validator:lib/models.py",
                "validator:rules.csv",
                "validator:validate.py"
            ]
        );
        assert_eq!(read().checks, first.checks);
        for name in ["validate.py", "rules.csv", "lib/models.py"] {
            write(name, "2");
            assert_ne!(read().checks, first.checks, "{name}");
            write(name, "1");
        }
        // What a workspace keeps means the same.
        let stored: ContractText = first.stored();
        assert_eq!(contract::restore(&stored).unwrap().checks, first.checks);
        fs::remove_file(folder.path().join("rules.csv")).unwrap();
        let error = contract::read(&folder.path().join("c.toml")).err().unwrap();
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert_eq!((fault.code, fault.line), ("contract:missing_file", Some(3)));
    }
}
