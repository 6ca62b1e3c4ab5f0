//! Certain repairs of a value: trim, nearest allowed value, number and boolean clean-up, case.

use serde_json::{Number, Value};

use crate::{
    model::{Found, Wants},
    row::clean,
};

/// A value that would be right, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub value: Value,
    /// Two or three words: "nearest allowed value".
    pub why: &'static str,
}

/// Repairs of `found` that fit `wants`, best first; nothing is guessed.
pub fn suggest(found: &Found, wants: &Wants) -> Vec<Suggestion> {
    let mut all = Vec::new();
    match found {
        Found::Text(text) => {
            from_allowed(text, wants, &mut all);
            if wants.boolean {
                from_boolean(text, &mut all);
            }
            if wants.integer || wants.number {
                from_number(text, wants, &mut all);
            }
            if wants.text || all.is_empty() {
                from_text(text, wants, &mut all);
            }
        }
        Found::Json(json) => from_json(json, wants, &mut all),
        Found::Missing => {}
    }
    let original = match found {
        Found::Text(text) => Some(Value::String(text.clone())),
        Found::Json(json) => serde_json::from_str(json).ok(),
        Found::Missing => None,
    };
    let mut kept: Vec<Suggestion> = Vec::new();
    for one in all {
        let known = kept.iter().any(|earlier| earlier.value == one.value);
        if !known && Some(&one.value) != original.as_ref() {
            kept.push(one);
        }
    }
    kept
}

/// The nearest of several names, if one is clearly nearest: equal but for case and signs, or few letters away.
pub fn nearest<'n>(text: &str, names: &'n [String]) -> Option<&'n str> {
    let wanted = bare(text);
    if wanted.is_empty() {
        return None;
    }
    let mut equal = names.iter().filter(|name| bare(name) == wanted);
    if let Some(name) = equal.next() {
        return equal.next().is_none().then_some(name.as_str());
    }
    let mut ranked: Vec<(usize, &String)> = names
        .iter()
        .map(|name| (strsim::osa_distance(&bare(name), &wanted), name))
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    let (distance, name) = *ranked.first()?;
    let longest = wanted.chars().count().max(bare(name).chars().count());
    let near = distance <= (longest / 4).clamp(1, 3) && longest >= 3;
    let clear = ranked.get(1).is_none_or(|(next, _)| *next > distance);
    (near && clear).then_some(name.as_str())
}

/// Letters and digits only, lower case: what stays of a name when it is written in another style.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn from_allowed(text: &str, wants: &Wants, all: &mut Vec<Suggestion>) {
    let names: Vec<String> = wants
        .allowed
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    if names.is_empty() || names.iter().any(|name| name == text) {
        return;
    }
    if let Some(name) = nearest(text, &names) {
        let why = if name == text.trim() {
            "spaces removed"
        } else if name.to_lowercase() == text.trim().to_lowercase() {
            "upper and lower case"
        } else {
            "nearest allowed value"
        };
        all.push(Suggestion {
            value: Value::String(name.to_owned()),
            why,
        });
    }
}

fn from_boolean(text: &str, all: &mut Vec<Suggestion>) {
    if let Some(guess) = clean::boolean(text) {
        all.push(Suggestion {
            value: Value::Bool(guess),
            why: if guess { "means yes" } else { "means no" },
        });
    }
}

fn from_number(text: &str, wants: &Wants, all: &mut Vec<Suggestion>) {
    let Some(clean) = clean::number(text, None) else {
        return;
    };
    let clean = match clean.split_once('.') {
        // A fraction of zeros is no fraction.
        Some((whole, fraction)) if wants.integer => {
            if fraction.bytes().any(|byte| byte != b'0') {
                return;
            }
            whole.to_owned()
        }
        _ => clean,
    };
    if let Ok(number) = clean.parse::<Number>() {
        all.push(Suggestion {
            value: Value::Number(number),
            why: "number cleaned up",
        });
    }
}

