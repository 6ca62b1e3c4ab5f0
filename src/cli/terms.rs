//! Terms of a filter on the command line that begin with a hyphen: `-stage:parse` is the opposite of a term, and no option.

use std::ffi::OsString;

use clap::{Arg, Command};

use crate::filter::KEYS;

/// The arguments for a command, the program's name first, with a blank before each that is a term. A filter means the same with
/// it, and no option begins like this. What is the value of an option stays as it is.
pub fn as_values(args: Vec<OsString>, command: impl FnOnce() -> Command) -> Vec<OsString> {
    // Most have none, and to look through all options takes longer than to start.
    if !args.iter().any(|arg| arg.to_str().is_some_and(is_opposite)) {
        return args;
    }
    let mut whole = command();
    whole.build();
    let mut command = &whole;
    let mut is_value = true;
    let mut is_rest = false;
    let mut all = Vec::new();
    for arg in args {
        let text = arg.to_str().unwrap_or_default();
        let is_taken = std::mem::take(&mut is_value);
        if is_taken || is_rest {
            all.push(arg);
        } else if is_opposite(text) && !is_attached(text, command) {
            all.push(format!(" {text}").into());
        } else {
            is_rest = text == "--";
            is_value = wants_value(text, command);
            command = command.find_subcommand(text).unwrap_or(command);
            all.push(arg);
        }
    }
    all
}

/// Whether an argument is a hyphen, a key of two letters or more, and an operator. `-o=FILE` is an option.
fn is_opposite(arg: &str) -> bool {
    let Some((key, _)) = key_of(arg) else {
        return false;
    };
    let is_name = |letter: char| letter.is_alphanumeric() || "_.[]-".contains(letter);
    !key.starts_with('-') && key.chars().count() >= 2 && key.chars().all(is_name)
}

/// What stands between a hyphen and an operator, and from there.
fn key_of(arg: &str) -> Option<(&str, &str)> {
    let rest = arg.strip_prefix('-')?;
    Some(rest.split_at(rest.find([':', '=', '~', '<', '>'])?))
}

/// Whether it is a short option with its value, as `-wfile=1.db`. The words of the filter language are terms all the same.
fn is_attached(arg: &str, command: &Command) -> bool {
    let key = key_of(arg).map_or("", |(key, _)| key);
    !KEYS.contains(&key)
        && key.chars().next().is_some_and(|letter| {
            options(command).any(|option| takes_next(option) && option.get_short() == Some(letter))
        })
}

/// Whether the next argument is the value of this one.
fn wants_value(arg: &str, command: &Command) -> bool {
    let is_it = |option: &Arg| match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
        (Some(long), _) => {
            option
                .get_long_and_visible_aliases()
                .is_some_and(|all| all.contains(&long))
                || option
                    .get_all_aliases()
                    .is_some_and(|all| all.contains(&long))
        }
        (None, Some(short)) => option
            .get_short()
            .is_some_and(|letter| short.chars().eq([letter])),
        (None, None) => false,
    };
    options(command).any(|option| takes_next(option) && is_it(option))
}

/// The options of a command, with those that every command has.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional())
}

fn takes_next(option: &Arg) -> bool {
    option.get_action().takes_values() && !option.is_require_equals_set()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Cli;

    fn values(line: &str) -> String {
        let args = line.split('|').map(OsString::from).collect();
        let args = as_values(args, Cli::command);
        let args: Vec<String> = args
            .into_iter()
            .map(|arg| arg.into_string().unwrap())
            .collect();
        args.join("|")
    }

    #[test]
    fn a_term_that_begins_with_a_hyphen_is_a_value_and_options_stay_options() {
        for term in [
            "-stage:parse",
            "-http:5*",
            "-country=DE",
            "-lines[].qty>10",
            "-owner:ann",
        ] {
            assert_eq!(
                values(&format!("redrive|records|{term}")),
                format!("redrive|records| {term}")
            );
            assert_eq!(
                values(&format!("redrive|--json|records|is:open|--run|2|{term}")),
                format!("redrive|--json|records|is:open|--run|2| {term}")
            );
        }
        for option in [
            "-w",
            "-o=x.csv",
            "--format=csv",
            "-v",
            "--",
            "-",
            "stage:parse",
            "-wx",
        ] {
            let line = format!("redrive|export|{option}");
            assert_eq!(values(&line), line);
        }
    }

    #[test]
    fn the_value_of_an_option_is_never_touched() {
        for line in [
            "redrive|fix|--field|/note|--set|-ab:30",
            "redrive|fix|row:1|--replace|-ab=-xy",
            "redrive|--workspace|-ab=1.db|runs",
            "redrive|-w|-ab=1.db|runs",
            "redrive|-wab=1.db|runs",
            "redrive|export|-ofoo=1.csv",
            "redrive|export|--output|-ab=1.csv",
            "redrive|records|--|-stage:parse",
            "redrive|-w|records|history|--run|-ab:1",
        ] {
            assert_eq!(values(line), line);
        }
        // A flag has none.
        assert_eq!(
            values("redrive|fix|--dry-run|-ab:30"),
            "redrive|fix|--dry-run| -ab:30"
        );
    }
}
