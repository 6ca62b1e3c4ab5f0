//! Links to a record, as the screen copies them.

use anyhow::Result;

use super::{args, person::Person};
use crate::{
    model::{Fault, Link},
    ops,
};

/// What is to be opened, with the record that a link names, if there is one.
///
/// # Errors
/// `link:form` for what is no link; `record:run` where the record of that number is of a run with another name.
pub fn followed(person: &Person, args: &args::Open) -> Result<args::Open> {
    let Some(text) = &args.link else {
        return Ok(args.clone());
    };
    let link = Link::parse(text).ok_or_else(|| {
        Fault::usage("link:form", format!("'{text}' is no link to a record"))
            .hint("a link looks like redrive://customers/17; y and l on the screen copy one")
    })?;
    let workspace = person.look()?;
    let run = ops::show(&workspace, link.record)?.row.run;
    let name = ops::run(&workspace, run)?.name;
    if name != link.run {
        let message = format!(
            "record {} is of the run {name} here, and not of {}",
            link.record, link.run
        );
        return Err(Fault::usage("record:run", message)
            .hint("name the workspace that the link was copied in: redrive -w FILE open LINK")
            .into());
    }
    Ok(args::Open {
        row: Some(link.record.0),
        ..args.clone()
    })
}
