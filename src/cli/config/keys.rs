//! `[keys]`: what a person presses for which action.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::tui::keymap::Keys;

/// The keys of a `[keys]` table, or its mistakes, each with the byte where its line begins. One mistake leaves every key as it
/// is: half a change could make a key do what nobody meant.
pub fn read(value: &Spanned<DeValue<'_>>) -> Result<Keys, Vec<(usize, String)>> {
    let DeValue::Table(table) = value.get_ref() else {
        let words = "no key is changed: it is a table, [keys], with lines such as fix_all = [\"b\", \"f4\"]";
        return Err(vec![(value.span().start, words.to_owned())]);
    };
    let mut places = Vec::new();
    let mut wanted = Vec::new();
    let mut mistakes = Vec::new();
    for (place, name, keys) in in_order(table) {
        match keys {
            Some(keys) => {
                places.push(place);
                wanted.push((name, keys));
            }
            None => mistakes.push((
                place,
                format!("{name} takes keys: {name} = [\"b\", \"f4\"]"),
            )),
        }
    }
    let own = Keys::own(&wanted);
    let more = own.as_ref().err().into_iter().flatten();
    mistakes.extend(more.map(|(at, words)| (places[*at], words.clone())));
    mistakes.sort();
    if mistakes.is_empty() {
        return Ok(own.unwrap_or_default());
    }
    let unchanged =
        |(place, words): (usize, String)| (place, format!("no key is changed: {words}"));
    Err(mistakes.into_iter().map(unchanged).collect())
}

/// The lines as they stand in the file: where, for which action, with which keys, if they are such.
fn in_order(table: &DeTable<'_>) -> Vec<(usize, String, Option<Vec<String>>)> {
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        _ => None,
    };
    let mut lines: Vec<_> = (table.iter())
        .map(|(name, value)| {
            let keys = match value.get_ref() {
                DeValue::Array(keys) => keys.iter().map(|key| text(key.get_ref())).collect(),
                one => text(one).map(|key| vec![key]),
            };
            (name.span().start, name.get_ref().clone().into_owned(), keys)
        })
        .collect();
    lines.sort();
    lines
}
