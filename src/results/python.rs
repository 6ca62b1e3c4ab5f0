//! Values as Python's `repr` writes them into messages: `'about 40' is not of type 'integer'`.

use crate::model::Found;

/// The value a text begins with, and what follows. `None` for lists, objects and what was cut off.
pub(super) fn value(text: &str) -> Option<(Found, &str)> {
    if text.starts_with(['\'', '"']) {
        let (value, rest) = string(text)?;
        return Some((Found::Text(value), rest));
    }
    let end = text.find([' ', ',', ')']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let json = match word {
        "None" => "null",
        "True" => "true",
        "False" => "false",
        word => serde_json::from_str::<serde_json::Number>(word)
            .map(|_| word)
            .ok()?,
    };
    Some((Found::Json(json.to_owned()), rest))
}

/// The string a text begins with, and what follows. A character that is half of a pair becomes U+FFFD.
pub(super) fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let stop = rest.find([quote, '\\'])?;
        value.push_str(&rest[..stop]);
        rest = &rest[stop..];
        if let Some(after) = rest.strip_prefix(quote) {
            return Some((value, after));
        }
        let escape = rest[1..].chars().next()?;
        rest = &rest[1 + escape.len_utf8()..];
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        value.push(match escape {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            _ if digits > 0 => {
                let number = u32::from_str_radix(rest.get(..digits)?, 16).ok()?;
                rest = &rest[digits..];
                char::from_u32(number).unwrap_or('\u{FFFD}')
            }
            other => other,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_what_they_were() {
        let check = |text: &str, wanted: Option<(Found, &str)>| assert_eq!(value(text), wanted);
        let text = |text: &str| Found::Text(text.to_owned());
        let json = |text: &str| Found::Json(text.to_owned());
        check(
            "'a\\'b\\\\\\x1b\\u00e9' is",
            Some((text("a'b\\\u{1b}é"), " is")),
        );
        check("\"it's\"", Some((text("it's"), "")));
        check("None is not", Some((json("null"), " is not")));
        check("-1.5e3 is", Some((json("-1.5e3"), " is")));
        check("{'a': 1} is", None);
        check("'cut", None);
        check("'\\ud83", None);
    }
}
