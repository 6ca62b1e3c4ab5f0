//! `doctor`: what is well and what is not, of the terminal and of the place of the workspace.

mod advice;
mod terminal;

use anyhow::Result;
use serde_json::json;

use super::{
    out::{Exit, Out},
    person::Person,
};
use crate::{ops, text::safe};

pub fn doctor(person: &Person, out: &Out) -> Result<Exit> {
    let mut findings = advice::advice(&terminal::facts());
    findings.push(person.config.finding());
    findings.extend(ops::doctor(&person.workspace_path()));
    let is_lost = |one: &ops::Finding| one.check == "workspace" && !one.ok;
    let exit = if findings.iter().any(is_lost) {
        Exit::Unusable
    } else {
        Exit::Done
    };
    if out.is_json() {
        out.json(&json!(findings))?;
        return Ok(exit);
    }
    for one in &findings {
        let mark = if one.ok { "OK" } else { "! " };
        let name = one.check.replace('_', " ");
        out.say(&format!("{mark}  {name:<17} {}", safe(&one.message)))?;
    }
    Ok(exit)
}
