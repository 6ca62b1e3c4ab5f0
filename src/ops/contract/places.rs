//! Whether what a contract names outside of itself is there: destinations, secrets, the validator's program.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path as FilePath, PathBuf},
};

use super::meaning::Review;
use crate::{
    contract::{Kind, Placed},
    model::Path,
    send::{self, Column},
};

/// Warns of a validator whose program is not there. It is not started.
pub(super) fn validator(review: &mut Review<'_>) {
    let outline = review.outline;
    let Some((program, arguments)) = outline.validator.split_first() else {
        return;
    };
    let folder = review.folder();
    let file = if program.text.contains('/') {
        Some(folder.join(&program.text)).filter(|file| is_program(file))
    } else {
        on_path(&program.text)
    };
    if file.is_none() {
        let mut hint = "install it, or write its path from the contract's folder".to_owned();
        if is_program(&folder.join(&program.text)) {
            hint = format!("it lies beside the contract: write \"./{}\"", program.text);
        }
        let message = format!(
            "the validator's program {} was not found, or may not be run",
            program.text
        );
        review.warn(Some(program), "contract:validator_missing", message, hint);
    }
    let scripts = ["py", "js", "mjs", "rb", "sh", "pl", "jar"];
    for argument in arguments {
        let path = FilePath::new(&argument.text);
        let is_script = path
            .extension()
            .is_some_and(|end| scripts.iter().any(|known| end == *known));
        if is_script && !folder.join(path).exists() {
            let message = format!(
                "the validator's {} is not where the contract lies",
                argument.text
            );
            let hint = "write its path from the contract's folder".to_owned();
            review.warn(Some(argument), "contract:validator_missing", message, hint);
        }
    }
}

/// Warns of destinations that could not be sent to now. Their paths count from `folder`.
pub(super) fn destinations(review: &mut Review<'_>, folder: &FilePath) {
    let (contract, outline) = (review.contract, review.outline);
    for (said, destination) in outline.destinations.iter().zip(&contract.destinations) {
        for name in &said.secrets {
            if env::var_os(name).is_none_or(|value| value.is_empty()) {
                let message = format!(
                    "the environment has no {name}, which destination {} needs",
                    said.name.text
                );
                let hint = format!("set it before sending: export {name}=...");
                review.warn(Some(&said.name), "contract:secret_missing", message, hint);
            }
        }
        match &destination.kind {
            // Whether it is there is only known by sending something.
            Kind::Http(_) | Kind::Command(_) | Kind::Postgres(_) => {}
            Kind::File { path, .. } => {
                let path = folder.join(path);
                if path.is_dir() {
                    let message = format!("{} is a directory", path.display());
                    review.warn(
                        Some(&said.name),
                        "destination:unreachable",
                        message,
                        "name a file in it".to_owned(),
                    );
                }
                unwritable(review, &said.name, path.parent().unwrap_or(folder));
            }
            Kind::Sqlite { path, table } => sqlite(review, &said.name, &folder.join(path), table),
        }
    }
}

fn sqlite(review: &mut Review<'_>, name: &Placed, path: &FilePath, table: &str) {
    if !path.exists() {
        return unwritable(review, name, path.parent().unwrap_or(FilePath::new("")));
    }
    if fs::metadata(path).is_ok_and(|found| is_locked(&found)) {
        let message = format!("{} may not be written", path.display());
        let hint = "ask for permission to write it".to_owned();
        review.warn(Some(name), "destination:unreachable", message, hint);
    }
    let known = match send::columns(path, table) {
        Ok(known) => known,
        Err(words) => {
            let message = format!(
                "{} cannot be used as an SQLite database: {words}",
                path.display()
            );
            let hint = "name another path, or move that file away".to_owned();
            return review.warn(Some(name), "destination:unreachable", message, hint);
        }
    };
    compare(review, name, (path, table), &known);
}

/// Warns of columns that are missing, and of those that need a value a record may not have.
fn compare(
    review: &mut Review<'_>,
    name: &Placed,
    (path, table): (&FilePath, &str),
    known: &[Column],
) {
    // A table that is not there is made when something is sent.
    if known.is_empty() {
        return;
    }
    let checker = &review.contract.checker;
    let fields = checker.properties().to_vec();
    let is_column = |field: &String| {
        known
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(field))
    };
    let missing: Vec<&str> = (fields.iter().filter(|field| !is_column(field)))
        .map(String::as_str)
        .collect();
    let needed: Vec<&str> = (known.iter())
        .filter(|column| column.is_needed && !fields.is_empty())
        .filter(|column| {
            let field = fields
                .iter()
                .find(|field| column.name.eq_ignore_ascii_case(field));
            field.is_none_or(|field| !checker.wants(&Path::field(field)).required)
        })
        .map(|column| column.name.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "table {table} in {} has no column for {}",
            path.display(),
            missing.join(", ")
        );
        let hint = "add the columns to the table, or name another table".to_owned();
        review.warn(Some(name), "destination:columns", message, hint);
    }
    if !needed.is_empty() {
        let message = format!(
            "table {table} in {} must have a value in {}, which the schema does not require",
            path.display(),
            needed.join(", ")
        );
        let hint = "make these fields required in the schema".to_owned();
        review.warn(Some(name), "destination:columns", message, hint);
    }
}

/// Warns where a folder can surely not be written, or not be made.
fn unwritable(review: &mut Review<'_>, name: &Placed, folder: &FilePath) {
    let folder = if folder.as_os_str().is_empty() {
        FilePath::new(".")
    } else {
        folder
    };
    // Folders are made when something is sent; the nearest one that is there decides.
    let there = folder
        .ancestors()
        .find(|folder| folder.symlink_metadata().is_ok());
    let there = there
        .filter(|there| !there.as_os_str().is_empty())
        .unwrap_or(FilePath::new("."));
    let why = match fs::metadata(there) {
        Ok(found) if !found.is_dir() => "is not a folder",
        Ok(found) if is_locked(&found) => "may not be written",
        Ok(_) => return,
        Err(_) => "cannot be looked at",
    };
    let message = format!(
        "destination {} cannot be written: {} {why}",
        name.text,
        there.display()
    );
    let hint = "name another path, or ask for permission to write there".to_owned();
    review.warn(Some(name), "destination:unreachable", message, hint);
}

/// Whether this process surely may not write it. Groups are not looked at, so that a yes is certain.
fn is_locked(found: &fs::Metadata) -> bool {
    let user = fs::metadata("/proc/self").map(|own| own.uid()).ok();
    let mode = found.permissions().mode();
    match user {
        Some(0) | None => false,
        Some(user) if user == found.uid() => mode & 0o200 == 0,
        Some(_) => mode & 0o022 == 0,
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &FilePath) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
