//! `report`: what happened, for a ticket.

use anyhow::Result;
use serde_json::json;

use super::{
    args,
    out::{Exit, Out},
    person::Person,
};
use crate::{
    model::RunId,
    ops,
    report::{html, markdown},
    text,
};

pub fn report(person: &Person, out: &Out, args: &args::Report) -> Result<Exit> {
    let workspace = person.look()?;
    if let Some(file) = &args.out {
        workspace.spare(file)?;
    }
    let report = ops::report(&workspace, args.run.map(RunId), args.values)?;
    let is_html = args.html || args.out.as_deref().is_some_and(ops::is_page);
    let (format, words) = if is_html {
        ("html", html(&report))
    } else {
        ("md", markdown(&report))
    };
    let run = report.run.id;
    match &args.out {
        None if out.is_json() => out.json(&json!({"run": run, "format": format, "text": words}))?,
        None => out.data(words.as_bytes())?,
        Some(file) => {
            ops::write_whole(file, "report:file", |writer| {
                Ok(writer.write_all(words.as_bytes())?)
            })?;
            let file = file.display().to_string();
            if out.is_json() {
                out.json(&json!({"run": run, "format": format, "file": file}))?;
            } else {
                out.say(&format!(
                    "The report on run {run} was written to {}.",
                    text::safe(&file)
                ))?;
            }
        }
    }
    Ok(Exit::Done)
}
