//! Dates with the name of their month.

use super::{
    Layout,
    scan::{After, Found, after, date, number, short_year},
};

/// The month of a word in English, German, French or Spanish, whole or as it is cut short there. A beginning alone is no
/// month: that would make a date of `5 marbles 2025`.
fn month(word: &str) -> Option<i64> {
    let month = match word.to_lowercase().as_str() {
        "jan" | "january" | "januar" | "jän" | "jänner" | "janv" | "janvier" | "ene" | "enero" => {
            1
        }
        "feb" | "february" | "februar" | "feber" | "fév" | "fev" | "févr" | "fevr" | "février"
        | "fevrier" | "febrero" => 2,
        "mar" | "march" | "mär" | "märz" | "maerz" | "marz" | "mrz" | "mars" | "marzo" => 3,
        "apr" | "april" | "avr" | "avril" | "abr" | "abril" => 4,
        "may" | "mai" | "mayo" => 5,
        "jun" | "june" | "juni" | "juin" | "junio" => 6,
        "jul" | "july" | "juli" | "juil" | "juillet" | "julio" => 7,
        "aug" | "august" | "aoû" | "août" | "aout" | "ago" | "agosto" => 8,
        "sep" | "sept" | "september" | "septembre" | "septiembre" | "set" | "setiembre" => 9,
        "oct" | "october" | "okt" | "oktober" | "octobre" | "octubre" => 10,
        "nov" | "november" | "novembre" | "noviembre" => 11,
        "dec" | "december" | "dez" | "dezember" | "déc" | "décembre" | "decembre" | "dic"
        | "diciembre" => 12,
        _ => return None,
    };
    Some(month)
}

/// Days of the week in the same languages, whole or cut short.
const WEEKDAYS: [&str; 63] = [
    "mon",
    "tue",
    "tues",
    "wed",
    "weds",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lun",
    "mar",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "mié",
    "mie",
    "jue",
    "vie",
    "sáb",
    "sab",
    "dom",
    "lunes",
    "martes",
    "miércoles",
    "miercoles",
    "jueves",
    "viernes",
    "sábado",
    "sabado",
    "domingo",
];

/// A date with the name of its month.
pub(super) fn names(text: &str, found: &mut Found) {
    let tokens = tokens(text);
    let mut rest: &[Token<'_>] = &tokens;
    // `mar` is Tuesday in French and Spanish where the month comes after it, and a month otherwise.
    if let [Token { text: word, .. }, after @ ..] = rest
        && WEEKDAYS.contains(&word.to_lowercase().as_str())
        && (month(word).is_none() || after.iter().take(2).any(|next| month(next.text).is_some()))
    {
        rest = after;
    }
    let end = |n: usize| rest.get(n).map_or(text.len(), |token| token.start);
    if let [day, name, year, ..] = rest
        && let Some((day, month)) = day_of(day.text).zip(month(name.text))
        && let Some(year) = year_of(year.text)
    {
        let after = after_words(&text[end(3)..]);
        found.add(Layout::DayName, date(year, month, day), after);
    } else if let [name, day, year, ..] = rest
        && let Some((month, day)) = month(name.text).zip(day_of(day.text))
    {
        if year.text.contains(':') {
            ctime(text, rest, (month, day), found);
        } else if let Some(year) = year_of(year.text) {
            let after = after_words(&text[end(3)..]);
            found.add(Layout::NameDay, date(year, month, day), after);
        }
    }
}

/// `Wed Dec 31 10:15:20 UTC 2025`: the year stands at the end.
fn ctime(text: &str, rest: &[Token<'_>], (month, day): (i64, i64), found: &mut Found) {
    let (Some(time), Some(last)) = (rest.get(2), rest.last()) else {
        return;
    };
    let Some(year) = year_of(last.text).filter(|_| last.text.len() == 4) else {
        return;
    };
    let between = text[time.start..last.start].trim_end();
    let after = after(&format!(" {between}"));
    found.add(Layout::Ctime, date(year, month, day), after);
}

/// What stands after a day, as a time stands after one.
fn after_words(text: &str) -> After {
    match text.trim_start() {
        "" => after(""),
        text => after(&format!(" {text}")),
    }
}

#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    text: &'t str,
    start: usize,
}

/// The words and numbers of a text, without the small words of Spanish and the signs between them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_sign = |c: char| c.is_whitespace() || matches!(c, ',' | '/' | '-' | '.');
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut start = 0;
    let mut add = |from: usize, to: usize| {
        let word = &text[from..to];
        // After the day, month and year, what follows is a time with signs of its own.
        if !word.is_empty() && !matches!(word.to_lowercase().as_str(), "de" | "del" | "of") {
            tokens.push(Token {
                text: word,
                start: from,
            });
        }
    };
    for (at, c) in text.char_indices() {
        if is_sign(c) {
            add(start, at);
            start = at + c.len_utf8();
        }
    }
    add(start, text.len());
    tokens
}

/// `31`, `31st`, `1er`.
fn day_of(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let ending = text[digits..].to_lowercase();
    let known = ["", "st", "nd", "rd", "th", "er", "º"];
    (matches!(digits, 1 | 2) && known.contains(&ending.as_str())).then(|| number(&text[..digits]))
}

fn year_of(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        4 if is_number => Some(number(text)),
        2 if is_number => Some(short_year(number(text))),
        _ => None,
    }
}
