//! What a person did to one value, as transforms that would do the same to others.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Given, Made, Transform,
    dates::Order,
    transforms::{
        boolean::Boolean,
        case::{Case, To},
        date::Date,
        encoding::Encoding,
        map::Map,
        number::{Decimal, Number},
        replace::Replace,
        tidy::Tidy,
    },
};
use crate::model::Wants;

/// Longer texts than this are not taken for a part that was replaced.
const PART: usize = 20;

/// The transforms that make `after` of `before`, those that say most of other values first. Empty where nothing changed.
pub fn infer(before: &str, after: &str, wants: &Wants) -> Vec<Transform> {
    if before == after {
        return Vec::new();
    }
    let case = |to| Transform::Case(Case { to });
    let date = |first| {
        Transform::Date(Date {
            first,
            ..Date::default()
        })
    };
    let number = |decimal| Transform::Number(Number { decimal });
    let mut all = vec![
        Transform::Tidy(Tidy::outer()),
        Transform::Tidy(Tidy::usual()),
        Transform::Tidy(Tidy::quotes()),
        date(None),
        date(Some(Order::Day)),
        date(Some(Order::Month)),
        number(None),
        number(Some(Decimal::Comma)),
        number(Some(Decimal::Point)),
        Transform::Boolean(Boolean {}),
        case(To::Lower),
        case(To::Upper),
        case(To::Title),
        Transform::Encoding(Encoding {
            label: "windows-1252".to_owned(),
        }),
    ];
    all.extend(replaced(before, after));
    all.push(Transform::Map(Map {
        values: BTreeMap::from([(before.to_owned(), after.to_owned())]),
    }));
    let mut fitting: Vec<Transform> = Vec::new();
    let mut dated = false;
    for one in all {
        // Where no order is needed, the two that name one say no more.
        let is_date = matches!(one, Transform::Date(_));
        if makes(&one, before, after, wants) && !(is_date && dated) {
            dated |= is_date;
            fitting.push(one);
        }
    }
    fitting
}

/// Whether a transform makes this text of that one.
fn makes(one: &Transform, before: &str, after: &str, wants: &Wants) -> bool {
    let no_formula = |_: &str| Err(super::Mistake::new("there is no formula here", ""));
    let Ok(ready) = one.prepare(&no_formula) else {
        return false;
    };
    let value = Value::from(before);
    let made = ready.apply(&Given {
        value: Some(&value),
        record: &Value::Null,
        wants,
    });
    match made.made {
        Made::Text(text) => text == after,
        Made::Exactly(Value::String(text)) => text == after,
        // As JSON writes it: a number by its digits.
        Made::Exactly(value) => {
            let written = value.to_string();
            written == after
        }
        _ => false,
    }
}

/// The part in the middle that differs, as a replacement; `None` where nothing stays around it.
fn replaced(before: &str, after: &str) -> Option<Transform> {
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        let pairs = a.zip(b).take_while(|(a, b)| a == b);
        pairs.map(|(a, _)| a.len_utf8()).sum()
    };
    let front = same(&mut before.chars(), &mut after.chars());
    let (rest, new) = (&before[front..], &after[front..]);
    let back = same(&mut rest.chars().rev(), &mut new.chars().rev());
    let find = &rest[..rest.len() - back];
    let with = &new[..new.len() - back];
    let is_part = !find.is_empty() && find.len() <= PART && front + back > 0;
    is_part.then(|| {
        Transform::Replace(Replace {
            find: find.to_owned(),
            with: with.to_owned(),
            whole: false,
            ignore_case: false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_says_what_to_do_with_others() {
        let first = |before: &str, after: &str, format: Option<&str>, number: bool| {
            let wants = Wants {
                text: !number,
                number,
                format: format.map(str::to_owned),
                ..Wants::default()
            };
            infer(before, after, &wants)
                .iter()
                .map(Transform::words)
                .next()
                .unwrap_or_default()
        };
        for (before, after, format, number, expected) in [
            (" a ", "a", None, false, "tidy outer spaces"),
            (
                "31/12/2025",
                "2025-12-31",
                Some("date"),
                false,
                "read dates in any layout",
            ),
            (
                "05/03/2024",
                "2024-05-03",
                Some("date"),
                false,
                "read dates in any layout, month first",
            ),
            ("1.234,50", "1234.50", None, true, "clean up numbers"),
            ("ACME", "Acme", None, false, "title case"),
            (
                "MÃ¼ller",
                "Müller",
                None,
                false,
                "text was read as windows-1252, it is UTF-8",
            ),
            (
                "a(at)b.de",
                "a@b.de",
                None,
                false,
                "replace \"(at)\" with \"@\"",
            ),
            ("foo", "bar", None, false, "map \"foo\" to \"bar\""),
            ("same", "same", None, false, ""),
        ] {
            assert_eq!(first(before, after, format, number), expected, "{before}");
        }
    }

    #[test]
    fn what_it_says_last_is_the_value_itself() {
        let all = infer("a(at)b", "a@b", &Wants::default());
        assert!(matches!(all.last(), Some(Transform::Map(_))));
    }
}
