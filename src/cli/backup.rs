//! `backup`: a copy of the workspace.

use anyhow::Result;
use serde_json::json;

use super::{
    args,
    out::{Exit, Out},
    person::Person,
    progress::{Unit, with_progress},
};
use crate::{ops, text};

pub fn backup(person: &Person, out: &Out, args: &args::Backup) -> Result<Exit> {
    let workspace = person.look()?;
    let bytes = with_progress(Unit::Bytes, |job| ops::backup(&workspace, &args.file, job))?;
    let file = args.file.display().to_string();
    if out.is_json() {
        out.json(&json!({"file": file, "bytes": bytes}))?;
    } else {
        out.say(&format!(
            "{} written, {}. It is a workspace of its own: redrive verify -w {0}",
            text::safe(&text::shell_word(&file)),
            text::count(bytes, "byte")
        ))?;
    }
    Ok(Exit::Done)
}
