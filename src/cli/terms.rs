//! Terms of a filter on the command line that begin with a hyphen: `-stage:parse` is the opposite of a term, and no option.

use std::ffi::OsString;

/// The arguments, with a blank before each that is a term. A filter means the same with it, and no option begins like this.
pub fn as_values(args: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    args.map(|arg| match arg.to_str() {
        Some(text) if is_opposite(text) => format!(" {text}").into(),
        _ => arg,
    })
}

/// Whether an argument is a hyphen, a key of two letters or more, and an operator. `-o=FILE` is an option.
fn is_opposite(arg: &str) -> bool {
    let Some(rest) = arg.strip_prefix('-') else {
        return false;
    };
    let at = rest.find([':', '=', '~', '<', '>']);
    let key = at.map_or("", |at| &rest[..at]);
    let is_name = |letter: char| letter.is_alphanumeric() || "_.[]-".contains(letter);
    !key.starts_with('-') && key.chars().count() >= 2 && key.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_that_begins_with_a_hyphen_is_a_value_and_options_stay_options() {
        let values = |arg: &str| {
            let args = as_values([OsString::from(arg)].into_iter());
            args.map(|arg| arg.into_string().unwrap())
                .collect::<String>()
        };
        for term in ["-stage:parse", "-http:5*", "-country=DE", "-lines[].qty>10"] {
            assert_eq!(values(term), format!(" {term}"));
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
            assert_eq!(values(option), option);
        }
    }
}