fn from_text(text: &str, wants: &Wants, all: &mut Vec<Suggestion>) {
    let fixed = !wants.allowed.is_empty();
    let trimmed = text.trim();
    if matches!(wants.format.as_deref(), Some("email" | "idn-email")) {
        if let Some(address) = clean_email(trimmed) {
            let why = if address == trimmed {
                "spaces removed"
            } else {
                "address only"
            };
            all.push(Suggestion {
                value: Value::String(address.to_owned()),
                why,
            });
        }
    } else if wants.format.as_deref() == Some("date") {
        // A date at midnight is still that date.
        let day = trimmed
            .get(..10)
            .filter(|_| is_midnight(trimmed.get(10..).unwrap_or("x")));
        if let Some(day) = day
            && super::dates::calendar_date(day).is_some()
        {
            all.push(Suggestion {
                value: Value::String(day.to_owned()),
                why: "date only",
            });
        }
    } else if wants.format.as_deref() == Some("date-time") {
        if let Some(moment) = with_a_t(trimmed) {
            all.push(Suggestion {
                value: Value::String(moment),
                why: "T between date and time",
            });
        }
    } else if trimmed != text && !trimmed.is_empty() && !fixed {
        all.push(Suggestion {
            value: Value::String(trimmed.to_owned()),
            why: "spaces removed",
        });
    }
}

fn is_midnight(rest: &str) -> bool {
    matches!(
        rest,
        "" | " 00:00:00" | "T00:00:00" | "T00:00:00Z" | " 00:00" | "T00:00"
    )
}

/// `2025-12-31 14:30:00Z` with a T; a time without a zone could be anywhere and stays as it is.
fn with_a_t(text: &str) -> Option<String> {
    let moment = match text.as_bytes().get(10)? {
        b' ' => format!("{}T{}", text.get(..10)?, text.get(11..)?.replace(' ', "")),
        b'T' => text.to_owned(),
        _ => return None,
    };
    super::dates::calendar_date(&moment)?;
    moment.parse::<jiff::Timestamp>().ok()?;
    Some(moment)
}

/// The address in `mailto:a@b.c`, `<a@b.c>` and `A B <a@b.c>`.
fn clean_email(text: &str) -> Option<&str> {
    let text = text
        .strip_prefix("mailto:")
        .or_else(|| text.strip_prefix("MAILTO:"))
        .unwrap_or(text);
    let text = match text.rsplit_once('<') {
        Some((_, inside)) => inside.strip_suffix('>')?,
        None => text,
    };
    let text = text.trim();
    let (name, host) = text.split_once('@')?;
    let good = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
    };
    (good(name) && good(host) && host.contains('.') && !host.contains('_')).then_some(text)
}

