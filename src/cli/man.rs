//! `man`: the manual, for packagers.

use std::{fs, path::Path as FilePath};

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_mangen::Man;
use serde_json::json;

use super::{
    args,
    out::{Exit, Out},
};
use crate::{model::Fault, text};

/// The manual: to stdout one page after the other, or a file for each.
pub fn man(out: &Out, args: &args::Manual) -> Result<Exit> {
    let pages = pages()?;
    let Some(folder) = &args.out else {
        for (_, page) in &pages {
            out.data(page)?;
        }
        return Ok(Exit::Done);
    };
    let cannot = |what: &FilePath| {
        Fault::unusable("man:write", format!("cannot write {}", what.display()))
            .hint("name a folder that you may write to")
    };
    fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    for (name, page) in &pages {
        let file = folder.join(name);
        fs::write(&file, page).with_context(|| cannot(&file))?;
    }
    let name = folder.display().to_string();
    if out.is_json() {
        out.json(&json!({"folder": name, "pages": pages.len()}))?;
    } else {
        out.say(&format!(
            "{} written to {}.",
            text::count(pages.len() as u64, "page"),
            text::safe(&name)
        ))?;
    }
    Ok(Exit::Done)
}

/// Every page by the name of its file: that of the program first, then its commands in the order of the help.
fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut command = args::Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        let commands = command.get_subcommands().filter(|one| !one.is_hide_set());
        let commands: Vec<clap::Command> = commands.cloned().collect();
        waiting.extend(commands.into_iter().rev());
        let man = Man::new(command);
        let mut page = Vec::new();
        man.render(&mut page)?;
        pages.push((man.get_filename(), page));
    }
    Ok(pages)
}
