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

/// A number freed from currency, pieces, spaces and thousands separators, as JSON writes it. `decimal` is the mark before the
/// decimals; without it, `None` where the text could mean two things. `None` as well where anything else stands beside the
/// number, for `12k`, `3 Mio` and `10 %` are other numbers than 12, 3 and 10.
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
    let is_currency = |part: &str| {
        let part = part.replace(['-', '−'], "");
        part.trim().is_empty() || is_currency(part.trim())
    };
    let signs = minus(before);
    if signs > 1
        || (signs == 1 && negative)
        || minus(after) > 0
        || !is_currency(before)
        || !(is_currency(after) || is_pieces(&text[last + 1..]))
    {
        return None;
    }
    let digits = ungroup(&text[first..=last], decimal)?;
    let sign = if negative || signs == 1 { "-" } else { "" };
    Some(format!("{sign}{digits}"))
}

/// Signs and codes that name a currency and say nothing about how much it is. Codes that are words as well (`CUP`, `TOP`)
/// are none of them.
const CURRENCIES: &[&str] = &[
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP",
    "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KZT", "MXN", "MYR",
    "NOK", "NZD", "PHP", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TWD",
    "UAH", "USD", "VND", "ZAR", "eur", "gbp", "usd", "chf", "Euro", "euro", "Fr", "Fr.", "SFr.",
    "sFr.", "zł", "Kč", "kr", "kr.", "Rs", "Rs.", "US$", "A$", "C$", "CA$", "AU$", "NZ$", "HK$",
    "S$", "R$", "円", "元",
];

/// Words after a number that say what is counted, one by one, and nothing about how much it is. What is a unit or an ordinal as well
/// (`pc` per cent, `st` stone) is none of them.
const PIECES: &[&str] = &[
    "pcs", "pcs.", "piece", "pieces", "unit", "units", "item", "items", "ea", "ea.", "Stk", "Stk.",
    "stk", "stk.", "St.", "Stck", "Stück", "stück", "szt", "szt.", "ks",
];

/// A word that touches the number belongs to it, as in `1st`.
fn is_pieces(after: &str) -> bool {
    after.starts_with(char::is_whitespace) && PIECES.contains(&after.trim())
}

fn is_currency(part: &str) -> bool {
    let mut letters = part.chars();
    let is_sign = matches!(
        (letters.next(), letters.next()),
        (
            Some('$' | '£' | '¤' | '¥' | '₠'..='⃀' | '﷼' | '＄' | '￡' | '￥'),
            None
        )
    );
    is_sign || CURRENCIES.contains(&part)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_currency_or_pieces_may_stand_beside_a_number() {
        for (text, expected) in [
            ("$12", "12"),
            ("-$12", "-12"),
            ("EUR -12", "-12"),
            ("12 €", "12"),
            ("12 EUR", "12"),
            ("US$ 1,200.50", "1200.50"),
            ("$5 USD", "5"),
            ("CHF 12", "12"),
            ("₹12", "12"),
            ("12 pcs", "12"),
            ("1,200 Stück", "1200"),
        ] {
            assert_eq!(number(text, Some('.')).as_deref(), Some(expected), "{text}");
        }
        for whole in [
            "12k",
            "12K",
            "$12K",
            "12 k EUR",
            "1.5M",
            "1.5m",
            "3 Mio",
            "3 Mio. €",
            "3 Mrd",
            "2.5bn",
            "2.5 b",
            "10 thousand",
            "4 million",
            "5 tsd",
            "5 T€",
            "10 %",
            "10%",
            "10 ‰",
            "about 40",
            "ca. 40",
            "pcs 12",
            "12 kpcs",
            "12pcs",
            "10 pc",
            "11 st",
            "1st",
            "12 kg",
            "12 c",
            "12 ¢",
            "3 x 4",
            "12 or 13",
            "3万円",
            "5.",
            "~40",
            "40+",
            "12k5",
            "1e3 k",
        ] {
            for mark in [None, Some('.'), Some(',')] {
                assert_eq!(number(whole, mark), None, "{whole}");
            }
        }
    }
}
