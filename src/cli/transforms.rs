//! The transforms of `fix` as flags, which are applied in the order in which they were typed.

use std::{collections::BTreeMap, fs, path::PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueHint};

use crate::{
    fix::{
        Mistake, Transform,
        dates::{Layout, Order},
        transforms::{
            boolean::Boolean,
            case::{Case, To},
            copy_from::CopyFrom,
            date::Date,
            default::Default as SchemaDefault,
            encoding::Encoding,
            formula::Formula,
            join::Join,
            map::Map,
            number::{Decimal, Number},
            pattern::Pattern,
            phone::Phone,
            remove::Remove,
            replace::Replace,
            set::Set,
            split::Split,
            tidy::Tidy,
        },
    },
    model::Fault,
};

/// One flag: its name, the name of its value (none where it has none), and its help.
type Flag = (&'static str, &'static str, &'static str);

const FLAGS: [Flag; 22] = [
    (
        "set",
        "V",
        "Give the field this value, read as what the contract wants",
    ),
    (
        "replace",
        "FIND=WITH",
        "Put one text in the place of another",
    ),
    (
        "pattern",
        "RE=WITH",
        "Put a text with $1, $2 in the place of what a regular expression finds",
    ),
    (
        "map",
        "OLD=NEW|FILE.csv",
        "Put new values in the place of old ones; a CSV file has the columns old and new",
    ),
    ("trim", "", "Remove spaces at both ends"),
    (
        "tidy",
        "",
        "Remove outer and double spaces and hidden characters, and join separate accents",
    ),
    (
        "quotes",
        "",
        "Make curly quotes straight and remove those around the value",
    ),
    ("lower", "", "Write in lower case"),
    ("upper", "", "Write in upper case"),
    ("title", "", "Begin each word with a capital"),
    (
        "number",
        "[=comma|point]",
        "Free numbers from currency and separators; =comma or =point says what separates decimals",
    ),
    (
        "boolean",
        "",
        "Make true and false of yes, no, Y, N, 1, 0, ja, oui and the like",
    ),
    (
        "date",
        "LAYOUTS",
        "Read dates in these layouts, such as day-slash,iso (any: auto), and write them as the contract wants",
    ),
    (
        "phone",
        "COUNTRY",
        "Write phone numbers as E.164; those without a country are of this one, such as DE",
    ),
    (
        "encoding",
        "LABEL",
        "Repair text that was read in this encoding and is UTF-8, such as windows-1252",
    ),
    (
        "default",
        "",
        "Put the schema's default where the field is missing or empty",
    ),
    ("copy-from", "FIELD", "Take the value of another field"),
    (
        "move-from",
        "FIELD",
        "Take the value of another field and remove it there",
    ),
    ("remove", "", "Remove the field"),
    (
        "split",
        "AT",
        "Cut the value at a text and give the parts to the fields of --into",
    ),
    (
        "join",
        "FIELDS",
        "Put the values of several fields together, with --between",
    ),
    (
        "formula",
        "CEL",
        "A formula over value and record: value + ' ' + record.city",
    ),
];

/// The flags that were typed, with their values, in order.
#[derive(Clone, Debug, Default)]
pub struct Transforms {
    typed: Vec<(&'static str, String)>,
}

impl Args for Transforms {
    fn augment_args(command: Command) -> Command {
        FLAGS
            .into_iter()
            .fold(command, |command, (name, value, help)| {
                let arg = Arg::new(name)
                    .long(name)
                    .help(help)
                    .help_heading("Transforms, applied in the order given")
                    .action(ArgAction::Append);
                command.arg(match value {
                    "" => arg.num_args(0).default_missing_value(""),
                    _ if value.starts_with('[') => arg
                        .num_args(0..=1)
                        .require_equals(true)
                        .default_missing_value("")
                        .value_name(value.trim_matches(['[', ']', '='])),
                    _ => arg
                        .num_args(1)
                        .allow_hyphen_values(true)
                        .value_name(value)
                        .value_hint(ValueHint::Other),
                })
            })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Transforms {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut typed = Vec::new();
        for (name, _, _) in FLAGS {
            let values = matches.get_many::<String>(name).into_iter().flatten();
            let places = matches.indices_of(name).into_iter().flatten();
            typed.extend(
                places
                    .zip(values)
                    .map(|(at, value)| (at, name, value.clone())),
            );
        }
        typed.sort_by_key(|(at, _, _)| *at);
        Ok(Self {
            typed: typed
                .into_iter()
                .map(|(_, name, value)| (name, value))
                .collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What is said beside the transforms.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Besides {
    /// With --replace: only where the whole value is the text
    #[arg(long)]
    pub whole: bool,
    /// With --replace: whatever the case of letters
    #[arg(long)]
    pub ignore_case: bool,
    /// With --copy-from, --move-from: only where the field is missing or empty
    #[arg(long)]
    pub only_empty: bool,
    /// With --date: the day comes first where day and month could be either
    #[arg(long, conflicts_with = "month_first")]
    pub day_first: bool,
    /// With --date: the month comes first where day and month could be either
    #[arg(long)]
    pub month_first: bool,
    /// With --date: where times are meant that have no zone, such as Europe/Berlin or +01:00 [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// With --split: the fields that get the parts
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub into: Vec<String>,
    /// With --join: what stands between the values
    #[arg(
        long,
        value_name = "TEXT",
        default_value = " ",
        hide_default_value = true
    )]
    pub between: String,
}

impl Transforms {
    /// As they are applied.
    ///
    /// # Errors
    /// `usage:transform` when there is none, or a value says nothing; those of reading a map.
    pub fn read(&self, besides: &Besides) -> Result<Vec<Transform>, Fault> {
        let mut all: Vec<Transform> = Vec::new();
        for (flag, value) in &self.typed {
            let one = one(flag, value, besides)?;
            // Pairs that follow each other are one table.
            if let (Some(Transform::Map(last)), Transform::Map(next)) = (all.last_mut(), &one) {
                last.values.extend(next.values.clone());
            } else {
                all.push(one);
            }
        }
        if all.is_empty() {
            return Err(
                Fault::usage("usage:transform", "nothing is said of what is to be done")
                    .hint("name a transform: redrive fix 'error:format' --field /email --trim"),
            );
        }
        Ok(all)
    }
}

fn one(flag: &str, value: &str, besides: &Besides) -> Result<Transform, Fault> {
    let case = |to| Transform::Case(Case { to });
    let text = value.to_owned();
    let copy = |and_remove| {
        Transform::CopyFrom(CopyFrom {
            field: value.to_owned(),
            only_empty: besides.only_empty,
            and_remove,
        })
    };
    Ok(match flag {
        "set" => Transform::Set(Set { to: text }),
        "replace" => {
            let (find, with) = pair(flag, value)?;
            Transform::Replace(Replace {
                find,
                with,
                whole: besides.whole,
                ignore_case: besides.ignore_case,
            })
        }
        "pattern" => {
            let (pattern, with) = pair(flag, value)?;
            Transform::Pattern(Pattern { pattern, with })
        }
        "map" => Transform::Map(map(value)?),
        "trim" => Transform::Tidy(Tidy::outer()),
        "tidy" => Transform::Tidy(Tidy::usual()),
        "quotes" => Transform::Tidy(Tidy::quotes()),
        "lower" => case(To::Lower),
        "upper" => case(To::Upper),
        "title" => case(To::Title),
        "number" => Transform::Number(Number {
            decimal: decimal(value)?,
        }),
        "boolean" => Transform::Boolean(Boolean {}),
        "date" => Transform::Date(date(value, besides)?),
        "phone" => Transform::Phone(Phone { country: text }),
        "encoding" => Transform::Encoding(Encoding { label: text }),
        "default" => Transform::Default(SchemaDefault {}),
        "copy-from" => copy(false),
        "move-from" => copy(true),
        "remove" => Transform::Remove(Remove {}),
        "split" => Transform::Split(Split {
            at: text,
            into: besides.into.clone(),
        }),
        "join" => Transform::Join(Join {
            fields: value.split(',').map(|one| one.trim().to_owned()).collect(),
            with: besides.between.clone(),
        }),
        "formula" => Transform::Formula(Formula { cel: text }),
        _ => {
            return Err(Fault::usage(
                "usage:transform",
                format!("--{flag} is no transform"),
            ));
        }
    })
}

fn date(value: &str, besides: &Besides) -> Result<Date, Fault> {
    let named = value
        .split(',')
        .map(str::trim)
        .filter(|word| *word != "auto");
    let layout = |word: &str| {
        Layout::parse(word).ok_or_else(|| {
            let known: Vec<&str> = Layout::ALL.iter().map(|one| one.word()).collect();
            Fault::usage("usage:transform", format!("'{word}' is no layout of dates")).hint(
                format!("write auto for any, or some of {}", known.join(", ")),
            )
        })
    };
    Ok(Date {
        read: named.map(layout).collect::<Result<_, _>>()?,
        first: match (besides.day_first, besides.month_first) {
            (true, _) => Some(Order::Day),
            (_, true) => Some(Order::Month),
            _ => None,
        },
        zone: besides.zone.clone(),
        write: None,
    })
}

fn decimal(value: &str) -> Result<Option<Decimal>, Fault> {
    match value {
        "" => Ok(None),
        "comma" | "," => Ok(Some(Decimal::Comma)),
        "point" | "." => Ok(Some(Decimal::Point)),
        other => Err(Fault::usage(
            "usage:transform",
            format!("'{other}' separates no decimals"),
        )
        .hint("write --number=comma or --number=point")),
    }
}

/// The two texts around the first equals sign.
fn pair(flag: &str, value: &str) -> Result<(String, String), Fault> {
    match value.split_once('=') {
        Some((old, new)) => Ok((old.to_owned(), new.to_owned())),
        None => Err(
            Fault::usage("usage:transform", format!("'{value}' has no equals sign"))
                .hint(format!("write --{flag} OLD=NEW")),
        ),
    }
}

fn map(value: &str) -> Result<Map, Fault> {
    let path = PathBuf::from(value);
    if value.contains('=') && !path.is_file() {
        let (old, new) = pair("map", value)?;
        return Ok(Map {
            values: BTreeMap::from([(old, new)]),
        });
    }
    let text = fs::read_to_string(&path).map_err(|error| {
        Fault::unusable("fix:map", format!("cannot read the map {value}: {error}"))
            .hint("write OLD=NEW, or name a CSV file with the columns old and new")
    })?;
    Map::from_csv(&text).map_err(|Mistake { message, hint, .. }| {
        Fault::usage("fix:map", format!("{value}: {message}")).hint(hint)
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Typed {
        #[command(flatten)]
        transforms: Transforms,
        #[command(flatten)]
        besides: Besides,
    }

    fn words(typed: &[&str]) -> Vec<String> {
        let all = ["fix"].iter().chain(typed);
        let typed = Typed::try_parse_from(all).unwrap();
        let read = typed.transforms.read(&typed.besides).unwrap();
        read.iter().map(Transform::words).collect()
    }

    #[test]
    fn transforms_come_in_the_order_in_which_they_were_typed() {
        assert_eq!(
            words(&[
                "--upper",
                "--replace",
                "a=b",
                "--trim",
                "--replace",
                "-=",
                "--number"
            ]),
            [
                "upper case",
                "replace \"a\" with \"b\"",
                "tidy outer spaces",
                "replace \"-\" with \"\"",
                "clean up numbers"
            ]
        );
        assert_eq!(
            words(&["--map", "a=1", "--map", "b=2", "--lower", "--map", "c=3"]),
            [
                "map \"a\" to \"1\" and 1 more value",
                "lower case",
                "map \"c\" to \"3\""
            ]
        );
    }

    #[test]
    fn what_says_nothing_is_refused_with_an_example() {
        let refused = |typed: &[&str]| {
            let all = ["fix"].iter().chain(typed);
            let typed = Typed::try_parse_from(all).unwrap();
            typed.transforms.read(&typed.besides).unwrap_err().message
        };
        assert_eq!(refused(&[]), "nothing is said of what is to be done");
        assert_eq!(refused(&["--replace", "x"]), "'x' has no equals sign");
        assert_eq!(refused(&["--number=dot"]), "'dot' separates no decimals");
    }
}
