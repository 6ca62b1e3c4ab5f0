//! Dates with the name of their month.

use super::{
    Layout,
    scan::{After, Found, after, date, number, short_year},
};

/// Months as they begin in English, German, French and Spanish.
const MONTHS: [(&str, i64); 30] = [
    ("jan", 1),
    ("jän", 1),
    ("ene", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mar", 3),
    ("mär", 3),
    ("maerz", 3),
    ("mrz", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("juin", 6),
    ("jun", 6),
    ("juil", 7),
    ("jul", 7),
    ("aug", 8),
    ("aoû", 8),
    ("ago", 8),
    ("sep", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("déc", 12),
];

/// Days of the week by their beginnings.
const WEEKDAYS: [&str; 26] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so",
    "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mié", "jue", "vie", "sáb", "dom",
];

fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    if word.chars().count() < 3 {
        return None;
    }
    let begins = |(begin, _): &&(&str, i64)| word.starts_with(begin);
    MONTHS.iter().find(begins).map(|(_, month)| *month)
}

/// A date with the name of its month.
pub(super) fn names(text: &str, found: &mut Found) {
    let tokens = tokens(text);
    let mut rest: &[Token<'_>] = &tokens;
    if let [Token { text: word, .. }, after @ ..] = rest
        && WEEKDAYS.contains(
            &word
                .to_lowercase()
                .chars()
                .take(3)
                .collect::<String>()
                .as_str(),
        )
        && month_at(rest)
            .is_none_or(|_| after.first().is_some_and(|next| month(next.text).is_some()))
        && !word.starts_with(|c: char| c.is_ascii_digit())
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

fn month_at(tokens: &[Token<'_>]) -> Option<i64> {
    month(tokens.first()?.text)
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
