//! Contracts as files: drafting one from data, and saying what one means.

mod meaning;
mod places;
mod schema;
mod survey;

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path as FilePath, PathBuf},
};

use anyhow::Result;

pub use self::meaning::{Flaw, Meaning, explain_contract, flaw_of};
use super::Job;
use crate::{
    infer::{Draft, Names},
    model::{Fault, Path, folder_of},
};

#[derive(Clone, Debug, Default)]
pub struct DraftRequest {
    /// The data; `-` is standard input.
    pub from: PathBuf,
    /// The contract [default: named like the data, in the current folder]. The schema lies beside it.
    pub output: Option<PathBuf>,
    /// Replace files that are there.
    pub force: bool,
    /// Overrides recognition, as when loading.
    pub format: Option<String>,
    /// Look at the first so many records only.
    pub sample: Option<u64>,
}

/// What was drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftReport {
    pub contract: PathBuf,
    pub schema: PathBuf,
    pub format: String,
    /// Records looked at, unreadable ones included.
    pub records: u64,
    pub unreadable: u64,
    /// Whether there may be more than those.
    pub is_sample: bool,
    pub fields: u64,
    pub required: u64,
    pub key: Option<Path>,
    /// Whether all records were rejects, so that the constraints are those of the reported problems.
    pub from_problems: bool,
}

/// Drafts a contract and its schema from data.
///
/// # Errors
/// Those of reading an input; `contract:exists` when a file is there already, `contract:unwritable`.
pub fn draft_contract(request: &DraftRequest, job: &Job) -> Result<DraftReport> {
    let contract = match &request.output {
        Some(output) => output.clone(),
        None => PathBuf::from(format!("{}.toml", stem(&request.from))),
    };
    let schema = contract.with_extension("schema.json");
    for target in [&contract, &schema] {
        refuse(target, request)?;
    }
    let seen = survey::of(request, job)?;
    let schema_file = file_name(&schema);
    let draft = seen.survey.draft(&Names {
        name: &stem(&contract),
        source: &source_name(&request.from),
        contract_file: &contract.display().to_string(),
        schema_file: &schema_file,
        is_sample: seen.is_sample,
    });
    write(&draft, &contract, &schema, request.force)?;
    tracing::info!(target: "redrive", event = "draft", records = seen.survey.records(), fields = draft.fields as u64);
    Ok(DraftReport {
        contract,
        schema,
        format: seen.format.word().to_owned(),
        records: seen.survey.records(),
        unreadable: seen.survey.unreadable(),
        is_sample: seen.is_sample,
        fields: draft.fields as u64,
        required: draft.required as u64,
        key: draft.key,
        from_problems: draft.from_problems,
    })
}

/// A file's name without its ending, for names made from it.
fn stem(path: &FilePath) -> String {
    match path.file_stem() {
        Some(stem) if path.as_os_str() != "-" => stem.to_string_lossy().into_owned(),
        _ => "contract".to_owned(),
    }
}

fn source_name(from: &FilePath) -> String {
    if from.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        file_name(from)
    }
}

fn file_name(path: &FilePath) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn refuse(target: &FilePath, request: &DraftRequest) -> Result<(), Fault> {
    let same = fs::canonicalize(target)
        .ok()
        .zip(fs::canonicalize(&request.from).ok())
        .is_some_and(|(target, from)| target == from);
    let shown = target.display();
    if same {
        let message = format!("{shown} is the file the records come from");
        return Err(
            Fault::usage("contract:exists", message).hint("give the contract another name with -o")
        );
    }
    if target.is_dir() {
        let message = format!("{shown} is a directory");
        return Err(Fault::usage("contract:exists", message).hint("name a file with -o"));
    }
    // A dangling link is something, too.
    if !request.force && target.symlink_metadata().is_ok() {
        let message = format!("{shown} is there already");
        return Err(Fault::usage("contract:exists", message)
            .hint("give the contract another name with -o, or replace it with --force"));
    }
    Ok(())
}

/// Writes both files aside and gives them their names, the schema first: a contract is never there without it.
fn write(draft: &Draft, contract: &FilePath, schema: &FilePath, force: bool) -> Result<()> {
    let files = [(schema, &draft.schema), (contract, &draft.contract)];
    let mut aside = Vec::new();
    for (target, text) in files {
        let folder = folder_of(target);
        // A contract is checked in and read by others; the owner's mask still holds.
        let made = tempfile::Builder::new()
            .prefix(".redrive-draft-")
            .permissions(fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                Ok(file)
            });
        aside.push((target, made.map_err(|error| unwritable(target, &error))?));
    }
    for (target, file) in aside {
        let named = if force {
            file.persist(target)
        } else {
            file.persist_noclobber(target)
        };
        named.map_err(|error| unwritable(target, &error.error))?;
    }
    Ok(())
}

fn unwritable(target: &FilePath, error: &std::io::Error) -> Fault {
    let message = format!("{} cannot be written: {error}", target.display());
    Fault::unusable("contract:unwritable", message)
        .hint("name a file in a folder you may write to with -o")
}
