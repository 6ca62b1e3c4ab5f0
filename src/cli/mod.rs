//! The command line: parses arguments, calls `ops`, prints. Data goes to stdout, everything else to stderr.

mod args;
mod aside;
mod backup;
mod change;
mod config;
mod contract;
mod diff;
mod doctor;
mod fix;
mod json;
mod keys;
mod link;
mod load;
mod log;
mod look;
mod man;
mod notes;
mod open;
mod out;
mod person;
mod plain;
mod progress;
mod report;
mod send;
mod settle;
mod sheet;
mod standing;
mod stop;
mod terms;
mod transforms;
mod unasked;
mod values;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser};

use self::{
    args::{Cli, Command},
    out::{Exit, Out},
    person::Person,
};

/// Runs the program on the process's arguments.
pub fn run() -> ExitCode {
    let args = terms::as_values(std::env::args_os().collect(), Cli::command);
    let mut cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are not mistakes; clap prints them to stdout. The rest is wrong usage.
            if !error.use_stderr() {
                let _ = error.print();
                return Exit::Done.into();
            }
            if std::env::args_os().any(|word| word == "--json") {
                out::usage_json(&error.to_string());
            } else {
                out::usage(&error);
            }
            return Exit::Usage.into();
        }
    };
    let config = config::read(cli.global.config.as_deref());
    config.fill(&mut cli.global);
    let out = Out::new(&cli.global);
    config.report();
    let person = Person::new(&cli.global, config);
    let screen = opens_screen(cli.command.as_ref());
    let outcome = stop::outlive_size_limits()
        .and_then(|()| log::start(&cli.global, &person.workspace_path(), screen))
        .and_then(|()| dispatch(&cli, &person, &out))
        .and_then(|exit| out.flush().map(|()| exit));
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => out.fail(&error).into(),
    }
}

fn dispatch(cli: &Cli, person: &Person, out: &Out) -> Result<Exit> {
    match &cli.command {
        None => open::open(
            person,
            &args::Open {
                link: None,
                run: None,
                filter: None,
                row: None,
                read_only: false,
                group: false,
            },
        ),
        Some(Command::Open(args)) => open::open(person, &link::followed(person, args)?),
        Some(Command::Demo(args)) => load::demo(person, out, args),
        Some(Command::Load(args)) => load::load(person, out, args),
        Some(Command::Runs) => look::runs(person, out),
        Some(Command::Groups(scope)) => look::groups(person, out, scope),
        Some(Command::Diff(args)) => diff::diff(person, out, args),
        Some(Command::Values(args)) => values::values(person, out, args),
        Some(Command::Records(scope)) => look::records(person, out, scope),
        Some(Command::Show(args)) => look::show(person, out, args),
        Some(Command::Edit(args)) => change::edit(person, out, args),
        Some(Command::Fix(args)) => fix::fix(person, out, args),
        Some(Command::Suggest(args)) => fix::suggest(person, out, args),
        Some(Command::Discard(args)) => aside::discard(person, out, args),
        Some(Command::Settle(args)) => settle::settle(person, out, args),
        Some(Command::Restore(args)) => aside::restore(person, out, args),
        Some(Command::Note(args)) => aside::note(person, out, args),
        Some(Command::Check(args)) => change::check(person, out, args),
        Some(Command::Contract(args)) => contract::run(person, out, args),
        Some(Command::Send(args)) => send::send(person, out, args),
        Some(Command::Undo(args)) => change::undo(person, out, args),
        Some(Command::Redo) => change::redo(person, out),
        Some(Command::History(args)) => change::history(person, out, args),
        Some(Command::Export(args)) => sheet::export(person, out, args),
        Some(Command::Merge(args)) => sheet::merge(person, out, args),
        Some(Command::Report(args)) => report::report(person, out, args),
        Some(Command::Sql(args)) => look::sql(person, out, args),
        Some(Command::Verify) => look::verify(person, out),
        Some(Command::Doctor) => doctor::doctor(person, out),
        Some(Command::Keys) => keys::keys(out, person.config.keys),
        Some(Command::Backup(args)) => backup::backup(person, out, args),
        Some(Command::Man(args)) => man::man(out, args),
        Some(Command::Completions(args)) => completions(out, args),
    }
}

/// Whether the command takes the terminal over, so that nothing may be written beside it.
fn opens_screen(command: Option<&Command>) -> bool {
    match command {
        None | Some(Command::Open(_)) => true,
        Some(Command::Demo(args)) => !args.no_ui,
        Some(_) => false,
    }
}

fn completions(out: &Out, args: &args::Completions) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "redrive", &mut script);
    out.data(&script)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }
}