fn from_json(json: &str, wants: &Wants, all: &mut Vec<Suggestion>) {
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return;
    };
    match value {
        Value::Number(number) if wants.text => all.push(Suggestion {
            value: Value::String(number.to_string()),
            why: "kept as text",
        }),
        Value::Number(number) if wants.boolean => from_boolean(&number.to_string(), all),
        Value::Number(number) if wants.integer => from_number(&number.to_string(), wants, all),
        Value::Bool(flag) if wants.text && wants.allowed.is_empty() => all.push(Suggestion {
            value: Value::String(flag.to_string()),
            why: "kept as text",
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(text: &str, wants: &Wants) -> Option<Value> {
        suggest(&Found::Text(text.to_owned()), wants)
            .into_iter()
            .next()
            .map(|one| one.value)
    }

    #[test]
    fn numbers_are_cleaned_only_where_one_reading_is_left() {
        let number = Wants {
            number: true,
            ..Wants::default()
        };
        let check = |text: &str, expected: Option<&str>| {
            let value = first(text, &number).filter(Value::is_number);
            assert_eq!(
                value.map(|v| v.to_string()).as_deref(),
                expected,
                "{text:?}"
            );
        };
        check("$1,234.50", Some("1234.50"));
        check("1.234,50 €", Some("1234.50"));
        check("EUR 12", Some("12"));
        check("12,5", Some("12.5"));
        check("12,50", Some("12.50"));
        check("0,125", Some("0.125"));
        check("1\u{a0}234\u{a0}567,8", Some("1234567.8"));
        check("1'234.50", Some("1234.50"));
        check("1,234,567", Some("1234567"));
        check("1.234.567", Some("1234567"));
        check("-5 ", Some("-5"));
        check("(5.00)", Some("-5.00"));
        check("Fr. 5", Some("5"));
        // These could mean two things, or are no number at all.
        check("1,234", None);
        check("1.2.3", None);
        check("12,34,5", None);
        check("1,23.456", None);
        check("007", None);
        check("5-6", None);
        check("--5", None);
        check(".5", None);
        check("12 of the 14", None);
        for other in [
            "12k",
            "1.5M",
            "3 Mio",
            "3 Mrd",
            "10 thousand",
            "2.5bn",
            "5 tsd",
            "about 40",
            "10 %",
            "12 pcs",
        ] {
            check(other, None);
        }
        check("n/a", None);
        check("", None);
    }

    #[test]
    fn a_whole_number_loses_only_zeros() {
        let integer = Wants {
            integer: true,
            ..Wants::default()
        };
        let number = |text| first(text, &integer).filter(Value::is_number);
        assert_eq!(number("12.0"), Some(json!(12)));
        assert_eq!(number("12 EUR"), Some(json!(12)));
        assert_eq!(number("12.5"), None);
        assert_eq!(
            suggest(&Found::Json("12.0".to_owned()), &integer)[0].value,
            json!(12)
        );
    }

    #[test]
    fn yes_and_no_are_known_in_several_languages() {
        let boolean = Wants {
            boolean: true,
            ..Wants::default()
        };
        for yes in ["yes", "Y", "1", "TRUE", "wahr", " ja ", "Oui"] {
            assert_eq!(first(yes, &boolean), Some(json!(true)), "{yes}");
        }
        for no in ["no", "N", "0", "FALSE", "nein"] {
            assert_eq!(first(no, &boolean), Some(json!(false)), "{no}");
        }
        assert_eq!(first("maybe", &boolean), None);
    }

    #[test]
    fn the_nearest_allowed_value_must_be_clearly_nearest() {
        let stage = Wants {
            text: true,
            allowed: vec![
                json!("Prospect"),
                json!("Closed Won"),
                json!("Closed Lost"),
                json!("US"),
                json!("DE"),
            ],
            ..Wants::default()
        };
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(first(text, &stage), expected.map(|e| json!(e)), "{text:?}");
        };
        check("closed won", Some("Closed Won"));
        check("ClosedWon", Some("Closed Won"));
        check("CLOSED-LOST ", Some("Closed Lost"));
        check("Prospekt", Some("Prospect"));
        check("Closd Lost", Some("Closed Lost"));
        check("de", Some("DE"));
        check("Closed", None);
        check("UK", None);
        check("Negotiation", None);
        check("", None);
    }

    #[test]
    fn text_is_trimmed_and_addresses_are_unwrapped() {
        let text = Wants {
            text: true,
            ..Wants::default()
        };
        assert_eq!(first(" a b ", &text), Some(json!("a b")));
        assert_eq!(first("a", &text), None);
        let email = Wants {
            text: true,
            format: Some("email".to_owned()),
            ..Wants::default()
        };
        for wrong in [
            "a.b@c.de ",
            "mailto:a.b@c.de",
            "<a.b@c.de>",
            "A B <a.b@c.de>",
        ] {
            assert_eq!(first(wrong, &email), Some(json!("a.b@c.de")), "{wrong}");
        }
        for hopeless in [
            "a@b@c.de",
            "a b@c.de",
            "foo@",
            "@c.de",
            "a@c",
            "a..b@c.de",
            "a(at)c.de",
        ] {
            assert_eq!(first(hopeless, &email), None, "{hopeless}");
        }
    }

    #[test]
    fn dates_are_only_repaired_where_nothing_is_decided() {
        let wants = |format: &str| Wants {
            text: true,
            format: Some(format.to_owned()),
            ..Wants::default()
        };
        let moment = wants("date-time");
        assert_eq!(
            first("2021-03-03 14:05:09Z", &moment),
            Some(json!("2021-03-03T14:05:09Z"))
        );
        assert_eq!(
            first("2021-03-03 14:05:09 +01:00", &moment),
            Some(json!("2021-03-03T14:05:09+01:00"))
        );
        assert_eq!(first("2021-03-03 14:05:09", &moment), None);
        assert_eq!(first("03/04/2021", &moment), None);
        let day = wants("date");
        assert_eq!(
            first("2021-03-03 00:00:00", &day),
            Some(json!("2021-03-03"))
        );
        assert_eq!(first("2021-03-03 ", &day), Some(json!("2021-03-03")));
        assert_eq!(first("2021-03-03 14:05:09", &day), None);
        assert_eq!(first("2021-02-30 ", &day), None);
    }

    #[test]
    fn a_number_that_should_be_text_keeps_its_digits() {
        let text = Wants {
            text: true,
            ..Wants::default()
        };
        let all = suggest(&Found::Json("12345678901234567890123".to_owned()), &text);
        assert_eq!(all[0].value, json!("12345678901234567890123"));
        assert_eq!(suggest(&Found::Missing, &text), []);
    }
}
