//! What people write for numbers, yes and no.

/// Yes or no in the words of some languages; `None` for what is neither.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "1.0" | "on" | "ja" | "j" | "wahr" | "oui" | "vrai"
        | "si" | "sí" | "x" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "0.0" | "off" | "nein" | "falsch" | "non" | "faux" => {
            Some(false)
        }
        _ => None,
    }
}

/// A number freed from currency, unit, spaces and thousands separators, as JSON writes it. `decimal` is the mark before the
/// decimals; without it, `None` where the text could mean two things.
pub fn number(text: &str, decimal: Option<char>) -> Option<String> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inside) => (true, inside),
        None => (false, text),
    };
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let last = text.rfind(|c: char| c.is_ascii_digit())?;
    let (before, after) = (text[..first].trim(), text[last + 1..].trim());
    let minus = |part: &str| part.matches(['-', '−']).count();
    let is_unit = |part: &str| {
        part.chars().count() <= 8
            && part.chars().all(|c| {
                c.is_alphabetic() || matches!(c, '$' | '€' | '£' | '¥' | '.' | '-' | '−' | ' ')
            })
    };
    let signs = minus(before);
    if signs > 1
        || (signs == 1 && negative)
        || !is_unit(before)
        || !is_unit(after)
        || minus(after) > 0
    {
        return None;
    }
    // A point before the first digit would be a fraction without its zero; a unit's letters may end with one.
    if before.ends_with('.') && !before.chars().any(char::is_alphabetic) {
        return None;
    }
    let digits = ungroup(&text[first..=last], decimal)?;
    let sign = if negative || signs == 1 { "-" } else { "" };
    Some(format!("{sign}{digits}"))
}

/// Digits with thousands separators taken out and a point for decimals.
fn ungroup(text: &str, decimal: Option<char>) -> Option<String> {
    let spaces = |c: char| {
        matches!(
            c,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_'
        )
    };
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',') || spaces(c))
    {
        return None;
    }
    let decimal = match (text.rfind('.'), text.rfind(',')) {
        _ if decimal.is_some() => decimal.filter(|mark| text.contains(*mark)),
        (Some(point), Some(comma)) => Some(if point > comma { '.' } else { ',' }),
        (Some(_), None) if text.matches('.').count() == 1 => Some('.'),
        (None, Some(comma)) if text.matches(',').count() == 1 => {
            // 12,5 has a decimal comma. 1,234 can be read both ways, so it is left to a person.
            if text.len() - comma == 4 && !text.contains(spaces) && !text.starts_with("0,") {
                return None;
            }
            Some(',')
        }
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(mark) => {
            let (whole, fraction) = text.rsplit_once(mark)?;
            if whole.contains(mark) {
                return None;
            }
            (whole, Some(fraction))
        }
        None => (text, None),
    };
    let groups: Vec<&str> = whole.split(|c: char| !c.is_ascii_digit()).collect();
    let grouped = groups.len() == 1
        || (groups[0].len() <= 3
            && !groups[0].is_empty()
            && groups[1..].iter().all(|group| group.len() == 3));
    let separators: std::collections::BTreeSet<char> =
        whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    let fits = fraction.is_none_or(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !grouped || separators.len() > 1 || !fits {
        return None;
    }
    let whole = groups.concat();
    // An identifier with leading zeros is not a number.
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    Some(match fraction {
        Some(fraction) => format!("{whole}.{fraction}"),
        None => whole,
    })
}
