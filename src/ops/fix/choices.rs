//! What can be done to a field: what was found to help, then what always can be. Both faces offer these.

use std::collections::BTreeMap;

use super::SuggestedFix;
use crate::{
    fix::{
        Transform,
        dates::Order,
        transforms::{
            boolean::Boolean,
            case::{Case, To},
            copy_from::CopyFrom,
            date::Date,
            default::Default as SchemaDefault,
            formula::Formula,
            map::Map,
            number::{Decimal, Number},
            pattern::Pattern,
            remove::Remove,
            replace::Replace,
            set::Set,
            tidy::Tidy,
        },
    },
    model::FixReport,
    text,
};

/// Records that suggestions are measured on while a person waits, so that they come at once.
pub const SAMPLE: usize = 200;

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct FixChoice {
    /// Safe to print.
    pub label: String,
    /// What it was found to do; empty for what always can be done.
    pub note: String,
    pub kind: FixKind,
}

/// What a choice does.
#[derive(Clone, Debug, PartialEq)]
pub enum FixKind {
    Ready(Vec<Transform>),
    /// Something must be typed first.
    Asks(Asks),
}

/// What must be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Value,
    Replace,
    Pattern,
    Map,
    Zone,
    CopyFrom,
    Formula,
}

impl Asks {
    /// What stands beside the text field.
    pub fn prompt(self) -> &'static str {
        match self {
            Self::Value => "Value",
            Self::Replace => "Find=With",
            Self::Pattern => "Pattern=With",
            Self::Map => "Old=New",
            Self::Zone => "Zone",
            Self::CopyFrom => "Field",
            Self::Formula => "Formula",
        }
    }

    /// What was typed as a transform.
    ///
    /// # Errors
    /// Why it is none, as a sentence.
    pub fn read(self, typed: &str) -> Result<Transform, &'static str> {
        let pair = || {
            let (old, new) = typed.split_once('=').ok_or("Write old=new.")?;
            Ok::<_, &'static str>((old.to_owned(), new.to_owned()))
        };
        Ok(match self {
            Self::Value => Transform::Set(Set {
                to: typed.to_owned(),
            }),
            Self::Replace => {
                let (find, with) = pair()?;
                Transform::Replace(Replace {
                    find,
                    with,
                    whole: false,
                    ignore_case: false,
                })
            }
            Self::Pattern => {
                let (pattern, with) = pair()?;
                Transform::Pattern(Pattern { pattern, with })
            }
            Self::Map => {
                let (old, new) = pair()?;
                Transform::Map(Map {
                    values: BTreeMap::from([(old, new)]),
                })
            }
            Self::Zone => Transform::Date(Date {
                zone: Some(typed.trim().to_owned()),
                ..Date::default()
            }),
            Self::CopyFrom => Transform::CopyFrom(CopyFrom {
                field: if typed.starts_with('/') {
                    typed.to_owned()
                } else {
                    format!("/{}", typed.replace('.', "/"))
                },
                only_empty: false,
                and_remove: false,
            }),
            Self::Formula => Transform::Formula(Formula {
                cel: typed.to_owned(),
            }),
        })
    }
}

/// `187 of a sample of 200`: how many of those looked at a fix makes ready, where there are so many records in all.
pub fn made_ready(report: &FixReport, records: u64) -> String {
    let sample = if report.scope < records {
        "a sample of "
    } else {
        ""
    };
    let [ready, scope] = [report.ready, report.scope].map(text::thousands);
    format!("{ready} of {sample}{scope}")
}

/// All choices for so many records, the suggestions first.
pub fn fix_choices(suggested: &[SuggestedFix], records: u64) -> Vec<FixChoice> {
    let mut all: Vec<FixChoice> = (suggested.iter())
        .map(|one| suggestion(one, records))
        .collect();
    let ready = |label: &str, transform| FixChoice {
        label: label.to_owned(),
        note: String::new(),
        kind: FixKind::Ready(vec![transform]),
    };
    let date = |first| {
        Transform::Date(Date {
            first: Some(first),
            ..Date::default()
        })
    };
    let number = |decimal| {
        Transform::Number(Number {
            decimal: Some(decimal),
        })
    };
    let case = |to| Transform::Case(Case { to });
    let asks = |label: &str, asks| FixChoice {
        label: label.to_owned(),
        note: String::new(),
        kind: FixKind::Asks(asks),
    };
    all.extend([
        asks("Set one value ...", Asks::Value),
        asks("Find and replace ...", Asks::Replace),
        asks("Find and replace by a pattern ...", Asks::Pattern),
        asks("Map an old value to a new one ...", Asks::Map),
        ready("Trim and tidy text", Transform::Tidy(Tidy::usual())),
        ready("Rewrite a date, day first", date(Order::Day)),
        ready("Rewrite a date, month first", date(Order::Month)),
        ready(
            "Rewrite a date, leave what can be read two ways",
            Transform::Date(Date::default()),
        ),
        asks("Rewrite a date, name the zone of its times ...", Asks::Zone),
        ready("Clean up a number, decimal point", number(Decimal::Point)),
        ready("Clean up a number, decimal comma", number(Decimal::Comma)),
        ready(
            "Yes and no as true and false",
            Transform::Boolean(Boolean {}),
        ),
        ready("lower case", case(To::Lower)),
        ready("UPPER CASE", case(To::Upper)),
        ready("Title Case", case(To::Title)),
        ready(
            "Put the schema's default where it is empty",
            Transform::Default(SchemaDefault {}),
        ),
        asks("Copy from another field ...", Asks::CopyFrom),
        ready("Remove the field", Transform::Remove(Remove {})),
        asks("Formula (advanced) ...", Asks::Formula),
    ]);
    all
}

fn suggestion(one: &SuggestedFix, records: u64) -> FixChoice {
    let words: Vec<String> = (one.request.transforms.iter())
        .map(Transform::words)
        .collect();
    let words = words.join(", ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let before = if one.used_before {
        ", used in an earlier run"
    } else {
        ""
    };
    FixChoice {
        label: text::safe(&format!(
            "{}{}",
            first.unwrap_or_default(),
            letters.as_str()
        ))
        .into_owned(),
        note: format!("makes {} ready{before}", made_ready(&one.report, records)),
        kind: FixKind::Ready(one.request.transforms.clone()),
    }
}
